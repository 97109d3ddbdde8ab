"""The words of what tells where a session stands: to the engineer, and as a prompt."""

from coach.cli.options import Call, Commands, Parser, add, add_id, add_purpose, add_session


def add_status(commands: "Commands[Parser]") -> None:
    status = add(commands, "status", _status, "where the session stands and the next move")
    add_session(status)


def add_export(commands: "Commands[Parser]") -> None:
    export = add(commands, "export", _export, "print the session as a prompt for an assistant")
    add_id(export, "the open one here")
    export.add_argument(
        "--budget",
        type=int,
        metavar="TOKENS",
        help="1500, 4000, 12000 or any number (default: what is worth its tokens, at most 4000)",
    )
    add_purpose(export)
    export.add_argument(
        "--explain",
        action="store_true",
        help="say what is asked and why, and what each section costs in tokens",
    )
    export.add_argument("--format", choices=["markdown", "xml", "json"], default="markdown")
    export.add_argument("--copy", action="store_true", help="to the clipboard instead of stdout")
    export.add_argument(
        "--template", metavar="FILE", help="a Jinja2 template for the wording (extra: templates)"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of stdout")


def _status() -> Call:
    from coach.cli.commands.status import status

    return status


def _export() -> Call:
    from coach.cli.commands.status import export

    return export
