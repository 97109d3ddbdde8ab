"""``coach watch``: no screen, one line per run and loop, for an assistant that works elsewhere in the same checkout."""

import sys
import threading
import time
from argparse import Namespace

from coach.assistants.runner import watch_saves
from coach.cli.commands.console import be_sure_somebody_reads, loop_line, put, run_line, say
from coach.cli.commands.open_session import TICK, Session, ask, opened_session
from coach.core.base.text import safe_line
from coach.core.loops.detection import LEVELS
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.errors import EXIT_FINE, EXIT_LOOP, EXIT_UNRESOLVED
from coach.session.port import Update


class _Teller:
    """Says what is new, each thing once, and knows when to stop."""

    def __init__(self, state: SessionState, at: str) -> None:
        self._runs = {run.number for run in state.runs if run.is_over}
        self._loops = len(state.notices)
        self._edits = len(state.edits)
        self._first = state.last_number
        self._at = LEVELS.index(at) if at in LEVELS else len(LEVELS)
        self._lock = threading.Lock()
        self.code: int | None = None

    def hear(self, update: Update) -> None:
        with self._lock:
            self._tell(update.state)

    def _tell(self, state: SessionState) -> None:
        for run in state.runs[-8:]:
            if run.is_over and run.number not in self._runs:
                self._runs.add(run.number)
                put(run_line(run))
        for notice in state.notices[self._loops :]:
            put(loop_line(notice.loop))
            if LEVELS.index(notice.loop.level) >= self._at:
                self.code = EXIT_LOOP
        self._loops = len(state.notices)
        if self.code is None and self._is_green(state):
            self.code = EXIT_FINE

    def _is_green(self, state: SessionState) -> bool:
        """Whether a run that counts as evidence passed after an edit that was seen here."""
        passed = state.last_pass
        newest = state.last_target_run
        return bool(
            passed
            and newest
            and passed.number > self._first
            and newest is passed
            and len(state.edits) > self._edits
        )


def watch(args: Namespace) -> int:
    """Say each run and each loop; 0 green by a cold run, 9 a loop, 3 the time is over."""
    deadline = time.monotonic() + args.seconds if args.seconds else 0.0
    with opened_session(args) as session:
        teller = _Teller(session.state, args.stop_at)
        was_watching = session.state.watching
        if session.state.held_by != args.assistant:
            ask(session, cmd.HandOver(to=args.assistant))
        unsubscribe = session.subscribe(teller.hear)
        if not was_watching:
            watch_saves(session)
        say(f"watching what {safe_line(args.assistant)} edits; ctrl+c ends it")
        try:
            return _until(session, teller, deadline)
        finally:
            unsubscribe()
            if not was_watching:
                session.submit(cmd.SetWatching(watching=False)).result(10)
            session.submit(cmd.HandBack()).result(10)


def _until(session: Session, teller: _Teller, deadline: float) -> int:
    """Wait for the code. A loop ends it when the run that showed it is over; nothing is said twice."""
    wake = threading.Event()
    unsubscribe = session.subscribe(lambda _: wake.set())
    try:
        while teller.code is None:
            be_sure_somebody_reads(sys.stdout)
            if session.read_only:
                say(session.read_only)
                return EXIT_UNRESOLVED
            if deadline and time.monotonic() > deadline:
                return EXIT_UNRESOLVED
            wake.wait(TICK)
            wake.clear()
        return teller.code
    finally:
        unsubscribe()
