"""Places without locks or without writing, made for real: the kernel refuses, and every command says so or goes on."""

import os
import subprocess
import sys

import pytest

from tests.faults.kernel import FLOCK, REFUSED, without_locks
from tests.fork_server import run_coach

TEST = "test_a.py::test_it"
READ_ONLY = ("run", "status", "note x", "export", "watch --seconds 1", "doctor")
WITHOUT_LOCKS, WITHOUT_OVERRIDE = (f"tests.faults.kernel:without_{each}" for each in ("locks", "override"))


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    (root / "shop.py").write_text("def total():\n    return 1\n")
    (root / "test_a.py").write_text("from shop import total\n\n\ndef test_it():\n    assert total() == 1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "good"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    (root / "shop.py").write_text("def total():\n    return 2\n")
    subprocess.run([*git, "commit", "-qam", "bad"], check=True, capture_output=True)
    return root


def coach(root, state, *words, first=""):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "PYTEST_"))}
    env |= {
        "COACH_STATE_DIR": str(state),
        "COACH_PYTHON": sys.executable,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return run_coach(*words, cwd=root, env=env, first=first)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not FLOCK, reason="the kernel is asked by seccomp"
)
def test_where_there_are_no_locks_sessions_and_searches_work(project, tmp_path, monkeypatch):
    """The session is held by a file that says who writes; copies are made, and those of others are not taken for left behind."""
    state = tmp_path / "state"
    temporary = (
        tmp_path / "temporary"
    )  # coaches of other tests have locks, and would take its folders for left behind
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    probe = subprocess.run(
        [sys.executable, "-c", f"import fcntl; fcntl.flock(open({str(tmp_path / 'x')!r}, 'w'), 2)"],
        preexec_fn=without_locks, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if probe.returncode == REFUSED:
        pytest.skip("no filter of system calls may be set here")
    assert "No locks available" in probe.stderr
    ran = coach(project, state, "run", TEST, first=WITHOUT_LOCKS)
    assert ran.returncode == 1, ran.stderr
    assert "not saved" not in ran.stderr
    found = coach(project, state, "bisect", "--good", "HEAD~1", first=WITHOUT_LOCKS)
    assert found.returncode == 0, found.stderr
    assert "bad" in found.stdout
    status = coach(project, state, "status", first=WITHOUT_LOCKS)
    assert status.returncode == 0, status.stderr
    for done in (ran, found, status):
        assert "Traceback" not in done.stderr
    assert not [*state.glob("projects/*/scratch/*"), *state.glob("sessions/*/lock.owner")]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="root keeps its rights elsewhere")
def test_a_state_directory_that_can_only_be_read(project, tmp_path):
    """Every command says so in a sentence or shows what it can; the test is run all the same; nothing changes."""
    state = tmp_path / "state"
    assert coach(project, state, "run", TEST).returncode == 1
    for path in (*state.rglob("*"), state):
        if not path.is_symlink():
            path.chmod(0o500 if path.is_dir() else 0o400)
    before = sorted((str(each), each.lstat().st_size) for each in state.rglob("*"))
    try:
        for words in READ_ONLY:
            done = coach(project, state, *words.split(), first=WITHOUT_OVERRIDE)
            assert "Traceback" not in done.stderr, (words, done.stderr)
            assert done.returncode in {0, 1, 2, 3, 6, 7}, (words, done.stderr)
            assert done.stdout + done.stderr, words
            if words == "run":
                assert done.returncode == 1, done.stderr
                assert "AssertionError" in done.stdout + done.stderr
                assert "not saved" in done.stderr
        assert sorted((str(each), each.lstat().st_size) for each in state.rglob("*")) == before
    finally:
        for path in (state, *(each for each in state.rglob("*") if each.is_dir())):
            path.chmod(0o700)
