"""Rows 29 and 30: whatever the disk or the state directory does, debugging goes on; what can be saved again is."""

import os
import resource
import shutil
import sys

import pytest

from coach.core.protocol import commands as cmd
from coach.core.session.fold import replay
from coach.session.dispatcher import Refusal
from coach.store.library import newest_open
from coach.store.log import read_log
from coach.store.paths import NOWHERE, project_home, session_folder, state_home
from tests.e2e.terminal import coach
from tests.fork_server import run_coach

RED = {"test_a.py": "def test_it():\n    assert 1 == 2\n"}


def run_of(folder, **env):
    """Run the failing test by the real command line, with changes of its environment (None: not set)."""
    around = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **env}
    env = {name: value for name, value in around.items() if value is not None}
    return run_coach("run", "--python", sys.executable, "test_a.py", cwd=folder, env=env)


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    for name, text in RED.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("kind", ["a file", "not to be made", "read only"])
def test_row_30_a_state_directory_that_cannot_be_used(project, tmp_path, kind):
    """Row 30: the verdict comes all the same, and it is said that nothing is kept, where, and what to do."""
    place = tmp_path / "place"
    if kind == "a file":
        place.write_text("")
    elif kind == "not to be made":
        place = NOWHERE
    else:
        place.mkdir(mode=0o500)
        if os.access(place, os.W_OK):
            pytest.skip("nothing is read only for this user")
    done = run_of(project, COACH_STATE_DIR=str(place))
    assert done.returncode == 1, done.stderr
    assert "AssertionError: assert 1 == 2" in done.stdout + done.stderr
    assert f"not saved: {place}" in done.stderr
    assert "set COACH_STATE_DIR to a folder you can write to" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(each.name for each in project.iterdir()) == ["pyproject.toml", "test_a.py"]


def test_row_30_a_user_without_a_home(monkeypatch, tmp_path):
    """Row 30: there is no place then; a folder named ~ in the project is none either."""
    monkeypatch.chdir(tmp_path)
    for name in ("COACH_STATE_DIR", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("pwd.getpwuid", "pwd.getpwnam"):
        monkeypatch.setattr(name, {}.__getitem__)
    assert state_home() == NOWHERE
    monkeypatch.setattr("platformdirs.user_state_dir", "~/.local/state/{}".format)
    assert state_home() == NOWHERE


def test_row_30_a_log_that_was_deleted_is_written_anew(session):
    """Row 30: somebody empties the state directory in mid-session; everything is on disk again after the next event."""
    live = session(RED, "test_a.py")
    live.do(cmd.RunTarget())
    live.idle()
    shutil.rmtree(state_home())
    live.do(cmd.WriteNote(text="and on"))
    assert not live.port.unsaved
    live.do(cmd.RunTarget())
    live.idle()
    assert "1 failed" in live.port.output_of(live.runs[-1].number)
    assert replay(read_log(session_folder(live.state.opened.session)).records) == live.state


def test_row_29_what_cannot_be_stored_is_held_and_stored_later(session):
    """Row 29: log and output of a run have no room; both are there, and on disk as soon as there is room."""
    live = session(RED, "test_a.py")
    home = state_home()
    shutil.rmtree(home)
    home.write_text("in the way")
    live.do(cmd.RunTarget())
    live.idle()
    assert live.port.unsaved
    output = live.port.output_of(live.runs[-1].number)
    assert "1 failed" in output
    home.unlink()
    live.until(lambda _: not live.port.unsaved, "saving again")  # nothing happens; it is tried all the same
    assert replay(read_log(session_folder(live.state.opened.session)).records) == live.state
    assert live.port._log._held == {}
    assert live.port.output_of(live.runs[-1].number) == output


def test_row_29_another_place_is_taken_or_refused(session, tmp_path, monkeypatch):
    """Row 29: the log moves whole; a place in the project or one that cannot be used changes nothing."""
    live = session(RED, "test_a.py")
    monkeypatch.setenv(
        "COACH_STATE_DIR", str(state_home())
    )  # what the command changes is taken back at the end
    before = state_home()
    (tmp_path / "file").write_text("")
    for place in ("relative", str(live.root / "state"), str(tmp_path / "file"), "~nobody-here/x"):
        assert isinstance(live.do(cmd.KeepElsewhere(place=place)), Refusal), place
    assert state_home() == before
    live.do(cmd.KeepElsewhere(place=str(tmp_path / "else where")))
    live.do(cmd.WriteNote(text="kept there"))
    assert state_home() == tmp_path / "else where"
    assert replay(read_log(session_folder(live.state.opened.session)).records) == live.state
    assert newest_open(live.root).id == live.state.opened.session


def test_rows_29_and_30_in_a_real_terminal(project, tmp_path, state_home):
    """Rows 29, 30: no state directory at first, then one, then a full disk, then another place; nothing is lost."""
    home, other = tmp_path / "home", tmp_path / "other"
    home.write_text("")
    words = ("debug", "test_a.py", "--python", sys.executable)
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    screen = coach(*words, cwd=project, state=home, env=env, columns=140, lines=40)
    screen.wait_for("not saved, kept in memory", "K another place", "3 of 3")
    home.unlink()
    screen.wait_gone("not saved")
    resource.prlimit(screen.child.pid, resource.RLIMIT_FSIZE, (8, resource.RLIM_INFINITY))
    screen.press("m")
    screen.fill("written on a full disk")
    screen.wait_for("not saved, kept in memory", "File too large")
    resource.prlimit(
        screen.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )
    screen.wait_gone("not saved")
    shutil.rmtree(home)
    home.write_text("")
    screen.press("m")
    screen.fill("and another")
    screen.wait_for("not saved, kept in memory")
    screen.press("K")
    screen.wait_for("Keep elsewhere")
    screen.fill(str(other))
    screen.wait_gone("not saved")
    screen.press("q")
    assert screen.wait_end() == 0
    (folder,) = (other / "sessions").iterdir()
    state = replay(read_log(folder).records)
    assert [note.text for note in state.notes] == ["written on a full disk", "and another"]
    assert state.reproduction.is_stable
    assert not project_home(project).is_relative_to(project)
