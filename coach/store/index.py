"""The index of the library: an SQLite file that is derived from the logs, follows them as they grow, and can be thrown away.

``<state>/library.sqlite3``, 0600. A log whose size, time or identity changed is read on from where it was read to
(logs only grow; one that shrank or was replaced is read anew). A file that is damaged, of another version or not
writable is no loss: it is built again, in memory when the disk takes nothing.
"""

import contextlib
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.core.base.text import as_storable
from coach.regular_files import bounded_lines, opened
from coach.store.listed import COLUMNS, Known, Listed
from coach.store.paths import (
    INDEX_NAME,
    LOG_NAME,
    MAX_LINE,
    imported_from,
    is_id,
    make_private,
    sessions_folder,
    stamp_of,
    state_home,
    unusable,
)

if TYPE_CHECKING:
    from coach.store.survey import Survey

VERSION = 6
"""Of the tables below: another one is built anew."""
WAIT_SECONDS = 5.0
SEALED = 4_096
"""Bytes that tell one log from another: several events with their times."""
_KINDS = ("title", "failure", "cause", "notes")
_LISTED = ", ".join(f'"{name}"' for name in COLUMNS)
_TABLES = f"""
CREATE TABLE sessions (n INTEGER PRIMARY KEY, stamp TEXT NOT NULL, read INTEGER NOT NULL, survey TEXT NOT NULL, {_LISTED});
CREATE UNIQUE INDEX by_id ON sessions (id);
CREATE INDEX by_time ON sessions (last_at);
CREATE TABLE failures (n INTEGER NOT NULL, {", ".join(Known._fields)}, PRIMARY KEY (strict, n)) WITHOUT ROWID;
CREATE TABLE dismissed (n INTEGER NOT NULL, strict, other, PRIMARY KEY (strict, other, n)) WITHOUT ROWID;
CREATE INDEX by_loose ON failures (loose);
CREATE INDEX by_session ON failures (n);
CREATE VIRTUAL TABLE words USING fts5 ({", ".join(_KINDS)}, tokenize = "unicode61 remove_diacritics 2");
PRAGMA user_version = {VERSION};
"""


