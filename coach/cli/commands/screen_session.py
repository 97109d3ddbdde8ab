"""Open the session that the screen shows. Runs in a thread, because the first picture is drawn before it is done."""

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from coach.assistants.prompt import prompt_of
from coach.cli.commands.drill_session import taken_up
from coach.cli.commands.durations import ago
from coach.cli.commands.open_session import current_id, newest_here
from coach.cli.commands.target_choice import chosen_target
from coach.core.export import Export, Purpose
from coach.core.log.events import EarlierRead
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.demo.project import FAILING_TEST, make_demo
from coach.engine.source.earlier_activity import earlier
from coach.engine.source.project_root import at, located_here
from coach.errors import SessionHeld
from coach.session.dispatcher import Dispatcher
from coach.session.factory import open_new, open_review, open_shared
from coach.session.port import SessionPort
from coach.session.similar_failures import Remembering
from coach.settings.project import load_settings
from coach.store import library


def new(args: Namespace) -> SessionPort:
    """Begin a session on the target of the command line; the reproduction starts at once."""
    place = at(_demo(args)) if args.demo else located_here(args.target or ())
    target = chosen_target(args, place)
    flags = {
        "python": args.python,
        "workflow": args.workflow,
        "timeout": args.timeout,
        "command": args.started,
    }
    session = open_new(place, target, load_settings(place.home, flags))
    if args.since:
        since = ago(args.since)
        session.record(EarlierRead(since=since, found=earlier(place.root, since)))
    return _begun(session, cmd.Begin())


def resumed(session: str, leaving: list[Callable[[], None]]) -> SessionPort:
    """Take up a session; when another coach holds it, join it there, or else look at it. ``leaving``: see ``show_screen``."""
    found = current_id(session)
    try:
        if library.is_of_drill(listed := library.find(found)) and not listed.read_only:
            return taken_up(listed, leaving)
        shared = open_shared(found)
    except SessionHeld as held:
        return open_review(found, why=str(held))
    return _begun(shared, cmd.Resume()) if isinstance(shared, Dispatcher) else shared


def reviewed(session: str) -> SessionPort:
    """Replay a session: the named one, or the newest here."""
    return open_review((library.find(session) if session else newest_here()).id)


def told(args: Namespace) -> SessionPort:
    """Show what a transcript of an assistant tells, without keeping it."""
    from coach.cli.commands.transcripts import source_of
    from coach.session.transcript_session import open_transcript

    return open_transcript(source_of(args))


def exported(state: SessionState, budget: int | None, purpose: Purpose | None) -> Export:
    """Return the prompt that the screen previews."""
    return prompt_of(state, budget, purpose=purpose)


def _begun(session: Dispatcher, first: cmd.Command) -> SessionPort:
    session.start()
    session.subscribe(Remembering(session.observe))
    session.submit(first)
    return session


def _demo(args: Namespace) -> Path:
    """Make the demo in a new scratch folder and go there."""
    folder = Path(tempfile.mkdtemp(prefix="coach-demo-")) / "shop"
    make_demo(folder)
    os.chdir(folder)
    args.target, args.python = [FAILING_TEST], sys.executable
    return folder
