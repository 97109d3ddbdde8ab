"""``coach loops``: what would be said on a log, how well that does over labelled ones, and what is not to be said again."""

import gzip
import zlib
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.cli.commands.console import put, put_json, say, show
from coach.cli.commands.open_session import ask, current_id, opened_session
from coach.core.base.text import safe_line
from coach.core.log.events import AttemptRead, Recorded
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.lanes import lanes_of, would_say_in_lanes
from coach.core.loops.replay import Spoken, would_say
from coach.core.loops.scoring import Case, Label, PatternScore, Scores, score
from coach.core.protocol import commands as cmd
from coach.errors import EXIT_FINE, UsageError
from coach.regular_files import Unreadable, is_folder, is_there, opened, read_json, reason
from coach.store.lines import objects, record_from
from coach.store.paths import LOG_NAME, session_folder

LABELS = "labels.json"
MAX_LOG = 1_000_000_000
MAX_LABELS = 5_000_000
DEFAULT_FOLDERS = ("tests/loops/corpus", "tests/loops/holdout", "tests/loops/observed")


def replay(args: Namespace) -> int:
    """Show what would be said on a log, and when."""
    records = _records(args)
    spoken = would_say_in_lanes(records, args.off or ())
    targets = {lane.target.label: lane for lane in lanes_of(records)}
    by_run = {run: label for label, lane in targets.items() for run in lane.numbers}

    def whose(run: int) -> dict[str, str]:
        return {"target": by_run.get(run, "")} if len(targets) > 1 else {}

    if args.json:
        put_json([_as_json(each) | whose(each.run) for each in spoken])
        return EXIT_FINE
    for each in spoken:
        detection = each.detection
        put(f"#{each.run}  {detection.level:<6}  {detection.pattern:<13}  {safe_line(detection.sentence)}")
        put(f"      {'':<6}  {'':<13}  {safe_line(detection.move)}")
        if len(targets) > 1:
            put(f"      {'':<6}  {'':<13}  in runs of {safe_line(by_run.get(each.run, ''), limit=100)}")
    if not spoken:
        put("nothing would be said")
    return EXIT_FINE


def _records(args: Namespace) -> tuple[Recorded, ...]:
    """Return the log that was named, or the one that a transcript tells. Raises UsageError."""
    if args.transcript and args.log:
        raise UsageError("a log and a transcript are named", do="name one of them")
    if args.transcript:
        from coach.cli.commands.transcripts import source_of
        from coach.session.transcript_session import read_session

        return read_session(source_of(args)).records
    if not args.log:
        raise UsageError("which log?", do="name a log, a session's id, or --transcript FILE")
    return tuple(read_records(_log_path(args.log)))


def dismiss(args: Namespace) -> int:
    """Dismiss the newest notice of a pattern, for a reason."""
    if args.pattern not in DETECTORS:
        raise UsageError(f"there is no pattern {args.pattern!r}", do=f"one of {', '.join(DETECTORS)}")
    with opened_session(args) as session:
        ask(session, cmd.DismissLoop(pattern=args.pattern, reason=args.reason))
        return show(args, session.state)


def score_corpus(args: Namespace) -> int:
    """Print caught, false alarms and edits until the first word, per pattern, for every folder of labelled logs."""
    if args.real:
        from coach.cli.commands.real_loops import score_real_sessions

        return score_real_sessions(args)
    folders = [Path(each) for each in (args.folder or DEFAULT_FOLDERS)]
    results = {str(folder): score(read_cases(folder)) for folder in folders}
    if args.json:
        put_json({name: _scores_as_json(scores) for name, scores in results.items()})
        return EXIT_FINE
    for name, scores in results.items():
        put("\n".join(_table(name, scores)))
        for session, sentence in scores.interrupted:
            say(f"false alarm in {session}: {safe_line(sentence)}")
        for session in (each for pattern in scores.patterns.values() for each in pattern.missed):
            say(f"missed in {session}")
    return EXIT_FINE


