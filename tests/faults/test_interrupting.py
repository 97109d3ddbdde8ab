"""Signals at chosen moments of real commands: how they end, what they say, who is left (``benchmarks/interrupting.py`` does hundreds)."""

import os
import signal
import subprocess
import sys

import pytest

from benchmarks.interrupting import COMMANDS, TEST, Ground, interrupt

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for survivors in /proc")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("interrupting").resolve())


@pytest.mark.parametrize(
    ("name", "number", "seconds"),
    [
        ("status", signal.SIGINT, 0.25),
        ("run a command", signal.SIGINT, 1.5),
        ("mcp", signal.SIGINT, 0.9),
        ("try", signal.SIGTERM, 1.3),
        ("assist", signal.SIGHUP, 1.6),
    ],
)
def test_a_command_ends_at_a_signal_without_a_traceback(ground, name, number, seconds):
    """Exit code 130 and its kind, the log whole, the checkout as it was, the next command works, and no process is left."""
    seen = interrupt(ground, name, COMMANDS[name], number, seconds)
    assert not seen["wrong"], seen


@pytest.mark.parametrize("seconds", [0.9, 1.6, 2.4])
def test_an_assistant_whose_coach_is_killed_is_ended_by_the_next_command(ground, seconds):
    seen = interrupt(ground, "assist", COMMANDS["assist"], signal.SIGKILL, seconds)
    assert not seen["wrong"], seen


@pytest.mark.parametrize("words", ["status", "sessions", "--help"])
def test_a_reader_that_leaves_ends_a_command_quietly(ground, words):
    """``coach status | head -1``: the pipe's other end is gone before the first word."""
    reading, writing = os.pipe()
    os.close(reading)
    argv = [sys.executable, "-m", "coach", words]
    done = subprocess.run(
        argv,
        cwd=ground.place / "laid/project",
        env=ground.around("laid"),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == (0 if words == "--help" else 128 + signal.SIGPIPE)  # argparse looks away


def test_a_command_that_is_stopped_goes_on_where_it_was(ground):
    """As Ctrl-Z and fg do in the middle of a run: the same outcome, and the time it was away is no failure of the run."""
    ground.copied("round")
    root, env = ground.place / "round/project", ground.around("round")
    process = subprocess.Popen(
        [sys.executable, "-m", "coach", "run", "--new", TEST], cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().startswith("session ")
    os.killpg(process.pid, signal.SIGSTOP)
    pid, status = os.waitpid(process.pid, os.WUNTRACED)
    assert (pid, os.WIFSTOPPED(status)) == (process.pid, True)
    os.killpg(process.pid, signal.SIGCONT)
    said, told = process.communicate(timeout=60)
    assert process.returncode == 1, told
    assert "AssertionError" in said + told


def test_a_signal_that_is_ignored_stays_so(ground):
    """A job in the background (``nohup``, ``&`` of a shell without jobs) is not for Ctrl-C."""
    argv = [
        sys.executable,
        "-c",
        "import coach.__main__, signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)",
    ]
    ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    finally:
        signal.signal(signal.SIGINT, ignored)
    assert done.stdout == "True\n"
