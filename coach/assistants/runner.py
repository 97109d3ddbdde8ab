"""Run an assistant on a session: give it the prompt, watch what it edits, stop it at a loop, and leave nothing behind.

It works in the engineer's own checkout, as an editor would. Each save leads to a run; the attempts carry its name and
are judged like anybody's. When it has ended, one cold run says where it left the target.
"""

import codecs
import contextlib
import hashlib
import os
import shlex
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from coach.core.history.assistant import AssistantEnding, AssistantReport
from coach.core.log.events import LoopNoticed
from coach.core.loops.attempt import Attempt
from coach.core.loops.detection import LEVELS
from coach.core.protocol import commands as cmd
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.engine.process.orphans import HOLDER, holder_mark
from coach.engine.process.output import CappedOutput
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.scratch import scratch_folder
from coach.engine.process.spawn import Launch, Watch
from coach.engine.process.supervise import Finished, Limits, supervise
from coach.errors import UsageError
from coach.session.port import SessionPort, Update, ask
from coach.settings.project import Settings
from coach.store import artefacts
from coach.store.paths import make_private, state_home

PROMPT = "{prompt}"
"""Stands in a command for the file with the prompt; without it the prompt comes on standard input."""
SETTLE = 120.0
"""Seconds after which a wait for the runs its edits led to is said aloud."""
HEARS_WITHIN = 30.0
"""Seconds until a watcher hears, or has fallen back to looking; on a quiet machine it takes a twentieth of one."""
TAIL = 2_000
_ENDINGS: dict[str, AssistantEnding] = {
    "": "ended",
    "timeout": "too long",
    "silence": "silent",
    "cancelled": "stopped by a loop",
    "output_limit": "too long",
}


@dataclass(frozen=True, slots=True)
class Assistant:
    """A command of the project's settings."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    source: Path
    """The file that names it."""

    @property
    def digest(self) -> str:
        """A content hash of its command."""
        return hashlib.sha256(shlex.join(self.argv).encode("utf-8", "backslashreplace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Patience:
    """When an assistant is stopped. Seconds; ``at`` is the level of a loop that stops it, empty for none."""

    wall: float = 1_800.0
    silence: float = 600.0
    at: str = "banner"


@dataclass(frozen=True, slots=True)
class Stay:
    """What came of it."""

    report: AssistantReport
    run: Run | None
    """The cold run after its end."""
    attempts: tuple[Attempt, ...]
    loops: tuple[LoopNoticed, ...]


class LivePort(SessionPort, Protocol):
    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing runs or is owed."""


def assistants(root: Path, settings: Settings) -> tuple[Assistant, ...]:
    """Return the assistants of a project. Raises UsageError for a command that cannot be split into words."""
    found = []
    for name, command in settings.assistants.items():
        try:
            argv = tuple(shlex.split(command))
        except ValueError as error:
            raise UsageError(f"[tool.coach.assistants] {name} cannot be read", why=str(error)) from None
        if not argv:
            raise UsageError(f"[tool.coach.assistants] {name} is empty", do='write a command: "claude -p"')
        found.append(Assistant(name, argv, root, root / "pyproject.toml"))
    return tuple(found)


def run_assistant(  # noqa: PLR0913 - who works on what, and who looks on
    port: LivePort,
    assistant: Assistant,
    prompt: str,
    patience: Patience,
    say: Callable[[str], None],
    *,
    watch: Watch | None = None,
) -> Stay:
    """Let an assistant work until it ends, loops, falls silent or takes too long.

    ``say`` gets each line it writes (foreign text), ``watch`` its processes. Returns when its last edit has been run and judged. Raises
    UsageError when it does not start, or when the session refuses (another coach holds it, it is closed).
    """
    before = port.state
    try:
        if before.held_by != assistant.name:
            ask(port, cmd.HandOver(to=assistant.name), SETTLE)
        if not before.watching:
            watch_saves(port)
        _settle(port, say)
        report = _supervised(port, assistant, prompt, patience, say, watch)
        _settle(port, say)
        ask(port, cmd.RunTarget(purpose="experiment"), SETTLE)
        _settle(port, say)
        ask(port, cmd.NoteAssistant(report=report), SETTLE)
    finally:
        # What cannot be taken back (the session was lost) must not hide why we are here.
        if not before.watching:
            port.submit(cmd.SetWatching(watching=False)).result(SETTLE)
        port.submit(cmd.HandBack()).result(SETTLE)
    return _stay(port.state, report, len(before.notices))


