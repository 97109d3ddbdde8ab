"""A copy holds what the tests find in the checkout; what it lacks is named, and is no evidence about the code."""

import json
import sqlite3
import subprocess

import pytest

from coach.engine.copies import complete, untracked
from coach.engine.trees.tree_store import TreeStore
from tests.foreign.conftest import Laid

APP = {
    ".gitignore": "_version.py\n*.sqlite3\n.env.test\nspool/\nbig/\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "app/__init__.py": "",
    "app/totals.py": "from app._version import VERSION\n\n\ndef total(prices):\n    return sum(prices)\n",
    "tests/test_total.py": """\
        import os
        import sqlite3
        from pathlib import Path

        import app
        from app.totals import total

        TOP = Path(__file__).parents[1]


        def test_total():
            assert os.listdir(TOP / "inbox") == []
            assert "KEY=" in (TOP / ".env.test").read_text()
            assert TOP.name == "ledger"
            with sqlite3.connect(TOP / "prices.sqlite3") as base:
                prices = [row[0] for row in base.execute("select price from prices")]
            assert (TOP / "shared.txt").read_text() == "outside"
            assert total(prices) == 5
        """,
}
TEST = "tests/test_total.py::test_total"


@pytest.fixture
def ledger(lay, tmp_path):
    laid = lay(APP, "ledger")
    (tmp_path / "outside.txt").write_text("outside")
    (laid.top / "shared.txt").symlink_to("../outside.txt")
    laid.commit("one: right")
    laid.commit("two: grows", {"app/other.py": "VALUE = 1\n"})
    broken = APP["app/totals.py"].replace("sum(prices)", "sum(prices) + 1")
    laid.commit("three: breaks it", {"app/totals.py": broken})
    laid.commit("four: grows", {"app/third.py": "VALUE = 1\n"})
    laid.write({"app/_version.py": "VERSION = '1'\n", ".env.test": "KEY=1\n", "spool/kept.txt": "kept"})
    (laid.top / "inbox").mkdir()
    with sqlite3.connect(laid.top / "prices.sqlite3") as base:
        base.execute("create table prices (price integer)")
        base.executemany("insert into prices values (?)", [(2,), (3,)])
    return laid


def _ignored(top):
    names = ("app/_version.py", ".env.test", "spool/kept.txt", "prices.sqlite3")
    return {name: ((top / name).read_bytes(), (top / name).stat().st_mtime_ns) for name in names}


def test_searches_and_trials_find_what_git_ignores(ledger):
    """Generated module, example database, settings, an empty folder, the folder's own name, a link that leads out."""
    before = _ignored(ledger.top)
    ran = ledger.coach("run", TEST, "--json")
    assert [each["message"].partition(" +")[0] for each in ran.json["failures"]] == ["assert 6 == 5"], (
        ran.text
    )
    found = ledger.coach("bisect", "--json")
    assert "three: breaks it" in found.out, found.text
    tried = ledger.coach("try", "--seed", "1", "--expects", "same failure", "--json")
    assert "SUPPORTED" in tried.text, tried.text
    assert _ignored(ledger.top) == before


def test_what_a_copy_lacks_is_named_and_is_no_evidence(ledger, own_folders):
    """The generated module is too large here to be copied: red in the copy for that is neither red nor green."""
    (ledger.top / "app" / "_version.py").write_text("VERSION = '1'\n" + "#" * (untracked.MAX_FILE_BYTES + 1))
    assert ledger.coach("run", TEST).code == 1
    said = "the copy has no app/_version.py"
    tried = ledger.coach("try", "--seed", "1", "--expects", "another failure", "--json")
    assert said in tried.text, tried.text
    assert "SUPPORTED" not in tried.text
    found = ledger.coach("bisect", "--jobs", "1", "--json")
    assert said in found.text, found.text
    assert (
        f"{own_folders}/projects" not in found.text
    )  # a copy; one of another test's coach may be named as company


def test_a_copy_is_complete_and_nothing_in_it_is_the_persons_own_file(ledger, tmp_path):
    trees = TreeStore(ledger.top, tmp_path / "home")
    before = _ignored(ledger.top)
    with trees.materialise(trees.record()) as copy:
        assert copy.name == ledger.top.name
        for name in before:
            (copy / name).write_text("written in the copy")
        assert (copy / "inbox").is_dir()
        assert (copy / "shared.txt").readlink() == tmp_path / "outside.txt"
        about = complete.completed(copy)
        assert about.links == (f"shared.txt -> {tmp_path / 'outside.txt'}",)
        assert set(about.copied) == set(before)
        place = copy
    assert not place.exists()
    assert _ignored(ledger.top) == before


EXTENSION = {
    ".gitignore": "*.so\nfixtures/\n",
    "pkg/__init__.py": "",
    "tests/test_fast.py": """\
        from pathlib import Path


        def test_data():
            rows = (Path(__file__).parents[1] / "fixtures" / "rows.json").read_text()
            assert rows == "[1]", "other rows"
        """,
}


