"""How well suspects are ranked: defects nobody fits on, each in a session as a user would have it.

    git clone --bare https://github.com/OWNER/NAME FOLDER/NAME.git     for the repositories named in historical.toml
    .venv/bin/python benchmarks/localise.py --set holdout --mirrors FOLDER --keep FOLDER --jobs 2

Defects are *planted* (by operators other than the mutator's, see ``planting.py``; sources come from the registry through pip),
written *by hand* (``handmade.toml``) and *historical*: the tree of a fix with the change of its sources undone, red by a test
of that fix (``historical.toml``; clones are read only, a repository that is not there is left out and named). Weights are
fitted on the tuning set alone, with ``--features FILE``; no project is in both sets. Everything is measured with all
committed; historical defects a second time with the fix's test new in the work tree, on top of the real history.

Printed: functions in the top 1, 3, 5 and 10 (expected rank under random order of ties), the top line of one-line defects,
what was said to be likely against what was true, how often *isolated* named places without the cause, and seconds. Each
result is kept below ``--keep`` under the present commit, so that a run that was stopped, or that used up its ``--minutes``,
goes on where it was; ``--again`` measures anew. A session has its own process, folder and state; one that does not answer is reported, never waited for.
Of the holdout only figures are told: whoever looks at its cases fits on them. ``--verbose`` tells cases, of the tuning set alone.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from localising.checkouts import clone_of
from localising.defects import Defect, Variant, historical, keep, kept, planted
from localising.environment import environment
from localising.measured import measure
from localising.mining import answers
from localising.planting_search import Package, fetched, search
from localising.tables import show, tell

HERE = Path(__file__).parent
PACKAGES = {
    "tuning": {
        "boltons": "boltons",
        "toolz": "toolz",
        "tabulate": "tabulate",
        "mistune": "src/mistune",
        "voluptuous": "voluptuous",
    },
    "holdout": {
        "cachetools": "src/cachetools",
        "inflection": "inflection",
        "sqlparse": "sqlparse",
        "more-itertools": "more_itertools",
    },
}
DEFECTS = 6
"""Planted ones a package, besides those written by hand."""
SECONDS = 60.0
"""For one investigation."""
MINUTES = 39.0
"""After which no further session begins."""


def defects(which: str, folder: Path, args: argparse.Namespace) -> Iterator[Defect]:
    """Yield the defects of a set: what takes long to find is kept below the folder."""
    table = tomllib.loads((HERE / "historical.toml").read_text("utf-8"))
    python = environment(folder / "environment", table["needs"])
    handmade = tomllib.loads((HERE / "handmade.toml").read_text("utf-8"))["defect"]
    for name, source in PACKAGES[which].items() if args.origin != "historical" else ():
        root = fetched(name, folder / "sdists")
        file = folder / f"plantings-{name}-{args.defects}.json"
        if not file.exists():
            own = [each for each in handmade if each["package"] == name]
            keep(file, search(Package(name, source, root, python), args.defects, own))
        yield from (planted(each, which, root, python) for each in kept(file))
    if args.origin in {"historical", "all"}:
        yield from _historical(which, table["defect"], args.mirrors, python)


def _historical(
    which: str, rows: list[dict[str, str]], mirrors: Path | None, python: str
) -> Iterator[Defect]:
    missing = set()
    for row in [each for each in rows if each["set"] == which]:
        clone = clone_of(mirrors or Path(), row["repository"])
        if mirrors is None or not clone.exists():
            missing.add(row["repository"])
        else:
            yield historical(row, answers(clone, row["fix"]), mirrors, python)
    if missing:
        print(f"# left out, no clone: {', '.join(sorted(missing))}", file=sys.stderr)


def sessions(found: list[Defect], variant: str) -> Iterator[tuple[Defect, Variant]]:
    """Yield what is measured: a planted defect has no history that a test could be new on, unless it is asked for."""
    for defect in found:
        if variant != "uncommitted":
            yield defect, "committed"
        if variant == "uncommitted" or (variant == "both" and defect.origin == "historical"):
            yield defect, "uncommitted"


def main() -> None:
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        results = args.results or folder / "results" / _version()
        results.mkdir(parents=True, exist_ok=True)
        for which in PACKAGES if args.set == "all" else [args.set]:
            found = [
                each
                for each in defects(which, folder, args)
                if args.only in each.id and args.origin in {"all", each.origin.replace(" ", "-")}
            ]
            wanted = sorted(sessions(found, args.variant), key=_spread)
            rows = measured(wanted, results, args, is_told=which == "tuning")
            show(which, rows)
            if len(rows) < len(wanted):
                print(
                    f"  {len(wanted) - len(rows)} sessions left out: {args.minutes:.0f} minutes are over; run it again"
                )
            if args.features:
                _write_features(args.features, rows)


def measured(
    wanted: list[tuple[Defect, Variant]], results: Path, args: argparse.Namespace, *, is_told: bool
) -> list[dict[str, Any]]:
    """Measure what has no result yet, while there is time for it, and return all results in the order asked for."""
    over = time.monotonic() + 60 * args.minutes

    def one(defect: Defect, variant: Variant) -> dict[str, Any] | None:
        file = results / f"{defect.id}--{variant}.json"
        if args.again or not file.exists():
            if time.monotonic() > over:
                return None
            kept = args.logs / file.stem if args.logs and is_told else None
            row = measure(defect, variant, args.seconds, with_features=bool(args.features), keep=kept)
            if args.verbose and is_told:
                tell(row)
            if "why" not in row:
                file.write_text(json.dumps(row), "utf-8")
            return row
        return json.loads(file.read_text("utf-8"))

    with ThreadPoolExecutor(args.jobs) as pool:
        asked = [pool.submit(one, *each) for each in wanted]
        for count, _ in enumerate(as_completed(asked), 1):
            print(f"\r# {count} of {len(asked)} ", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return [row for each in asked if (row := each.result()) is not None]


def _spread(session: tuple[Defect, Variant]) -> bytes:
    """Order sessions by chance, the same one every time: a run that is cut off has some of every kind."""
    return hashlib.sha256(f"{session[0].id} {session[1]}".encode()).digest()


def _version() -> str:
    words = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def _write_features(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        for row in rows:
            if row.get("candidates"):
                names = ("id", "set", "group", "origin", "variant", "candidates")
                lines.write(json.dumps({name: row[name] for name in names}) + "\n")


def parser_of(words: str) -> argparse.ArgumentParser:
    """Return a parser of what chooses defects and their sessions; ``words`` say what is done with them."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", "--half", choices=[*PACKAGES, "all"], default="all")
    parser.add_argument(
        "--mirrors", type=Path, help="a folder of bare clones, NAME.git; without: no historical defects"
    )
    parser.add_argument(
        "--keep", type=Path, help="where sdists, plantings, the interpreter, sessions and results are kept"
    )
    parser.add_argument("--variant", choices=["committed", "uncommitted", "both"], default="both")
    parser.add_argument("--origin", choices=["planted", "by-hand", "historical", "all"], default="all")
    parser.add_argument("--only", default="", metavar="TEXT", help="defects whose id holds this")
    parser.add_argument("--defects", type=int, default=DEFECTS, help="planted ones a package")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one investigation")
    parser.add_argument("--verbose", action="store_true", help="tell each case of the tuning set")
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(__doc__)
    parser.add_argument("--results", type=Path, help="where results are kept (KEEP/results/COMMIT)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="no session begins later than this")
    parser.add_argument("--jobs", type=int, default=1, help="sessions at a time")
    parser.add_argument(
        "--features", type=Path, metavar="FILE", help="write what weights are fitted on, as JSON lines"
    )
    parser.add_argument(
        "--logs", type=Path, metavar="FOLDER", help="keep each session's log, of the tuning set alone"
    )
    parser.add_argument("--again", action="store_true", help="measure anew what has a result")
    return parser


if __name__ == "__main__":
    main()
