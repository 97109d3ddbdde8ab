"""Find the line a logpoint means, plan the look, and read what was seen."""

import ast
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.experiments.logpoint import Logpoint, Observed, Row, TestHits
from coach.core.protocol.observations import LogpointRead, Observation
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.mutate import events_in, newest
from coach.engine.instrument.observer import ProbeObserver
from coach.engine.source.excerpts import read_sources
from coach.errors import TargetError

MAX_TESTS = 40
"""Tests that are kept one by one: the failing one, then those that reached the line."""
_MAX_TEXT = 300


def located(logpoint: Logpoint, root: Path) -> Logpoint:
    """Return the logpoint where its line stands now.

    Raises:
        TargetError: the file cannot be read, the line is gone, or nothing runs there.

    """
    source = read_sources(root, [logpoint.path]).get(logpoint.path)
    if source is None:
        raise TargetError(f"{logpoint.path} cannot be read", do="name a file of the project")
    lines = source.split("\n")
    if logpoint.watch:
        return _at_function(logpoint, source)
    line = _followed(logpoint, lines)
    running = _lines_that_run(source, logpoint.path)
    if line not in running:
        near = min(running, key=lambda each: abs(each - line), default=0)
        hint = f"line {near} does: {lines[near - 1].strip()[:60]}" if near else "nothing does in this file"
        raise TargetError(f"no code runs in {logpoint.path}:{line}", do=hint)
    return logpoint.model_copy(update={"line": line, "source": storable(lines[line - 1].strip())})


def _followed(logpoint: Logpoint, lines: list[str]) -> int:
    """Return where the line stands now: the nearest one with its text."""
    if not logpoint.source:
        if not 0 < logpoint.line <= len(lines):
            raise TargetError(f"{logpoint.path} has {len(lines)} lines", do="name one of them")
        return logpoint.line
    same = [number for number, text in enumerate(lines, 1) if text.strip() == logpoint.source]
    if not same:
        what = f"the line of the logpoint is gone from {logpoint.path}"
        raise TargetError(what, why=logpoint.source, do="set a new one")
    return min(same, key=lambda number: abs(number - logpoint.line))


def _at_function(logpoint: Logpoint, source: str) -> Logpoint:
    """Return the logpoint at the first line of the function's code: its decorators count, as in a code object."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise TargetError(f"{logpoint.path} is no Python", why=str(error)) from None
    name = logpoint.function.rpartition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return logpoint.model_copy(update={"line": first, "function": name})
    raise TargetError(f"no function {logpoint.function} in {logpoint.path}", do="name one that is there")


def _lines_that_run(source: str, path: str) -> set[int]:
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise TargetError(f"{path} is no Python", why=str(error)) from None
    found: set[int] = set()
    waiting = [code]
    while waiting:
        each = waiting.pop()
        found.update(line for _, _, line in each.co_lines() if line)
        waiting += [const for const in each.co_consts if isinstance(const, CodeType)]
    return found


def look_text(logpoint: Logpoint, root: Path, *, stops: bool = False) -> str:
    """Return the plan as the probe in the target process reads it."""
    plan = {
        "file": os.path.realpath(root / logpoint.path),
        "line": logpoint.line,
        "expression": logpoint.expression,
        "condition": logpoint.condition,
        "watch": logpoint.watch,
        "function": logpoint.function,
        "free": logpoint.free,
        "stops": stops,
    }
    return json.dumps(plan)


def observed_in(logpoint: Logpoint, request: RunRequest, report: RunReport, said: str) -> Observed:
    """Read what a logpoint run saw. The test process can write there too: lines of another shape are dropped."""
    events = events_in(said)
    failed = {each.test for each in report.failures}
    skipped = set(report.skipped)
    seen = [found for each in events if each["event"] == "seen" and (found := _hits(each, failed, skipped))]
    reached = [each for each in seen if each.hits and each.test != request.focus]
    focus = [each for each in seen if each.test == request.focus]
    way = str(newest(events, "looking").get("way", ""))[:40]
    why = "" if way else (report.ending.sentence or "the probe gave no answer")
    return Observed(
        line=logpoint.line,
        source=logpoint.source,
        test=request.focus,
        tests=(*focus, *sorted(reached, key=lambda each: each.outcome != "failing"))[:MAX_TESTS],
        unreached=sum(not each.hits for each in seen),
        way=way,
        why=why,
    )


def _hits(event: Mapping[str, Any], failed: set[TestId], skipped: set[TestId]) -> TestHits | None:
    try:
        test = TestId(event["test"])
        return TestHits(
            test=test,
            outcome="failing" if test in failed else "skipped" if test in skipped else "passing",
            hits=int(event["hits"]),
            evaluated=int(event["evaluated"]),
            held=int(event["held"]),
            raised=int(event["raised"]),
            error=str(event["error"])[:_MAX_TEXT],
            rows=tuple(_row(each) for each in event["rows"][:100]),
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _row(row: list[Any]) -> Row:
    holds = row[3] if isinstance(row[3], bool) else None
    return Row(hit=int(row[0]), line=int(row[1]), value=str(row[2])[:_MAX_TEXT], holds=holds)


class LogpointObserver(ProbeObserver[Logpoint]):
    """Evaluates an expression before a line runs. Answered whatever happened to the run."""

    setting = "logpoint"

    def prepare(self, request: RunRequest, root: Path, _recorded: int = 0, /) -> RunRequest:
        self.instrument = located(self.instrument, root)
        self.plan = look_text(self.instrument, root)
        return request

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        observed = observed_in(self.instrument, request, report, self.said)
        return [LogpointRead(run=request.number, observed=observed)]
