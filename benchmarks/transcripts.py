"""Read real transcripts and follow their files: how much stays unknown, how long it takes, and whether the end is right.

    python benchmarks/transcripts.py FOLDER...                                 # every transcript below the folders
    python benchmarks/transcripts.py FOLDER --bases bases.json --mirrors DIR   # and compare with what sessions handed in

``bases.json`` holds {name of a session: [owner/project, commit]}, DIR holds OWNER+PROJECT/repo (git). Where a transcript has
the difference that the session handed in, the files in memory must be base + difference. Prints each session that is not.
"""

import argparse
import gzip
import json
import subprocess
import time
from collections import Counter
from functools import cache
from pathlib import Path

from coach.core.transcripts.contents import NOT_SHOWN, Unknown
from coach.core.transcripts.model import Edited, Ran
from coach.core.transcripts.moments import FileHistory
from coach.core.transcripts.patches import apply_hunks, read_unified
from coach.core.transcripts.reading import NoTranscript, read_transcript

SCRATCH = ("build/", "__pycache__", ".pytest_cache", ".egg-info", "_build", ".pyc", ".so", ".log", ".sqlite3")

ENVIRONMENT = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini")
"""Changed by whoever prepared the machine, before the session began."""


class Mirror:
    """One process of git for each project, asked for files of commits."""

    def __init__(self, folder: Path) -> None:
        self.git = subprocess.Popen(
            ["git", "-C", str(folder), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def read(self, commit: str, path: str):
        if "\n" in path or "\0" in path:
            return None
        self.git.stdin.write(f"{commit}:{path}\n".encode("utf-8", "replace"))
        self.git.stdin.flush()
        head = self.git.stdout.readline().split()
        if len(head) < 3 or not head[-1].isdigit():
            return None
        data = self.git.stdout.read(int(head[-1]) + 1)[:-1]
        if head[-2] != b"blob":
            return None
        try:
            return data.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return Unknown(-3, "not UTF-8")


def handed_in(submission: str, base) -> dict[str, object]:
    """Return path → content after the difference that a session handed in."""
    wanted = {}
    for each in read_unified(submission):
        if each.new is None:
            wanted[each.old] = None
            continue
        before = base(each.old) if each.old is not None else ""
        wanted[each.new] = apply_hunks(before, each.hunks) if isinstance(before, str) else NOT_SHOWN
        if each.old not in {None, each.new}:
            wanted[each.old] = None
    return wanted


def differing(history: FileHistory, wanted: dict[str, object]) -> list[str]:
    """Return what the files in memory have otherwise than the session handed in."""
    found = []
    wanted = {
        path: text
        for path, text in wanted.items()
        if not (path in ENVIRONMENT and path not in history.files.snapshot())
    }
    have = {path: text for path, text in history.files.snapshot().items() if not path.startswith("/")}
    for path in sorted({*wanted, *have}):
        if any(each in path for each in SCRATCH) or wanted.get(path) == NOT_SHOWN:
            continue
        left, right = history.files.read(path), wanted.get(path, history.files.base(path))
        if isinstance(left, Unknown):
            found.append(f"{path}: unknown ({left.why})")
        elif (left or "").rstrip("\n") != (right or "").rstrip("\n"):
            kind = "should not be there" if right is None else "is missing" if left is None else "is another"
            found.append(f"{path}: {kind}")
    return found


def sessions(folders: list[Path]):
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file():
                content = path.read_bytes()
                yield path, gzip.decompress(content) if path.suffix == ".gz" else content


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--bases", type=Path)
    parser.add_argument("--mirrors", type=Path)
    parser.add_argument("--only", default="", help="sessions whose name holds this")
    parser.add_argument("--quiet", action="store_true", help="no line for each session that differs")
    options = parser.parse_args()
    bases = json.loads(options.bases.read_text()) if options.bases else {}
    mirror = cache(lambda project: Mirror(options.mirrors / project.replace("/", "+") / "repo"))
    counts, lacks, formats = Counter(), Counter(), Counter()
    for path, content in sessions(options.folders):
        name = path.name.split(".")[0]
        if options.only not in name:
            continue
        start = time.process_time()
        try:
            transcript = read_transcript(path.name, content)
        except NoTranscript as why:
            counts["not read"] += 1
            print(why)
            continue
        project, commit = bases.get(name, ("", ""))
        has_base = (
            bool(project) and options.mirrors and (options.mirrors / project.replace("/", "+")).is_dir()
        )
        base = (lambda each, p=project, c=commit: mirror(p).read(c, each)) if has_base else None
        history = FileHistory(transcript, base)
        for moment in history.moments():
            counts["moments"] += 1
            counts[f"changes by {moment.cause or 'nothing'}"] += len(moment.changed)
        seconds = time.process_time() - start
        formats[transcript.format] += 1
        counts["sessions"] += 1
        counts["commands"] += sum(isinstance(step.action, Ran) for step in transcript.steps)
        counts["typed edits"] += sum(isinstance(step.action, Edited) for step in transcript.steps)
        counts["milliseconds"] += int(seconds * 1000)
        counts["slowest, ms"] = max(counts["slowest, ms"], int(seconds * 1000))
        counts["bytes"] += len(content)
        lacks.update({each.what: each.count for each in transcript.lacks})
        lacks.update(history.lacks)
        if any(isinstance(each, Unknown) for each in history.files.snapshot().values()):
            counts["sessions that end with a file unknown"] += 1
        if has_base and transcript.submission:
            compare(name, history, handed_in(transcript.submission, base), counts, quiet=options.quiet)
    for title, table in (("formats", formats), ("counts", counts), ("not known, by reason", lacks)):
        print(title)
        for what, number in table.most_common(40):
            print(f"  {number:>10,}  {what}")
    if counts["compared"]:
        known = counts["compared"] - counts["compared, with a file unknown"]
        print(
            f"as handed in: {counts['as handed in']} of {known} whose files are all known ({counts['compared']} compared)"
        )


def compare(name: str, history: FileHistory, wanted, counts: Counter, *, quiet: bool) -> None:
    wrong = differing(history, wanted)
    counts["compared"] += 1
    counts["compared, with a file unknown"] += any("unknown (" in each for each in wrong)
    counts["as handed in"] += not wrong
    if wrong and not quiet:
        print(f"{name}: {'; '.join(wrong[:4])}")


if __name__ == "__main__":
    main()
