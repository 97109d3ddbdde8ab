"""kill -9 in the middle of a search, at random moments: the repository is what it was; leftovers are listed and go."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.engine import scratch
from coach.engine.snapshot import TreeStore
from tests.engine.histories import fingerprint, linear

ROUNDS = 10
TEST = "tests/test_shop.py::test_total"
PROJECT = Path(__file__).parent.parent.parent


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for survivors in /proc")
def test_a_search_killed_at_random_moments_leaves_nothing_but_scratch(tmp_path):
    history, _ = linear(tmp_path / "shop", 30, 11)
    history.write(
        shop="from shop_parts import part_0, later_3\n\n\ndef total(amount):\n    return amount * 2 + 1\n"
    )
    history.git("stash")
    history.write(
        extra="x = 1\n", shop="from shop_parts import part_0\n\n\ndef total(a):\n    return a * 2 + 1\n"
    )
    root, home = history.root.resolve(), tmp_path / "state/projects/0123"
    trees = TreeStore(root, home)
    trees.record()
    base = history.git("rev-parse", "HEAD")
    before = fingerprint(root)
    chance = random.Random(5)
    seen_leftovers = 0
    for number in range(ROUNDS):
        kind = ("commits", "edits")[number % 2]
        _search_and_kill([str(root), str(home), kind, base, TEST], chance.uniform(0.05, 1.5), tmp_path)
        assert fingerprint(root) == before
        left = trees.leftovers()
        seen_leftovers += len(left)
        for place in left:
            scratch.remove(place)
        assert trees.leftovers() == ()
        assert not list((home / "scratch").iterdir())
    assert seen_leftovers
    assert trees.record() == TreeStore(root, home).record()


def _search_and_kill(words, seconds, tmp_path):
    mark = f"killed-{random.randrange(10**9)}"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COACH_TEST_KILLED": mark}
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
        _end_orphans(mark)


def _end_orphans(mark):
    """Runs that the killed process had under way end by themselves; here they are not waited for."""
    for _ in range(200):
        found = [each for each in Path("/proc").iterdir() if each.name.isdigit() and _has(each, mark)]
        for each in found:
            try:
                os.kill(int(each.name), signal.SIGKILL)
            except OSError:
                continue
        if not found:
            return
        time.sleep(0.02)


def _has(process, mark):
    try:
        return mark.encode() in (process / "environ").read_bytes()
    except OSError:
        return False
