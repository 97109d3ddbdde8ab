"""What a verification runs in copies finds there what git ignores; what a copy lacks is named, for any language."""

import shutil
import sqlite3
import sys

import pytest

from coach.engine.copies import complete, untracked

APP = {
    ".gitignore": "app/_version.py\nbig/\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "app/__init__.py": "",
    "app/totals.py": "from app._version import STEP\n\n\ndef total(prices):\n    return sum(prices) + STEP\n",
    "tests/test_total.py": "from app.totals import total\n\n\ndef test_total():\n    assert total([2, 3]) == 5\n\n\n"
    "def test_other():\n    assert total([]) < 2\n",
}
RIGHT = APP["app/totals.py"].replace(" + STEP", "")
SCRIPT = {
    ".gitignore": "generated.js\n",
    "total.test.js": "const { price } = require('./generated.js');\nconst { total } = require('./total.js');\n"
    "require('node:test')('total', () => { require('node:assert').strictEqual(total(price), 5); });\n",
    "total.js": "exports.total = (price) => price + 1;\n",
}
TOO_LARGE = untracked.MAX_FILE_BYTES + 1


def _verified(top):
    return top.coach("verify", "--json")


def test_reverted_baseline_and_control_find_what_git_ignores(lay):
    top = lay(APP)
    top.commit("one")
    top.write({"app/_version.py": "STEP = 1\n"})
    test = "tests/test_total.py::test_total"
    assert top.coach("run", test).code == 1
    assert top.coach("pin", test).code == 0
    top.write({"app/totals.py": RIGHT})
    said = _verified(top)
    assert "the copy has no" not in said.text, said.text
    red = next(each for each in said.json["verification"]["checks"] if each["name"] == "red-before")
    assert red["passed"], said.text
    (top.top / "app/_version.py").write_text("STEP = 1\n" + "#" * TOO_LARGE)
    said = _verified(top)
    assert "the copy has no app/_version.py: no tree holds it, and it is too large to copy" in said.text


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_a_command_whose_module_the_copy_lacks_is_unresolved(lay):
    """The runner of another language names it in its own words."""
    top = lay(SCRIPT)
    top.commit("one")
    top.write({"generated.js": "exports.price = 5;\n"})
    assert top.coach("run", "--", "node", "--test").code == 1
    tried = top.coach("try", "--env", "A=1", "--expects", "same failure", "--json")
    assert "SUPPORTED" in tried.text, tried.text
    (top.top / "generated.js").write_text("exports.price = 5;\n//" + "#" * TOO_LARGE)
    tried = top.coach("try", "--env", "A=1", "--expects", "same failure", "--json")
    assert "the copy has no generated.js" in tried.text, tried.text
    assert "INCONCLUSIVE" in tried.text


def test_a_command_whose_table_or_file_the_copy_lacks_is_unresolved(lay):
    script = """
        import sqlite3, sys

        rows = sqlite3.connect("data/shop.sqlite3").execute("select price from prices").fetchall()
        sys.exit(0 if rows == [(1,)] else "wrong rows")
    """
    top = lay({".gitignore": "*.sqlite3\n", "check.py": script, "data/kept.txt": ""})
    top.commit("one")
    with sqlite3.connect(top.top / "data/shop.sqlite3") as base:
        base.execute("create table prices (price integer)")
        base.execute("create table padding (text blob)")
        base.execute("insert into padding values (zeroblob(?))", (TOO_LARGE,))
    assert top.coach("run", "--", sys.executable, "check.py").code == 1
    tried = top.coach("try", "--env", "A=1", "--expects", "same failure", "--json")
    assert "the copy has no data/shop.sqlite3" in tried.text, tried.text


def test_what_runs_used_is_copied_first(tmp_path, monkeypatch):
    """When not all that is ignored has room, what the tests open is there."""
    monkeypatch.setattr(untracked, "MAX_FILES", 1)
    (tmp_path / "there").mkdir()
    (tmp_path / "there/a.txt").write_text("a")
    (tmp_path / "there/large.txt").write_text("much more")
    (tmp_path / "copy").mkdir()
    complete.write_used(tmp_path, ("large.txt",))
    found = untracked.find(tmp_path / "there", ["a.txt", "large.txt"], complete.read_used(tmp_path))
    copied, left_out = untracked.copy_selected(untracked.select(found), tmp_path / "there", tmp_path / "copy")
    assert copied == ("large.txt",)
    assert dict(left_out) == {"a.txt": untracked.TOO_MANY}
