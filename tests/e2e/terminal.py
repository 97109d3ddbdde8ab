"""A real terminal for the real program: pexpect runs it on a pty, pyte is the screen, every byte is kept."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pexpect
import pyte
from pexpect import fdpexpect

from tests.fork_server import Forked, is_forkable, run_coach

DEADLINE = 60.0


class _Child(fdpexpect.fdspawn):
    """A forked coach at the far end of a pty, with what pexpect's own child has."""

    def __init__(self, words, cwd, env, size):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(ours, size)
        self._coach = Forked(words, cwd, env, [theirs] * 3, leads=True)
        os.close(theirs)
        super().__init__(ours, timeout=DEADLINE)
        self.pid = self._coach.pid
        self.exitstatus = self.signalstatus = None

    def isalive(self):
        return self._coach.poll() is None

    def kill(self, number):
        self._coach.send_signal(number)

    def close(self, force=True):
        """Hang up, and wait for its end; ``force``: bring that about."""
        if self.closed:
            return
        super().close()
        for number in (None, signal.SIGHUP, signal.SIGKILL) if force else (None,):
            if number is not None:
                self._coach.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._coach.wait(10)
                self.exitstatus, self.signalstatus = (code, None) if code >= 0 else (None, -code)
                return

    def __del__(self):
        self.close()


def _started(words, cwd, env, size):
    if words[:3] == [sys.executable, "-m", "coach"] and is_forkable(env):
        return _Child(words[3:], cwd, env, size)
    child = pexpect.spawn(words[0], words[1:], cwd=cwd, env=env, dimensions=size, timeout=DEADLINE)
    child.delaybeforesend = None  # 50 ms otherwise
    return child


class Terminal:
    """One program on one pty. ``text`` is what a person would see."""

    def __init__(self, words, *, cwd, env=None, columns=120, lines=40):
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        environment = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **(env or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # a test runner's own size is not this terminal's
            environment.pop(name, None)
        self.child = _started(list(words), str(cwd), environment, (lines, columns))

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def pump(self, seconds=0.05):
        """Take in what the program has written."""
        try:
            chunk = self.child.read_nonblocking(65_536, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.bytes += chunk
        self._stream.feed(chunk)
        return True

    def wait_for(self, *wanted, deadline=DEADLINE):
        """Wait until every text is on the screen."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            alive = self.pump()
            if all(text in self.text for text in wanted):
                return self.text
            if not alive:
                break
        missing = [text for text in wanted if text not in self.text]
        raise AssertionError(f"never saw {missing} on\n{self.text}")

    def wait_gone(self, unwanted, deadline=DEADLINE):
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self.pump()
            if unwanted not in self.text:
                return
        raise AssertionError(f"still there: {unwanted!r} on\n{self.text}")

    def settle(self, quiet=0.2, deadline=DEADLINE):
        """Wait until the program has nothing more to draw: a key was taken in."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            before = len(self.bytes)
            if not self.pump(quiet) or len(self.bytes) == before:
                return

    def press(self, keys):
        self.child.send(keys)

    def fill(self, *fields):
        """Type one text per field of a form, from the focused one on, and keep it."""
        self.wait_for("ctrl+s keeps")
        self.settle()
        for position, text in enumerate(fields):
            if position:
                self.press("\t")
                self.settle()
            if text:
                self.press(text)
                self.wait_for(text[:20])
        self.press("\x13")
        self.wait_gone("ctrl+s keeps")

    def wait_end(self, deadline=DEADLINE):
        """Wait for the program to end of its own; returns its exit code, negative for a signal."""
        end = time.monotonic() + deadline
        while self.pump():
            if time.monotonic() > end:
                raise AssertionError(f"it goes on and on:\n{self.text}")
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus

    def kill(self, number=signal.SIGKILL):
        self.child.kill(number)


def coach(*words, cwd, state, is_first=False, **more):
    """Start the real program; as for somebody who knows it, unless told otherwise."""
    if not is_first and Path(state).is_dir():
        (Path(state) / "welcomed").touch()
    environment = {"COACH_STATE_DIR": str(state), **more.pop("env", {})}
    return Terminal([sys.executable, "-m", "coach", *words], cwd=Path(cwd), env=environment, **more)


def headless(*words, cwd, state):
    """Run a command that prints, with nothing of this surroundings but where python is."""
    environment = {
        "COACH_STATE_DIR": str(state),
        "PATH": "/usr/bin:/bin",
        "HOME": str(state),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return run_coach(*words, cwd=cwd, env=environment)
