"""Sentences name actions, never keys: keys are the engineer's own, and a command line has none."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from coach.cli import parser
from coach.core.workflow.action_ids import COMMANDS, TOOLS, as_commands, as_tools, named, spoken
from coach.mcp.tools import Tools
from coach.tui import keys
from coach.tui.views.key_name import keyed

PACKAGE = Path(__file__).parents[3] / "coach"
SPEAKING = ("core", "tui", "cli", "mcp", "engine")
_OWN_KEYS = {
    "tui/dialogs/call_tree.py",
    "tui/dialogs/origin_list.py",
    "tui/dialogs/export_preview.py",
    "tui/start.py",
    "tui/screens/waiting.py",
}
"""Windows with keys of their own, which nobody can change."""
_BARE = re.compile(r"(?<![\w'‹<|*+-])(?:([b-zB-HJ-Z]) (?!s\b)[a-z]+s\b|(a) runs\b|\(([a-rt-zA-Z])\))")


def _sentences(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.JoinedStr):
            silent |= {
                spec
                for each in ast.walk(node)
                for spec in ast.walk(getattr(each, "format_spec", None) or ast.Pass())
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.lineno, node.value


@cache
def _all_sentences():
    """Return the file, the line and the text of each."""
    return [
        (path.relative_to(PACKAGE).as_posix(), line, text)
        for room in SPEAKING
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if "probe" not in path.parts
        for line, text in _sentences(path)
    ]


def _is_prose(text):
    return " " in text and not re.search(r"--take N|[\\^$]|SELECT|\{[\d,]+\}", text)


def test_no_sentence_names_a_key():
    found = [
        f"{name}:{line}: {text!r}"
        for name, line, text in _all_sentences()
        if name not in _OWN_KEYS and not name.startswith("core/reports/html")
        if _is_prose(text) and _BARE.search(text)
    ]
    assert not found


def test_every_action_a_sentence_names_is_in_the_keymap_and_on_the_command_line():
    words = {(action, f"{name}:{line}") for name, line, text in _all_sentences() for action in named(text)}
    assert len(words) > 30
    assert not {
        each for each in words if each[0] not in COMMANDS or keys.action(each[0].partition(":")[0]) is None
    }


@pytest.mark.parametrize("action", COMMANDS)
def test_the_command_line_of_an_action_is_one(action):
    assert keys.action(action.partition(":")[0]) is not None
    first = COMMANDS[action].split()
    known = next(each for each in parser()._actions if each.dest != "help" and each.choices).choices
    assert first[0] != "coach" or first[1] in known


def test_the_tool_of_an_action_is_one():
    assert set(COMMANDS) >= set(TOOLS)
    assert all(callable(getattr(Tools, tool)) for tool in TOOLS.values())


def test_each_front_end_says_it_in_its_own_words():
    sentence = "no test is pinned; ‹pin› pins one, or ‹hypothesis› writes one"
    assert (
        as_commands(sentence) == "no test is pinned; `coach pin` pins one, or `coach hypothesis` writes one"
    )
    assert "propose_hypothesis writes one" in as_tools(sentence)
    assert "the engineer's `coach pin`" in as_tools(sentence)
    assert keyed(sentence) == "no test is pinned; P pins one, or h writes one"


def test_the_screen_says_the_keys_an_engineer_chose(monkeypatch):
    monkeypatch.setattr(keys, "REGISTRY", keys.with_keys(keys.REGISTRY, {"pin": "f5"}))
    assert keyed("‹pin› pins it") == "f5 pins it"


def test_text_that_names_no_action_stays_as_it_is():
    for text in ("assert ‹x› == {pin}", "‹no-such-thing›", "‹›", "‹Pin›"):
        assert spoken(text, lambda _: "?") == text
