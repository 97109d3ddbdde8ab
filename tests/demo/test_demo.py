"""The demo: a project that is broken in exactly one way, and not where it shows."""

import os
import re
import subprocess
import sys

import pytest

from coach.demo.project import FAILING_TEST, make_demo, solution

CULPRIT = "Money.allocate: spell out the steps"
"""Subject of the commit that brought the defect."""
WRONG_TURN = (
    "shop/invoices.py",
    "if printed != order.total:",
    "if abs(printed.cents - order.total.cents) > 1:",
)
"""The edit that silences the symptom: the invoice is then issued, and wrong."""
ALONE = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GIT_"))},
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


def _pytest(folder, *words):
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
    return subprocess.run(
        argv, cwd=folder, env=ALONE, capture_output=True, text=True, timeout=60, check=False
    )


def _git(folder, *words):
    return subprocess.run(
        ["git", *words], cwd=folder, env=ALONE, capture_output=True, text=True, check=True
    ).stdout


def _edit(folder, change):
    path, old, new = change
    file = folder / path
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


@pytest.fixture
def shop(tmp_path):
    make_demo(tmp_path / "shop")
    return tmp_path / "shop"


def test_the_history_is_real_clean_and_the_same_everywhere(shop, tmp_path, monkeypatch):
    """At least twelve commits, nothing uncommitted, the same ids whatever the user's git is set to."""
    config = tmp_path / "config"
    config.write_text(
        "[core]\n\tautocrlf = true\n[user]\n\tname = Mallory\n[init]\n\tdefaultBranch = trunk\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Mallory")
    make_demo(tmp_path / "again")
    assert int(_git(shop, "rev-list", "--count", "HEAD")) >= 12
    assert _git(shop, "status", "--porcelain") == ""
    assert _git(shop, "rev-parse", "HEAD") == _git(tmp_path / "again", "rev-parse", "HEAD")
    assert _git(shop, "branch", "--show-current") == "main\n"


def test_exactly_one_of_many_tests_fails(shop):
    """A suite of at least thirty, one of them red."""
    done = _pytest(shop, "-q")
    failed, passed = map(int, re.search(r"(\d+) failed, (\d+) passed", done.stdout).groups())
    assert failed == 1
    assert passed >= 30
    assert f"FAILED {FAILING_TEST}" in done.stdout


def test_the_defect_is_not_on_the_traceback(shop):
    """Neither the file nor the function with the defect is named by the failure."""
    done = _pytest(shop, "-q", "--tb=long", FAILING_TEST)
    assert "InvoiceMismatch: lines add up to 19.98, the order says 19.97" in done.stdout
    files = set(re.findall(r"^(\S+\.py):\d+: ", done.stdout, re.MULTILINE))
    assert files == {"tests/test_invoices.py", "shop/invoices.py"}
    assert "allocate" not in done.stdout


def test_the_suite_is_green_before_the_culprit_and_red_from_it_on(shop):
    """The refactoring commit, some commits back, is where green turns red."""
    subjects = _git(shop, "log", "--format=%h %s").splitlines()
    place = next(index for index, line in enumerate(subjects) if line.endswith(CULPRIT))
    assert 3 <= place <= 6
    culprit = subjects[place].split()[0]
    _git(shop, "checkout", "--quiet", f"{culprit}~1")
    assert _pytest(shop, "-q").returncode == 0
    _git(shop, "checkout", "--quiet", culprit)
    assert f"FAILED {FAILING_TEST}" in _pytest(shop, "-q").stdout


def test_the_solution_is_one_line_and_makes_all_green(shop):
    """The cause is one line."""
    _edit(shop, solution())
    assert _git(shop, "diff", "--numstat").split()[:2] == ["1", "1"]
    assert _pytest(shop, "-q").returncode == 0


def test_the_wrong_turn_moves_the_failure_and_cures_nothing(shop):
    """Silencing the symptom leaves the same test red, for the same cent."""
    _edit(shop, WRONG_TURN)
    done = _pytest(shop, "-q")
    assert "1 failed" in done.stdout
    assert "InvoiceMismatch" not in done.stdout
    assert f"FAILED {FAILING_TEST}" in done.stdout


def test_the_project_knows_nothing_of_coach(shop):
    """A demo that imported coach would prove nothing."""
    assert all("coach" not in path.read_text() for path in shop.rglob("*.py"))


def test_nothing_is_overwritten(tmp_path):
    """A folder with something in it is left alone."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        make_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_git_there_is_a_project_and_no_history(tmp_path, monkeypatch):
    """git is welcome, not needed."""
    monkeypatch.setenv("PATH", "")
    make_demo(tmp_path / "shop")
    assert (tmp_path / "shop/shop/money.py").exists()
    assert not (tmp_path / "shop/.git").exists()
