"""The words of ``coach leftovers``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_leftovers(commands: "Commands[Parser]") -> None:
    leftovers = add(
        commands,
        "leftovers",
        _leftovers,
        "list what killed coaches left behind: processes and disposable folders",
    )
    leftovers.add_argument("--remove", action="store_true", help="end the processes, remove the folders")
    add_json(leftovers)


def _leftovers() -> Call:
    from coach.cli.commands.leftovers import leftovers

    return leftovers
