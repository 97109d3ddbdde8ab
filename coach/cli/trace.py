"""The words of ``coach trace``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_trace(commands: "Commands[Parser]") -> None:
    trace = add(commands, "trace", _trace, "show who called whom with what in the failing test")
    trace.add_argument(
        "--against",
        default="",
        metavar="pass|COMMIT",
        help="compare with the files of the last pass, or of a commit (default: tests that pass now)",
    )
    trace.add_argument("--depth", type=int, default=0, metavar="N", help="fold calls deeper than this")
    add_session(trace)


def _trace() -> Call:
    from coach.cli.commands.trace import trace

    return trace
