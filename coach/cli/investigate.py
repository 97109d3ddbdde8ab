"""The words of ``coach investigate``."""

from coach.cli.options import Call, Commands, Parser, add, add_new, add_on, add_session, add_target


def add_investigate(commands: "Commands[Parser]") -> None:
    investigate = add(
        commands,
        "investigate",
        _investigate,
        "measure by itself until one place is isolated, and rank the places",
    )
    investigate.add_argument(
        "--seconds",
        type=float,
        default=0.0,
        metavar="N",
        help="time to measure (default: 90, or the settings)",
    )
    add_target(investigate)
    add_session(investigate)
    add_new(investigate)
    add_on(investigate)


def _investigate() -> Call:
    from coach.cli.commands.investigate import investigate

    return investigate
