"""Commands that open the screen: debug and review."""

import gc
import importlib
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from coach.config import load_settings
from coach.core import commands as cmd
from coach.core.commands import Command
from coach.core.session import SessionState
from coach.dispatcher import Dispatcher
from coach.door import Door
from coach.errors import EXIT_FINE, SessionHeld, UsageError
from coach.headless.opening import current_id
from coach.headless.talk import say
from coach.opening import open_existing, open_new, open_review, project_here, target_from
from coach.store import library


def debug(args: Namespace) -> int:
    """Open the screen on a target, a demo or an earlier session."""
    _need_terminal("coach run TARGET does the same without a screen")
    if args.resume is not None:
        return _resume(args.resume)
    root = _make_demo_project(args) if args.demo else project_here()
    if not args.target and args.command is None:
        return _choose(args, root)
    return _debug_target(args, root)


def _debug_target(args: Namespace, root: Path) -> int:
    target = target_from(args.target, args.command, root, Path.cwd())
    flags = {"python": args.python, "workflow": args.workflow, "timeout": args.timeout}
    settings = load_settings(root, flags)
    return _live(lambda: open_new(root, target, settings), cmd.Begin())


def _resume(named: str) -> int:
    session = current_id(named)
    try:
        return _live(lambda: open_existing(session), cmd.Resume())
    except SessionHeld as held:
        say(f"coach: {held}")
        return show(open_review(session, why=str(held)))


def _choose(args: Namespace, root: Path) -> int:
    """Without a target: open sessions and pytest's last failures, to pick from."""
    from coach.last_failed import last_failed
    from coach.ui.start import OpenSession, choose

    open_here = [
        OpenSession(each.id, each.title or each.target, each.step)
        for each in library.sessions()
        if each.state == "open" and each.project == str(root) and not each.damage
    ]
    choice = choose(open_here, last_failed(root), root.name)
    if choice is None:
        return EXIT_FINE
    if choice.session:
        return _resume(choice.session)
    args.target = list(choice.words)
    return _debug_target(args, root)


def review(args: Namespace) -> int:
    """Replay a session, read-only."""
    _need_terminal("coach status --session ID prints where it stands")
    listed = library.find(args.id) if args.id else None
    if listed is None:
        root = str(project_here())
        listed = next((each for each in library.sessions() if each.project == root and not each.damage), None)
    if listed is None:
        raise UsageError("no session in this project", do="coach sessions lists all")
    return show(open_review(listed.id))


def _live(opening: Callable[[], Dispatcher], first: Command) -> int:
    with _opened(opening) as session:
        session.submit(first)
        code = show(session)
        closed = session.state.closed
        opened = session.state.opened
    if opened and closed is None:
        say(f"kept as {opened.session}: coach debug --resume takes it up again")
    return code


def _opened(opening: Callable[[], Dispatcher]) -> Dispatcher:
    """Open while the screen is being loaded: most of opening waits for git and for the target's interpreter.

    Without the collector both are quicker: everything that start-up makes is there to stay.
    """
    gc.disable()
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            session = pool.submit(opening)
            importlib.import_module("coach.ui.app")
            return session.result()
    finally:
        gc.enable()
        gc.freeze()


def show(door: Door) -> int:
    """Run the screen on a door until it is left."""
    from coach.ui.app import CoachApp

    app = CoachApp(door, _export)
    app.run()
    return app.return_code or EXIT_FINE


def _export(state: SessionState, budget: int) -> str:
    from coach.exporting import export_session

    return export_session(state, budget, "markdown").text


def _need_terminal(instead: str) -> None:
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}:
        return
    raise UsageError("the screen needs a terminal", do=instead)


def _make_demo_project(args: Namespace) -> Path:
    """Make the demo in a new scratch folder, go there, and say where."""
    from coach.demo import FAILING_TEST, make_demo

    folder = Path(tempfile.mkdtemp(prefix="coach-demo-")) / "shop"
    make_demo(folder)
    say(f"a small broken project: {folder}")
    os.chdir(folder)
    args.target, args.python = [FAILING_TEST], sys.executable
    return folder
