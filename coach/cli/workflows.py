"""The words of ``coach workflows``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_workflows(commands: "Commands[Parser]") -> None:
    parser = add(commands, "workflows", _workflows, "list, show, check or begin workflows")
    parser.add_argument("action", choices=["list", "show", "check", "new"], nargs="?", default="list")
    parser.add_argument("name", nargs="?", default="", metavar="NAME|FILE")
    add_json(parser)


def _workflows() -> Call:
    from coach.cli.commands.workflows import workflows

    return workflows
