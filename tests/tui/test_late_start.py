"""Starting late, and again: what happened before is read from its traces; what a session ran is run once more."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.core.reports.model import tell
from coach.core.session.fold import replay
from coach.engine.source.earlier_activity import earlier
from coach.store.log import read_log
from tests.core.building import Log
from tests.engine.histories import fingerprint, linear
from tests.fork_server import run_coach

TEST = "tests/test_shop.py::test_total"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    history, _ = linear(tmp_path / "shop", 3, 2)
    # What is imported leaves no trace in git's log of HEAD.
    history.git("commit", "-q", "--allow-empty", "-m", "by hand")
    return Path(history.root)


def test_traces_of_the_last_hour(root: Path) -> None:
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (1_000_000_000, 1_000_000_000))
    edited = root / "shop.py" if (root / "shop.py").exists() else next(root.rglob("*.py"))
    edited.write_text(edited.read_text() + "\n# late\n")
    cache = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    cache.parent.mkdir(parents=True)
    cache.write_text(json.dumps({TEST: True}))
    before = fingerprint(root)
    found = earlier(root, time.time() - 3_600)
    assert fingerprint(root) == before
    said = {(each.kind, each.what[0]) for each in found}
    assert ("failed", TEST) in said
    assert ("saved", edited.relative_to(root).as_posix()) in said
    assert [each.at for each in found] == sorted(each.at for each in found)
    moves = earlier(root, 0)
    assert [each for each in moves if each.kind == "git" and "commit" in each.sentence]
    assert not [each for each in found if each.what[0] == "tests/test_shop.py"], "older than an hour"


def test_no_repository_and_a_broken_cache_are_no_trouble(tmp_path: Path) -> None:
    cache = tmp_path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    cache.parent.mkdir(parents=True)
    cache.write_text("[" * 100_000)
    assert [each for each in earlier(tmp_path, 0) if each.kind == "failed"] == []


def test_it_is_part_of_the_story(root: Path) -> None:
    from coach.core.log import events as ev

    log = Log().add(ev.EarlierRead(since=0, found=earlier(root, 0)))
    said = [each.said[2] for each in tell(log.records).moments]
    assert [each for each in said if each.startswith("before: git: commit")]


def test_rerun_repeats_in_a_new_session(root: Path, tmp_path: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
    env |= {"COACH_STATE_DIR": str(tmp_path / "state"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def coach(*words: str) -> subprocess.CompletedProcess[str]:
        return run_coach(*words, cwd=root, env=env)

    assert coach("run", TEST, "--python", sys.executable).returncode == 1
    done = coach("rerun")
    assert done.returncode == 1, done.stderr
    assert f"{TEST}: ✘ then, now #1 ✘" in done.stdout
    logs = [replay(read_log(folder).records) for folder in (tmp_path / "state" / "sessions").iterdir()]
    assert sorted(bool(each.closed and "rerun of" in each.closed.note) for each in logs) == [False, True]
