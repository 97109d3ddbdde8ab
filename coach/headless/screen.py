"""Commands that open the screen: debug and review."""

import os
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from coach.config import load_settings
from coach.core import commands as cmd
from coach.core.commands import Command
from coach.demo import FAILING_TEST, make_demo
from coach.dispatcher import Dispatcher
from coach.door import Door
from coach.errors import EXIT_FINE, SessionHeld, UsageError
from coach.exporting import export_session
from coach.headless.opening import current_id
from coach.headless.talk import say
from coach.opening import open_existing, open_new, open_review, project_here, target_from
from coach.store import library


def debug(args: Namespace) -> int:
    """Open the screen on a target, a demo or an earlier session."""
    _need_terminal("coach run TARGET does the same without a screen")
    if args.resume is not None:
        return _resume(args.resume)
    root = make_demo_project() if args.demo else project_here()
    if args.demo:
        os.chdir(root)
        args.target, args.python = [FAILING_TEST], sys.executable
    if not args.target and args.command is None:
        return _choose(args, root)
    return _debug_target(args, root)


def _debug_target(args: Namespace, root: Path) -> int:
    target = target_from(args.target, args.command, root, Path.cwd())
    flags = {"python": args.python, "workflow": args.workflow, "timeout": args.timeout}
    return _live(open_new(root, target, load_settings(root, flags)), cmd.Begin())


def _resume(named: str) -> int:
    session = current_id(named)
    try:
        return _live(open_existing(session), cmd.Resume())
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


def _live(session: Dispatcher, first: Command) -> int:
    with session:
        session.submit(first)
        code = show(session)
        closed = session.state.closed
        opened = session.state.opened
    if opened and closed is None:
        say(f"kept as {opened.session}: coach debug --resume takes it up again")
    return code


def show(door: Door) -> int:
    """Run the screen on a door until it is left."""
    from coach.ui.app import CoachApp

    app = CoachApp(door, lambda state, budget: export_session(state, budget, "markdown").text)
    app.run()
    return app.return_code or EXIT_FINE


def _need_terminal(instead: str) -> None:
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}:
        return
    raise UsageError("the screen needs a terminal", do=instead)


def make_demo_project() -> Path:
    """Make the demo in a new scratch folder and say where."""
    folder = Path(tempfile.mkdtemp(prefix="coach-demo-")) / "shop"
    make_demo(folder)
    say(f"a small broken project: {folder}")
    return folder
