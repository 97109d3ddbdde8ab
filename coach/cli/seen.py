"""The words of ``coach seen``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_seen(commands: "Commands[Parser]") -> None:
    seen = add(commands, "seen", _seen, "show past failures like the present one")
    seen.add_argument(
        "--dismiss", nargs="?", const="", metavar="ID", help="it does not help; without ID: none does"
    )
    add_session(seen)


def _seen() -> Call:
    from coach.cli.commands.seen import seen

    return seen