def read_records(path: Path) -> Iterator[Recorded]:
    """Read a log, packed or not. Raises UsageError when there is none."""
    try:
        lines = _lines(path)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"{path} cannot be read", why=reason(error), do="name a log.jsonl or a session's id"
        ) from None
    for raw in objects(lines):
        record = record_from(raw) if raw is not None else None
        if record is not None:
            yield record


def _lines(path: Path) -> list[bytes]:
    """Read a log of at most so many bytes, also when it is packed: what unpacks without end is no log."""
    with opened(path, MAX_LOG) as file:
        if path.suffix != ".gz":
            return file.read(MAX_LOG).splitlines(keepends=True)
        with gzip.GzipFile(fileobj=file) as unpacked:
            content = unpacked.read(MAX_LOG + 1)
    if len(content) > MAX_LOG:
        raise Unreadable(f"it unpacks to more than {MAX_LOG / 1_000_000:,.0f} MB", path)
    return content.splitlines(keepends=True)


def read_cases(folder: Path) -> list[Case]:
    """Read a folder of labelled logs and ask the detectors. Raises UsageError when it is none."""
    try:
        raw = read_json(folder / LABELS, MAX_LABELS)
        labels = {name: Label.model_validate(value) for name, value in raw.items()}
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        do = "run this in a checkout of coach, or name folders with labelled logs"
        raise UsageError(f"{folder} holds no labelled logs", why=reason(error), do=do) from None
    return [_case(folder / f"{name}.jsonl.gz", name, label) for name, label in labels.items()]


def _case(path: Path, name: str, label: Label) -> Case:
    records = list(read_records(path))
    edits = tuple(each.event.attempt.run for each in records if isinstance(each.event, AttemptRead))
    return Case(name, label, tuple(would_say(records)), edits)


def _log_path(name: str) -> Path:
    path = Path(name)
    if is_folder(path):
        return path / LOG_NAME
    return path if is_there(path) else session_folder(current_id(name)) / LOG_NAME


def _as_json(each: Spoken) -> dict[str, Any]:
    detection = each.detection
    return {
        "run": each.run,
        "seq": each.seq,
        "pattern": detection.pattern,
        "level": detection.level,
        "evidence": list(detection.evidence),
        "place": detection.place,
        "sentence": detection.sentence,
        "move": detection.move,
        "action": detection.action,
    }


def _table(name: str, scores: Scores) -> list[str]:
    lines = [name, f"  {'pattern':<14}{'caught':>10}{'notes due':>12}{'edits until first word':>24}"]
    lines.extend(_row(found) for found in scores.patterns.values() if found.sessions)
    share = f"{scores.false_alarms:.1%}"
    lines.append(
        f"  healthy: {len(scores.interrupted)} of {scores.healthy} interrupted ({share}), {scores.with_notes} with notes only"
    )
    return lines


def _row(found: PatternScore) -> str:
    caught = f"{found.caught}/{found.sessions}"
    notes = f"{found.noted}/{found.notes_due}" if found.notes_due else "-"
    first = f"{found.edits_until_first:g}" if found.edits_until_first is not None else "-"
    return f"  {found.pattern:<14}{caught:>10}{notes:>12}{first:>24}"


def _scores_as_json(scores: Scores) -> dict[str, Any]:
    return {
        "patterns": {
            found.pattern: {
                "sessions": found.sessions,
                "caught": found.caught,
                "notes_due": found.notes_due,
                "noted": found.noted,
                "edits_until_first": found.edits_until_first,
                "missed": found.missed,
            }
            for found in scores.patterns.values()
        },
        "healthy": scores.healthy,
        "interrupted": [{"session": name, "said": sentence} for name, sentence in scores.interrupted],
        "false_alarms": round(scores.false_alarms, 4),
        "with_notes": scores.with_notes,
    }
