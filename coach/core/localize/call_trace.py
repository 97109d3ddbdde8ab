"""The call trace of a test: who called whom with what, what came back, what was raised; and where two traces part.

Calls stand in the order they began; ``depth`` makes the tree. Own code only, the first and the last calls of a long
test.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from coach.core.base.test_id import TestId
from coach.core.base.text import FilePath, Name, Prose
from coach.core.base.value import Value
from coach.core.runs.failure import normalise


class CallsRequest(Value):
    """Which calls to trace. ``neighbours`` are tests that may pass where the failing one fails, nearest first."""

    neighbours: tuple[TestId, ...] = ()
    logs: tuple[FilePath, ...] = ()
    """Log files that grow during the test, relative to the root."""
    against: Prose = ""
    """The tree this run is laid out from, in words for people; empty: the checkout as it is."""


class Call(Value):
    """One call of an own function."""

    depth: int
    path: FilePath
    line: int
    """Where the function begins."""
    function: Name
    called_at: int = 0
    """The line of the caller."""
    arguments: tuple[tuple[Name, Prose], ...] = ()
    """Name and shortened value as they were when the call began; without ``self``."""
    how: Literal["", "returned", "raised", "resumed"] = ""
    """How it ended; *resumed*: a generator went on; empty: it had not ended."""
    value: Prose = ""
    """What came back, or what was raised."""
    thread: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.function


class LogLine(Value):
    """A log record or a line of a log file. ``at`` is the number of calls that had begun."""

    at: int
    depth: int = 0
    source: Name = ""
    """``WARNING shop.cart``, or the file."""
    text: Prose
    path: FilePath = ""
    line: int = 0
    only_failing: bool = False
    """Whether nothing like it came in the trace this one was compared with."""


class CallTrace(Value):
    """All that was kept of one test."""

    test: TestId
    run: int = 0
    failed: bool = True
    calls: tuple[Call, ...] = ()
    first: int = 0
    """Calls before the gap; those left out stand behind them."""
    left_out: int = 0
    logs: tuple[LogLine, ...] = ()
    logs_left_out: int = 0


Kind = Literal["path", "argument", "result"]


class Divergence(Value):
    """Where a failing trace first parts from a passing one.

    *path*: another function is called, or none; *argument*: the same function with another value; *result*: the same call
    gives another answer.
    """

    kind: Kind
    with_test: TestId
    with_run: int
    versus: Prose
    """What it was compared with, in words."""
    at: int
    """Index of the failing trace's call; the caller's when the passing one went on and this one did not."""
    here: Prose
    there: Prose


@dataclass(frozen=True, slots=True)
class _Step:
    """A call begins or ends."""

    index: int
    ends: bool


def first_divergence(failing: CallTrace, passing: CallTrace, versus: str) -> Divergence | None:
    """Say where a failing trace first parts from a passing one; None when it does not.

    Two runs of one test are walked side by side in time. A neighbour does other things by design, so there functions
    are compared: the first call that answers equal arguments differently, else the first that raises where the
    neighbour's returned, else the first of a function that the neighbour never called.
    """
    if failing.test == passing.test:
        return _side_by_side(failing, passing, versus)
    return _by_function(failing, passing, versus)


def _side_by_side(failing: CallTrace, passing: CallTrace, versus: str) -> Divergence | None:
    for here, there in zip(_steps(failing), _steps(passing), strict=False):
        one, other = failing.calls[here.index], passing.calls[there.index]
        kind = _difference(one, other, here, there)
        if kind:
            says = _said(one, kind), _said(other, kind)
            if here.ends != there.ends:
                says = _next_word(one, here), _next_word(other, there)
            return _divergence(kind, passing, versus, here.index, says)
    return _rest(failing, passing, versus)


def _by_function(failing: CallTrace, passing: CallTrace, versus: str) -> Divergence | None:
    known: dict[tuple[str, str], list[Call]] = {}
    for call in passing.calls:
        known.setdefault(call.key, []).append(call)
    ended = [each.index for each in _steps(failing) if each.ends and failing.calls[each.index].depth]
    for index in ended:
        call = failing.calls[index]
        twins = [each for each in known.get(call.key, ()) if _same(each.arguments, call.arguments)]
        if _tells(call) and twins and not any(_ending(each) == _ending(call) for each in twins):
            return _divergence(
                "result", passing, versus, index, (_said(call, "result"), _said(twins[0], "result"))
            )
    for index in ended:
        call = failing.calls[index]
        others = known.get(call.key, ())
        if call.how == "raised" and others and not any(each.how == "raised" for each in others):
            return _divergence(
                "result", passing, versus, index, (_said(call, "result"), _said(others[0], "result"))
            )
    for index, call in enumerate(failing.calls):
        if call.depth and call.key not in known:
            says = f"calls {call.function}", "never does"
            return _divergence("path", passing, versus, index, says)
    return None


def _divergence(kind: Kind, passing: CallTrace, versus: str, at: int, says: tuple[str, str]) -> Divergence:
    return Divergence(
        kind=kind,
        with_test=passing.test,
        with_run=passing.run,
        versus=versus,
        at=at,
        here=says[0],
        there=says[1],
    )


def _rest(failing: CallTrace, passing: CallTrace, versus: str) -> Divergence | None:
    """Say which side went on when the other was over; nothing when a gap hides the end."""
    here, there = failing.calls, passing.calls
    if failing.left_out or passing.left_out or len(here) == len(there) or not here:
        return None
    if len(here) > len(there):
        return _divergence(
            "path", passing, versus, len(there), (f"calls {here[len(there)].function}", "is over")
        )
    return _divergence(
        "path", passing, versus, len(here) - 1, ("is over", f"calls {there[len(here)].function}")
    )


def _steps(trace: CallTrace) -> Iterator[_Step]:
    """Yield beginnings and ends of the first thread's calls up to the gap, in time."""
    kept = trace.calls[: trace.first] if trace.left_out else trace.calls
    waiting: list[int] = []
    for index, call in enumerate(kept):
        if call.thread:
            continue
        while waiting and kept[waiting[-1]].depth >= call.depth:
            yield _Step(waiting.pop(), ends=True)
        yield _Step(index, ends=False)
        waiting.append(index)
    if not trace.left_out:
        while waiting:
            yield _Step(waiting.pop(), ends=True)


