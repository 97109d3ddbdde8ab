"""Open the session a headless command speaks of, and wait for what it starts."""

import contextlib
import signal
from argparse import Namespace
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from coach.cli.commands.approval import be_sure_of_python
from coach.cli.commands.console import be_sure_somebody_reads, narrator, nothing_ran, say, show
from coach.cli.commands.signals import impatient, on_signals
from coach.cli.commands.target_choice import chosen_target
from coach.core.decide import Refusal
from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command
from coach.core.session.state import SessionState
from coach.core.session.summary import left_behind
from coach.core.workflow.action_ids import as_commands
from coach.engine.source.project_root import Located, located_here, project_here
from coach.errors import SessionError, StoreError, UsageError
from coach.session.dispatcher import Dispatcher
from coach.session.factory import (
    newest_open_here,
    open_existing,
    open_new,
    open_review,
    open_shared,
    place_of,
    sibling_sessions,
)
from coach.session.shared.client import RemotePort
from coach.settings.project import load_settings
from coach.store import library

TICK = 0.2
"""Seconds between two looks for a signal while waiting."""


Session = Dispatcher | RemotePort
"""A live session: held here, or by another coach that lets us in."""


def wait(session: Session) -> None:
    """Wait until the session is idle; a signal ends the wait and is recorded.

    Raises:
        BrokenPipeError: nobody reads what the command says.
        SessionError: the threads that would bring the session there are gone.

    """
    while not session.wait_idle(TICK):
        be_sure_somebody_reads()
    be_sure_somebody_reads()


def ask(session: Session, command: Command) -> None:
    """Submit a command and wait until all that follows from it is over. Raises UsageError for a refusal."""
    answer = session.submit(command)
    wait(session)
    decision = answer.result(timeout=10)
    if isinstance(decision, Refusal):
        raise UsageError(as_commands(decision.reason), typed=decision.typed, meant=decision.meant)


def ask_all(args: Namespace, *commands: Command) -> int:
    """Ask the session for these, one after the other, and show where it stands. Returns the exit code."""
    with opened_session(args) as session:
        for command in commands:
            ask(session, command)
        return show(args, session.state)


@contextlib.contextmanager
def opened_session(args: Namespace) -> Iterator[Session]:
    """Take up the named session, or the open one of this project; one that another coach holds is joined."""
    with _serving(open_shared(current_id(args.session))) as session:
        yield session


@contextlib.contextmanager
def begun(session: Dispatcher) -> Iterator[Dispatcher]:
    """Serve a session that was just made."""
    with _serving(session):
        session.submit(cmd.Begin(reproduce=False))
        yield session


@contextlib.contextmanager
def taken_up(session: str, *, only_writes: bool = False) -> Iterator[Session]:
    """Take up a session by its id. Raises SessionHeld when another coach works on it."""
    with _serving(open_existing(session, only_writes=only_writes)) as live:
        yield live


@contextlib.contextmanager
def opened_target(args: Namespace) -> Iterator[Session]:
    """Take up the open session of this target, or begin one."""
    place = located_here(args.target or ())
    target = chosen_target(args, place)
    named = bool(args.target or args.command or getattr(args, "from_junit", None))
    found = None if args.new else _newest_open(place, is_named=named)
    if args.session or (found and not named):
        with opened_session(args) as session:
            yield session
        return
    flags = {
        "python": args.python,
        "workflow": args.workflow,
        "timeout": args.timeout,
        "command": args.started,
    }
    if found is not None:
        with _serving(open_shared(found.id)) as session:
            if session.state.target == target:
                yield session
                return
    be_sure_of_python(place.home, args.python)
    with _serving(open_new(place, target, load_settings(place.home, flags))) as session:
        session.submit(cmd.Begin(reproduce=False))
        opened = session.state.opened
        if opened:
            say(f"session {opened.session}, {opened.interpreter.path} ({opened.interpreter.why})")
        yield session
        _drop_if_nothing_ran(session)


def _drop_if_nothing_ran(session: Session) -> None:
    """A mistyped target must not stay behind as the project's open session."""
    if nothing_ran(session.state):
        session.submit(cmd.Close(note="there was nothing to run")).result(timeout=5)


def _newest_open(place: Located, *, is_named: bool) -> library.Listed | None:
    """Return the session to go on with: of the target's project, or where we stand when none is named.

    A state directory that cannot be read holds none.
    """
    with contextlib.suppress(StoreError):
        return library.newest_open(place.root / place.folder) if is_named else newest_open_here()
    return None


def current_id(named: str) -> str:
    """Return the id a command speaks of. Raises SessionError when there is none."""
    if named:
        return library.find(named).id
    found = newest_open_here()
    if found is None:
        others = sibling_sessions()
        raise SessionError(
            "no open session in this project",
            why=f"one of {others[0].project} is open" if others else "",
            do=f"name it: --session {others[0].id}, or start one: coach run TARGET"
            if others
            else "start one: coach run TARGET, or coach debug TARGET",
        )
    return found.id


def place_here(state: SessionState) -> Located:
    """Return where the project of a session is."""
    return place_of(state.opened) if state.opened else located_here()


def place_meant(args: Namespace) -> Located:
    """Return where the project of a command is: of the target that it names, else of the session."""
    is_open = not (getattr(args, "target", None) or getattr(args, "command", None))
    return place_here(read_session(args.session)) if is_open else located_here(args.target)


def newest_here() -> library.Listed:
    """Return the session of this project that was used last, open or not. Raises SessionError when there is none."""
    listed = library.search(library.Query(project=str(project_here()), is_whole=True), 1)[0]
    if not listed:
        raise SessionError(
            "no session in this project", do="start one: coach debug TARGET, or name one: coach sessions"
        )
    return listed[0]


def read_session(named: str) -> SessionState:
    """Return the state of a session without taking its lock: another process may hold it."""
    return open_review(current_id(named)).state


@contextlib.contextmanager
def _serving(session: Session) -> Iterator[Session]:
    with unwinding(), session:
        session.subscribe(narrator(session.state))
        if left := left_behind(session.records):
            say(left)
        try:
            yield session
        except (KeyboardInterrupt, BrokenPipeError, Stopped) as stop:
            name = _signal_of(stop)
            with impatient():
                session.submit(cmd.Interrupted(by=name))
                session.wait_idle(5)
                session.close()
            left = (
                "the session is kept"
                if isinstance(session, Dispatcher)
                else "the session goes on where it is held"
            )
            with contextlib.suppress(BrokenPipeError):
                say(f"coach: stopped by {name}; {left}")
            raise SystemExit(128 + signal.Signals[name].value) from None
        finally:
            if session.unsaved:
                say(f"coach: not saved: {session.unsaved}")


def _signal_of(stop: BaseException) -> str:
    """Name what ended the command; a pipe that nobody reads ends others by a signal, and its code is the one expected."""
    if isinstance(stop, BrokenPipeError):
        return "SIGPIPE"
    return stop.name if isinstance(stop, Stopped) else "SIGINT"


class Stopped(BaseException):
    """A signal ended the command."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@contextlib.contextmanager
def unwinding() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind like Ctrl-C does, so that no child outlives us."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped(signal.Signals(number).name)

    with on_signals((signal.SIGTERM, signal.SIGHUP), stop):
        yield


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a command that opens sessions of its own unwind at a signal, and end with its code."""
    try:
        with unwinding():
            yield
    except (KeyboardInterrupt, BrokenPipeError, Stopped) as stop:
        name = _signal_of(stop)
        with contextlib.suppress(BrokenPipeError):
            say(f"coach: stopped by {name}")
        raise SystemExit(128 + signal.Signals[name].value) from None
