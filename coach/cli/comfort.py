"""The parsers of what makes coach pleasant to have: doctor, leftovers, completion, keys."""

from coach.cli.parts import Commands, Parser, add


def add_comfort(commands: "Commands[Parser]") -> None:
    doctor = add(
        commands,
        "doctor",
        "coach.headless.doctor:doctor",
        "look at all that coach leans on, and say what to do",
    )
    doctor.add_argument("--json", action="store_true", help="print JSON to stdout")
    leftovers = add(
        commands,
        "leftovers",
        "coach.headless.leftovers:leftovers",
        "list what killed coaches left behind: processes and disposable folders",
    )
    leftovers.add_argument("--remove", action="store_true", help="end the processes, remove the folders")
    leftovers.add_argument("--json", action="store_true", help="print JSON to stdout")
    completion = add(
        commands, "completion", "coach.headless.shell:completion", "print the completion script of a shell"
    )
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])
    keys = add(
        commands, "keys", "coach.headless.shell:keys", "list the actions of the screen, their ids and keys"
    )
    keys.add_argument("--json", action="store_true", help="print JSON to stdout")
