"""The words of the searches."""

from coach.cli.options import Call, Commands, Parser, add, add_new, add_session, add_target


def add_search(commands: "Commands[Parser]") -> None:
    bisect = add(commands, "bisect", _bisect, "find the commit that brought the failure")
    bisect.add_argument(
        "--good", metavar="COMMIT", default="", help="a commit known to pass (default: one is looked for)"
    )
    reduce = add(commands, "reduce", _reduce, "find the edits, earlier tests or input that matter")
    what = reduce.add_mutually_exclusive_group()
    what.add_argument("--edits", action="store_true", help="the hunks since the last pass (the default)")
    what.add_argument("--order", action="store_true", help="the earlier tests without which it passes")
    what.add_argument(
        "--input",
        metavar="FILE[:LINE]",
        default="",
        help="the least of a file, or of the text on a line, that still fails",
    )
    stress = add(commands, "stress", _stress, "name what a flaky failure depends on")
    stress.add_argument(
        "-n", "--runs", type=int, default=0, metavar="N", help="runs under each condition (default: 3)"
    )
    for parser in (bisect, reduce, stress):
        add_target(parser)
        add_session(parser)
        add_new(parser)
        says = "candidates at the same time (default: 2); what the answer leans on is judged alone"
        if parser is stress:
            says = "not used: rates are measured one run at a time"
        parser.add_argument("--jobs", type=int, default=2, metavar="N", help=says)
        parser.add_argument("--most", type=int, default=0, metavar="N", help="end after so many candidates")


def _bisect() -> Call:
    from coach.cli.commands.search import bisect

    return bisect


def _reduce() -> Call:
    from coach.cli.commands.search import reduce

    return reduce


def _stress() -> Call:
    from coach.cli.commands.search import stress

    return stress
