"""``coach import``: transcripts of assistants as sessions that can be looked at, and never gone on with."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from coach.cli.commands.console import put, put_json, say
from coach.core.base.formatting import count
from coach.core.base.text import safe_line
from coach.core.loops.lanes import Lane, lanes_of
from coach.errors import EXIT_FAILURES, EXIT_FINE, UsageError
from coach.regular_files import is_folder
from coach.session.transcript_session import ReadSession, Source, keep_session, read_session

MAX_FILES = 20_000
_ENDINGS = (".json", ".jsonl", ".md", ".traj", ".txt", ".gz", ".log")


def bring_in(args: Namespace) -> int:
    """Take in each transcript; one that cannot be read is named, and the others are taken in all the same."""
    sources = [Source(path, args.root, args.base) for path in _files(args.transcript)]
    if not sources:
        raise UsageError("there is no file in there", do="name a transcript, or a folder with some")
    taken: list[dict[str, Any]] = []
    bad = 0
    for source in sources:
        try:
            read = read_session(source)
            is_new = keep_session(read)
        except UsageError as error:
            if len(sources) == 1:
                raise
            bad += 1
            say(f"{source.path}: {error}")
            continue
        lanes = lanes_of(read.records)
        taken.append(_as_json(read, lanes, is_new=is_new))
        if not args.json:
            put(_line(read, is_new=is_new))
            _say_what_is_lost(read)
    if args.json:
        put_json(taken)
    if bad:
        say(f"{bad} of {len(sources)} files could not be taken in")
    return EXIT_FAILURES if bad else EXIT_FINE


def source_of(args: Namespace) -> Source:
    """Return the transcript that ``--transcript`` names."""
    return Source(args.transcript, args.root, args.base)


def _files(named: Sequence[str]) -> Iterator[str]:
    """Yield the files that were named, and those in folders, at most so many."""
    found = 0
    for each in named:
        if each == "-" or not is_folder(each):
            yield each
            continue
        for path in sorted(Path(each).rglob("*")):
            if path.suffix in _ENDINGS and path.is_file() and not path.is_symlink():
                found += 1
                if found > MAX_FILES:
                    raise UsageError(f"more than {MAX_FILES:,} files are in there", do="name smaller folders")
                yield str(path)


def _line(read: ReadSession, *, is_new: bool) -> str:
    event = read.imported
    whose = safe_line(" ".join(filter(None, (event.format, event.assistant))), limit=60)
    runs = f"{count(event.runs, 'run')} of {count(event.targets, 'target')}"
    unread = f" ({event.unread_attempts} with files of unknown content)" if event.unread_attempts else ""
    known = "" if is_new else ", was here already"
    what = f"{runs}, {count(event.attempts, 'attempt')}{unread}{known}"
    return f"{read.id}  {safe_line(event.source, limit=60)}  {whose}  {what}: coach review {read.id}"


def _say_what_is_lost(read: ReadSession) -> None:
    for each in read.imported.lost:
        say(f"  not read: {each.count} × {safe_line(each.what, limit=120)}")


def _as_json(read: ReadSession, lanes: Sequence[Lane], *, is_new: bool) -> dict[str, Any]:
    event = read.imported
    return {
        "session": read.id,
        "is_new": is_new,
        "source": event.source,
        "format": event.format,
        "assistant": event.assistant,
        "base": event.base,
        "runs": event.runs,
        "attempts": event.attempts,
        "unread_attempts": event.unread_attempts,
        "lanes": [
            {
                "target": list(lane.target.words),
                "label": lane.target.label,
                "is_script": lane.is_script,
                "runs": lane.runs,
                "red_runs": lane.red_runs,
            }
            for lane in lanes
        ],
        "lost": [{"what": each.what, "count": each.count} for each in event.lost],
    }
