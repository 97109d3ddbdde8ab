"""Headless commands that run something: run, reproduce, verify, pin."""

import contextlib
import sys
from argparse import Namespace

from coach.cli.commands.approval import agreed
from coach.cli.commands.console import exit_code_of, put, put_json, run_line, say, show
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import (
    Session,
    ask,
    opened_session,
    opened_target,
    place_here,
    read_session,
)
from coach.cli.commands.target_choice import as_typed
from coach.core.base.test_id import TestId
from coach.core.base.text import safe_line
from coach.core.protocol import commands as cmd
from coach.core.runs.failure_causes import lines_behind
from coach.core.runs.oracle import failed_with
from coach.core.runs.report import gist, headline
from coach.core.runs.reproduction import beside
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.session.summary import summarise, summarise_run
from coach.core.workflow.applicable import choices
from coach.errors import EXIT_FAILURES, EXIT_FINE, StoreError, TargetError, UsageError
from coach.session.similar_failures import past_failures


def run(args: Namespace) -> int:
    """Run the target once, cold."""
    with opened_target(args) as session:
        # In a session that an assistant holds, the shell is its shell; a person has the screen, and can take it back.
        holder = session.state.held_by
        ask(session, cmd.RunTarget(purpose="experiment", scope=args.reach, by=holder))
        code = _say_run(session, args)
        last = session.state.last_run
    if last and last.report and last.report.ending.meant and len(args.target) == 1 and not args.json:
        raise TargetError("no such test", typed=args.target[0], meant=last.report.ending.meant)
    return code


def reproduce(args: Namespace) -> int:
    """Measure how often the target fails."""
    with opened_target(args) as session:
        ask(session, cmd.Reproduce())
        state = session.state
        if state.last_run and state.last_run.request.covers == "failures":
            return _say_run(session, args)  # the step asked whether the pinned test fails alone
        found = state.reproduction
        if found and not args.json:
            kind = "stable" if found.is_stable else f"between {found.low:.0%} and {found.high:.0%}"
            test = f"{found.test}: " if found.others else ""
            say(f"{test}failed {found.failures} of {found.runs} cold runs ({kind})")
            for line in beside(found):
                say(f"  {safe_line(line)}")
            _say_choices(state)
        if args.json:
            put_json(summarise(state))
        if found and found.is_reproduced:
            return EXIT_FAILURES
        return exit_code_of(state.last_run)


def _say_choices(state: SessionState) -> None:
    """Ask for one of the red tests of a file or folder; ``coach failure`` names those that are not said yet."""
    tests = choices(state)
    if tests:
        say(f"{len(tests)} tests are red: coach target TEST takes one, else all of them stay the target")


def _say_run(session: Session, args: Namespace) -> int:
    last = session.state.last_run
    if last and args.json:
        put_json(
            {"session": session.state.opened.session if session.state.opened else "", **summarise_run(last)}
        )
    elif last:
        if not (sys.stdout.isatty() and sys.stderr.isatty()):  # there it was said when it ended
            put(run_line(last))
            for each in _behind(last):
                put(f"    {safe_line(each, limit=300)}")
        _say_seen(session.state, last)
    return exit_code_of(last)


def _behind(run: Run) -> list[str]:
    """Return where the values of the first failure part, and what stands behind it."""
    failures = run.report.failures if run.report else ()
    return lines_behind(failures[0]) if failures else []


def _say_seen(state: SessionState, run: Run) -> None:
    """Name the best past failure like this one, the first time it is seen."""
    opened = state.opened
    is_new = not any(each.strict == run.strict for each in state.runs if each.number < run.number)
    if opened is None or not run.failing or not is_new:
        return
    found = []
    with contextlib.suppress(StoreError):  # a past that cannot be read is no reason to hide what ran now
        past = past_failures(run.failing, opened.session)
        found = [each for each in past if each.session not in state.past_dismissed]
    if found:
        first = found[0]
        say(
            f"seen before in {first.session}, {first.how}: {first.root_cause or first.title} (coach seen shows more)"
        )


def failure(args: Namespace) -> int:
    """Show the failure that the session is about, or take another: only a person's word changes it."""
    if args.take is None:
        state = read_session(args.session)
        if args.json:
            put_json(summarise(state))
        else:
            put(_failure_text(state))
        return EXIT_FINE
    with opened_session(args) as session:
        ask(session, cmd.TakeFailure(run=args.take, test=args.test))
        if args.json:
            put_json(summarise(session.state))
        else:
            put(_failure_text(session.state))
        return EXIT_FINE


def _failure_text(state: SessionState) -> str:
    """Return the failure in words, with what the newest red run shows when that is another one."""
    known, red = state.reference, state.last_red
    if known is None:
        return "no failure is known yet"
    how = "reproduced" if known.is_reproduced else "seen"
    first = known.first
    lines = [f"{how} in #{known.run}: {safe_line(headline(first.exception, gist(first.message)))}"]
    lines += [f"  {safe_line(test)}" for test in known.tests]
    if red and not red.shows(known):
        lines.append(f"#{red.number} shows something else: {safe_line(failed_with(red.failing, red.judged))}")
    return "\n".join(lines)


def verify(args: Namespace) -> int:
    """Prove the fix; 0 only when every check holds."""
    on = place_of_work(args)
    with opened_session(args) as session:
        if args.accept:
            ask(session, cmd.AnswerObjection(objection=args.accept, reason=args.reason))
        else:
            ask(session, cmd.Verify(acceptance=agreed(session.state, is_agreed=args.yes), on=on))
        found = session.state.verification
        if args.json:
            put_json(summarise(session.state))
        elif found:
            for check in found.checks:
                box = "-" if not check.asked else "x" if check.passed else " "
                put(f"[{box}] {safe_line(check.title)}  {safe_line(check.figure)}")
                for each in check.objections:
                    put(
                        f"      {safe_line(each.text)}"
                        + (f"  (fine: {safe_line(each.answer)})" if each.answer else "")
                    )
            put(safe_line(found.sentence, limit=1_000))
        return EXIT_FINE if found and found.verdict == "verified" else EXIT_FAILURES


def pin(args: Namespace) -> int:
    """Pin the failing test, or unpin it with a reason."""
    with opened_session(args) as session:
        test = TestId(as_typed(args.test, place_here(session.state)) if args.test else "")
        ask(session, cmd.UnpinTest(reason=args.off) if args.off is not None else cmd.PinTest(test=test))
        pinned = session.state.pin
        if args.off is None and (pinned is None or (test and pinned.test != test)):
            raise UsageError("nothing was pinned", do="name the test: coach pin tests/test_x.py::test_y")
        return show(args, session.state)
