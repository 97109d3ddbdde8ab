"""The words of ``coach who``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_who(commands: "Commands[Parser]") -> None:
    who = add(commands, "who", _who, "show which places made a value of the failing test")
    who.add_argument(
        "words",
        nargs="*",
        metavar="NAME [at FILE:LINE]",
        help="a name, or names with attributes and items, and the line where it is read (default: what the failing assertion compares)",
    )
    add_session(who)


def _who() -> Call:
    from coach.cli.commands.who import who

    return who
