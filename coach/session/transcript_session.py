"""Somebody else's transcript as a session to look at: read from a file, kept in the state directory or not at all.

Nothing out of a transcript is run. Of a repository only git's objects are read, and only where the person named it, or stands in it.
"""

import gzip
import hashlib
import sys
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from coach import __version__
from coach.core.log.events import Imported, Recorded
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.transcripts.contents import Base
from coach.core.transcripts.imported_session import About, imported_session
from coach.core.transcripts.model import Transcript
from coach.core.transcripts.reading import NoTranscript, read_transcript
from coach.engine.source.commit_files import CommitFiles
from coach.engine.trees.git import GitError
from coach.errors import UsageError
from coach.regular_files import read_bytes, real_path, reason
from coach.session.export_io import private_of
from coach.session.replay import Replay
from coach.settings.workflow_files import load_workflow, workflow_paths
from coach.store import artefacts
from coach.store.arriving import id_for, kept
from coach.store.log import no_collection

MAX_BYTES = 200_000_000
"""Of one transcript, unpacked."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript as somebody named it."""

    path: str
    """``-``: what is given on standard input."""
    root: str = ""
    """The folder that the assistant's root is here; empty: not known, unless we stand in it."""
    base: str = ""
    """The commit it began at; empty: the one that the transcript names."""

    @property
    def name(self) -> str:
        """What to call it."""
        return "standard input" if self.path == "-" else Path(self.path).name


@dataclass(frozen=True, slots=True)
class ReadSession:
    """The session that a transcript tells."""

    id: str
    records: tuple[Recorded, ...]
    outputs: dict[str, str]
    """What runs printed, by the name that their reports know it by."""

    @property
    def imported(self) -> Imported:
        return next(each.event for each in self.records if isinstance(each.event, Imported))


def read_session(source: Source) -> ReadSession:
    """Read a transcript into a session; nothing is written. Raises UsageError with what is wrong with it."""
    content, changed = _content(source)
    try:
        transcript = read_transcript(source.name, content)
    except NoTranscript as error:
        raise UsageError(
            str(error).rstrip("."), do="see docs/transcripts.md for the formats that are read"
        ) from None
    root = _root_here(source, transcript)
    base, commit = _base(source, transcript, root)
    digest = hashlib.sha256(content).hexdigest()
    about = About(
        session=id_for(digest),
        coach=__version__,
        source=source.name,
        digest=digest,
        base=commit,
        root=str(root or ""),
        workflow=load_workflow("debug", workflow_paths(Path())),
        at=changed,
    )
    outputs: dict[str, str] = {}

    def keep(text: str) -> str:
        name = artefacts.content_of(text)[0] if text else ""
        outputs[name] = text
        return name

    secrets = private_of(root).secrets
    redact = ObservationRedactor(secrets).text if secrets else None
    with no_collection():
        records = imported_session(transcript, base, about, keep=keep, redact=redact)
    outputs.pop("", None)
    return ReadSession(about.session, records, outputs)


def keep_session(read: ReadSession) -> bool:
    """Keep it in the state directory, to be read only; returns whether that changed anything there. Raises StoreError."""
    has_changed = kept(
        read.id, read.records, f"{read.imported.source}, a transcript of {read.imported.format}"
    )
    if has_changed:
        for text in read.outputs.values():
            artefacts.keep(text)
    return has_changed


def open_transcript(source: Source) -> Replay:
    """Open a transcript to look at without keeping it. Raises UsageError."""
    read = read_session(source)
    return Replay(
        read.records,
        lambda name: read.outputs.get(name, ""),
        f"imported from {source.name}: nothing is changed",
    )


def _content(source: Source) -> tuple[bytes, float]:
    """Return the bytes and when they were changed last. Raises UsageError."""
    try:
        if source.path == "-":
            content, changed = sys.stdin.buffer.read(MAX_BYTES + 1), 0.0
            if len(content) > MAX_BYTES:
                raise UsageError(
                    f"the transcript is larger than {MAX_BYTES // 1_000_000} MB", do="give a smaller one"
                )
        else:
            content, changed = read_bytes(source.path, MAX_BYTES), Path(source.path).stat().st_mtime
        return (_unpacked(content) if content.startswith(_GZIP) else content), changed
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"{source.name} cannot be read", why=reason(error), do="name the file of a transcript"
        ) from None


def _unpacked(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=BytesIO(content)) as packed:
        unpacked = packed.read(MAX_BYTES + 1)
    if len(unpacked) > MAX_BYTES:
        raise OSError(f"it unpacks to more than {MAX_BYTES // 1_000_000} MB")
    return unpacked


def _root_here(source: Source, transcript: Transcript) -> Path | None:
    """Return the folder that stands for the transcript's root on this machine; None where nobody said so."""
    if source.root:
        return Path(source.root).absolute()
    here = Path.cwd()
    if source.base:
        return here
    its = real_path(transcript.root) if transcript.root.startswith("/") else None
    return its if its is not None and (its == here or its in here.parents) and its != Path("/") else None


def _base(source: Source, transcript: Transcript, root: Path | None) -> tuple[Base | None, str]:
    """Return the files at the commit it began at, and that commit. Raises UsageError for a commit that somebody named in vain."""
    commit = source.base or transcript.base_commit
    if root is None or not commit:
        return None, ""
    try:
        files = CommitFiles(root, commit)
    except GitError as error:
        if source.base or source.root:
            why = str(error)
            do = "name the commit with --base and the repository with --root, or neither"
            raise UsageError(f"{root} has no commit {commit[:60]}", why=why, do=do) from None
        return None, ""
    return files, files.commit
