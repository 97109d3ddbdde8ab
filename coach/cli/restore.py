"""The words of the way back, and of who edits."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_restore(commands: "Commands[Parser]") -> None:
    restore = add(commands, "restore", _restore, "put the last good files back, or those of a run")
    restore.add_argument("run", nargs="?", type=int, metavar="RUN", help="a run's number")
    restore.add_argument(
        "--yes", action="store_true", help="do it (default: only list the files that differ)"
    )
    restore.add_argument(
        "--back", action="store_true", help="take back a restore that was interrupted (default: finish it)"
    )
    restore.add_argument(
        "--best", action="store_true", help="the files with the fewest failing tests, no test weakened"
    )
    add_session(restore)
    hand = add(commands, "hand", _hand, "say who edits from here on, an assistant or you again")
    hand.add_argument("to", nargs="?", default="", metavar="NAME", help="who edits; their attempts carry it")
    hand.add_argument("--back", action="store_true", help="you edit again")
    add_session(hand)


def _restore() -> Call:
    from coach.cli.commands.restore import restore

    return restore


def _hand() -> Call:
    from coach.cli.commands.restore import hand

    return hand
