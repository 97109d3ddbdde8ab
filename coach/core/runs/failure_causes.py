"""What stands behind a failure, for people: where two values part, and the exceptions it came from."""

import re

from coach.core.base.text import safe_line
from coach.core.runs.report import Cause, Difference, Failure, headline
from coach.core.runs.run import Run

MAX_DIFFERENCES, MAX_CAUSES = 5, 4
_COLUMN = re.compile(r"(^|, )column \d+$")
_NOT = ", not "
_LEAST = 8
"""Characters of a value that say something of it."""
CAUSE_WORDS = {
    "cause": "caused by",
    "context": "while handling",
    "member": "one of them",
    "logged": "logged",
    "printed": "printed",
}


def sides(difference: Difference) -> tuple[str, str]:
    """Return what was expected and what came, in words where there is nothing."""
    return difference.wanted or "nothing there", difference.got or "nothing there"


def difference_line(difference: Difference) -> str:
    """Return a difference in one line: ``items[3].price: expected 9.99, got 9 (0.99 less)``."""
    expected, got = sides(difference)
    where = f"{difference.path}: " if difference.path else ""
    return f"{where}expected {expected}, got {got}"


def place_of(difference: Difference) -> str:
    """Return what differs, without the column: ``items[3].price``, ``line 2``; empty where a text as a whole does."""
    return _COLUMN.sub("", difference.path)


def got_not_wanted(got: str, wanted: str, room: int) -> str:
    """Return ``9, not 9.99``; of long values the part around which they part, in about ``room`` characters."""
    each = max(_LEAST, (room - len(_NOT)) // 2)
    shown_wanted, shown_got = ("".join(parts) for parts in parting(wanted, got, each))
    return f"{shown_got}{_NOT}{shown_wanted}"


def parting(expected: str, got: str, room: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return both texts in ``room`` characters around where they part, what is cut off marked by ``…``.

    Each is a pair: how it begins as the other one does, and the rest. Both are cut at the same place, so that they stand
    aligned below each other.
    """
    both = (safe_line(expected), safe_line(got))
    at = next(
        (i for i, pair in enumerate(zip(*both, strict=False)) if pair[0] != pair[1]), min(map(len, both))
    )
    longest = max(map(len, both))
    start = 0 if longest <= room else max(0, min(at - room // 3, longest - room))
    cut = "…" if start else ""
    shown = [cut + each[start + len(cut) :] for each in both]
    shown = [each if len(each) <= room else each[: room - 1] + "…" for each in shown]
    first, second = ((each[: at - start], each[at - start :]) for each in shown)
    return first, second


def cause_line(cause: Cause) -> str:
    """Return an exception behind a failure in one line, with its innermost own place."""
    frame = next((each for each in reversed(cause.frames) if each.own), None)
    place = f", {frame.path}:{frame.line} {frame.function}".rstrip() if frame else ""
    first = headline(cause.exception or "failed", cause.message.partition("\n")[0])
    return f"{CAUSE_WORDS[cause.kind]} {first}{place}"


def lines_behind(failure: Failure) -> list[str]:
    """Return the first differences and the nearest causes, a line each."""
    differences = [difference_line(each) for each in failure.difference[:MAX_DIFFERENCES]]
    return differences + [cause_line(each) for each in failure.causes[:MAX_CAUSES]]


def _lacks_module(failure: Failure) -> bool:
    return failure.exception in {"ModuleNotFoundError", "ImportError"}


def remark_on(run: Run) -> str:
    """Say what else there is to know of a run, beside its outcome: what made its exit code, tests run again, doubts."""
    report = run.report
    if report is None:
        return ""
    said = []
    is_clear = bool(run.failing) or (run.judged is not None and run.judged.outcome == "PASS")
    if is_clear and report.ending.sentence:
        kept = report.ending.kind == "completed" and not run.failing
        said.append(report.ending.sentence.partition("; ")[2] if kept else report.ending.sentence)
    again = dict.fromkeys(report.reruns)
    if again:
        first = next(iter(again))
        times = report.reruns.count(first)
        more = f" and {len(again) - 1} more tests" if len(again) > 1 else ""
        said.append(f"{first} failed {times} {'time' if times == 1 else 'times'} and was run again{more}")
    is_first = run.number == 1  # of every run it holds: once is enough, and where a module was not found
    if report.other_start and (is_first or any(_lacks_module(each) for each in report.failures)):
        said.append(f"note: {report.other_start}")
    if report.probe_notes:
        more = f" (and {len(report.probe_notes) - 1} more notes)" if len(report.probe_notes) > 1 else ""
        said.append(f"note: {report.probe_notes[0]}{more}")
    return "; ".join(each for each in said if each)
