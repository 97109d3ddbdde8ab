"""``benchmarks/undoing.py``: which commits it takes for one-line fixes, and when a mutant undoes one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[4] / "benchmarks"
WRONG = '''\
"""Sums."""
import os


def total(items, tax):
    """Add up."""
    if not items:
        raise ValueError("nothing")
    return sum(items) - tax
'''


@pytest.fixture(scope="module")
def undoing():
    sys.path.insert(0, str(ROOM))
    try:
        import undoing
    finally:
        sys.path.remove(str(ROOM))
    return undoing


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        ("- tax", "+ tax", True),
        ("import os\n", "import sys\n", False),
        ("Add up.", "Add it up.", False),
        ('"nothing"', '"there is nothing"', False),
        ("items, tax):", "items, tax: int):", False),
        ("not items", "not items or tax is unicode", False),
        ("- tax", "+ tax\n    # done\n    return 1", False),
    ],
)
def test_a_defect_is_one_line_that_behaves_differently(undoing, old, new, is_one):
    assert undoing.is_defect("m.py", WRONG, WRONG.replace(old, new)) is is_one


def test_a_fix_of_a_history_is_found_and_undone(undoing, tmp_path):
    def commit(source, test):
        (tmp_path / "sums.py").write_text(source)
        (tmp_path / "test_sums.py").write_text(test)
        undoing.git(tmp_path, "add", "--all")
        undoing.git(tmp_path, "commit", "--quiet", "-m", "Fix the sum")

    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    commit(WRONG, "")
    commit(WRONG.replace("import os\n", "").replace("- tax", "+ tax"), "def test_it(): pass\n")
    (tmp_path / "sums.py").write_text(WRONG)
    undoing.git(tmp_path, "commit", "--quiet", "--all", "-m", "Fix without a test")
    (fix,) = undoing.fixes_of(tmp_path, 9)
    assert (fix.path, fix.subject, fix.test) == ("sums.py", "Fix the sum", "def test_it(): pass\n")
    found, rank = undoing.tried(fix)
    assert found[rank - 1].after == "sum(items) + tax"
    outcome = undoing.Outcome()
    outcome.take(found, rank)
    assert "1 fixes, undone 1 (100%)" in "".join(outcome.told())


def test_repositories_of_the_holdout_are_never_read(undoing):
    names = {each.rpartition("/")[2] for each in undoing.repositories()}
    assert names >= undoing.FITTED
    assert not names & {"click", "packaging", "dacite", "humanize", "parso", "lark", "sqlparse", "cachetools"}
