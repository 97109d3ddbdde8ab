"""The words of ``coach spec``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_spec(commands: "Commands[Parser]") -> None:
    spec = add(commands, "spec", _spec, "show or write what should happen, what happens, and the limits")
    spec.add_argument(
        "action",
        nargs="?",
        choices=["show", "edit", "check"],
        default="show",
        help="`edit` opens $VISUAL or $EDITOR, `check` names what is missing and what that costs",
    )
    spec.add_argument(
        "--accept", action="store_true", help="write what the failure says into the fields nobody wrote"
    )
    spec.add_argument(
        "--issue", metavar="FILE", help="fill empty fields from a report; - reads what you paste"
    )
    for field in ("title", "expected", "actual", "since"):
        spec.add_argument(f"--{field}", metavar="TEXT")
    for field in (
        "constraint",
        "unchanged",
        "also-failing",
        "edge-case",
        "failure-mode",
        "non-goal",
        "acceptance",
        "scope",
        "protect",
        "stop-and-ask",
        "log",
        "question",
    ):
        spec.add_argument(f"--{field}", action="append", metavar="TEXT", help="may be given several times")
    add_session(spec)


def _spec() -> Call:
    from coach.cli.commands.specs import spec

    return spec
