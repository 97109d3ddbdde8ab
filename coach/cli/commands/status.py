"""What a session says now: ``coach status`` for people, ``coach export`` as a prompt."""

import base64
import sys
from argparse import Namespace
from pathlib import Path

from coach.assistants.prompt import prompt_of
from coach.cli.commands.console import put, say, show, write_file
from coach.cli.commands.open_session import current_id, newest_here, read_session
from coach.core.base.text import safe
from coach.core.export import Export
from coach.core.protocol import commands as cmd
from coach.core.redact.redactor import taken_out
from coach.engine.process.clipboard import copy
from coach.errors import EXIT_FINE, SessionError, SessionHeld, StoreError, UsageError
from coach.session.factory import open_review, open_shared


def status(args: Namespace) -> int:
    """Where the session stands, and the next move."""
    return show(args, read_session(args.session))


def export(args: Namespace) -> int:
    """Print a session as a prompt; what leaves is recorded in the session when nobody else holds it."""
    session = current_id(args.id) if args.id else newest_here().id
    state = open_review(session).state
    made = prompt_of(state, args.budget, args.format, args.template or "", args.purpose)
    if args.explain:
        put(explained(made))
        return EXIT_FINE
    if args.output:
        write_file(Path(args.output), made.text)
        say(f"written to {args.output}: about {made.tokens:,} tokens")
    elif args.copy:
        say(f"copied with {_copied(made.text)}: about {made.tokens:,} tokens")
    else:
        put(made.text)
    for warning in made.warnings:
        say(f"look at this before you hand it on: {warning}")
    if made.redactions:
        say(f"redacted: {taken_out(made.redactions)}")
    if state.imported is None:
        _note_export(session, args, made)
    return EXIT_FINE


def explained(made: Export) -> str:
    """Return what is asked and why, what each section costs, and what was left out."""
    lines = [f"asks for: {made.purpose}; {made.why}", f"about {made.tokens:,} of {made.budget:,} tokens:"]
    lines += [f"  {tokens:>6,}  {title}" for title, tokens in made.costs]
    return safe("\n".join([*lines, f"left out: {'; '.join(made.left_out) or 'nothing'}"]))


def _copied(text: str) -> str:
    """Copy with the platform's tool, or ask the terminal to; returns who took it."""
    if tool := copy(text):
        return tool
    if sys.stderr.isatty():
        coded = base64.b64encode(text.encode("utf-8", "backslashreplace")).decode()
        sys.stderr.write(f"\x1b]52;c;{coded}\x07")
        return "the terminal (OSC 52)"
    raise UsageError("there is no clipboard here", do="write a file: coach export -o FILE")


def _note_export(session: str, args: Namespace, made: Export) -> None:
    """The hand-off mark; a session that is held or closed elsewhere is exported all the same."""
    try:
        with open_shared(session, only_writes=True) as live:
            way = "file" if args.output else "clipboard" if args.copy else "stdout"
            note = cmd.NoteExport(
                format=args.format, budget=made.budget, digest=made.digest, way=way, purpose=made.purpose
            )
            live.submit(note).result(timeout=5)
    except (SessionHeld, SessionError, StoreError) as error:
        say(f"not recorded in the session: {error}")
