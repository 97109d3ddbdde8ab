"""All sessions of the state directory, as a list; a damaged one is listed and never hides the others.

Listing decodes only the few kinds of event it shows. The kind stands at the front of each line (see ``lines``), so the
rest is passed over at the speed of reading; what does not look like that is decoded, and is damage when that fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coach.core import events as ev
from coach.errors import SessionError
from coach.store.lines import NEWER, is_newer, objects, record_from
from coach.store.log import LOG_NAME
from coach.store.paths import is_id, session_folder, sessions_folder, unusable

_FRONT = re.compile(rb'\{"seq": ?\d+, ?"at": ?(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?), ?"kind": ?"([a-z_]+)"')
_SHOWN = {
    b"session_opened",
    b"session_resumed",
    b"session_closed",
    b"step_entered",
    b"spec_written",
    b"target_changed",
}
_KNOWN = {str(kind.model_fields["kind"].default).encode() for kind in ev.Event.__args__}


@dataclass(frozen=True, slots=True)
class Listed:
    """One session as a list shows it. All texts are foreign."""

    id: str
    project: str = ""
    """The root of its project."""
    target: str = ""
    title: str = ""
    state: str = "open"
    """``open``, or how it was closed: verified, partial, abandoned."""
    step: str = ""
    opened_at: float = 0.0
    last_at: float = 0.0
    runs: int = 0
    events: int = 0
    damage: str = ""
    """Why it cannot be shown or continued; the other columns mean little then."""
    flaws: str = ""
    """What of it is lost although the rest is well: bad lines, a cut-off end."""
    read_only: str = ""
    """Why it can be read but not continued."""


def sessions() -> list[Listed]:
    """List all sessions, the most recently used first."""
    listed = [_listed(folder) for folder in _folders()]
    return sorted(listed, key=lambda each: (each.last_at, each.id), reverse=True)


def find(prefix: str) -> Listed:
    """Return the one session whose id begins with ``prefix``."""
    word = prefix.strip().lower()
    found = [folder for folder in _folders() if word and folder.name.startswith(word)]
    if not found:
        raise SessionError(f"no session {prefix[:40]!r}", do="see `coach sessions`")
    if len(found) > 1:
        candidates = ", ".join(sorted(folder.name for folder in found)[:8])
        more = f" and {len(found) - 8} more" if len(found) > 8 else ""
        raise SessionError(
            f"{len(found)} sessions begin with {word!r}", why=f"{candidates}{more}", do="give more of the id"
        )
    return _listed(session_folder(found[0].name))


def newest_open(root: Path) -> Listed | None:
    """Return the session to go on with in a project: the most recently used open one that can be continued."""
    here = str(root.resolve())
    for each in sessions():
        is_usable = each.state == "open" and not each.damage and not each.read_only
        if is_usable and str(Path(each.project).resolve()) == here:
            return each
    return None


def _folders() -> list[Path]:
    place = sessions_folder()
    try:
        return [
            each for each in place.iterdir() if is_id(each.name) and each.is_dir() and not each.is_symlink()
        ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unusable(place, error) from error


def _listed(folder: Path) -> Listed:
    path = folder / LOG_NAME
    listed = Listed(id=folder.name)
    try:
        changed = path.stat().st_mtime
        with path.open("rb") as file:
            survey = _Survey(listed)
            for line in file:
                survey.take(line)
            return survey.result(changed)
    except OSError as error:
        return replace(listed, damage=error.strerror or str(error))


class _Survey:
    """What one pass over a log's lines found."""

    def __init__(self, listed: Listed) -> None:
        self._listed = listed
        self._bad = self._torn = self._runs = self._events = 0
        self._last_at = 0.0
        self._reason = ""
        self._is_opened = False

    def take(self, line: bytes) -> None:
        if not line.endswith(b"\n"):
            self._torn = len(line)
            return
        front = _FRONT.match(line)
        if front is None or front[2] in _SHOWN or front[2] not in _KNOWN:
            self._decode(line)
            return
        self._events += 1
        self._runs += front[2] == b"run_started"
        self._last_at = float(front[1])

    def result(self, changed: float) -> Listed:
        flaws = [f"{self._bad} damaged lines"] * (self._bad > 0) + ["a cut-off last line"] * (self._torn > 0)
        return replace(
            self._listed,
            last_at=self._last_at or changed,
            runs=self._runs,
            events=self._events,
            damage="" if self._is_opened else "its first event is missing",
            flaws=", ".join(flaws),
            read_only=self._reason,
        )

    def _decode(self, line: bytes) -> None:
        for raw in objects([line]):
            record = record_from(raw) if raw is not None else None
            if record is None:
                self._bad += 1
                continue
            self._events += 1
            self._last_at = record.at
            self._runs += record.event.kind == "run_started"
            self._reason = self._reason or (NEWER if is_newer(record) else "")
            self._is_opened |= isinstance(record.event, ev.SessionOpened)
            self._listed = replace(self._listed, **dict(_shown(record)))


def _shown(record: ev.Recorded) -> Iterator[tuple[str, Any]]:
    """Yield the columns an event changes."""
    match record.event:
        case ev.SessionOpened(target=target, checkout=checkout):
            yield from (("opened_at", record.at), ("target", target.label), ("project", checkout.root))
        case ev.SessionResumed():
            yield "state", "open"
        case ev.SessionClosed(ending=ending):
            yield "state", ending
        case ev.StepEntered(step=step):
            yield "step", step
        case ev.SpecWritten(spec=spec):
            yield "title", spec.title
        case ev.TargetChanged(target=target):
            yield "target", target.label
