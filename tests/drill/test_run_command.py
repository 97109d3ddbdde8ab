"""``coach drill run --assistant``: the real program, from the settings of the project to the exit code."""

import json
import os
import signal
import subprocess
import sys

import pytest

from coach.drills.kept import arenas_folder, keep_set
from coach.session.factory import open_review
from coach.store import library
from tests.drill.planted import RIGHT
from tests.drill.players import Table, command_of
from tests.drill.workplace import working_in
from tests.engine.conftest import processes_with
from tests.engine.histories import fingerprint
from tests.fork_server import run_coach

FIX = f"save('shop/rates.py', {RIGHT!r})\nprint('cause: shop/rates.py rate_of')\n"
HANGS = "print('begun', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def shop(tmp_path, state_home):
    return Table.laid(tmp_path / "checkout")


def ready(shop, script):
    shop.write(script)
    settings = f"[tool.coach.assistants]\nscripted = '''{command_of(shop)}'''\n"
    (shop.planted.root / "pyproject.toml").write_text(settings)
    keep_set(shop.planted.made)


def coach(shop, *words, **env):
    return run_coach("drill", "run", *words, cwd=shop.planted.root, env={**os.environ, **env})


@pytest.fixture(scope="module")
def plays(tmp_path_factory):
    """Two plays of one drill: one here, and one that is graded on a cluster, by the assistant that was approved for the first."""
    folder = tmp_path_factory.mktemp("plays") / "checkout"
    with working_in(folder):
        shop = Table.laid(folder)
        ready(shop, FIX)
        before = fingerprint(shop.planted.root)
        here = coach(shop, "week/1", "--assistant", "scripted", "--yes", "--json")
        is_untouched = fingerprint(shop.planted.root) == before
        there = coach(shop, "week", "--assistant", "scripted", "--on", "local:1")
    return here, is_untouched, there


def test_a_drill_is_run_and_scored(plays):
    done, is_untouched, shown = plays
    assert done.returncode == 0, done.stderr
    (said,) = json.loads(done.stdout)
    assert (said["percent"], said["player"], said["label"]) == (100, "scripted", "no spec")
    assert is_untouched
    assert "✔  40  fixed" in shown.stdout
    assert "week/1: 100 %" in shown.stdout


@pytest.fixture(scope="module")
def of_nobody(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unplayed") / "checkout"
    with working_in(folder):
        shop = Table.laid(folder)
        ready(shop, FIX)
    return folder, shop


@pytest.fixture
def unplayed(of_nobody):
    folder, shop = of_nobody
    with working_in(folder):
        yield shop


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("week/1", "--assistant", "scripted"), "not approved"),
        (("week/1", "--assistant", "nobody"), "known: scripted"),
        (("week/7", "--assistant", "scripted"), "no drill '7'"),
        (("month", "--assistant", "scripted"), "no set of drills is called month"),
        (("week/1", "--assistant", "scripted", "--spec", "none.md"), "cannot be read"),
    ],
)
def test_what_cannot_be_played_is_refused_before_anything_runs(unplayed, words, why):
    done = coach(unplayed, *words)
    assert done.returncode == 2
    assert why in done.stderr
    assert not arenas_folder().exists()


def test_a_play_that_is_stopped_leaves_no_arena_no_process_and_no_open_session(shop):
    ready(shop, HANGS)
    argv = [sys.executable, "-m", "coach", "drill", "run", "week/1", "--assistant", "scripted", "--yes"]
    env = {**os.environ, "COACH_DRILL_TEST": str(shop.folder)}
    with subprocess.Popen(argv, cwd=shop.planted.root, env=env, stderr=subprocess.PIPE, text=True) as played:
        assert any("begun" in line for line in played.stderr)
        played.send_signal(signal.SIGTERM)
        said = played.stderr.read()
        assert played.wait(60) == 128 + signal.SIGTERM, said
    assert "stopped by SIGTERM" in said
    assert list(arenas_folder().iterdir()) == []
    assert processes_with(f"COACH_DRILL_TEST={shop.folder}") == []
    (listed,) = library.sessions()
    assert listed.state != "open"
    assert open_review(listed.id).state.drill.scored is None


def test_an_assistant_that_does_not_start_is_said_and_leaves_nothing(shop):
    ready(shop, FIX)
    (shop.planted.root / "pyproject.toml").write_text("[tool.coach.assistants]\nscripted = 'none-such'\n")
    done = coach(shop, "week/1", "--assistant", "scripted", "--yes")
    assert done.returncode == 2
    assert "none-such did not start" in done.stderr
    assert list(arenas_folder().iterdir()) == []


def test_what_was_left_is_graded_on_a_cluster(plays):
    done = plays[-1]
    assert done.returncode == 0, done.stderr
    assert "week/1: 100 %" in done.stdout
    assert "3 tests green" in next(line for line in done.stdout.splitlines() if "fixed" in line)
