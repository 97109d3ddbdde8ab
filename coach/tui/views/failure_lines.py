"""The failure itself: what was raised, where, and the values there."""

from collections.abc import Container

from coach.core.runs.failure import innermost_own
from coach.core.runs.failure_causes import cause_line, sides
from coach.core.runs.report import Failure, Frame, gist, headline
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.tui.views.line import BLANK, Line, Part, elastic, heading, line, linked, paragraphs, pieces
from coach.tui.views.link import Open

_SHORT = 12
"""Characters up to which a value is written out again."""


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


def signature(state: SessionState) -> list[Line]:
    """Say which failure this is: exception, message, place."""
    found = current_failure(state)
    if found is None:
        return []
    run, failure = found
    frame = innermost_own(failure)
    place = f"{frame.path}:{frame.line} {frame.function}" if frame else "no line of the project's own code"
    lines = [
        line(
            ("✘ ", "bad"), (failure.exception or "failed", "strong"), figure=(f"#{run.number}", "dim"), hang=2
        )
    ]
    lines += list(paragraphs(failure.message, indent=2))[:12] if failure.message else []
    lines += difference(failure)
    link = Open(frame.path, frame.line) if frame else None
    test = next((each for each in failure.frames if each.path == failure.test.file), None)
    of_test = Open(test.path, test.line) if test else None
    lines.append(line("  ", ("at ", "dim"), elastic(place, link=link)))
    lines.append(line("  ", ("in ", "dim"), elastic(failure.test, link=of_test)))
    return lines


def difference(failure: Failure) -> list[Line]:
    """Show where two values part: what was expected right above what came."""
    lines = []
    for each in failure.difference[:3]:
        expected, got = sides(each)
        lines += [line("  ", (each.path, "strong"), hang=4)] if each.path else []
        lines.append(line("  ", ("expected ", "dim"), (expected, "good"), hang=11))
        lines.append(line("  ", ("got      ", "dim"), (got, "bad"), hang=11))
    return lines


def differing(state: SessionState) -> list[Line]:
    """Show the difference, or what was raised, in the fewest lines: for steps that are about something else."""
    found = current_failure(state)
    if found is None:
        return []
    run, failure = found
    head = heading("The failure", (f"#{run.number}", "dim"))
    if failure.difference:
        return [head, *difference(failure)]
    return [head, line("  ", (headline(failure.exception, gist(failure.message)) or "failed", "bad"), hang=2)]


def frames(state: SessionState) -> list[Line]:
    """List the project's own frames, innermost first, with their values."""
    found = current_failure(state)
    own = found[1].own_frames[::-1] if found else ()
    if not own:
        return []
    lines = [BLANK, heading("Values where it failed", (f"#{found[0].number}" if found else "", "dim"))]
    seen: set[tuple[str, str]] = set()
    for frame in own[:6]:
        lines += _frame(frame, seen)
        seen.update(frame.locals)
    return lines


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
    place, link = f"{frame.path}:{frame.line}", Open(frame.path, frame.line)
    lines = [line(*linked(link, pieces(elastic(place), " ", (frame.function, "strong"))))]
    width = min(20, max((len(name) for name, _ in frame.locals), default=0))
    for name, value in frame.locals[:16]:
        shown: Part = ("as above", "dim") if (name, value) in seen and len(value) > _SHORT else value
        lines.append(line("  ", (name.ljust(width), "dim"), " = ", shown, hang=width + 5))
    return lines
