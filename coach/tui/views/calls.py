"""The call trace as a tree whose branches fold: who called whom with what, what came back, was raised and logged."""

from collections.abc import Iterator

from coach.core.base.formatting import count
from coach.core.localize.call_trace import Branch, LogLine, branches, sentence
from coach.core.log.events import CallsTraced
from coach.tui.views.line import BLANK, Line, elastic, heading, line, piece

OPEN_DEPTH = 2
"""Branches this deep are folded at first, but for those in which something was raised or parts from the passing run."""
MAX_LOGS = 60
_VALUE = 48


def calls_lines(found: CallsTraced, turned: frozenset[int], *, is_whole: bool = False) -> tuple[Line, ...]:
    """Return the divergence, the tree and the log lines.

    Args:
        found: the trace.
        turned: indices of the calls that were folded or opened by hand.
        is_whole: open every branch: a text is looked for in all of them.

    """
    trace = found.trace
    lines: list[Line] = []
    if found.divergence:
        lines += [line(("≠ ", "warn"), (sentence(found.divergence), "strong"), hang=2), BLANK]
    at = found.divergence.at if found.divergence else -1
    for branch in branches(trace):
        lines += _branch(branch, None if is_whole else turned, at)
    if trace.left_out:
        lines.append(
            line((f"… {trace.left_out:,} calls after the first {trace.first:,} are left out", "dim"))
        )
    return (*lines, *_logs(trace.logs))


def starts_open(branch: Branch, at: int) -> bool:
    return branch.call.depth < OPEN_DEPTH or branch.raised or holds(branch, at)


def holds(branch: Branch, at: int) -> bool:
    """Whether a call is this one or below it."""
    return branch.index == at or any(holds(each, at) for each in branch.children)


def _branch(branch: Branch, turned: frozenset[int] | None, at: int) -> Iterator[Line]:
    call = branch.call
    is_open = turned is None or starts_open(branch, at) != (branch.index in turned)
    fold = ("▾ " if is_open else "▸ ") if branch.children else "  "
    given = ", ".join(f"{name}={_short(value)}" for name, value in call.arguments)
    if branch.index == at:
        sign = piece("≠ ", "warn")
    else:
        sign = piece("✘ ", "bad") if call.how == "raised" else piece("  ")
    more = f"  {count(_size(branch) - 1, 'call')}" if branch.children and not is_open else ""
    yield line(
        sign,
        piece("  " * call.depth + fold, "dim"),
        (call.function, "strong" if branch.raised or branch.index == at else "plain"),
        (f"({given})", "dim"),
        *((("  ✘ ", "bad"), _short(call.value)) if call.how == "raised" else ()),
        *((" → ", _short(call.value)) if call.how != "raised" and call.value else ()),
        (f" × {branch.times}" if branch.times > 1 else "", "accent"),
        (more, "dim"),
        fit="long",
        key=str(branch.index),
    )
    if is_open:
        for each in branch.children:
            yield from _branch(each, turned, at)


def _size(branch: Branch) -> int:
    return branch.times + sum(_size(each) for each in branch.children)


def _short(text: str) -> str:
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 1]}…"


def _logs(logs: tuple[LogLine, ...]) -> list[Line]:
    """Those of the failing run alone come first."""
    if not logs:
        return []
    chosen = sorted(logs, key=lambda each: not each.only_failing)[:MAX_LOGS]
    lines = [BLANK, heading("Logged", (count(len(logs), "line"), "dim"))]
    for each in chosen:
        mark = piece("! ", "warn") if each.only_failing else piece("  ")
        lines.append(line(mark, elastic(each.source, "dim"), "  ", each.text, hang=4))
    if any(each.only_failing for each in chosen):
        lines.append(line(("! only in the failing run", "dim")))
    return lines
