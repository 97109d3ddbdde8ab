"""``coach who``: which assignments, arguments, returns, attributes and items made a value of the failing test."""

from argparse import Namespace

from coach.cli.commands.console import put, put_json
from coach.cli.commands.logpoints import named_file
from coach.cli.commands.open_session import ask, opened_session, place_here
from coach.core.base.text import safe_line
from coach.core.localize.origins import asked, described
from coach.core.protocol.commands import TraceOrigins
from coach.errors import EXIT_FINE, UsageError


def who(args: Namespace) -> int:
    """Record the failing test once, and print where the value came from, nearest first."""
    try:
        name, path, line = asked(" ".join(args.words))
    except ValueError as error:
        raise UsageError(str(error)) from None
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
