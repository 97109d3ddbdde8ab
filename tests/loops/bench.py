"""Drive a real session: real edits on a copy of a project, real pytest runs, real trees, the real dispatcher and core.

Only the watcher is absent: a script knows what it saved and says so. Every step states what must come of it, so that a
recording cannot be about something else than its label says.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.decide import Refusal, decide
from coach.core.experiments.hypothesis import Prediction
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol.observations import FilesSaved, WatchSeen
from coach.core.runs.target import Target
from coach.core.session.fold import apply
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from coach.engine.engine import LocalEngine
from coach.engine.process.supervise import Limits
from coach.engine.trees.tree_store import open_trees
from coach.session.dispatcher import Dispatcher
from coach.settings.workflow_files import load_workflow, shipped_folder
from coach.store.lines import encode
from tests.loops.projects import Edit, Project

PATIENCE = 120.0
START = 1_700_000_000.0
GRAIN = 0.05
"""A watcher tells of a save some time after it; a run that begins within a tick of the file clock counts as disturbed."""


class MemoryLog:
    """Keeps nothing: the dispatcher holds the records."""

    def append(self, record):
        pass

    def output(self, artefact):
        return ""

    def close(self):
        pass


class Recording(Dispatcher):
    """Keeps every message in the order it was decided on, so that the log can be derived again under other rules."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.messages = []

    def _handle(self, message):
        self.messages.append(message)
        return super()._handle(message)


def derive(opened, messages) -> list[ev.Recorded]:
    """Decide on recorded messages anew: the log as today's rules write it."""
    records: list[ev.Recorded] = []
    state = SessionState()
    later = 0.0

    def take(event):
        nonlocal state
        record = ev.Recorded(seq=state.seq + 1, at=START + len(records) + 1 + later, event=event)
        records.append(record)
        state = apply(state, record)

    take(opened)
    for message in messages:
        if isinstance(message, float):
            later += message
            continue
        decision = decide(message, state)
        for event in () if isinstance(decision, Refusal) else decision.events:
            take(event)
    return records


@dataclass
class Expected:
    """What must be said, and by which run. ``level`` empty: nothing louder than a note, ever."""

    pattern: str = ""
    level: str = ""
    begins: int = 0
    """The run of the first edit that belongs to the loop."""
    note_run: int = 0
    """The run after which a note is due, where that is part of the promise."""
    run: int = 0
    """The run after which ``level`` is due."""

    def as_json(self):
        return {
            "pattern": self.pattern,
            "level": self.level,
            "begins": self.begins,
            "note_run": self.note_run,
            "run": self.run,
        }


