"""The words of ``coach logpoint``."""

from coach.cli.options import Call, Commands, Parser, add, add_for_hypothesis, add_session


def add_logpoint(commands: "Commands[Parser]") -> None:
    parser = add(
        commands,
        "logpoint",
        _logpoint,
        "look at values in the running code, and test a prediction about them; no file is edited",
    )
    parser.add_argument(
        "place", nargs="?", default="", metavar="FILE:LINE", help="with --watch: FILE:FUNCTION"
    )
    parser.add_argument(
        "expression", nargs="?", default="", metavar="EXPRESSION", help="evaluated before the line"
    )
    parser.add_argument(
        "--expect", metavar="CONDITION", default="", help="what is predicted to be true there"
    )
    parser.add_argument("--mode", choices=["once", "always", "never", "only-failing"], default="once")
    add_for_hypothesis(parser)
    parser.add_argument("--watch", metavar="NAME", default="", help="every change of a name in the function")
    parser.add_argument("--pdb", action="store_true", help="stop there in pdb, in this terminal")
    parser.add_argument(
        "--again", action="store_true", help="look once more; the line is followed by its text"
    )
    add_session(parser)


def _logpoint() -> Call:
    from coach.cli.commands.logpoints import logpoint

    return logpoint
