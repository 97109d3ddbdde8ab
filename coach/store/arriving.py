"""A session that comes from elsewhere: put together beside the others, and in its place only when it is whole."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from coach.core.log.events import Imported, Recorded
from coach.errors import UsageError
from coach.regular_files import opened
from coach.store.lines import encode, read_line
from coach.store.paths import ALPHABET, ID_LENGTH, IMPORTED, LOG_NAME, make_private, sessions_folder, unusable

_MOST_TRIES = 8
_HEAD_LINES = 4


@contextmanager
def arriving(session: str, origin: str) -> Iterator[Path]:
    """Give a folder to write a session's log into; it takes its place when the block ends well. Raises StoreError.

    Args:
        session: its id. One that is there already is replaced as a whole.
        origin: from where it comes, for people; what marks it for ever as one that is only read.

    """
    place = make_private(sessions_folder())
    scratch = Path(tempfile.mkdtemp(prefix=".import-", dir=place))  # 0700, and no id: no list shows it
    try:
        yield scratch
        note = "".join(each for each in origin if each.isprintable())[:200]
        (scratch / IMPORTED).write_text(note, encoding="utf-8")
        for file in scratch.iterdir():
            file.chmod(0o600)
        if (place / session).exists():
            old = Path(tempfile.mkdtemp(prefix=".import-", dir=place))
            os.replace(place / session, old / session)  # noqa: PTH105 - both are folders of ours
            scratch.rename(place / session)
            shutil.rmtree(old)
        else:
            scratch.rename(place / session)
    except OSError as error:
        raise unusable(place, error) from error
    finally:
        if scratch.exists():
            shutil.rmtree(scratch)


def id_for(digest: str) -> str:
    """Return the id of the session made from a file with these contents: always the same, and no other session's."""
    for attempt in range(_MOST_TRIES):
        named = _id_from(f"{digest} {attempt}")
        folder = sessions_folder() / named
        if not folder.exists() or _digest_of(folder) == digest:
            return named
    raise UsageError("no id is left for this file", do="remove old sessions: coach sessions prune")


def kept(session: str, records: Sequence[Recorded], origin: str) -> bool:
    """Keep a log as a session that is only read; returns whether anything changed. Raises StoreError."""
    lines = b"".join(map(encode, records))
    log = sessions_folder() / session / LOG_NAME
    try:
        with opened(log, len(lines)) as file:
            if file.read(len(lines) + 1) == lines:
                return False
    except OSError:
        pass  # it is not there, or another one
    with arriving(session, origin) as folder:
        (folder / LOG_NAME).write_bytes(lines)
    return True


def _id_from(text: str) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    digits = []
    for _ in range(ID_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


def _digest_of(folder: Path) -> str:
    """Return the contents that a session was made from; empty when it was made in another way."""
    try:
        with opened(folder / LOG_NAME) as file:
            for _ in range(_HEAD_LINES):
                record = read_line(file.readline(1_000_000))
                if record is not None and isinstance(record.event, Imported):
                    return record.event.digest
    except OSError:
        return ""
    return ""
