"""Tracebacks that a test logged or wrote become causes of its failure, with the project's own frames known as such."""

from coach.core.runs.report import Cause, CauseKind, Failure, Frame
from coach.core.runs.tracebacks import Printed, flat, tracebacks_in
from coach.engine.source.project_paths import Places

MAX_CAUSES = 6
MAX_FRAMES = 30


def with_printed(failure: Failure, places: Places) -> Failure:
    """Add the tracebacks in the captured sections of a failure to its causes."""
    known = {_key(failure.exception, failure.message)}
    known |= {_key(each.exception, each.message) for each in failure.causes}
    found: list[Cause] = []
    for section in sorted(failure.sections, key=lambda each: "log" not in each.name):
        kind: CauseKind = "logged" if "log" in section.name else "printed"
        for cause in causes_in(section.text, kind, places):
            key = _key(cause.exception, cause.message)
            if key not in known:
                known.add(key)
                found.append(cause)
    if not found:
        return failure
    return failure.model_copy(update={"causes": (*failure.causes, *found[:MAX_CAUSES])})


def causes_in(text: str, kind: CauseKind, places: Places) -> list[Cause]:
    """Return the tracebacks of a text, newest first, and of chained ones where it began last."""
    if "Traceback" not in text:
        return []
    return [_cause(each, kind, places) for each in flat(tracebacks_in(text))]


def _cause(printed: Printed, kind: CauseKind, places: Places) -> Cause:
    frames = []
    for each in printed.frames[-MAX_FRAMES:]:
        path, own = places.name(each.file)
        frames.append(Frame(path=path, line=each.line, function=each.function, own=own, source=each.source))
    return Cause(kind=kind, exception=printed.exception, message=printed.message, frames=tuple(frames))


def _key(exception: str, message: str) -> tuple[str, str]:
    return exception.rpartition(".")[2], message.strip().partition("\n")[0][:200]
