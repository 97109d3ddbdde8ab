"""kill -9 in the middle of a bisect, of ddmin and of mutations, at random moments: the repository is what it was.

What is left behind, processes and folders, is listed and goes.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from coach.engine.process import scratch
from coach.engine.process.orphans import clear_left_behind, end_left_behind, folders_left_behind, orphans
from coach.engine.trees.tree_store import TreeStore
from tests.engine.histories import fingerprint, linear

ROUNDS = 9
TEST = "tests/test_shop.py::test_total"
PROJECT = Path(__file__).parent.parent.parent.parent


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for survivors in /proc")
def test_a_search_killed_at_random_moments_leaves_nothing_but_scratch(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    history, _ = linear(tmp_path / "shop", 30, 11)
    history.write(
        shop="from shop_parts import part_0, later_3\n\n\ndef total(amount):\n    return amount * 2 + 1\n"
    )
    history.git("stash")
    history.write(
        extra="x = 1\n", shop="from shop_parts import part_0\n\n\ndef total(a):\n    return a * 2 + 1\n"
    )
    state = tmp_path / "state"
    root, home = history.root.resolve(), state / "projects/0123"
    trees = TreeStore(root, home)
    trees.record()
    base = history.git("rev-parse", "HEAD")
    before = fingerprint(root)
    chance = random.Random(5)
    listed: Counter[str] = Counter()
    for number in range(ROUNDS):
        kind = ("commits", "edits", "mutants")[number % 3]
        _search_and_kill([str(root), str(home), kind, base, TEST], chance.uniform(0.05, 1.5), tmp_path)
        listed["processes"] += len(orphans())
        end_left_behind()
        assert orphans() == ()
        assert fingerprint(root) == before
        listed["copies"] += len(trees.leftovers())
        listed["runs"] += len(scratch.temporary_leftovers())
        assert clear_left_behind(state) == ()
        assert folders_left_behind(state) == ()
        assert not [*(home / "scratch").iterdir(), *scratch.temporary_home().iterdir()]
    assert all(listed[each] for each in ("processes", "copies", "runs")), listed
    assert trees.record() == TreeStore(root, home).record()


def _search_and_kill(words, seconds, tmp_path):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    words = [sys.executable, "-m", "tests.engine.searcher", *words]
    with (tmp_path / "errors").open("ab") as errors:
        process = subprocess.Popen(
            words, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"searching\n"
        time.sleep(seconds)
        assert process.poll() is None, (tmp_path / "errors").read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
