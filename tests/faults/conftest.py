"""Whole sessions on small projects: real files, real watcher, real runs, warm and cold; only the screen is missing."""

import contextlib
import subprocess
import sys
import threading
import time

import pytest

from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.settings.project import Settings

PATIENCE = 90


def asked(state):
    return [run for run in state.runs if not run.request.only_looks]


class Session:
    """A live session and the project it is about."""

    def __init__(self, root, port):
        self.root, self.port = root, port
        self._changed = threading.Condition()
        port.subscribe(self._tell)

    def _tell(self, _update):
        with self._changed:
            self._changed.notify_all()

    @property
    def state(self):
        return self.port.state

    @property
    def runs(self):
        """The runs that somebody or a save asked for: an investigation measures beside them, and when is left open."""
        return asked(self.state)

    def do(self, command):
        return self.port.submit(command).result(timeout=PATIENCE)

    def until_over(self, count, what):
        """Wait until so many runs that were asked for are over, and none is under way."""
        return self.until(
            lambda state: sum(run.is_over for run in asked(state)) >= count and not state.under_way, what
        )

    def until(self, question, what):
        """Wait until the state answers yes."""
        end = time.monotonic() + PATIENCE
        with self._changed:
            while not question(self.state):
                left = end - time.monotonic()
                assert left > 0, (
                    f"{what} never came: {[(r.number, r.request.purpose, r.report and r.report.ending.kind) for r in self.runs]}"
                )
                self._changed.wait(min(left, 0.2))
        return self.state

    def runs_when_idle(self):
        self.idle()
        return self.runs

    def idle(self):
        assert self.port.wait_idle(PATIENCE)
        return self.state

    def watch(self):
        self.do(cmd.SetWatching(watching=True))
        self.until(lambda state: state.watching, "watching")

    def warm_up(self):
        """Watch, run once, and let the warm server come up."""
        self.watch()
        self.do(cmd.RunTarget())
        self.idle()
        server = self.port._engine._around.warm
        self.until(lambda _: not server.why_cold, "the warm server")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def tick(self, name):
        """Wait until files written from now on have a later time than this one, by the coarse clock of files."""
        while sys.platform == "linux" and time.clock_gettime_ns(5) <= (self.root / name).stat().st_ctime_ns:
            pass

    def git(self, *words):
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *own, *words], cwd=self.root, check=True, capture_output=True)


@pytest.fixture
def session(tmp_path, monkeypatch):
    """Return a function that makes a project of files, commits it and later edits of it, and opens a session on it."""
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)

    def begin(files, target, *, warm=False, history=(), **settings):
        root = tmp_path / "project"
        root.mkdir()
        made = Session.__new__(Session)
        made.root = root
        for name, text in {"pytest.ini": "[pytest]\n", **files}.items():
            made.write(name, text)
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
            made.git(*words)
        for name, text, subject in history:
            made.write(name, text)
            made.git("commit", "-qam", subject)
        chosen = Settings(**{"python": sys.executable, "warm": warm, **settings})
        port = stack.enter_context(open_new(root, Target(words=(target,)), chosen))
        made.__init__(root, port)
        made.do(cmd.Begin(reproduce=False))
        return made

    with contextlib.ExitStack() as stack:
        yield begin
