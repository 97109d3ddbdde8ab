"""The words of ``coach suspects``."""

from coach.cli.options import Call, Commands, Parser, add, add_on, add_session


def add_suspects(commands: "Commands[Parser]") -> None:
    suspects = add(commands, "suspects", _suspects, "list suspects, best first, or rule one out")
    suspects.add_argument("--rule-out", metavar="KEY")
    suspects.add_argument("--restore", metavar="KEY")
    suspects.add_argument("--reason", default="", help="what you saw")
    suspects.add_argument(
        "--suite", action="store_true", help="compare with the whole suite, not only its file"
    )
    suspects.add_argument(
        "--mutate", action="store_true", help="try small mutations of the top suspects, in a copy"
    )
    suspects.add_argument("--seconds", type=float, default=10.0, help="time for --mutate (10)")
    add_on(suspects)
    add_session(suspects)


def _suspects() -> Call:
    from coach.cli.commands.suspects import suspects

    return suspects
