"""One session as one file, out and in: a zip of three kinds of members, redacted going out, distrusted coming in.

    session.json            format version, id, what was taken out
    log.jsonl               the events, redacted
    outputs/<sha256>        kept outputs of runs, redacted, by the hash of what they say now

Reading looks at names before it opens anything: what is not one of these, is too many, too large, or grows out of all
proportion is refused as a whole, and nothing is written before everything was read. Nothing in it is ever run.
"""

import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from coach.core.base.text import storable
from coach.core.log.events import Recorded, SessionOpened
from coach.core.redact.stored import redacted
from coach.errors import SessionError, UsageError
from coach.regular_files import opened, reason
from coach.store import artefacts
from coach.store.arriving import arriving
from coach.store.lines import objects, read_line
from coach.store.paths import LOG_NAME, new_session_id

FORMAT = 1
HEAD, OUTPUTS = "session.json", "outputs/"
MAX_BYTES = 512 * 1024 * 1024
"""Of all members unpacked."""
MAX_PACKED = MAX_BYTES
"""Of the file itself."""
MAX_MEMBERS = 20_000
MAX_HEAD = 64 * 1024
MAX_GROWTH = 200
"""Times its packed size a large member may unpack to: logs pack 5 to 30 times."""
SMALL = 1024 * 1024
"""Bytes below which growth says nothing: a short text of equal lines packs well."""
_OUTPUT = re.compile(r"outputs/[0-9a-f]{64}")

_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
)
"""What the library raises for archives that are damaged, or made to look like one."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_END, _END_BYTES, _MAX_COMMENT = b"PK\5\6", 22, 65_535
_MAX_CONTENTS = MAX_MEMBERS * 256
"""Bytes of the table of contents: it is read as a whole before any member is looked at."""


class Cleaner(Protocol):
    """What takes secrets and names out of the texts of one log."""

    known: frozenset[str]

    def text(self, text: str) -> str:
        """Clean a text."""

    def named(self, name: str, text: str) -> str:
        """Clean the value of a name."""

    def begin(self) -> None:
        """Count what is taken out from here on; what was found before is taken out wherever it stands."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought in."""

    session: str
    events: int
    outputs: int


def pack(path: Path, session: str, lines: Iterable[bytes], clean: Cleaner, about: dict[str, Any]) -> int:
    """Write an archive; returns how many events it holds.

    Args:
        path: the file to make; one that is there is not overwritten.
        session: the id.
        lines: the log's lines. Damaged ones are left out.
        clean: takes secrets and names out of one text.
        about: further words for the head.

    Raises:
        UsageError: the file is there or cannot be written.

    """
    raws = [raw for raw in objects(lines) if raw is not None]
    # Twice: a secret that stands behind its name in one place is taken out in all places, also in those before.
    for raw in raws:
        _Leaving(clean).event(raw)
    clean.begin()
    try:
        with path.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            events = _packed(archive, raws, _Leaving(clean))
            words = {
                name: clean.text(each) if isinstance(each, str) else each for name, each in about.items()
            }
            archive.writestr(
                HEAD, json.dumps({"format": FORMAT, "session": session, "events": events, **words})
            )
    except FileExistsError:
        raise UsageError(f"{path} is there already", do="choose another name") from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written", why=error.strerror or str(error), do="choose another file"
        ) from None
    return events


def _packed(archive: zipfile.ZipFile, raws: Iterable[dict[str, Any]], leaving: "_Leaving") -> int:
    """Write log and outputs; returns how many events were."""
    events = 0
    with archive.open(LOG_NAME, "w", force_zip64=True) as log:
        for raw in raws:
            if cleaned := leaving.event(raw):
                log.write(json.dumps(cleaned, separators=(",", ":")).encode() + b"\n")
                events += 1
    for name, text in leaving.renamed.items():
        archive.writestr(f"{OUTPUTS}{name}", text)
    return events


def unpack(path: Path, name: str) -> Imported:
    """Bring an archive in as a session of its own, marked for ever as imported from ``name``.

    Raises:
        UsageError: it is no archive of coach, or one that cannot be trusted; nothing is kept of it then.

    """
    try:
        with opened(path, MAX_PACKED) as file:
            _refuse_long_contents(file, path)
            with zipfile.ZipFile(file) as archive:
                members = _checked(archive, path)
                return _brought_in(archive, members, name, path)
    except _DAMAGED as error:
        raise _refused(path, str(error)[:200] or "it is no archive of coach") from None
    except FileNotFoundError:
        raise UsageError(f"{path} is not there", do="name a file made by coach sessions export") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=reason(error), do="choose another file") from None