@dataclass
class Bench:
    """One session on one copy of a project."""

    project: Project
    folder: Path
    words: tuple[str, ...] = ()
    watching: bool = True
    reproduce: bool = False
    """Whether the session begins with a reproduction (three cold runs) or with one run."""
    scope: tuple[str, ...] = ()
    before: tuple[Edit, ...] = ()
    """Edits that are committed before the session begins."""
    expected: Expected = field(default_factory=Expected)
    passed: float = 0.0
    """Seconds that the script let go by."""
    _spot: str = ""

    def __post_init__(self):
        self.root = self.folder / self.project.name
        shutil.copytree(self.project.folder, self.root, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        (self.root / ".gitignore").write_text("__pycache__/\n")
        self.write(*self.before)
        self._spot = self.project.spot
        self._env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("COACH_", "PYTEST_", "GIT_"))
        }
        self._env |= {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HOME": str(self.folder),
            "COUNTER": str(self.folder / "counter"),
        }
        self.git("init", "-q", "-b", "main")
        self.commit("start")
        self._open()

    def _open(self):
        trees, why = open_trees(self.root, self.folder / "home")
        assert trees is not None, why
        interpreter = ev.Interpreter(
            path=sys.executable, why="the recorder's own", version="3.11", pytest="8"
        )
        engine = LocalEngine(
            root=self.root,
            interpreter=interpreter,
            limits=Limits(wall=60),
            keep=lambda _: "",
            trees=trees,
            env=self._env,
            warm=True,
        )
        commit, branch, _ = trees.head()
        ticks = iter(range(1, 1_000_000))
        self.port = Recording(MemoryLog(), engine, (), clock=lambda: START + next(ticks) + self.passed)
        self.port.record(
            ev.SessionOpened(
                session="recorded",
                coach="0",
                target=Target(words=self.words or (self.project.main,)),
                workflow=load_workflow(
                    "debug", {path.stem: path for path in shipped_folder().glob("*.toml")}
                ),
                interpreter=interpreter,
                checkout=ev.Checkout(root=str(self.root), commit=commit, branch=branch, tree=trees.record()),
            )
        )
        self.port.__enter__()
        self.ask(cmd.Begin(reproduce=False))
        if self.watching:
            self.port.observe(WatchSeen(watching=True))
        if self.scope:
            self.ask(cmd.WriteSpec(spec=Spec(expected="right", actual="wrong", scope=self.scope)))
        self.ask(cmd.Reproduce() if self.reproduce else cmd.RunTarget())

    def close(self):
        self.port.close()

    # --- asking -------------------------------------------------------------------------------------------------------

    @property
    def state(self):
        return self.port.state

    @property
    def last(self):
        """The newest finished run of the target."""
        return self.state.target_runs[-1]

    def ask(self, command):
        answer = self.port.submit(command)
        assert self.port.wait_idle(PATIENCE), f"{command} takes too long"
        decision = answer.result(timeout=PATIENCE)
        assert not isinstance(decision, Refusal), f"{command}: {decision.reason}"

    def run(self, expect=""):
        """Run the target; ``expect``: red, green, same (failure as before), other (failure), none (no answer)."""
        before = self.state.target_runs[-1] if self.state.target_runs else None
        self.ask(cmd.RunTarget())
        self._check(before, expect)

    def _check(self, before, expect):
        run = self.last
        outcome = "red" if run.failing else "green" if run.judged and run.judged.outcome == "PASS" else "none"
        if outcome == "red" and before is not None and expect in {"same", "other"}:
            outcome = "same" if run.strict == before.strict else "other"
        said = [f"{each.test} {each.exception}: {each.message}" for each in run.failing] or [
            run.report.ending.sentence
        ]
        assert not expect or outcome == expect, f"#{run.number} is {outcome}, expected {expect}: {said}"

    # --- editing ------------------------------------------------------------------------------------------------------

    def write(self, *edits: Edit) -> tuple[str, ...]:
        """Apply edits to the files; returns their paths."""
        for edit in edits:
            place = self.root / edit.path
            if not edit.old:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(edit.new)
                continue
            text = place.read_text()
            assert text.count(edit.old) == 1, (
                f"{self.project.name}: {edit.path} holds {edit.old!r} {text.count(edit.old)} times"
            )
            place.write_text(text.replace(edit.old, edit.new))
        return tuple(dict.fromkeys(edit.path for edit in edits))

    def save(self, *edits: Edit, expect: str = ""):
        """Edit, save, and let the run that follows end."""
        self.saved(self.write(*edits), expect)

    def saved(self, paths: Sequence[str], expect: str = ""):
        """Tell that files have new content; the run on save follows, or an explicit one when nothing watches."""
        before = self.state.target_runs[-1] if self.state.target_runs else None
        time.sleep(GRAIN)
        if self.watching:
            self.port.observe(FilesSaved(paths=tuple(paths)))
            assert self.port.wait_idle(PATIENCE)
        else:
            self.ask(cmd.RunTarget(purpose="experiment"))
        self._check(before, expect)

    def vary(self, text: str, *also: Edit, expect: str = ""):
        """Put another variant where the defect is."""
        edit = Edit(self.project.source, self._spot, text)
        self._spot = text
        self.save(edit, *also, expect=expect)

    def mended(self):
        """Check that the main test fails no more: it passes, is skipped, or is gone."""
        failing = [each.test for each in self.last.failing if each.test.startswith(self.project.main)]
        assert not failing, f"still failing: {failing}"

    def undo(self, *edits: Edit, expect: str = ""):
        self.save(*(Edit(each.path, each.new, each.old) for each in reversed(edits)), expect=expect)

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def rewrite(self, path: str, text: str) -> str:
        (self.root / path).write_text(text)
        return path

    def reword(self, old: str, new: str, path: str) -> str:
        """Rename a word in one file."""
        return self.rewrite(path, re.sub(rf"\b{old}\b", new, self.text(path)))

    # --- writing down -------------------------------------------------------------------------------------------------

    def note(self, text: str = "seen: the value is wrong before this"):
        self.ask(cmd.WriteNote(text=text))

    def suppose(self, claim: str, expects: str = "pass"):
        self.ask(
            cmd.ProposeHypothesis(
                claim=claim, prediction=Prediction(text="see the next run", expects=expects)
            )
        )

    def later(self, seconds: float):
        """Let time go by in the log."""
        self.passed += seconds
        self.port.messages.append(seconds)

    # --- git ----------------------------------------------------------------------------------------------------------

    def git(self, *words: str) -> str:
        settings = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *settings, *words],
            cwd=self.root,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, message: str):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    # --- what it is about ---------------------------------------------------------------------------------------------

    def begins(self, pattern: str, level: str = "banner"):
        """The next run is the first that belongs to the loop."""
        self.expected.pattern, self.expected.level = pattern, level
        self.expected.begins = self.state.last_number + 1

    def due_note(self):
        self.expected.note_run = self.state.last_number

    def due(self):
        """What is expected must have been said after the newest run."""
        self.expected.run = self.state.last_number

    @property
    def taken(self) -> dict:
        """What a log can be derived from again."""
        return {"root": str(self.root), "opened": self.port.records[0].event, "messages": self.port.messages}


def write_log(path: Path, records: Sequence[ev.Recorded], root: str) -> None:
    """Write a packed log, with the folders of the recording taken out."""
    named = {root: b"/project", str(Path(root).parent): b"/scratch", sys.prefix: b"/venv"}
    lines = [encode(record) for record in records]
    for folder, name in named.items():
        lines = [each.replace(folder.encode(), name) for each in lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(b"".join(lines), 9, mtime=0))
