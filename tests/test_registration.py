"""What is registered is registered once: a toy of each kind appears wherever its kind must."""

import argparse
import inspect

from coach import cli
from coach.cli.options import add


def _commands(parser):
    """Yield every command of a parser: its words and its own parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                if below.get_default("load"):
                    yield name, below
                yield from ((f"{name} {words}", each) for words, each in _commands(below))


def test_the_call_of_every_command_stands_beside_its_words():
    """What a command calls is found by the file its words are in: ``cli/trace.py``, ``cli/commands/trace.py``."""
    rooms = ("coach.cli.commands", "coach")
    found = dict(_commands(cli.parser()))
    assert len(found) > 40
    for words, parser in found.items():
        load = parser.get_default("load")
        call = load()
        assert list(inspect.signature(call).parameters) == ["args"], words
        name = load.__module__.rpartition(".")[2]
        assert call.__module__.startswith(tuple(f"{room}.{name}" for room in rooms)), words


def test_a_command_is_its_words_and_its_call(monkeypatch, capsys):
    """One row in the table of commands: it is in the help, it runs, and its exit code is the program's."""

    def words(commands):
        toy = add(commands, "toy", lambda: lambda args: len(args.word), "say how long a word is")
        toy.add_argument("word")

    monkeypatch.setattr(cli, "COMMANDS", (*cli.COMMANDS, words))
    assert cli.main(["toy", "abc"]) == 3
    assert cli.main([]) == 0
    assert "say how long a word is" in capsys.readouterr().out