def test_a_data_file_that_is_left_out_is_named(lay, monkeypatch):
    """Not a module: a file that a test opens by its path; the reason stands in the sentence of every kind of copy."""
    laid = lay(EXTENSION)
    laid.commit("begin")
    (laid.top / "fixtures").mkdir()
    (laid.top / "fixtures" / "rows.json").write_text("[2]" + " " * untracked.MAX_FILE_BYTES)
    ran = laid.coach("run", "tests/test_fast.py", "--json")
    assert ran.json["failures"][0]["exception"] == "AssertionError", ran.text
    tried = laid.coach("try", "--env", "A=1", "--expects", "same failure", "--json")
    assert "the copy has no fixtures/rows.json: no tree holds it" in tried.text, tried.text
    assert "INCONCLUSIVE" in json.dumps(tried.json)


MONOREPO = {
    "packages/api/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src", "../common/src"]\n',
    "packages/api/src/api/__init__.py": "",
    "packages/api/src/api/cart.py": "from common.money import rounded\n\n\ndef total(x):\n    return rounded(sum(x))\n",
    "packages/common/src/common/__init__.py": "",
    "packages/common/src/common/money.py": "def rounded(x):\n    return round(x, 2)\n",
    "packages/api/tests/test_cart.py": """\
        from api.cart import total


        def test_total():
            assert total([1.114, 2.224]) == 3.34
        """,
}


def test_siblings_outside_the_project_are_in_the_copy(lay):
    laid = lay(MONOREPO)
    laid.commit("one: right")
    laid.commit("two: grows", {"packages/api/src/api/more.py": "A = 1\n"})
    laid.commit(
        "three: breaks it",
        {"packages/common/src/common/money.py": "def rounded(x):\n    return round(x, 1)\n"},
    )
    laid.commit("four: grows", {"packages/api/src/api/again.py": "A = 1\n"})
    assert laid.red("tests/test_cart.py", at="packages/api")
    found = laid.coach("bisect", "--jobs", "1", "--json", at="packages/api")
    assert "three: breaks it" in found.out, found.text


PACKAGES = {
    ".gitignore": "node_modules/\n",
    "check.sh": """\
        #!/bin/sh
        exec node_modules/.bin/say
        """,
    "node_modules/say/say.sh": """\
        #!/bin/sh
        cat "$(dirname "$(realpath "$0")")/word.txt"
        exit 1
        """,
    "node_modules/say/word.txt": "one word",
}


def test_installed_packages_are_copied_whole_with_their_links_or_not_at_all(lay, tmp_path, monkeypatch):
    """Half a folder of packages is none; a command in it is a link, and what it loads lies beside where that leads."""
    laid = lay(PACKAGES)
    (laid.top / "node_modules" / ".bin").mkdir()
    (laid.top / "node_modules" / ".bin" / "say").symlink_to("../say/say.sh")
    (laid.top / "node_modules" / "self").symlink_to(laid.top)
    (laid.top / "node_modules" / "say" / "say.sh").chmod(0o755)
    laid.commit("begin")
    trees = TreeStore(laid.top, tmp_path / "home")
    with trees.materialise(trees.record()) as copy:
        command = copy / "node_modules" / ".bin" / "say"
        assert command.is_symlink()
        assert command.resolve().is_relative_to(copy.resolve())
        assert (copy / "node_modules" / "self").resolve() == copy.resolve()
        done = subprocess.run([command], capture_output=True, text=True, check=False)
        assert done.stdout == "one word"
    monkeypatch.setattr(untracked, "MAX_PACKAGED", 3)
    with trees.materialise(trees.record()) as copy:
        assert not (copy / "node_modules").exists()
        assert dict(complete.completed(copy).left_out) == {
            "node_modules": "no tree holds it, and it is too large to copy"
        }


def test_a_submodule_is_in_the_copy_of_a_tree_that_wants_its_commit(lay):
    """Where a tree wants another commit than the one that is checked out, that is said and is no evidence."""
    rates = lay({"rates.py": "RATE = 2\n"}, "rates")
    rates.commit("rates")
    laid = lay(
        {
            "pytest.ini": "[pytest]\npythonpath = . vendor/rates\n",
            "bill.py": "import rates\n\n\ndef bill(x):\n    return x * rates.RATE\n",
            "test_bill.py": "from bill import bill\n\n\ndef test_bill():\n    assert bill(2) == 4\n",
        },
        "shop",
    )
    laid.commit("begin")
    laid.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(rates.top), "vendor/rates")
    laid.commit("one: right")
    laid.commit("two: breaks it", {"bill.py": "import rates\n\n\ndef bill(x):\n    return x + 1\n"})
    laid.commit("three: grows", {"more.py": "A = 1\n"})
    assert laid.red("test_bill.py")
    found = laid.coach("bisect", "--jobs", "1", "--json")
    assert "two: breaks it" in found.out, found.text
    tried = laid.coach("try", "--env", "A=1", "--expects", "same failure")
    assert "SUPPORTED" in tried.text, tried.text

    Laid(laid.top / "vendor/rates").commit("another rate", {"rates.py": "RATE = 3\n"})
    laid.commit("four: takes it", {"bill.py": "import rates\n\n\ndef bill(x):\n    return x * rates.RATE\n"})
    assert laid.red("test_bill.py", "--new")
    said = laid.coach("bisect", "--jobs", "1").text
    assert "submodule of which another commit is checked out" in said, said