def watch_saves(port: LivePort) -> None:
    """Return when saves are heard: nothing may be edited unseen from then on. Raises UsageError when they are not."""
    wake = threading.Event()
    unsubscribe, known = port.subscribe(lambda _: wake.set()), port.state.watch_note
    try:
        ask(port, cmd.SetWatching(watching=True), SETTLE)
        deadline = time.monotonic() + HEARS_WITHIN
        while not port.state.watching:
            if time.monotonic() > deadline or port.state.watch_note not in {"", known}:
                raise UsageError("saves are not heard here", why=port.state.watch_note, do="see coach doctor")
            wake.wait(0.2)
            wake.clear()
    finally:
        unsubscribe()


def _stay(state: SessionState, report: AssistantReport, known: int) -> Stay:
    last = state.last_target_run
    return Stay(
        report,
        last if last and last.number > report.first_run else None,
        tuple(each for each in state.attempts if each.run > report.first_run),
        tuple(each.loop for each in state.notices[known:]),
    )


def _settle(port: LivePort, say: Callable[[str], None]) -> None:
    """Wait until what was saved has been run, however slow the suite is; a wait this long is said."""
    while not port.wait_idle(SETTLE):
        say(f"still running after {SETTLE:.0f} s; waiting on")


def _supervised(  # noqa: PLR0913, PLR0917 - as above
    port: LivePort,
    assistant: Assistant,
    prompt: str,
    patience: Patience,
    say: Callable[[str], None],
    watch: Watch | None,
) -> AssistantReport:
    first_run, known = port.state.last_number, len(port.state.notices)
    heard = _Heard(say)
    is_loop = threading.Event()

    def listen(update: Update) -> None:
        if any(_stops(each.loop, patience.at) for each in update.state.notices[known:]):
            is_loop.set()

    def has_edited(seen: list[int]) -> bool:
        edits = len(port.state.edits)
        moved = edits != seen[0]
        seen[0] = edits
        return moved

    seen = [len(port.state.edits)]
    unsubscribe = port.subscribe(listen)
    try:
        with _prompt_file(prompt) as path:
            launch = replace(_launch(assistant, path), watch=watch)
            limits = Limits(wall=patience.wall, silence=patience.silence)
            done = supervise(launch, limits, heard.feed, is_loop, lambda: has_edited(seen))
    except OSError as error:
        raise UsageError(
            f"{assistant.argv[0]} did not start",
            why=error.strerror or str(error),
            do=f"see [tool.coach.assistants] in {assistant.source.name}",
        ) from None
    finally:
        unsubscribe()
    heard.end()
    return _report(assistant, done, heard, first_run)


def _launch(assistant: Assistant, prompt: Path) -> Launch:
    in_file = any(PROMPT in word for word in assistant.argv)
    return Launch(
        argv=[word.replace(PROMPT, str(prompt)) for word in assistant.argv],
        cwd=assistant.cwd,
        env={**os.environ, HOLDER: holder_mark(), RUN_ID: f"assistant-{uuid.uuid4().hex}"},
        stdin=None if in_file else prompt,
    )


def _report(assistant: Assistant, done: Finished, heard: "_Heard", first_run: int) -> AssistantReport:
    text = heard.output.text()
    return AssistantReport(
        name=assistant.name,
        argv=assistant.argv,
        ending=_ENDINGS[done.stop],
        exit_code=done.exit_code,
        seconds=round(done.duration, 3),
        first_run=first_run,
        output=artefacts.keep(text) if text else "",
        tail=text[-TAIL:],
        survivors=tuple(map(str, (*done.leaked, *done.unended))),
    )


def _stops(loop: LoopNoticed, at: str) -> bool:
    return at in LEVELS and LEVELS.index(loop.level) >= LEVELS.index(at)


class _Heard:
    """What an assistant says: kept within bounds, told line by line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.output = CappedOutput()
        self._say = say
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""

    def feed(self, part: bytes) -> None:
        self.output.feed(part)
        *lines, rest = (self._line + self._decoder.decode(part)).split("\n")
        for line in lines:
            self._say(line)
        # A program that draws on one line for ever must not be kept whole.
        self._line = rest[-TAIL:]

    def end(self) -> None:
        if self._line:
            self._say(self._line)


@contextlib.contextmanager
def _prompt_file(prompt: str) -> Iterator[Path]:
    """Keep the prompt where only the engineer can read it, as long as it is needed."""
    with scratch_folder(make_private(state_home()) / "scratch") as folder:
        path = folder / "prompt.md"
        path.touch(mode=0o600)
        path.write_text(prompt, encoding="utf-8", errors="backslashreplace")
        yield path