class _Leaving:
    """Cleans the events of a log; outputs are named by what they say after that."""

    def __init__(self, clean: Cleaner) -> None:
        self.known, self.text, self.named = clean.known, clean.text, clean.named
        self.renamed: dict[str, str] = {}

    def event(self, raw: dict[str, Any]) -> dict[str, Any] | None:
        """Return one event cleaned; None when it is too deep to be looked through, and so must stay here."""
        try:
            return redacted(raw, self)
        except RecursionError:
            return None

    def output(self, name: str) -> str:
        """Return the name an output has after redaction, and remember its text for the end of the archive."""
        text = self.text(artefacts.read(name))
        if not text:
            return ""
        text = storable(text)
        new = hashlib.sha256(text.encode()).hexdigest()
        self.renamed[new] = text
        return new


def _refuse_long_contents(file: BinaryIO, path: Path) -> None:
    """Look at the size that the end of an archive gives for its table of contents."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _MAX_COMMENT))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + _END_BYTES:
        raise _refused(path, "it is no archive of coach")
    if int.from_bytes(tail[end + 12 : end + 16], "little") > _MAX_CONTENTS:
        raise _refused(path, f"it has more than {MAX_MEMBERS:,} members")
    file.seek(0)


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Refuse an archive by the look of its members, before any is opened."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise _refused(path, f"it has {len(infos):,} members, at most {MAX_MEMBERS:,} are read")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name not in {HEAD, LOG_NAME} and not _OUTPUT.fullmatch(name):
            raise _refused(path, f"a member is named {name[:60]!r}")
        if name in members:
            raise _refused(path, f"{name[:60]} is in it twice")
        if info.compress_type not in _METHODS:
            raise _refused(path, f"{name[:60]} is packed in an unusual way")
        is_bomb = info.file_size > SMALL and info.file_size > MAX_GROWTH * max(1, info.compress_size)
        if info.flag_bits & 0x1 or is_bomb:
            raise _refused(
                path,
                f"{name[:60]} is encrypted"
                if not is_bomb
                else f"{name[:60]} unpacks to {info.file_size:,} bytes",
            )
        members[name] = info
    total = sum(info.file_size for info in infos)
    if total > MAX_BYTES:
        raise _refused(path, f"it unpacks to {total:,} bytes, at most {MAX_BYTES:,} are read")
    if not {HEAD, LOG_NAME} <= set(members):
        raise _refused(path, "it holds no session")
    return members


def _brought_in(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, path: Path
) -> Imported:
    head = _head(archive, members[HEAD], path)
    session = new_session_id()
    with arriving(session, f"{name}, session {head.get('session', '?')}") as folder:
        events = 0
        with (folder / LOG_NAME).open("xb") as log:
            for record, line in _events(archive, members[LOG_NAME], path):
                if events == 0 and not isinstance(record.event, SessionOpened):
                    raise _refused(path, "its log has no beginning")
                log.write(line)
                events += 1
        if events == 0:
            raise _refused(path, "its log is empty")
        outputs = _outputs(archive, members, path)
        for text in outputs:
            artefacts.keep(text)
    return Imported(session, events, len(outputs))


def _head(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> dict[str, Any]:
    if info.file_size > MAX_HEAD:
        raise _refused(path, "its head is too large")
    try:
        head = json.loads(_read(archive, info, path))
        version = head.get("format")
    except (ValueError, AttributeError, RecursionError):
        raise _refused(path, "its head cannot be read") from None
    if version != FORMAT:
        raise SessionError(
            f"{path.name} has format {str(version)[:20]}", why=f"this coach reads {FORMAT}", do="update coach"
        )
    return dict(head)


def _events(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Iterator[tuple[Recorded, bytes]]:
    """Yield the events that can be read, with their lines; a declared size that lies ends it."""
    seen = 0
    with archive.open(info) as log:
        for line in log:
            seen += len(line)
            if seen > info.file_size:
                raise _refused(path, "its log is longer than it says")
            record = read_line(line) if line.endswith(b"\n") else None
            if record is not None:
                yield record, line


def _outputs(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Path) -> list[str]:
    """Read outputs; one whose content is not what its name says is refused."""
    texts = []
    for name, info in members.items():
        if not name.startswith(OUTPUTS):
            continue
        content = _read(archive, info, path)
        if hashlib.sha256(content).hexdigest() != name.removeprefix(OUTPUTS):
            raise _refused(path, f"{name[:24]}… is not what its name says")
        texts.append(content.decode("utf-8", "backslashreplace"))
    return texts


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> bytes:
    with archive.open(info) as file:
        content = file.read(info.file_size + 1)
    if len(content) > info.file_size:
        raise _refused(path, "a member is longer than it says")
    return content


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path.name} was not imported", why=why, do="ask for a file made by coach sessions export"
    )
