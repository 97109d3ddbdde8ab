"""All sessions of the state directory: listed, searched, found by the beginning of an id, thrown away when they are old.

A damaged session is listed and never hides the others.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coach.core.base.text import as_storable
from coach.errors import SessionError
from coach.regular_files import bounded_lines, kept_path, opened, real_path
from coach.store import artefacts
from coach.store.index import Index, log_of, phrase_of
from coach.store.listed import Known, Listed
from coach.store.lock import SessionLock
from coach.store.paths import (
    MAX_LINE,
    arenas_folder,
    artefacts_folder,
    is_id,
    session_folder,
    sessions_folder,
    unusable,
)

if TYPE_CHECKING:  # a list is shown before the core is loaded
    from coach.core.runs.failure import FailureSignature

__all__ = ["Listed", "Query", "alike", "find", "newest_open", "prune", "search", "sessions"]
_ARTEFACT = re.compile(rb'"artefact":"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Query:
    """What to list; everything that is given must hold."""

    words: str = ""
    """Each must occur, or begin a word: in the target, failures, spec, notes, hypotheses or root cause."""
    project: str = ""
    is_open: bool = False
    is_closed: bool = False
    is_whole: bool = False
    """Only those that can be shown."""
    since: float = 0.0
    """Seconds since the epoch: used at or after that."""
    before: float = 0.0
    """Seconds since the epoch: last used before that; 0: any time."""

    def condition(self) -> tuple[str, list[object]]:
        """Return it as SQL and its values."""
        parts: list[tuple[str, object]] = []
        phrase = phrase_of(self.words)
        if self.words.strip():
            parts.append(("(n IN (SELECT rowid FROM words WHERE words MATCH ?))", phrase or '""'))
        if self.project:
            parts.append(("project = ?", as_storable(self.project)))
        if self.since:
            parts.append(("last_at >= ?", self.since))
        if self.before:
            parts.append(("last_at < ?", self.before))
        sql = [each for each, _ in parts] + ["state = 'open' AND damage = ''"] * self.is_open
        sql += ["state <> 'open'"] * self.is_closed + ["damage = ''"] * self.is_whole
        return " AND ".join(sql) or "1", [value for _, value in parts]


def sessions() -> list[Listed]:
    """List all sessions, the most recently used first."""
    return search(Query())[0]


def search(query: Query, most: int = -1) -> tuple[list[Listed], int]:
    """Return the newest ``most`` sessions that match (< 0: all), and how many match."""
    where, values = query.condition()
    with Index.opened() as index:
        found = index.rows(where, values, most)
        return found, len(found) if most < 0 else index.count(where, values)


def alike(
    failing: "Sequence[FailureSignature]", besides: str = "", most: int = 3
) -> list[tuple[Listed, str]]:
    """Return past sessions with such a failure and how they are alike, best first: those with a root cause lead.

    A session of a drill is told nothing: the past may know the answer. Nor are those of drills told to others.
    """
    looked_up = [
        Known(each.strict, each.loose, each.test, each.exception, each.message, each.place)
        for each in failing
    ]
    with Index.opened() as index:
        if any(map(is_of_drill, index.rows("id = ?", (besides,)))):
            return []
        found = []
        for session, how in index.alike(looked_up):
            (listed,) = index.rows("id = ?", (session,))
            is_told = listed.id != besides and (listed.root_cause or listed.state != "open")
            if is_told and not is_of_drill(listed):
                found.append((listed, how))
    return sorted(found, key=lambda each: not each[0].root_cause)[:most]


def is_of_drill(listed: Listed) -> bool:
    """Whether a session plays a drill: its project is an arena."""
    return Path(listed.project).is_relative_to(arenas_folder())


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
    name = session_folder(found[0].name).name
    with Index.opened(name) as index:
        listed = index.rows("id = ?", (name,))
    if not listed:
        raise SessionError(f"session {name} is gone", do="see `coach sessions`")
    return listed[0]


def newest_open(project: Path, root: Path | None = None) -> Listed | None:
    """Return the session to go on with in a project: the most recently used open one that can be continued.

    ``root``: the repository around it. Then a session of a folder between the two counts as well, the nearest first, and
    after those one of a project below.
    """
    here, top = project.resolve(), (root or project).resolve()
    found: list[tuple[int, Listed]] = []
    for each in search(Query(is_open=True))[0]:
        its = real_path(kept_path(each.project))
        if each.read_only or not (its == here or (root and its.is_relative_to(top))):
            continue
        if here.is_relative_to(its):
            found.append((len(here.parts) - len(its.parts), each))
        elif its.is_relative_to(here):
            found.append((len(here.parts) + 1, each))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def prune(names: Sequence[str]) -> tuple[list[str], int]:
    """Remove sessions, and outputs that no session speaks of any more. Returns what was kept (held) and the bytes freed."""
    held, freed = [], 0
    for name in names:
        folder = session_folder(name)
        try:
            lock = SessionLock(folder)
        except SessionError:
            held.append(name)
            continue
        try:
            freed += sum(each.stat().st_size for each in folder.iterdir() if each.is_file())
            shutil.rmtree(folder)
        except OSError as error:
            raise unusable(folder, error) from error
        finally:
            lock.release()
    return held, freed + _drop_outputs()


def _drop_outputs() -> int:
    """Remove outputs that no log names; those of the last hour stay, their event may be on its way."""
    try:
        named = {found for folder in _folders() for found in _artefacts_in(log_of(folder.name))}
    except OSError:
        return 0  # what a log that cannot be read names is not known: all of it is kept
    return artefacts.drop_all_but(named, artefacts_folder())


def _artefacts_in(log: Path) -> Iterator[str]:
    try:
        with opened(log) as file:
            for line, _ in bounded_lines(file, MAX_LINE):
                yield from (found.decode() for found in _ARTEFACT.findall(line))
    except FileNotFoundError:
        return


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
