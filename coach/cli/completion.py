"""The words of the completion scripts, and of the list of keys."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_completion(commands: "Commands[Parser]") -> None:
    completion = add(commands, "completion", _completion, "print the completion script of a shell")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])
    keys = add(commands, "keys", _keys, "list the actions of the screen, their ids and keys")
    add_json(keys)


def _completion() -> Call:
    from coach.cli.commands.completion import completion

    return completion


def _keys() -> Call:
    from coach.cli.commands.completion import keys

    return keys
