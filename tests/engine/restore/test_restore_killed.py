"""Restores that a kill cuts off: every file is old or new, and the next coach says how far it came, finishes it or takes it back."""

import os
import random
import sys
from pathlib import Path

import pytest

from coach.cli.commands.open_session import read_session
from coach.core.base.formatting import count
from coach.engine.trees.tree_store import TreeStore
from coach.store.paths import project_home
from tests.engine.killing import Ground, killed_at, killed_in, moments
from tests.fork_server import run_coach

ROUNDS = 12


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    return Ground(tmp_path, files=3)


def test_killed_at_any_moment_nothing_is_lost_and_it_is_finished_or_taken_back(
    ground: Ground,
) -> None:
    """A moment is right before the n-th call that changes the disk."""
    last = moments(ground)
    assert last > ROUNDS
    for number, moment in enumerate(random.Random(7).sample(range(1, last + 1), ROUNDS)):
        killed_at(ground, moment, finishes=bool(number % 2))


def coach(root: Path, *words: str, code: int = 0) -> str:
    done = run_coach(*words, cwd=root, env={**os.environ, "COACH_PYTHON": sys.executable})
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_the_next_coach_says_how_far_it_came_and_goes_either_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real session: the restore of its first run is killed, and the next command of coach knows."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    names = [f"m{number}.py" for number in range(4)]

    def write(content: str) -> None:
        for name in names:
            (root / name).write_text(content)

    write("X = 1\n")
    (root / "test_m.py").write_text("from m0 import X\n\ndef test_m():\n    assert X == 3\n")
    coach(root, "run", "test_m.py::test_m", code=1)
    write("X = 2\n")
    coach(root, "run", code=1)
    trees = TreeStore(root, project_home(root))
    first, _ = (run.report.tree for run in read_session("").runs if run.report)

    def cut() -> int:
        wanted = trees.wanted(first)
        trees.restores.planned(wanted)
        assert killed_in(trees, wanted, 4 * 3 + 3 + 3)
        assert list(root.glob(".coach-*"))
        written = [(root / name).read_text() for name in names].count("X = 1\n")
        assert 0 < written < len(names)
        return written

    written = cut()
    coach(root, "hand", "somebody")  # any command that takes the session up
    assert not list(root.glob(".coach-*"))
    assert f"interrupted: {written} of 4 files written" in coach(root, "restore")
    assert f"{count(written, 'file')} put back" in coach(root, "restore", "--yes", "--back")
    assert [(root / name).read_text() for name in names] == ["X = 2\n"] * 4
    written = cut()
    assert f"{count(4 - written, 'file')} put back" in coach(root, "restore", "--yes")
    assert [(root / name).read_text() for name in names] == ["X = 1\n"] * 4
    assert "4 files put back" in coach(root, "restore", "--yes"), "the undo goes to where it began"
    assert [(root / name).read_text() for name in names] == ["X = 2\n"] * 4
