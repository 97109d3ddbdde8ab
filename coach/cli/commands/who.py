"""``coach who``: which assignments, arguments, returns, attributes and items made a value of the failing test."""

from argparse import Namespace
from collections.abc import Sequence

from coach.cli.commands.console import put, put_json
from coach.cli.commands.logpoints import named_file
from coach.cli.commands.open_session import ask, opened_session, place_here
from coach.core.base.text import safe_line
from coach.core.localize.origins import described
from coach.core.protocol.commands import TraceOrigins
from coach.errors import EXIT_FINE, UsageError

_USAGE = "coach who NAME at FILE:LINE"


def who(args: Namespace) -> int:
    """Record the failing test once, and print where the value came from, nearest first."""
    name, path, line = asked(args.words)
    with opened_session(args) as session:
        before = session.state.origins
        named = named_file(path, place_here(session.state)) if path else ""
        ask(session, TraceOrigins(expression=name, path=named, line=line))
        found = session.state.origins
        if found is None or found is before:
            raise UsageError("no line of the test was recorded", do="see what was said above; run it again")
        if args.json:
            put_json(found.model_dump(mode="json"))
        else:
            put("\n".join(map(safe_line, described(found))))
        return EXIT_FINE


def asked(words: Sequence[str]) -> tuple[str, str, int]:
    """Take the words of a question apart: name, file and line; empty and 0 where it says nothing.

    Raises:
        UsageError: what follows ``at`` names no line.

    """
    said = list(words)
    where = said.index("at") if "at" in said else len(said)
    name, place = " ".join(said[:where]), said[where + 1 :]
    if where == len(said):
        return name, "", 0
    path, _, line = (place[0] if len(place) == 1 else "").rpartition(":")
    if not path or not line.isdigit():
        raise UsageError(f"{' '.join(place) or 'at'!r} names no line", do=_USAGE)
    return name, path, int(line)
