"""The words of ``coach sessions``: the list, and what is done with several sessions."""

from coach.cli.options import Call, Commands, Parser, add

ACTIONS = ("close", "prune", "export", "import")
"""What else can be done with sessions; other words after ``sessions`` are searched for."""


def add_sessions(commands: "Commands[Parser]") -> None:
    sessions = add(commands, "sessions", _sessions, "list and search sessions, newest first")
    sessions.add_argument(
        "words", nargs="*", metavar="WORD", help="in target, failure, spec, notes or root cause"
    )
    sessions.add_argument("--here", action="store_true", help="only those of this project")
    state = sessions.add_mutually_exclusive_group()
    state.add_argument("--open", action="store_true", help="only open ones")
    state.add_argument("--closed", action="store_true", help="only closed ones")
    state.add_argument("--stale", nargs="?", const="30d", metavar="SPAN", help="open and untouched for 30d")
    sessions.add_argument("--since", metavar="SPAN", help="used within 30d, 2h …")
    sessions.add_argument("--limit", type=int, metavar="N", help="at most so many (default: 50; 0: all)")
    sessions.add_argument("--json", action="store_true", help="print JSON lines to stdout")
    close = add(commands, "sessions close", _close, "close open sessions in a batch")
    close.add_argument("id", nargs="*", metavar="ID", help="ids or unique prefixes")
    close.add_argument("--stale", nargs="?", const="30d", metavar="SPAN", help="all untouched for 30d")
    close.add_argument("--passing", action="store_true", help="run their targets; close those that pass now")
    close.add_argument("--note", default="", metavar="TEXT")
    prune = add(commands, "sessions prune", _prune, "remove old closed sessions for ever")
    prune.add_argument("--older-than", default="180d", metavar="SPAN", help="not used for so long (180d)")
    prune.add_argument("--also-open", action="store_true", help="open ones too")
    prune.add_argument("--yes", action="store_true", help="do it; without, say what would go")


def _sessions() -> Call:
    from coach.cli.commands.sessions import sessions

    return sessions


def _close() -> Call:
    from coach.cli.commands.sessions import close

    return close


def _prune() -> Call:
    from coach.cli.commands.sessions import prune

    return prune
