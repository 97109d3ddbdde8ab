"""Bugs are planted in text: each compiles, keeps the form of the file, and is no other program than it says."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from coach.core.drill.planting import CONTRIVED, edits, plantings
from coach.core.drill.text_edits import why_not

ROOT = Path(__file__).parents[2]
FORMATTED = (
    "coach/core/localize/spectrum_measurement.py",
    "coach/core/spec/document.py",
    "coach/engine/trees/tree_store.py",
    "coach/core/loops/history.py",
)

SHOP = """\
class Cart:
    def __init__(self, lines=None):
        if lines is None:
            lines = []
        self.lines = lines
        self.count = 0

    def add(self, price, amount=1):
        if amount < 1:
            return None
        elif amount > 99:
            amount = 99
        else:
            self.count += 1
        self.lines.append((price, amount))
        return price, amount

    def total(self, rates, names):
        found = 0
        for price, amount in self.lines:
            found += price * amount
            self.count = found
        for name in names:
            if isinstance(name, (str, bytes)):
                found += rates.get(name, 0)
                self.last = name
        seen = []
        for name in sorted(names, key=len):
            seen.append(name)
        return found
"""


def kinds(source):
    return {each.kind for each in plantings("shop.py", source)}


def test_every_slip_of_an_editor_is_among_the_bugs():
    expected = {
        "assigned, not added",
        "dropped keyword",
        "fewer types",
        "lost default",
        "lost else branch",
        "lost update",
        "no else if",
        "once, not each time",
        "always, not only then",
        "reset in the loop",
        "returns in the loop",
        "scaled constant",
        "shared default",
        "swapped pair",
        "swapped statements",
        "wrong attribute",
    }
    assert expected <= kinds(SHOP)


def test_a_bug_is_another_program_and_the_lines_that_are_blamed_are_in_the_file():
    for each in plantings("shop.py", SHOP):
        assert ast.dump(ast.parse(each.text)) != ast.dump(ast.parse(SHOP))
        lines = each.text.split("\n")
        assert all(0 < line <= len(lines) for line in each.lines), each.kind


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("shared default", "    def __init__(self, lines=[]):\n        self.lines = lines\n"),
        ("no else if", "            return None\n        if amount > 99:\n"),
        ("swapped pair", "        return amount, price\n"),
        ("returns in the loop", "            seen.append(name)\n            return found\n"),
        ("reset in the loop", "        for name in sorted(names, key=len):\n            seen = []\n"),
        ("lost default", "rates.get(name)\n"),
        ("dropped keyword", "in sorted(names):\n"),
    ],
)
def test_an_edit_is_made_in_the_text(kind, expected):
    assert any(expected in each.text for each in plantings("shop.py", SHOP) if each.kind == kind)


@pytest.mark.parametrize(
    "line", ["    return f'{x}'  # noqa", '    return g(x, "a\\n", 5)', "    x = '''a\n  b'''\n    return x"]
)
def test_what_is_not_edited_stays_as_it_was(line):
    source = f"def g(*x):\n    return x\n\n\ndef f(x):\n    for y in x:\n        x = y\n{line}\n"
    for each in edits("a.py", source):
        changed = each.applied(source).split("\n")
        assert changed[: each.first - 1] == source.split("\n")[: each.first - 1]
        assert changed[each.first - 1 + len(each.new) :] == source.split("\n")[each.last :]


def test_a_statement_that_holds_lines_of_text_is_never_moved_to_another_indentation():
    source = 'def f(x):\n    if x:\n        y = 1\n    z = """a\n  b"""\n    return y, z\n'
    assert "only then" not in kinds(source)
    assert "only then" in kinds(source.replace('"""a\n  b"""', '"a"'))


def test_what_the_compiler_would_tell_is_not_planted():
    source = "def f(x):\n    return x == 'is'\n\n\ndef g(x):\n    return f(x)\n"
    edit = next(each for each in edits("a.py", source) if each.kind == "wrong text")
    assert why_not(edit, source) == ""
    loud = type(edit)(edit.path, "f", "wrong text", 2, 2, ("    return x is 'i'",), (2,))
    assert why_not(loud, source) == "the compiler would tell"
    broken = type(edit)(edit.path, "f", "wrong text", 2, 2, ("    return x ==",), (2,))
    assert why_not(broken, source) == "the compiler would tell"
    same = type(edit)(edit.path, "f", "wrong text", 2, 2, ("    return  x == 'is'",), (2,))
    assert why_not(same, source) == "it changes nothing"


@pytest.mark.slow
def test_a_formatter_is_silent_about_all_but_a_few(tmp_path):
    written = 0
    for path in FORMATTED:
        source = (ROOT / path).read_text("utf-8")
        for each in edits(path, source):
            if each.kind not in CONTRIVED and not why_not(each, source):
                written += 1
                (tmp_path / f"m{written}.py").write_text(each.applied(source), "utf-8")
    words = ["format", "--diff", "--quiet", "--isolated", "--line-length", "110", "."]
    told = subprocess.run(
        [sys.executable, "-m", "ruff", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    noticed = told.stdout.count("\n--- ") + told.stdout.startswith("--- ")
    assert written > 300
    assert noticed <= 0.01 * written
