"""How headless commands speak: data to stdout, narration to stderr, everything foreign made safe."""

import contextlib
import errno
import json
import os
import select
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from coach.core.base.text import safe, safe_line
from coach.core.decide.ways_out import standing_ways
from coach.core.log.describe_imported import in_words as import_in_words
from coach.core.log.events import LoopNoticed
from coach.core.runs.description import describe_run
from coach.core.runs.failure_causes import remark_on
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.session.state import SessionState
from coach.core.session.summary import summarise
from coach.core.spec.spec import Spec
from coach.core.workflow.action_ids import as_commands
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import evaluate
from coach.core.workflow.way_words import in_words, measure_of
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_NO_TARGET, EXIT_UNRESOLVED, UsageError
from coach.session.port import Update

NOTHING_RAN = frozenset({"no_tests", "usage_error", "no_pytest", "not_started"})
VERDICT_CODES = {"SUPPORTED": EXIT_FINE, "REFUTED": EXIT_FAILURES, "INCONCLUSIVE": EXIT_UNRESOLVED}


_NOBODY_READS = threading.Event()
"""Set when a write found the other end of its pipe closed."""


def say(text: str) -> None:
    """Write one line of narration. Raises BrokenPipeError when nobody reads it any more."""
    _write(sys.stderr, f"{safe(text)}\n")


def put(text: str) -> None:
    """Write data. Raises BrokenPipeError when nobody reads it any more."""
    _write(sys.stdout, text if text.endswith("\n") else f"{text}\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _NOBODY_READS.set()
        lead_nowhere(stream)
        raise


def lead_nowhere(stream: TextIO) -> None:
    """Let what is still written to a closed pipe vanish: Python writes the rest of its buffer when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def be_sure_somebody_reads(*streams: TextIO) -> None:
    """Raise BrokenPipeError when a listener, on whatever thread, found that nobody does.

    Of ``streams`` it is asked anew: who has nothing to write for long would not notice.
    """
    if _NOBODY_READS.is_set() or any(map(_is_unread, streams)):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _is_unread(stream: TextIO) -> bool:
    """Whether a stream is a pipe that nobody has open for reading."""
    asking = select.poll()
    with contextlib.suppress(OSError, ValueError):
        asking.register(stream.fileno(), select.POLLERR)
        return any(said & select.POLLERR for _, said in asking.poll(0))
    return False


def put_json(value: Any) -> None:
    """Write one JSON value; escapes keep any terminal safe."""
    put(json.dumps(value, indent=2))


def show(args: Namespace, state: SessionState) -> int:
    """Say where a session stands, or with ``--json`` put its summary."""
    if args.json:
        put_json(summarise(state))
    else:
        put(status_text(state))
    return EXIT_FINE


def write_file(path: Path, text: str) -> None:
    """Write a file the user named. Raises UsageError."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written", why=error.strerror or str(error), do="choose another file"
        ) from None


def narrator(state: SessionState) -> Callable[[Update], None]:
    """Return a listener that says every run as it ends, beginning after those of ``state``."""
    told = {run.number for run in state.runs if run.is_over}
    noticed = len(state.notices)

    def tell(update: Update) -> None:
        nonlocal noticed
        for run in update.state.runs[-4:]:
            if run.is_over and run.number not in told:
                told.add(run.number)
                say(run_line(run))
        for notice in update.state.notices[noticed:]:
            say(loop_line(notice.loop))
        noticed = len(update.state.notices)
        if update.notice and not update.is_refusal:
            say(safe_line(as_commands(update.notice)))

    return tell


def loop_line(loop: LoopNoticed) -> str:
    """Return what was noticed in one line, with what to measure; a loud one with its way on."""
    way = measure_of(loop.ways)
    said = f"· {loop.sentence}" if loop.level == "note" else f"⚠ {loop.pattern}: {loop.sentence} {loop.move}"
    return safe_line(f"{said} {in_words(way)}" if way else said)


def run_line(run: Run) -> str:
    """Return a run in one line: ``#3 ✘ reproduce  AssertionError: 9 != 10  0.21 s``."""
    described = describe_run(run)
    seconds = f"  {run.report.duration:.2f} s" if run.report else ""
    more = f"  · {safe_line(remark_on(run), limit=200)}" if remark_on(run) else ""
    head = f"#{run.number} {described.sign} {PURPOSE_WORDS[run.request.purpose]}"
    return f"{head}  {safe_line(described.showed or 'under way', limit=160)}{seconds}{more}"


def exit_code_of(run: Run | None) -> int:
    """Map a run to the exit code: red 1, unresolved 3, nothing there to run 4."""
    if run is None or run.judged is None or run.report is None:
        return EXIT_UNRESOLVED
    if run.report.ending.kind in NOTHING_RAN and not run.report.not_run:
        return EXIT_NO_TARGET
    if run.failing:
        return EXIT_FAILURES
    return EXIT_FINE if run.judged.outcome == "PASS" else EXIT_UNRESOLVED


def nothing_ran(state: SessionState) -> bool:
    """Whether a session's runs found nothing to run, and nobody wrote anything into it: a mistyped target."""
    is_blank = state.spec == Spec() and not state.hypotheses and not state.notes
    runs = state.runs
    return (
        is_blank and bool(runs) and all(run.report and run.report.ending.kind in NOTHING_RAN for run in runs)
    )


def status_text(state: SessionState) -> str:
    """Return where a session stands, for people."""
    opened = state.opened
    lines = [
        f"{opened.session if opened else '?'}  {safe_line(state.spec.shown_title or state.target.label)}"
    ]
    lines += _steps(state) if state.imported is None else [safe_line(import_in_words(state.imported))]
    if state.last_run:
        lines.append(run_line(state.last_run))
    for asked in state.looks_asked:
        words = asked.logpoint.expression or asked.logpoint.condition
        lines.append(f"? {safe_line(asked.by)} asks to evaluate {safe_line(words)}: `coach allow`")
    if loop := state.standing_loop:
        lines.append(safe_line(f"⚠ {loop.pattern}: {loop.sentence} {loop.move}"))
        ways = standing_ways(state, loop) if state.imported is None else ()  # nobody can take one there
        lines += [f"    {safe_line(in_words(way))}" for way in ways]
    if state.closed:
        lines.append(f"closed: {state.closed.ending}")
    lines.append(f"next: {safe_line(as_commands(advise(state).text))}")
    return "\n".join(lines)


def _steps(state: SessionState) -> list[str]:
    lines = []
    for step in state.workflow.steps:
        checks = evaluate(state, step)
        done = all(each.passed for each in checks)
        sign = "✔" if done else ("●" if step.id == state.step_id else "○")
        if step.id in state.overrides and not done:
            sign = "⚠"
        lines.append(f"{sign} {step.title}  {sum(each.passed for each in checks)}/{len(checks)}")
        if step.id == state.step_id:
            lines += [
                f"    [{'x' if each.passed else ' '}] {each.title}  {safe_line(as_commands(each.figure))}"
                for each in checks
            ]
    return lines
