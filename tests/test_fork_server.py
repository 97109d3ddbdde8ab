"""A coach that is forked is what ``python -m coach`` is: what it prints, how it ends, what it may be asked for."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from tests.fork_server import Forked, is_forkable, run_coach

pytestmark = pytest.mark.skipif(
    not is_forkable(os.environ), reason="forking without exec is safe on Linux only"
)


@pytest.mark.parametrize(
    "words", [("--version",), ("no-such-word",), ("status",)], ids=lambda words: words[0]
)
def test_it_says_and_ends_as_a_program_that_was_started(tmp_path, words):
    argv = [sys.executable, "-m", "coach", *words]
    started = subprocess.run(argv, cwd=tmp_path, input="", capture_output=True, text=True, check=False)
    forked = run_coach(*words, cwd=tmp_path)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        started.returncode,
        started.stdout,
        started.stderr,
    )


def test_its_time_is_limited_and_a_signal_that_ends_it_is_its_exit_code(tmp_path):
    with pytest.raises(subprocess.TimeoutExpired):
        run_coach("status", cwd=tmp_path, timeout=0)
    reader, full = os.pipe()
    os.set_blocking(full, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(full, b"x" * 4096):
            pass
    os.set_blocking(full, True)
    coach = Forked(["--help"], tmp_path, os.environ, [reader, full, full])  # nobody reads what it says
    with pytest.raises(subprocess.TimeoutExpired):
        coach.wait(0.1)
    coach.kill()
    assert coach.wait(60) == coach.poll() == -signal.SIGKILL
    os.close(reader)
    os.close(full)


def test_what_acts_when_a_process_starts_is_started():
    assert not is_forkable({**os.environ, "PYTHONPATH": "/elsewhere"})
    assert not is_forkable({**os.environ, "LC_ALL": "tr_TR.UTF-8"})
    assert is_forkable({"PATH": os.defpath})
