"""The words of ``coach try``."""

from coach.cli.options import EXPECTS, Call, Commands, Parser, add, add_for_hypothesis, add_session


def add_try(commands: "Commands[Parser]") -> None:
    parser = add(
        commands,
        "try",
        _try,
        "try a patch, another environment or a command (after --) in a copy of the work tree",
    )
    parser.add_argument(
        "patch", nargs="?", default="", metavar="PATCH", help="a diff file; - reads it from stdin"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="PYTHONHASHSEED")
    parser.add_argument(
        "--order", choices=["reversed"], default="", help="the tests of its file before it, turned round"
    )
    parser.add_argument("--tz", metavar="ZONE", default="", help="the time zone, such as Asia/Tokyo")
    parser.add_argument(
        "--env", metavar="NAME=VALUE", action="append", default=[], help="may be given several times"
    )
    parser.add_argument(
        "--with",
        dest="packages",
        metavar="PACKAGE==VERSION",
        action="append",
        default=[],
        help="another version of a dependency, installed by pip for this run alone; may be given several times",
    )
    parser.add_argument("--expects", choices=EXPECTS, help="what the target is predicted to do")
    parser.add_argument(
        "--expect-exit", type=int, metavar="CODE", help="what the command is predicted to end with"
    )
    parser.add_argument(
        "--expect-output", metavar="PATTERN", default="", help="what its output is predicted to hold"
    )
    add_for_hypothesis(parser)
    add_session(parser)


def _try() -> Call:
    from coach.cli.commands.trials import try_

    return try_
