"""A real terminal for the real program: pexpect runs it on a pty, pyte is the screen, every byte is kept."""

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pyte

from tests.fork_server import run_coach

DEADLINE = 60.0


class Terminal:
    """One program on one pty. ``text`` is what a person would see."""

    def __init__(self, words, *, cwd, env=None, columns=120, lines=40):
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        environment = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", **(env or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):  # a test runner's own size is not this terminal's
            environment.pop(name, None)
        self.child = pexpect.spawn(
            words[0],
            list(words[1:]),
            cwd=str(cwd),
            env=environment,
            dimensions=(lines, columns),
            timeout=DEADLINE,
        )
        self.child.delaybeforesend = None  # 50 ms otherwise

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
        """Wait for the program to end; returns its exit code, negative for a signal."""
        end = time.monotonic() + deadline
        while time.monotonic() < end and self.pump():
            pass
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
