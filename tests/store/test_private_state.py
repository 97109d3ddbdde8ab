"""The state directory is this user's alone, whatever the umask, whatever is made first, and whoever owns what is there."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coach.engine.process import scratch
from coach.errors import StoreError
from coach.private_folders import why_unsafe
from coach.store.paths import NOWHERE, make_private, sessions_folder, state_home
from coach.store.trust import approve, is_approved
from tests.fork_server import run_coach

OTHER = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")


def open_to_others(folder):
    """Everything below a folder that anybody but its owner may use."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077 and not path.is_symlink()
    ]


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "test_a.py").write_text("def test_it():\n    assert 1 == 2\n")
    (root / "pyproject.toml").write_text("")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    return root


def coach(root, state, umask, *words, stdin=""):
    env = {name: value for name, value in os.environ.items() if not name.startswith("COACH_")}
    env |= {
        "COACH_STATE_DIR": str(state),
        "COACH_PYTHON": sys.executable,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return run_coach(*words, cwd=root, env=env, umask=umask, stdin=stdin)


@pytest.mark.parametrize(
    ("umask", "order"),
    [
        (0o000, "run --new test_a.py"),
        (0o777, "run test_a.py"),
        (0o000, "broken"),
        (0o022, "mcp"),
        (0o000, "import"),
    ],
)
def test_nothing_is_open_to_others(project, tmp_path, umask, order):
    """Whatever comes first makes it: a run, a repository whose settings cannot be read, the tools, an archive from elsewhere."""
    state, words, said = tmp_path / "above" / "state", order.split(), ""
    if order == "broken":
        subprocess.run(["git", "-C", project, "config", "include.path", "/etc/passwd"], check=True)
        words = ["run", "--new", "test_a.py"]
    if order == "mcp":
        pytest.importorskip("mcp")
        calls = [
            (
                "initialize",
                {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "x", "version": "1"},
                },
            )
        ]
        calls += [("tools/call", {"name": "start", "arguments": {"target": "test_a.py"}})]
        said = "".join(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
            for number, (method, params) in enumerate(calls)
        )
    if order == "import":
        coach(project, tmp_path / "first", 0o022, "run", "test_a.py")
        coach(project, tmp_path / "first", 0o022, "sessions", "export", "-o", str(tmp_path / "a.zip"))
        words = ["sessions", "import", str(tmp_path / "a.zip")]
    done = coach(project, state, umask, *words, stdin=said)
    assert "Traceback" not in done.stderr, done.stderr
    assert state.is_dir(), done.stderr
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert open_to_others(state) == []


def test_what_an_older_coach_left_open_is_closed(tmp_path, monkeypatch):
    """Folders and files of ours lose the rights of others; a folder that holds other things keeps its own."""
    mine, shared = tmp_path / "mine", tmp_path / "shared"
    for home in (mine, shared):
        (home / "projects" / "x").mkdir(parents=True)
        (home / "theme").write_text("coach-dark\n")
        for path in (home, home / "projects"):
            path.chmod(0o777)
    (shared / "letters.txt").write_text("not of coach")
    for home in (mine, shared):
        monkeypatch.setenv("COACH_STATE_DIR", str(home))
        make_private(sessions_folder())
        for name in ("projects", "theme", "sessions"):
            assert not (home / name).stat().st_mode & 0o077, name
    assert stat.S_IMODE(mine.stat().st_mode) == 0o700
    assert stat.S_IMODE(shared.stat().st_mode) == 0o777


@needs_root
@pytest.mark.parametrize("kind", ["folder", "link to a folder", "link of another user"])
def test_what_another_user_owns_is_not_used(project, tmp_path, kind):
    """Commands say whose it is and what to do; a run is made all the same, and nothing is written there."""
    place, state = tmp_path / "theirs", tmp_path / "state"
    place.mkdir(mode=0o755)
    if kind == "link of another user":
        place.chmod(0o700)
    else:
        os.chown(place, OTHER, OTHER)
    if kind == "folder":
        state = place
    else:
        state.symlink_to(place)
        if kind == "link of another user":
            os.chown(state, OTHER, OTHER, follow_symlinks=False)
    listed = coach(project, state, 0o022, "sessions")
    ran = coach(project, state, 0o022, "run", "test_a.py")
    assert listed.returncode == 7
    assert ran.returncode == 1
    for done in (listed, ran):
        said = done.stderr
        assert f"{state} cannot be used: " in said
        assert "belongs to user nobody" in said
        assert "set COACH_STATE_DIR to a folder of your own" in said
        assert "Traceback" not in said
    assert list(place.iterdir()) == []


@needs_root
def test_approvals_in_it_are_none(tmp_path, monkeypatch):
    """Who may write there could approve commands: neither a whole folder nor one file of another user counts."""
    home = tmp_path / "state"
    monkeypatch.setenv("COACH_STATE_DIR", str(home))
    approve("a" * 64, ["true"])
    assert is_approved("a" * 64)
    os.chown(home / "approved" / ("a" * 64), OTHER, OTHER)
    assert not is_approved("a" * 64)
    os.chown(home / "approved" / ("a" * 64), 0, 0)
    os.chown(home, OTHER, OTHER)
    assert not is_approved("a" * 64)
    assert state_home() == NOWHERE


def test_a_folder_that_anybody_can_exchange_is_refused(tmp_path, monkeypatch):
    """Not in a folder that is open to all, unless it is sticky as /tmp is; runs' own files neither."""
    around = tmp_path / "around"
    (around / "state").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("COACH_STATE_DIR", str(around / "state"))
    monkeypatch.setattr("tempfile.tempdir", str(around))
    for mode, is_refused in ((0o777, True), (0o1777, False), (0o770, False), (0o755, False)):
        around.chmod(mode)
        assert (state_home() == NOWHERE) is is_refused, oct(mode)
        assert scratch.temporary_home().is_relative_to(around) is not is_refused
    around.chmod(0o777)
    (tmp_path / "link").symlink_to(around / "state")
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "link"))
    with pytest.raises(StoreError, match="everybody can put another folder in its place"):
        make_private(sessions_folder())


@needs_root
def test_root_makes_nothing_in_the_home_of_a_user(tmp_path, monkeypatch):
    """With sudo, HOME may be the user's: what root makes there the user could not write later."""
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, OTHER, OTHER)
    for name in ("COACH_STATE_DIR", "XDG_STATE_HOME", "SUDO_UID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(StoreError, match="would be root's; set COACH_STATE_DIR"):
        make_private(sessions_folder())
    monkeypatch.setenv("SUDO_UID", str(OTHER))
    with pytest.raises(StoreError, match="run coach without sudo"):
        make_private(sessions_folder())
    assert list(home.iterdir()) == []
    assert why_unsafe(home / "chosen", is_chosen=True)
    monkeypatch.delenv("SUDO_UID")
    assert not why_unsafe(home / "chosen", is_chosen=True)


def test_the_lines_of_other_rooms_are_not_touched(tmp_path):
    """Making a folder closes what is made, and leaves folders that were there as they are."""
    before = tmp_path / "open"
    before.mkdir()
    before.chmod(0o755)
    make_private(before / "a" / "b")
    assert stat.S_IMODE(before.stat().st_mode) == 0o755
    assert stat.S_IMODE(Path(before / "a").stat().st_mode) == 0o700