class Index:
    """An open index, brought up to date when it is opened."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    @classmethod
    @contextlib.contextmanager
    def opened(cls, only: str = "") -> "Iterator[Index]":
        """Open the index of the state directory and bring it up to date, or just what it says of ``only`` one session.

        Raises StoreError when the logs cannot be listed.
        """
        index = cls._fresh(only)
        try:
            yield index
        finally:
            index.close()

    @classmethod
    def _fresh(cls, only: str) -> "Index":
        """Of the file; of a new one when it is damaged; in memory when another coach is at work or the disk takes nothing."""
        for is_last in (False, True):
            with contextlib.ExitStack() as in_trouble:
                try:
                    index = cls(_connected(state_home() / INDEX_NAME))
                    in_trouble.callback(index.close)
                    index.refresh(only)
                    in_trouble.pop_all()
                except sqlite3.OperationalError:
                    break
                except sqlite3.DatabaseError:
                    if not is_last:
                        with contextlib.suppress(OSError):
                            (state_home() / INDEX_NAME).unlink()
                else:
                    return index
        index = cls(_built(sqlite3.connect(":memory:")))
        index.refresh(only)
        return index

    def close(self) -> None:
        self._base.close()

    def refresh(self, only: str = "") -> None:
        """Read what was written to the logs since the last time, and forget sessions that are gone."""
        known = {each[0]: each[1:] for each in self._base.execute("SELECT id, stamp, n FROM sessions")}
        found = {only: _stamp(only)} if only else dict(_stamps())
        changed = [name for name, stamp in found.items() if name not in known or known[name][0] != stamp]
        gone = [] if only else [known[name][1] for name in known.keys() - found.keys()]
        if not changed and not gone:
            return
        with self._base:
            self._base.execute("BEGIN IMMEDIATE")
            for number in gone:
                self._forget(number)
            for name in changed:
                self._read(name, found[name])

    def rows(self, where: str = "1", values: Sequence[Any] = (), most: int = -1) -> list[Listed]:
        """Return sessions that a condition holds for, the most recently used first; ``most`` < 0: all."""
        sql = f"SELECT {_LISTED} FROM sessions WHERE {where} ORDER BY last_at DESC, id DESC LIMIT ?"  # noqa: S608 - names
        return [Listed(*row) for row in self._base.execute(sql, (*values, most))]

    def count(self, where: str = "1", values: Sequence[Any] = ()) -> int:
        found = self._base.execute(f"SELECT count(*) FROM sessions WHERE {where}", values)  # noqa: S608 - names
        return int(found.fetchone()[0])

    def alike(self, failures: Sequence[Known]) -> list[tuple[str, str]]:
        """Return (session id, how) for past failures that are equal or alike, best first."""
        sql = "SELECT DISTINCT id FROM failures JOIN sessions USING (n) WHERE {} ORDER BY root_cause = '', last_at DESC LIMIT 20"
        found: dict[str, str] = {}
        for how, condition, key in (
            ("the same failure", "strict = ?", "strict"),
            ("the same test and place", "loose = ?", "loose"),
            ("the same place", "place <> '' AND place = ? AND exception = ?", "place"),
        ):
            for each in failures:
                values = (each.place, each.exception) if key == "place" else (getattr(each, key),)
                for (session,) in self._base.execute(sql.format(condition), values):
                    found.setdefault(session, how)
        for each in failures:
            for session in self._by_message(each):
                found.setdefault(session, "a similar message")
        sql = "SELECT 1 FROM dismissed WHERE strict = ? AND other = ?"
        refused = {
            session
            for session in found
            for each in failures
            if self._base.execute(sql, (each.strict, session)).fetchone()
        }
        return [each for each in found.items() if each[0] not in refused]

    def _by_message(self, failure: Known) -> list[str]:
        """Return sessions with the same exception and most of the message's words."""
        words = list(dict.fromkeys(re.findall(r"[^\W\d_]{3,}", failure.message)))[:8]
        exception = failure.exception.rpartition(".")[2]
        if len(words) < 3 or not exception:
            return []
        phrase = f"failure : ({quoted(exception)} AND ({' OR '.join(map(quoted, words))}))"
        sql = "SELECT id, failure FROM words JOIN sessions ON n = words.rowid WHERE words MATCH ? ORDER BY rank LIMIT 20"
        needed = {word.lower() for word in words}
        texts = self._base.execute(sql.replace("id, failure", "id, words.failure"), (phrase,))
        return [
            session
            for session, text in texts
            if 3 * len(needed & set(re.findall(r"[^\W\d_]{3,}", text.lower()))) >= 2 * len(needed)
        ]

    def _forget(self, number: int) -> None:
        self._base.execute("DELETE FROM sessions WHERE n = ?", (number,))
        self._base.execute("DELETE FROM failures WHERE n = ?", (number,))
        self._base.execute("DELETE FROM dismissed WHERE n = ?", (number,))
        self._base.execute("DELETE FROM words WHERE rowid = ?", (number,))

    def _read(self, name: str, stamp: str) -> None:
        """Read on in one log, or anew when it is not the one that was read."""
        sql = "SELECT n, stamp, read, survey FROM sessions WHERE id = ?"
        old = self._base.execute(sql, (name,)).fetchone()
        # Loaded here: it knows every event, and most lists find that no log has grown.
        from coach.store.survey import Survey

        survey, start = Survey(), 0
        kept = Survey.taken_up(old[3]) if old else Survey()
        if old and old[2] and kept.seal == _seal(name, old[2]):
            survey, start = kept, old[2]
            words = self._base.execute("SELECT * FROM words WHERE rowid = ?", (old[0],)).fetchone()
            survey.words = dict(zip(_KINDS, words or (), strict=False))
            sql = f"SELECT {', '.join(Known._fields)} FROM failures WHERE n = ?"  # noqa: S608 - names
            survey.dismissed = list(
                self._base.execute("SELECT strict, other FROM dismissed WHERE n = ?", (old[0],))
            )
            survey.failures = {row[0]: Known(*row) for row in self._base.execute(sql, (old[0],))}
        if old:
            self._forget(old[0])
        listed, end = _surveyed(name, survey, start)
        survey.seal = _seal(name, end)
        self._put((old[0] if old else None, stamp, end, survey.put_away()), listed, survey)

    def _put(self, head: tuple[Any, ...], listed: Listed, survey: "Survey") -> None:
        row = [as_storable(getattr(listed, name)) for name in COLUMNS]
        marks = ", ".join("?" * (4 + len(COLUMNS)))
        sql = f"INSERT INTO sessions (n, stamp, read, survey, {_LISTED}) VALUES ({marks})"  # noqa: S608 - names
        done = self._base.execute(sql, (*head, *row))
        number = done.lastrowid
        rows = [(number, *map(as_storable, each)) for each in survey.failures.values()]
        self._base.executemany("INSERT OR IGNORE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        pairs = [(number, as_storable(strict), as_storable(other)) for strict, other in survey.dismissed]
        self._base.executemany("INSERT OR IGNORE INTO dismissed VALUES (?, ?, ?)", pairs)
        texts = [as_storable(survey.words.get(kind, "")) for kind in _KINDS]
        sql = f"INSERT INTO words (rowid, {', '.join(_KINDS)}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - names
        self._base.execute(sql, (number, *texts))


def phrase_of(query: str) -> str:
    """Turn typed words into an FTS5 query: each must be there, and may be a beginning. Empty: nothing to look for."""
    words = re.findall(r"\w+", query.replace("_", " "))[:16]
    return " AND ".join(f"{quoted(word)} *" for word in words)


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def log_of(session: str) -> Path:
    return sessions_folder() / session / LOG_NAME


def _stamps() -> Iterable[tuple[str, str]]:
    """Yield (session id, what its log looks like from outside); links out of the store are no sessions."""
    place = sessions_folder()
    try:
        with os.scandir(place) as entries:
            names = [each.name for each in entries if is_id(each.name) and each.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return
    except OSError as error:
        raise unusable(place, error) from error
    base = str(place)
    for name in names:
        yield name, _stamp(name, base)


def _stamp(name: str, base: str = "") -> str:
    try:
        seen = os.stat(f"{base or sessions_folder()}/{name}/{LOG_NAME}")  # noqa: PTH116 - ten thousand within 50 ms
    except OSError as error:
        return f"gone {error.errno}"
    return stamp_of(seen)


def _seal(name: str, end: int) -> str:
    """Sum up the last bytes before ``end``: a log that still has them there has only grown."""
    try:
        with opened(log_of(name)) as file:
            file.seek(max(0, end - SEALED))
            return hashlib.sha256(file.read(min(end, SEALED))).hexdigest()[:16]
    except OSError:
        return ""


def _surveyed(name: str, survey: "Survey", start: int) -> tuple[Listed, int]:
    """Read a log from ``start``; return its columns and where its last whole line ends."""
    path = log_of(name)
    end, torn = start, False
    try:
        with opened(path) as file:
            changed = os.fstat(file.fileno()).st_mtime
            file.seek(start)
            for line, length in bounded_lines(file, MAX_LINE):
                torn = not line.endswith(b"\n")
                if not torn:
                    end += length
                    survey.take(line)
    except OSError as error:
        return Listed(id=name, damage=error.strerror or str(error)), 0
    return survey.listed(name, changed=changed, torn=torn, imported=imported_from(path.parent)), end


def _connected(path: Path) -> sqlite3.Connection:
    """Open the file, or build it anew when it is not one of ours."""
    make_private(path.parent)
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    base = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        if base.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return base
        is_ours = True
    except sqlite3.DatabaseError as error:
        is_ours = "locked" in str(error)
        if is_ours:
            raise
    base.close()
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return _built(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None))


def _built(base: sqlite3.Connection) -> sqlite3.Connection:
    base.isolation_level = None
    base.execute("PRAGMA cache_size = -65536")
    base.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
    return base
