"""Places without locks or without writing, made for real: the kernel refuses, and every command says so or goes on."""

import ctypes
import errno
import os
import platform
import subprocess
import sys

import pytest

TEST = "test_a.py::test_it"
READ_ONLY = ("run", "status", "note x", "export", "watch --seconds 1", "doctor")
_FLOCK = {"x86_64": 73, "aarch64": 32}.get(platform.machine(), 0)


class _Filter(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter)))


def without_locks():
    """Have the kernel answer flock as a file system without locks does, for this process and all it starts."""
    steps = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, _FLOCK),
        (0x06, 0, 0, 0x00050000 | errno.ENOLCK),
        (0x06, 0, 0, 0x7FFF0000),
    ]
    filters = (_Filter * len(steps))(*(_Filter(*each) for each in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(_Program(len(steps), filters)), 0, 0):
        os._exit(99)


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


def coach(root, state, *words, **kwargs):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "PYTEST_"))}
    env |= {
        "COACH_STATE_DIR": str(state),
        "COACH_PYTHON": sys.executable,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    argv = [sys.executable, "-m", "coach", *words]
    return subprocess.run(
        argv,
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        **kwargs,
    )


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not _FLOCK, reason="the kernel is asked by seccomp"
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
    if probe.returncode == 99:
        pytest.skip("no filter of system calls may be set here")
    assert "No locks available" in probe.stderr
    ran = coach(project, state, "run", TEST, preexec_fn=without_locks)
    assert ran.returncode == 1, ran.stderr
    assert "not saved" not in ran.stderr
    found = coach(project, state, "bisect", "--good", "HEAD~1", preexec_fn=without_locks)
    assert found.returncode == 0, found.stderr
    assert "bad" in found.stdout
    status = coach(project, state, "status", preexec_fn=without_locks)
    assert status.returncode == 0, status.stderr
    for done in (ran, found, status):
        assert "Traceback" not in done.stderr
    assert not [*state.glob("projects/*/scratch/*"), *state.glob("sessions/*/lock.owner")]


def without_override():
    """Take from root what lets it write where nobody may (from the next program on): it is its own files' owner, no more."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if os.geteuid() == 0 and libc.prctl(24, capability, 0, 0, 0):
            os._exit(99)


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
            done = coach(project, state, *words.split(), preexec_fn=without_override)
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
