"""The failure itself: what was raised, where, and the values there."""

from collections.abc import Container

from coach.core.runs.failure import innermost_own
from coach.core.runs.failure_causes import cause_line, parting, sides
from coach.core.runs.report import Failure, Frame, gist, headline
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.tui.views.line import BLANK, Line, Part, Role, elastic, heading, line, linked, paragraphs, pieces
from coach.tui.views.link import Open
from coach.tui.views.view_state import ViewState

_SHORT = 12
"""Characters up to which a value is written out again, and that a side of a difference has at least."""
_FEW_ROWS = 2
"""Rows that a long value or name takes while others wait for room."""
_MAX_FRAMES, _MESSAGE_LINES = 6, 12
_SPARE = 3
"""Rows that lines of code and values may take more than one each."""
_SIDES: tuple[Role, Role] = ("good", "bad")


def current_failure(state: SessionState) -> tuple[Run, Failure] | None:
    """Return the newest failing run of the target, and its first failure."""
    run = state.last_failure
    if run is None or run.report is None or not run.report.failures:
        return None
    first = run.failing[0].test if run.failing else ""
    failures = run.report.failures
    return run, next((each for each in failures if each.test == first), failures[0])


def place_of(state: SessionState) -> tuple[str, int]:
    """Return the innermost own line of the current failure."""
    found = current_failure(state)
    frame = innermost_own(found[1]) if found else None
    return (frame.path, frame.line) if frame else ("", 0)


def signature(state: SessionState, view: ViewState) -> list[Line]:
    """Say which failure this is: exception, message, where two values part, place unless its code is shown, test unless it is the target."""
    found = current_failure(state)
    if found is None:
        return []
    run, failure = found
    frame = innermost_own(failure)
    lines = [
        line(
            ("✘ ", "bad"), (failure.exception or "failed", "strong"), figure=(f"#{run.number}", "dim"), hang=2
        )
    ]
    lines += [*_message(failure), *difference(failure, view)]
    if frame is None:
        lines.append(line("  ", ("at ", "dim"), "no line of the project's own code", hang=5))
    elif not frame.code:
        place = pieces(f"{frame.path}:{frame.line} ", elastic(frame.function))
        lines.append(line("  ", ("at ", "dim"), *linked(Open(frame.path, frame.line), place), hang=5))
    if failure.test != state.target.label:  # else the top line names it
        test = next((each for each in failure.frames if each.path == failure.test.file), None)
        of_test = Open(test.path, test.line) if test else None
        lines.append(line("  ", ("in ", "dim"), elastic(failure.test, link=of_test), hang=5, most=_FEW_ROWS))
    return lines


def _message(failure: Failure) -> tuple[Line, ...]:
    """Return the message; beside a difference only a person's own first line: the rest of it prints the same two values again."""
    if not failure.difference:
        return paragraphs(failure.message, indent=2)[:_MESSAGE_LINES] if failure.message else ()
    first = failure.message.partition("\n")[0].strip()
    is_of_values = first.endswith(":") or first.startswith("assert ")
    return () if is_of_values or not first else (line("  ", first, hang=2, most=1),)


def difference(failure: Failure, view: ViewState) -> list[Line]:
    """Show where two values part: what was expected right above what came, a row each."""
    lines = []
    room = max(_SHORT, view.evidence_columns - len("  expected "))
    for each in failure.difference[:3]:
        expected, got = sides(each)
        lines += [line("  ", (each.path, "strong"), hang=4, most=_FEW_ROWS)] if each.path else []
        for name, role, parts in zip(
            ("expected ", "got      "), _SIDES, parting(expected, got, room), strict=True
        ):
            alike, differs = parts
            lines.append(line("  ", (name, "dim"), alike, (differs, role), hang=11))
    return lines


def differing(state: SessionState, view: ViewState) -> list[Line]:
    """Show the difference, or what was raised, in the fewest lines: for steps that are about something else."""
    found = current_failure(state)
    if found is None:
        return []
    run, failure = found
    head = heading("The failure", (f"#{run.number}", "dim"))
    if failure.difference:
        return [head, *difference(failure, view)]
    said = headline(failure.exception, gist(failure.message)) or "failed"
    return [head, line("  ", (said, "bad"), hang=2, most=_FEW_ROWS + 1)]


def frames(state: SessionState) -> list[Line]:
    """List the project's own frames, innermost first, with their values; a single one without any says nothing."""
    found = current_failure(state)
    own = found[1].own_frames[::-1][:_MAX_FRAMES] if found else ()
    has_values = any(frame.locals for frame in own)
    if found is None or not (has_values or len(own) > 1):
        return []
    title = "Values where it failed" if has_values else "Where it failed"
    lines = [BLANK, heading(title, (f"#{found[0].number}", "dim"))]
    seen: set[tuple[str, str]] = set()
    for frame in own:
        lines += _frame(frame, seen)
        seen.update(frame.locals)
    return lines


def with_values(code: tuple[Line, ...], state: SessionState, view: ViewState) -> tuple[tuple[Line, ...], ...]:
    """Return the code with the values below it where there is room for all of them, and the values else."""
    values = (*frames(state), *causes(state))
    if view.is_narrow or len(code) + len(values) + _SPARE > view.code_rows:
        return code, values
    return (*code, *values), ()


def causes(state: SessionState) -> list[Line]:
    """List the exceptions behind the failure with the project's own frames, innermost first."""
    found = current_failure(state)
    lines: list[Line] = []
    for cause in found[1].causes[:4] if found else ():
        lines += [BLANK, line((cause_line(cause), "strong"), hang=2)]
        for frame in [each for each in reversed(cause.frames) if each.own][:4]:
            lines += _frame(frame)
    return lines


def _frame(frame: Frame, seen: Container[tuple[str, str]] = ()) -> list[Line]:
    """Return a place and its values; of those that were ``seen`` in a place before only that they are the same."""
    place = pieces(elastic(frame.path), f":{frame.line} ", elastic(frame.function, "strong"))
    lines = [line(*linked(Open(frame.path, frame.line), place), hang=2, fit="cut")]
    width = min(20, max((len(name) for name, _ in frame.locals), default=0))
    for name, value in frame.locals[:16]:
        shown: Part = ("as above", "dim") if (name, value) in seen and len(value) > _SHORT else value
        lines.append(line("  ", (name.ljust(width), "dim"), " = ", shown, hang=width + 5, most=_FEW_ROWS))
    return lines
