"""Commands that open the screen: debug and review. Light: the first picture comes before the core is loaded."""

import contextlib
import gc
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from coach.core.base.test_id import TestId
from coach.errors import EXIT_FINE, CoachError, UsageError
from coach.regular_files import MAX_SETTINGS, read_head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coach.core.experiments.logpoint import Logpoint
    from coach.core.export import Export, Purpose
    from coach.core.session.state import SessionState
    from coach.session.port import SessionPort
    from coach.tui.host_services import NamedAssistant
    from coach.tui.launch import LastSeen

SWITCH_SECONDS = 0.0005
"""Seconds a thread that draws may keep the others waiting. With python's own 0.005 a run began 41 ms after a save instead of
25, since each system call on the way waited for the picture (one traced save, python 3.11)."""


def debug(args: Namespace) -> int:
    """Open the screen on a target, a demo or an earlier session."""
    need_terminal("coach run TARGET does the same without a screen", partial(_look_for_named, args))
    if args.resume is None and not (args.demo or args.target or args.from_junit or args.command is not None):
        _choose(args)
        if args.resume is None and args.target is None:
            return EXIT_FINE
    if args.resume is not None:
        leaving: list[Callable[[], None]] = []
        known = partial(_last_seen, args.resume)
        return show_screen("resume", lambda: _sessions().resumed(args.resume, leaving), known, leaving)
    typed = [Path.cwd() / TestId(each).file for each in args.target or ()]
    if not args.demo and any(_names_a_python(each) for each in (Path.cwd(), *typed)):
        from coach.cli.commands.approval import be_sure_of_python
        from coach.engine.source.project_root import located_here

        be_sure_of_python(located_here(args.target or ()).home, args.python)
    label = "a small broken shop" if args.demo else " ".join(args.command or args.target) or "the whole suite"
    return show_screen(label, lambda: _sessions().new(args))


def _names_a_python(start: Path) -> bool:
    """Whether a settings file around may name a program: looked at as bytes, since nothing heavy is loaded yet."""
    for folder in (start, *start.parents):
        with contextlib.suppress(OSError):
            text = read_head(folder / "pyproject.toml", MAX_SETTINGS)
            if b"coach" in text and b"python" in text:
                return True
    return False


def review(args: Namespace) -> int:
    """Replay a session, read-only."""
    need_terminal("coach status --session ID prints where it stands", partial(_look_for_session, args.id))
    if args.transcript:
        return show_screen("review", lambda: _sessions().told(args))
    known = partial(_last_seen, args.id) if args.id else lambda: None
    return show_screen("review", lambda: _sessions().reviewed(args.id), known)


def _last_seen(session: str) -> "LastSeen | None":
    """Return what the library knows of the session with this id, without one of the open one here; of none, nothing."""
    from coach.engine.source.project_root import located_here, project_here
    from coach.store import library
    from coach.tui.launch import LastSeen

    found = None
    with contextlib.suppress(CoachError):  # whatever it is, opening the session says it
        found = library.find(session) if session else library.newest_open(project_here(), located_here().root)
    return LastSeen(found.target, found.failure) if found else None


class _Sessions(NamedTuple):
    """What opens a session for the screen, once it is loaded."""

    new: "Callable[[Namespace], SessionPort]"
    resumed: "Callable[[str, list[Callable[[], None]]], SessionPort]"
    reviewed: "Callable[[str], SessionPort]"
    told: "Callable[[Namespace], SessionPort]"


def _sessions() -> _Sessions:
    """Load all that sessions need; everything that start-up makes is there to stay, so the collector need not look at it."""
    gc.disable()
    try:
        from coach.cli.commands.screen_session import new, resumed, reviewed, told
    finally:
        gc.freeze()
        gc.enable()
    return _Sessions(new, resumed, reviewed, told)


def show_screen(
    label: str,
    opening: "Callable[[], SessionPort]",
    last_seen: "Callable[[], LastSeen | None]" = lambda: None,
    leaving: Sequence[Callable[[], None]] = (),
) -> int:
    """Run the screen until it is left; then do what ``leaving`` holds by then, stop what runs, give up the lock and say what is kept."""
    from coach.cli.commands.signals import end_at_once, impatient
    from coach.tui.app import CoachApp
    from coach.tui.launch import SessionLaunch

    way = SessionLaunch(label, opening, _wishes, last_seen, _remember_theme, _is_first_time)
    app = CoachApp(None, _export, launch=way, host=_Ways())
    app.end_process = end_at_once
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        app.run()
    finally:
        port = app.opened(within=10)
        for each in leaving:
            each()
        if port:
            _drop_if_nothing_ran(port)
            with impatient():
                port.close()
                _list_again()
    if app.failure:
        raise app.failure
    if port and not port.read_only:
        _say_what_is_kept(port)
    return app.return_code or EXIT_FINE


