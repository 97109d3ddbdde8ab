"""``coach loops score --real``: how the detectors do over transcripts of real sessions that lie in a folder.

Two kinds of knowledge are scored: labels, which a reader gave (files of ``--labels``), and outcomes, which hidden tests gave
(``labels.json`` in the folder: set → session → resolved). Nothing out of a transcript is run.
"""

import gzip
import re
import zlib
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.real_loops_table import as_json, table
from coach.core.loops.detection import LEVELS
from coach.core.loops.lanes import Lane
from coach.core.loops.real_sessions import Half, Heard, RealCase, RealLabel
from coach.core.loops.replay import would_say
from coach.core.transcripts.contents import Base
from coach.core.transcripts.imported_session import sessions_of
from coach.core.transcripts.reading import NoTranscript, read_transcript
from coach.engine.source.commit_files import CommitFiles
from coach.engine.trees.git import GitError
from coach.errors import EXIT_FINE, UsageError
from coach.regular_files import is_file, is_there, read_bytes, read_json, read_toml, reason

DEFAULT_LABELS = (
    "benchmarks/labelled_sessions/labels.toml",
    "benchmarks/labelled_sessions/labels_unseen.toml",
)
OUTCOMES = "labels.json"
"""Set → session → ``{"resolved": true}``, beside a folder for each set."""
BASES = "bases.json"
"""Session → [repository, commit] it began at."""
MAX_TRANSCRIPT = 200_000_000
MAX_JSON = 5_000_000
MAX_LABELS = 2_000_000
_CHAT = re.compile(rb"^(?=# aider chat started at )", re.MULTILINE)
"""aider appends every chat to one file; each began anew."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session's transcript lies, and what is known of the session."""

    name: str
    path: Path
    part: int | None = None
    """Which of several chats in the file, from 0."""
    project: str = ""
    """OWNER/NAME of the repository the session worked on."""
    base: str = ""
    """The commit it began at."""
    label: RealLabel | None = None
    half: Half = "seen"
    resolved: bool | None = None


def score_real_sessions(args: Namespace) -> int:
    """Print precision, recall and false alarms over the transcripts that are there."""
    folder = Path(args.real)
    places = [*_labelled(folder, args.labels or DEFAULT_LABELS), *_with_outcome(folder)]
    there = [each for each in places if is_file(each.path)]
    if not there:
        raise UsageError(
            f"{folder} holds no transcript that a label names", do="lay them out first: see docs/loops.md"
        )
    cases = []
    for number, place in enumerate(there, start=1):
        cases.append(_case(place, args.repositories))
        if number % 25 == 0:
            say(f"{number} of {len(there)} read")
    absent = len(places) - len(there)
    if args.json:
        put_json(as_json(cases, absent))
    else:
        put("\n".join(table(cases, absent)))
    return EXIT_FINE


def _labelled(folder: Path, names: Iterable[str]) -> Iterator[Place]:
    """Yield the sessions that files of labels name. Raises UsageError when one is none."""
    for name in names:
        half: Half = "unseen" if "unseen" in Path(name).stem else "seen"
        try:
            raw = read_toml(name, MAX_LABELS)
            for each in raw["sessions"]:
                yield _place(folder, raw["sources"][each["source"]], each, half)
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            do = "run this in a checkout of coach, or name files of labels with --labels"
            raise UsageError(f"{name} holds no labels", why=reason(error), do=do) from None


def _place(folder: Path, source: Mapping[str, str], raw: Mapping[str, Any], half: Half) -> Place:
    part = raw.get("part")
    path = folder / source["repository"].replace("/", "+") / raw["path"]
    name = f"{source['repository']} {raw['path'].rpartition('/')[2]}" + ("" if part is None else f" {part}")
    known = RealLabel.model_fields.keys() & raw.keys()
    return Place(
        name=name,
        path=path,
        part=part,
        project=raw.get("project", ""),
        base=raw.get("base", ""),
        label=RealLabel.model_validate({key: raw[key] for key in known}),
        half=half,
    )


def _with_outcome(folder: Path) -> Iterator[Place]:
    """Yield the sessions whose outcome the folder tells."""
    if not is_there(folder / OUTCOMES):
        return
    try:
        outcomes = read_json(folder / OUTCOMES, MAX_JSON)
        bases = read_json(folder / BASES, MAX_JSON) if is_there(folder / BASES) else {}
        for name, sessions in outcomes.items():
            for session, known in sessions.items():
                project, base = bases.get(session, ("", ""))
                path = folder / name / f"{session}.json.gz"
                yield Place(f"{name} {session}", path, project=project, base=base, resolved=known["resolved"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder / OUTCOMES} tells no outcomes", why=reason(error)) from None


def _case(place: Place, repositories: str | None) -> RealCase:
    """Read a session and ask the detectors; one that cannot be read counts as one in which nothing is said."""
    case = RealCase(place.name, place.label, place.half, place.resolved)
    try:
        transcript = read_transcript(place.name, _content(place))
    except (OSError, EOFError, zlib.error, NoTranscript) as error:
        say(f"{place.name} is not read: {reason(error)}")
        return case
    for lane in sessions_of(transcript, _base(place, repositories)):
        case = _with_lane(case, lane)
    return case


def _with_lane(case: RealCase, lane: Lane) -> RealCase:
    order = {number: at for at, number in enumerate(lane.numbers, start=1)}
    loud = LEVELS.index("banner")
    said = [(each.detection, order.get(each.run, 0)) for each in would_say(lane.records)]
    heard = [Heard(each.pattern, run) for each, run in said if LEVELS.index(each.level) >= loud]
    attempts = [each.attempt for each in lane.history.trials if each.attempt is not None]
    return replace(
        case,
        heard=(*case.heard, *heard),
        notes=case.notes + len(said) - len(heard),
        runs=max(case.runs, len(lane.history.trials)),
        attempts=case.attempts + len(attempts),
        unread=case.unread + sum(bool(each.unread) for each in attempts),
    )


def _content(place: Place) -> bytes:
    content = read_bytes(place.path, MAX_TRANSCRIPT)
    if place.path.suffix == ".gz":
        content = gzip.decompress(content)
    if place.part is None:
        return content
    chats = [each for each in _CHAT.split(content) if each.startswith(b"# aider")]
    return chats[place.part] if place.part < len(chats) else b""


def _base(place: Place, repositories: str | None) -> Base | None:
    """Return the files the session began with, out of a mirror of its project where one is there."""
    if not repositories or not place.project or not place.base:
        return None
    mirror = Path(repositories) / place.project.replace("/", "+")
    try:
        return CommitFiles(mirror / "repo" if is_there(mirror / "repo") else mirror, place.base)
    except (GitError, OSError):
        return None
