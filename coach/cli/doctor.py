"""The parsers of what makes coach pleasant to have: doctor, leftovers, completion, keys."""

from coach.cli.options import Commands, Parser, add, add_json


def add_comfort(commands: "Commands[Parser]") -> None:
    doctor = add(
        commands,
        "doctor",
        "coach.cli.commands.doctor:doctor",
        "look at all that coach leans on, and say what to do",
    )
    add_json(doctor)
    leftovers = add(
        commands,
        "leftovers",
        "coach.cli.commands.orphans:leftovers",
        "list what killed coaches left behind: processes and disposable folders",
    )
    leftovers.add_argument("--remove", action="store_true", help="end the processes, remove the folders")
    add_json(leftovers)
    completion = add(
        commands,
        "completion",
        "coach.cli.commands.completion:completion",
        "print the completion script of a shell",
    )
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])
    keys = add(
        commands,
        "keys",
        "coach.cli.commands.completion:keys",
        "list the actions of the screen, their ids and keys",
    )
    add_json(keys)