def _difference(one: Call, other: Call, here: _Step, there: _Step) -> Kind | None:
    if here.ends != there.ends or one.key != other.key:
        return "path"
    if not here.ends:
        return None if _same(one.arguments, other.arguments) else "argument"
    return None if _ending(one) == _ending(other) else "result"


def _tells(call: Call) -> bool:
    """Whether the arguments say what was given: of an object shown by its address nothing is known."""
    return bool(call.arguments) and not any(" at 0x" in value for _, value in call.arguments)


def _ending(call: Call) -> tuple[str, str]:
    return call.how, normalise(call.value)


def _same(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> bool:
    return [(name, normalise(value)) for name, value in one] == [
        (name, normalise(value)) for name, value in other
    ]


def _said(call: Call, kind: Kind) -> str:
    if kind == "result":
        return f"{call.function} {'raised' if call.how == 'raised' else 'gave'} {call.value}"
    if kind == "argument":
        return f"{call.function}({', '.join(f'{name}={value}' for name, value in call.arguments)})"
    return f"calls {call.function}"


def _next_word(call: Call, step: _Step) -> str:
    if not step.ends:
        return f"calls {call.function}"
    return f"{call.function} {'raised' if call.how == 'raised' else 'is over, giving'} {call.value}"


def with_own_logs(failing: CallTrace, passing: Sequence[CallTrace]) -> CallTrace:
    """Mark the log lines that nothing in passing traces resembles."""
    known = {normalise(f"{each.source} {each.text}") for trace in passing for each in trace.logs}
    if not passing:
        return failing
    logs = tuple(
        each.model_copy(update={"only_failing": normalise(f"{each.source} {each.text}") not in known})
        for each in failing.logs
    )
    return failing.model_copy(update={"logs": logs})


def sentence(found: Divergence) -> str:
    """Say a divergence in one line."""
    return f"{found.here}; {found.versus} {found.there}"


# --- the tree ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Branch:
    """A call with the calls it made; equal neighbours without calls of their own are one, ``times`` over."""

    index: int
    call: Call
    children: list["Branch"]
    times: int = 1
    raised: bool = False
    """Whether it, or anything it called, raised."""


def branches(trace: CallTrace) -> tuple[Branch, ...]:
    """Return the calls as trees, one for each call without an own caller."""
    roots: list[Branch] = []
    stacks: dict[int, list[Branch]] = {}
    for index, call in enumerate(trace.calls):
        stack = stacks.setdefault(call.thread, [])
        while stack and stack[-1].call.depth >= call.depth:
            stack.pop()
        siblings = stack[-1].children if stack else roots
        branch = Branch(index, call, [], raised=call.how == "raised")
        if siblings and _is_again(siblings[-1], call):
            siblings[-1].times += 1
            continue
        siblings.append(branch)
        stack.append(branch)
    for root in roots:
        _mark(root)
    return tuple(roots)


def _is_again(last: Branch, call: Call) -> bool:
    plain = last.call.model_copy(update={"called_at": call.called_at})
    return not last.children and plain == call


def _mark(branch: Branch) -> bool:
    inner = [_mark(each) for each in branch.children]
    branch.raised = branch.raised or any(inner)
    return branch.raised
