"""`coach allow`: the engineer's word about what an assistant asks to evaluate in the running program."""

from argparse import Namespace

from coach.cli.commands.approval import agrees, allow_evaluating, can_ask
from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.open_session import Session, ask, opened_session
from coach.core.base.text import safe_line
from coach.core.log.events import LookAsked
from coach.core.protocol import commands as cmd
from coach.errors import EXIT_FINE, UsageError


def allow(args: Namespace) -> int:
    """Show each question word by word and take the answer to it; what is neither allowed nor refused waits on."""
    if args.yes and args.no:
        raise UsageError("both --yes and --no", do="look at what is asked first: coach allow")
    with opened_session(args) as session:
        waiting = session.state.looks_asked
        if args.json:
            put_json([each.model_dump(mode="json") for each in waiting])
        elif not waiting:
            put("no assistant asks to evaluate anything")
        for each in waiting:
            if not args.json:
                _show(each)
            _answer(session, each, args)
    return EXIT_FINE


def _show(asked: LookAsked) -> None:
    put(
        f"{safe_line(asked.by)} asks to evaluate at {safe_line(asked.logpoint.place)}, each time the test comes by:"
    )
    for words in dict.fromkeys(filter(None, (asked.logpoint.expression, asked.logpoint.condition))):
        put(f"    {safe_line(words, limit=10_000)}")
    put(f"  asked, since {safe_line(asked.why)}: it could do whatever the tests can")


def _answer(session: Session, asked: LookAsked, args: Namespace) -> None:
    is_allowed = args.yes or (not args.no and can_ask() and agrees("Evaluate these words, in this session?"))
    if is_allowed:
        allow_evaluating(session.state, asked.logpoint)
    elif not args.no and not can_ask():
        say("not answered: --yes allows, --no refuses")
        return
    ask(session, cmd.AskLook(logpoint=asked.logpoint, is_allowed=is_allowed))
