"""The code that a step is about: where it failed, the failing test, the chosen suspect; as many of them as there is room for."""

from typing import NamedTuple

from coach.core.localize.kept_lines import spans
from coach.core.localize.suspect import Suspect
from coach.core.runs.failure import innermost_code
from coach.core.session.state import SessionState
from coach.core.workflow.gates import pinnable
from coach.tui.views.code import code
from coach.tui.views.failure_lines import current_failure
from coach.tui.views.line import BLANK, Line, Part, elastic, line, linked, pieces
from coach.tui.views.link import Open
from coach.tui.views.selecting import selected_suspect
from coach.tui.views.view_state import ViewState

_FEWEST = 5
"""Rows of code that say something: with less room only one place is shown."""
_SPARE = 2
"""Rows that the lines that matter may take more than one each, where they are wrapped."""


class Place(NamedTuple):
    """Code of one function, and the line in it that matters."""

    path: str
    function: str
    source: str
    start: int
    """Number of its first line."""
    mark: int
    hot: tuple[int, ...] = ()
    figure: Part = ""

    def lines(self, most: int) -> tuple[Line, ...]:
        """Return its title and at most ``most`` rows of code."""
        first, at = Open(self.path, self.start), Open(self.path, self.mark or self.start)
        named = pieces((f"{at.path}:{at.line} ", "accent"), elastic(self.function, "accent"))
        title = line(*linked(at, named), figure=self.figure, fit="cut")
        return title, *code(self.source, first, mark=self.mark, most=most, hot=self.hot)


def failed(state: SessionState) -> Place | None:
    """Return the innermost own line of the failure whose code is known."""
    found = current_failure(state)
    frame = innermost_code(found[1]) if found else None
    if frame is None:
        return None
    return Place(frame.path, frame.function, frame.code, frame.code_start, frame.line)


def failing_test(state: SessionState) -> Place | None:
    """Return the failing test, at the line where it failed: as it is pinned, else as the failure shows it."""
    pin, found = state.pin, current_failure(state)
    test = pin.test if pin else pinnable(state)
    frames = found[1].frames if found else ()
    frame = next((each for each in frames if each.path == test.file and each.code), None)
    if pin:
        start = max(1, pin.line)
        is_inside = frame is not None and 0 <= frame.line - start < len(pin.source.splitlines())
        return Place(pin.path, "", pin.source, start, frame.line if frame and is_inside else 0)
    if frame:
        return Place(frame.path, frame.function, frame.code, frame.code_start, frame.line)
    return None


def suspected(state: SessionState, view: ViewState) -> Place | None:
    """Return the chosen suspect; one whose code was not kept only by the frame of the failure in it."""
    chosen = selected_suspect(state, view)
    if chosen is None:
        return None
    figure: Part = (chosen.likelihood, "dim")
    if chosen.code:
        start, source = _kept_around(chosen)
        return Place(chosen.path, chosen.function, source, start, chosen.line, chosen.best_lines[:5], figure)
    found = current_failure(state)
    frames = found[1].own_frames if found else ()
    frame = next((each for each in frames if each.path == chosen.path and each.code), None)
    if frame and frame.code_start <= chosen.line < frame.code_start + len(frame.code.splitlines()):
        return Place(chosen.path, chosen.function, frame.code, frame.code_start, chosen.line, (), figure)
    return None


def _kept_around(suspect: Suspect) -> tuple[int, str]:
    """Return the unbroken kept lines that hold the line of a suspect, and the number of the first.

    Of a long function the lines were kept when they were measured; what was found since may lie beside the first excerpt.
    """
    kept: dict[int, str] = {}
    for part in suspect.excerpts:
        kept.update(enumerate(part.text.split("\n"), part.start))
    around = next((each for each in spans(kept) if suspect.line in each), None)
    if around is None:
        return suspect.code_start, suspect.code
    return around.start, "\n".join(kept[number] for number in around)


def shown(first: Place | None, second: Place | None, rows: int, *, both: bool) -> tuple[Line, ...]:
    """Return the code of ``first``, and below it that of ``second`` where there is room for it.

    Args:
        first: the place that matters most.
        second: another one, left out when it is the same.
        rows: how many rows there are.
        both: whether the first one makes room for the second.

    """
    if first is None or (second and (second.path, second.start) == (first.path, first.start)):
        first, second = first or second, None
    if first is None:
        return ()
    if second is None:
        return first.lines(max(_FEWEST, rows - 1))
    whole = len(second.lines(rows))
    below = min(whole, max(rows * 2 // 5, _FEWEST))
    above = first.lines(max(_FEWEST, rows - below - 2 - _SPARE) if both else max(_FEWEST, rows - 1))
    left = rows - len(above) - 2
    return (*above, BLANK, *second.lines(left)) if left >= min(_FEWEST, whole - 1) else above


def no_code(state: SessionState) -> Line:
    """Say why there is no code, and which key gets some."""
    from coach.tui.views.key_name import key_of

    if state.awaited_runs and not state.last_failure:
        return line(
            f"#{state.awaited_runs[-1].number} is under way: a failure of it and its code appear here. ",
            key_of("output"),
            (" shows what it prints.", "dim"),
        )
    if state.last_failure:
        return line(
            ("No code of the project is known at this place. ", "dim"),
            key_of("editor"),
            (" opens it.", "dim"),
        )
    return line(
        "No failure seen yet. ",
        key_of("run"),
        (" runs the target once, ", "dim"),
        key_of("reproduce"),
        (" measures how often it fails.", "dim"),
    )