def _list_again() -> None:
    """Let the library read what the session wrote, while all that reads logs is loaded: the next list is then shown at once."""
    from coach.errors import StoreError
    from coach.store import library

    with contextlib.suppress(StoreError):
        library.sessions()


def _drop_if_nothing_ran(port: "SessionPort") -> None:
    """A mistyped target must not be offered again as an open session."""
    from coach.cli.commands.console import nothing_ran
    from coach.core.protocol.commands import Close

    if not port.read_only and port.state.closed is None and nothing_ran(port.state):
        with contextlib.suppress(TimeoutError):
            port.submit(Close(note="there was nothing to run")).result(timeout=5)


def _wishes() -> tuple[str, Mapping[str, str]]:
    from coach.settings.user import load_personal, theme_wished

    personal = load_personal()
    return theme_wished(personal), personal.keys


def _remember_theme(name: str) -> None:
    from coach.settings.user import remember_theme

    remember_theme(name)


def _is_first_time() -> bool:
    from coach.settings.user import is_first_time

    return is_first_time()


def _say_what_is_kept(port: "SessionPort") -> None:
    from coach.cli.commands.console import say

    opened = port.state.opened
    if port.unsaved:
        say(f"coach: not saved: {port.unsaved}")
    elif opened and port.state.closed is None:
        say(f"kept as {opened.session}: `coach debug --resume` in {opened.checkout.start} takes it up again")


def _export(state: "SessionState", budget: int | None, purpose: "Purpose | None") -> "Export":
    from coach.cli.commands.screen_session import exported

    return exported(state, budget, purpose)


class _Ways:
    """What the screen asks of its host process; loaded when it does."""

    def assistants(self, state: "SessionState") -> "tuple[NamedAssistant, ...]":
        from coach.cli.commands.assist import named_assistants

        return named_assistants(state)

    def run(self, port: "SessionPort", name: str, prompt: str) -> str:
        from coach.cli.commands.assist import run_in_terminal

        return run_in_terminal(port, name, prompt)

    def approved(self, state: "SessionState") -> tuple[str, ...]:
        from coach.cli.commands.approval import approved

        return approved(state)

    def approve(self, state: "SessionState", commands: "Iterable[str]") -> None:
        from coach.cli.commands.approval import approve_commands

        approve_commands(state, commands)

    def allow(self, state: "SessionState", logpoint: "Logpoint") -> None:
        from coach.cli.commands.approval import allow_evaluating

        allow_evaluating(state, logpoint)

    def copy(self, text: str) -> str:
        from coach.engine.process.clipboard import copy

        return copy(text)

    def keep(self, text: str, ending: str) -> str:
        from coach.store.kept_copies import keep

        return str(keep(text, ending))

    def clusters(self, state: "SessionState") -> tuple[str, ...]:
        from coach.cli.commands.on_cluster import named_clusters

        return named_clusters(state)

    def why_no_cluster(self, state: "SessionState", typed: str) -> str:
        from coach.cli.commands.on_cluster import why_no_cluster

        return why_no_cluster(state, typed)


def _choose(args: Namespace) -> None:
    """Without a target: open sessions and pytest's last failures, to pick from. No choice leaves no target."""
    from coach.core.base.text import storable
    from coach.engine.source.project_root import project_here
    from coach.errors import StoreError
    from coach.settings.pytest_cache import last_failed
    from coach.store import library
    from coach.tui.start import OpenSession, choose

    root = project_here()
    known = []
    with contextlib.suppress(StoreError):  # a state directory that cannot be read holds nothing to take up
        known = library.sessions()
    open_here = [
        OpenSession(each.id, each.title or each.target, each.step)
        for each in known
        if each.state == "open" and each.project == storable(str(root)) and not each.damage
    ]
    choice = choose(open_here, last_failed(root), root.name)
    args.target = None if choice is None else list(choice.words)
    if choice and choice.session:
        args.resume = choice.session


def need_terminal(instead: str, look: Callable[[], None] = lambda: None) -> None:
    """Raise UsageError, which says what to do ``instead``, where no screen can be shown; before it, what ``look`` finds wrong."""
    if os.environ.get("TEXTUAL_DRIVER"):  # `textual serve`: the screen is in a browser
        return
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}:
        return
    look()
    raise UsageError("the screen needs a terminal", do=instead)


def _look_for_named(args: Namespace) -> None:
    """Raise CoachError where what is named is not there, as the screen would."""
    if args.resume is not None:
        _look_for_session(args.resume)
    elif args.target or args.command is not None or args.from_junit:
        from coach.cli.commands.target_choice import chosen_target, refuse_misspelt
        from coach.engine.source.project_root import located_here

        place = located_here(args.target or ())
        refuse_misspelt(chosen_target(args, place), place)


def _look_for_session(session: str | None) -> None:
    if session:
        from coach.store import library

        library.find(session)
