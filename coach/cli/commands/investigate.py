"""``coach investigate``: from red to a ranked, explained answer, in one command and within its seconds."""

import threading
from argparse import Namespace
from typing import Any

from coach.cli.commands.console import be_sure_somebody_reads, exit_code_of, put, put_json, say
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import TICK, Session, ask, opened_session, opened_target, wait
from coach.cli.commands.suspects import list_places, suspect_rows
from coach.core.base.text import safe_line
from coach.core.decide.failure_age import newest_age
from coach.core.decide.investigation import why_not_investigated
from coach.core.decide.measurement_kinds import title_of
from coach.core.localize.measurement import Investigation, Measurement
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.core.workflow.action_ids import as_commands
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_UNRESOLVED


def investigate(args: Namespace) -> int:
    """Investigate the failure; 0 when a place is isolated, 1 when none is, 3 when there is no failure to investigate."""
    on = place_of_work(args)
    with opened_target(args) if args.target or args.command else opened_session(args) as session:
        wait(session)  # what was edited while nobody watched is told once the session is open
        if not session.state.is_investigating and why_not_investigated(session.state):
            ask(session, cmd.RunTarget(purpose="experiment"))
        is_under_way = session.state.is_investigating  # that of a screen, or it began by itself after the run
        if not is_under_way and (why_not := why_not_investigated(session.state)):
            say(f"nothing to investigate: {as_commands(why_not)}")
            return exit_code_of(session.state.last_run) or EXIT_UNRESOLVED
        try:
            _measure(session, None if is_under_way else cmd.Investigate(seconds=args.seconds, on=on))
        except KeyboardInterrupt:
            if (found := session.state.investigation) and found.is_open:
                session.submit(cmd.StopInvestigation()).result(timeout=5)
        return _told(session.state, args)


def _measure(session: Session, begin: cmd.Investigate | None) -> None:
    """Begin the investigation, unless one is under way, and wait until it is over. Raises UsageError when it is refused."""
    teller = _Teller(session.state)
    unsubscribe = session.subscribe(lambda update: teller.tell(update.state))
    try:
        if begin:
            ask(session, begin)
        wait_until_investigated(session)
    finally:
        unsubscribe()


def wait_until_investigated(session: Session) -> None:
    """Wait until no investigation is under way; one that the engineer paused is not waited for.

    Raises:
        BrokenPipeError: nobody reads what the command says.
        SessionError: the threads that measure are gone.

    """
    woken = threading.Event()
    unsubscribe = session.subscribe(lambda _: woken.set())
    try:
        while (found := session.state.investigation) and found.is_open and not found.paused:
            woken.wait(TICK)
            woken.clear()
            be_sure_somebody_reads()
            session.wait_idle(0)  # raises when the threads that measure are gone
        wait(session)
    finally:
        unsubscribe()


class _Teller:
    """Says each measurement as it begins and ends."""

    def __init__(self, state: SessionState) -> None:
        self._known = state.investigation
        self._said: set[tuple[int, str]] = set()

    def tell(self, state: SessionState) -> None:
        found = state.investigation
        if found is None or found is self._known:
            return
        for index, each in enumerate(found.measurements):
            if (index, each.how) not in self._said:
                self._said.add((index, each.how))
                say(_line(each))


def _line(measured: Measurement) -> str:
    title = title_of(measured.name)
    if not measured.how:
        return f"◌ {title}: {safe_line(as_commands(measured.why), limit=200)}"
    said = f": {safe_line(as_commands(measured.said), limit=200)}" if measured.said else ""
    return f"· {title} {measured.how}, {measured.seconds:.1f} s{said}"


def _told(state: SessionState, args: Namespace) -> int:
    found, age = state.investigation, newest_age(state)
    if age and not args.json:
        put(safe_line(as_commands(age), limit=500))
    if found is None:
        return EXIT_FAILURES if age else EXIT_UNRESOLVED
    if args.json:
        put_json(as_json(state, found))
    else:
        list_places(state)
        put(safe_line(as_commands(found.sentence or "the investigation is paused"), limit=500))
    if found.is_open:
        return EXIT_UNRESOLVED
    return EXIT_FINE if found.ending == "isolated" else EXIT_FAILURES


def as_json(state: SessionState, found: Investigation) -> dict[str, Any]:
    """Return an investigation and what is known after it as plain values. Keys are an API: they are added to, not renamed."""
    return {
        "session": state.opened.session if state.opened else "",
        "test": found.key.test,
        "isolated": found.ending == "isolated",
        "ending": found.ending,
        "sentence": as_commands(found.sentence),
        "seconds": round(found.spent, 3),
        "measurements": [
            {
                "name": each.name,
                "why": each.why,
                "how": each.how,
                "said": each.said,
                "seconds": each.seconds,
                "run": each.run,
                "search": each.search,
            }
            for each in found.measurements
        ],
        "suspects": suspect_rows(state),
    }
