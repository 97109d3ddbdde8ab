"""The words of the commands that open the screen."""

from coach.cli.options import Call, Commands, Parser, add, add_id, add_target
from coach.cli.transcripts import add_transcript


def add_screen(commands: "Commands[Parser]") -> None:
    debug = add(commands, "debug", _debug, "open the screen on a failing test or command")
    add_target(debug)
    which = debug.add_mutually_exclusive_group()
    which.add_argument(
        "--resume", nargs="?", const="", default=None, metavar="ID", help="take up a session again"
    )
    which.add_argument(
        "--new",
        action="store_true",
        help="start a new session, as without --resume: the word of the other commands",
    )
    debug.add_argument(
        "--since",
        metavar="SPAN",
        help="late start: take in what happened before, such as 1h (git, saves, last failures)",
    )
    debug.add_argument(
        "--demo", action="store_true", help="make a small broken project in a scratch folder and debug it"
    )
    review = add(commands, "review", _review, "replay a session on the same screen, read-only")
    add_id(review, "the newest here")
    add_transcript(review)


def _debug() -> Call:
    from coach.cli.commands.screen import debug

    return debug


def _review() -> Call:
    from coach.cli.commands.screen import review

    return review
