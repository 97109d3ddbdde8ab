"""The parsers of what hands a session on: spec, export."""

from coach.cli_parts import Commands, Parser, add, add_session


def add_handoff(commands: "Commands[Parser]") -> None:
    _add_spec(commands)
    _add_export(commands)


def _add_spec(commands: "Commands[Parser]") -> None:
    spec = add(
        commands,
        "spec",
        "coach.headless.specs:spec",
        "show or write what should happen, what happens, and the limits",
    )
    spec.add_argument(
        "action",
        nargs="?",
        choices=["show", "edit", "check"],
        default="show",
        help="`edit` opens $VISUAL or $EDITOR, `check` names what is missing and what that costs",
    )
    spec.add_argument(
        "--issue", metavar="FILE", help="fill empty fields from a report; - reads what you paste"
    )
    for field in ("title", "expected", "actual", "since"):
        spec.add_argument(f"--{field}", metavar="TEXT")
    for field in (
        "constraint",
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


def _add_export(commands: "Commands[Parser]") -> None:
    export = add(
        commands, "export", "coach.headless.reading:export", "print the session as a prompt for an assistant"
    )
    export.add_argument(
        "id", nargs="?", default="", metavar="ID", help="id or unique prefix (default: the open one here)"
    )
    export.add_argument(
        "--budget",
        type=int,
        default=4000,
        metavar="TOKENS",
        help="1500, 4000, 12000 or any number (default: 4000)",
    )
    export.add_argument("--format", choices=["markdown", "xml", "json"], default="markdown")
    export.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of stdout")
