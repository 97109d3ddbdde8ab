"""What a hook does where a session is open: refuse, run the target once after an edit, hand the context over again.

The decisions are the core's (``core/decide/assistant_limits.py``); here the session is found, read or asked.
"""

import contextlib
import fcntl
import json
import os
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coach.assistants.host_protocol import HookEvent, context, nothing, refusal
from coach.assistants.told_run import told_run
from coach.core.decide.assistant_limits import why_not_edited, why_not_ended
from coach.core.export import names_of
from coach.core.export.quoting import Cleaner
from coach.core.redact.redactor import Redactor
from coach.core.runs.run import Run
from coach.core.session.fold import replay
from coach.core.session.fold.session_events import ASSISTANT
from coach.core.session.state import SessionState
from coach.core.workflow.action_ids import as_commands
from coach.engine.source.project_root import VARIABLE, Located, locate, relative_to, tidy
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import CoachError, SessionError
from coach.private_folders import write_private
from coach.regular_files import read_json, real_path
from coach.session.export_io import export_session, private_of
from coach.store import library
from coach.store.log import no_collection, read_log
from coach.store.paths import project_home, session_folder

if TYPE_CHECKING:
    from coach.cli.commands.open_session import Session

SECONDS = 240.0
"""How long the hook after an edit may wait and run; hosts are told to wait for 300."""
TICK = 0.2
TOKENS = 1_500
"""Of the context after a compaction."""
MARKS = "hooks.json"
"""Beside a log: what the hooks have seen of its project."""


@dataclass(slots=True)
class _Open:
    """The open session of the project that the assistant works in, and what the hooks noted of it."""

    id: str
    place: Located
    state: SessionState
    marks: dict[str, object] = field(default_factory=dict)

    def note(self, **marks: object) -> None:
        self.marks |= marks
        with contextlib.suppress(OSError):  # without it, a run more or a text twice
            write_private(session_folder(self.id) / MARKS, json.dumps(self.marks).encode())

    @property
    def namespace(self) -> Namespace:
        return Namespace(session=self.id)


def answer(event: HookEvent) -> str:
    """Return what the host is to hear, empty for nothing. Raises CoachError."""
    found = _open_session()
    if found is None:
        return nothing(event)
    if event.moment == "edit":
        return _before_edit(event, found)
    if event.moment == "end":
        return _before_end(event, found)
    if event.moment in {"begin", "compacting"}:
        _note(event, found)
        return nothing(event)
    told = [_again(event, found)] if event.moment == "compacted" else _after_tool(event, found)
    return context(event, "\n\n".join(told)) if any(told) else nothing(event)


def _open_session() -> _Open | None:
    place = locate((), Path.cwd(), os.environ.get(VARIABLE, ""))
    found = library.newest_open(place.root / place.folder, place.root)
    if found is None:
        return None
    folder = session_folder(found.id)
    with no_collection():
        state = replay(read_log(folder, late=True).records)
    try:
        marks = read_json(folder / MARKS, 10_000)
    except OSError:
        marks = {}
    opened = state.opened
    place = Located(Path(opened.checkout.root), place.project, place.folder) if opened else place
    return _Open(found.id, place, state, marks if isinstance(marks, dict) else {})


def _before_edit(event: HookEvent, found: _Open) -> str:
    """Refuse what must not be touched; else let the edits from here on be the assistant's."""
    named = [name for each in event.paths for name in _names(each, found.place)]
    for name in named:
        if reason := why_not_edited(found.state, name):
            return refusal(event, f"coach refuses: {as_commands(reason)}.")
    if named and not found.state.closed and _is_nobodys(found.state):
        from coach.cli.commands.open_session import opened_session

        with opened_session(found.namespace) as session:
            _take_over(event, session)
    return nothing(event)


def _is_nobodys(state: SessionState) -> bool:
    """Whether no one holds the session by name: after an export it is some assistant's, and now it is known whose."""
    return state.held_by in {"", ASSISTANT}


def _take_over(event: HookEvent, session: "Session") -> None:
    """Let the edits from here on be the assistant's that speaks, unless another one holds the session."""
    from coach.core.protocol.commands import HandOver

    if _is_nobodys(session.state):
        session.submit(HandOver(to=event.host)).result(10)


def _names(path: str, place: Located) -> Iterator[str]:
    """Yield a file's names below the root: as it is spelled, and where links lead. None for one outside."""
    with contextlib.suppress(CoachError, OSError):
        spelled = tidy(Path.cwd(), path)
        for each in dict.fromkeys((spelled, real_path(spelled))):
            if name := relative_to(each, place):
                yield name


def _before_end(event: HookEvent, found: _Open) -> str:
    """Refuse once; the second time, and when nothing is missing, the session is the engineer's again."""
    if found.state.held_by != event.host:
        return nothing(event)
    trees = _trees(found)
    is_changed = trees is not None and trees.record() not in {_seen_tree(found), found.marks.get("ran")}
    reason = why_not_ended(found.state, event.host, is_changed=is_changed)
    if reason and not event.is_second:
        return refusal(event, f"coach: before you end: {_cleaned(found.state, as_commands(reason))}.")
    from coach.cli.commands.open_session import opened_session
    from coach.core.protocol.commands import HandBack

    with opened_session(found.namespace) as session:
        session.submit(HandBack()).result(10)
    return nothing(event)


