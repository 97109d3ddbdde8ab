"""``coach trace``: who called whom with what in the failing test, and where it first parts from a passing run."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.open_session import ask, opened_session
from coach.core.base.text import safe_line
from coach.core.localize.call_trace import Branch, LogLine, branches, sentence
from coach.core.log.events import CallsTraced
from coach.core.protocol import commands as cmd
from coach.errors import EXIT_FINE, UsageError

MAX_VALUE = 60


def trace(args: Namespace) -> int:
    """Trace the calls of the failing test and print them as a tree."""
    with opened_session(args) as session:
        before = session.state.calls
        ask(session, cmd.TraceCalls(against=args.against))
        found = session.state.calls
        if found is None or found is before:
            raise UsageError("no failing call trace came of it", do="see what was said above; run it again")
        if args.json:
            put_json(_as_json(found))
        else:
            put("\n".join(_lines(found, args.depth)))
        return EXIT_FINE


def _as_json(found: CallsTraced) -> dict[str, Any]:
    return {
        **found.trace.model_dump(mode="json"),
        "divergence": found.divergence and found.divergence.model_dump(mode="json"),
    }


def _lines(found: CallsTraced, depth: int) -> Iterator[str]:
    trace = found.trace
    yield trace.test
    at = found.divergence.at if found.divergence else -1
    for branch in branches(trace):
        yield from _branch(branch, depth, at, trace.logs)
    if trace.left_out:
        yield f"… {trace.left_out:,} calls after the first {trace.first:,} are left out"
    if found.divergence:
        yield f"first divergence: {safe_line(sentence(found.divergence))}"
    logs = sorted(trace.logs, key=lambda each: not each.only_failing)
    for line in logs:
        sign = "!" if line.only_failing else " "
        yield f"{sign} {safe_line(line.source)}: {safe_line(line.text)}"
    if any(line.only_failing for line in logs):
        say("! only in the failing run")


def _branch(branch: Branch, depth: int, at: int, logs: Sequence[LogLine]) -> Iterator[str]:
    call = branch.call
    given = ", ".join(f"{name}={_short(value)}" for name, value in call.arguments)
    mark = "≠" if branch.index == at else "✘" if call.how == "raised" else " "
    times = f" × {branch.times}" if branch.times > 1 else ""
    place = f"  {safe_line(call.path)}:{call.line}" if call.depth < 2 or branch.index == at else ""
    yield f"{mark} {'  ' * call.depth}{safe_line(call.function)}({safe_line(given)}){_ending(branch)}{times}{place}"
    if depth and call.depth + 1 >= depth and not branch.raised:
        if branch.children:
            yield f"  {'  ' * (call.depth + 1)}… {len(branch.children)} calls"
        return
    for each in branch.children:
        yield from _branch(each, depth, at, logs)


def _ending(branch: Branch) -> str:
    call = branch.call
    if call.how == "raised":
        return f" raised {safe_line(_short(call.value))}"
    return f" → {safe_line(_short(call.value))}" if call.value else ""


def _short(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