def _note(event: HookEvent, found: _Open) -> None:
    """Note what a later hook asks for: the files as they are when a turn begins, or that the conversation was compacted."""
    if event.moment == "compacting":
        found.note(compacted=True)
    elif trees := _trees(found):
        found.note(told=trees.record())


def _after_tool(event: HookEvent, found: _Open) -> list[str]:
    told, until = [], time.monotonic() + SECONDS
    if found.marks.get("compacted") is True:
        told.append(_again(event, found))
        found.note(compacted=False)
    with _alone(found.id, until) as has_waited:
        if has_waited:  # the hook before this one may have run the target on this very tree
            found = _open_session() or found
        trees = _trees(found)
        if trees is None:
            return [*told, *([_run(event, found, until)] if event.paths else [])]
        tree = trees.record()
        if not _is_news(found, trees, tree):
            return told
        newest = _run_of(found, tree)
        if newest is None:
            told.append(_run(event, found, until))
            found.note(ran=trees.record())  # what the tests themselves wrote is no edit
        elif not event.is_own:
            told.append(_told(found.state, newest))
        found.note(told=trees.record())
    return told


def _is_news(found: _Open, trees: TreeStore, tree: str) -> bool:
    """Whether files differ from those the assistant was told of last, or its turn began with; else from the session's first."""
    opened = found.state.opened
    known = found.marks.get("told") or (opened.checkout.tree if opened else "")
    if not isinstance(known, str) or not known or tree == known:
        return False
    try:
        return bool(trees.changed_between(known, tree))
    except CoachError:  # that tree went with the repository it was kept in
        return True


def _run_of(found: _Open, tree: str) -> Run | None:
    """Return the newest run of the target when it says how these files do: a screen beside this runs on every save."""
    newest = found.state.last_target_run
    is_of_tree = newest is not None and newest.report is not None and newest.report.tree == tree
    return newest if newest and is_of_tree and newest.is_evidence else None


def _trees(found: _Open) -> TreeStore | None:
    return open_trees(found.place.root, project_home(found.place.root))[0]


def _seen_tree(found: _Open) -> str:
    """Return the files of the newest run in the checkout, else those of when the session was opened."""
    state = found.state
    here = (run.report.tree for run in reversed(state.runs) if run.report and not run.request.in_copy)
    first = state.opened.checkout.tree if state.opened else ""
    return next((tree for tree in here if tree), first)


@contextlib.contextmanager
def _alone(session: str, until: float) -> Iterator[bool]:
    """Let one hook at a time look and run: hosts start several tools, and their hooks, at once.

    Yields whether it had to wait. Raises SessionError when another one takes too long.
    """
    has_waited = False
    fd = os.open(session_folder(session) / "hooks.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(fd):
            if time.monotonic() > until:
                raise SessionError("the hook of another edit is still at work")
            has_waited = True
            time.sleep(TICK)
        yield has_waited
    finally:
        os.close(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: then several may run
        return True
    return True


def _run(event: HookEvent, found: _Open, until: float) -> str:
    """Run the target once, cold, within the time hosts wait; return what to tell of it."""
    from coach.cli.commands.open_session import opened_session
    from coach.core.decide import Refusal
    from coach.core.protocol import commands as cmd

    with opened_session(found.namespace) as session:
        _take_over(event, session)
        before = session.state.last_number
        asked = session.submit(cmd.RunTarget(purpose="experiment", by=event.host))
        while not session.wait_idle(TICK):
            if time.monotonic() > until:
                session.submit(cmd.CancelRun())
                session.wait_idle(5)
                return f"coach stopped the target, which did not end within the {SECONDS:g} s of a hook: run it yourself (coach run)."
        if isinstance(decided := asked.result(10), Refusal):
            return f"coach did not run the target: {_cleaned(session.state, as_commands(decided.reason))}"
        state = session.state
    run = next((each for each in reversed(state.target_runs) if each.number > before), None)
    return _told(state, run) if run else ""


def _told(state: SessionState, run: Run) -> str:
    redactor, clean = _cleaner(state)
    return redactor.settle(told_run(state, run, clean))


def _again(event: HookEvent, found: _Open) -> str:
    """Return the context for an assistant that has just forgotten most of it; that it left is in the log."""
    from coach.cli.commands.open_session import opened_session
    from coach.core.protocol.commands import NoteExport

    made = export_session(found.state, TOKENS, "markdown")
    with opened_session(found.namespace) as session:
        _take_over(event, session)  # who gets the context edits from here on
        noted = NoteExport(format="markdown", budget=TOKENS, digest=made.digest, way="hook")
        session.submit(noted).result(10)
    return made.text


def _cleaner(state: SessionState) -> tuple[Redactor, Cleaner]:
    root = state.opened.checkout.root if state.opened else ""
    redactor = Redactor(private_of(Path(root) if root else None))
    redactor.spare(names_of(state))
    return redactor, Cleaner(redactor, root)


def _cleaned(state: SessionState, text: str) -> str:
    redactor, clean = _cleaner(state)
    return redactor.settle(clean.line(text, limit=2_000))
