"""Record the corpus: ``python -m tests.loops.record [--only WORD]``. Every scenario runs for real; it takes some minutes.

``--again`` derives the logs anew, under today's rules, from what the last recording took: no test runs.

Logs go to ``corpus/`` and, for the third that is not looked at while tuning, to ``holdout/``; those after shapes of real
sessions go to ``observed/``. ``labels.json`` beside them says what each must lead to.
"""

import argparse
import json
import os
import pickle
import shutil
import sys
import tempfile
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.loops.bench import Bench, derive, write_log
from tests.loops.scenarios import Scenario, every

HERE = Path(__file__).parent
TAKEN = Path(os.environ.get("COACH_LOOPS_TAKEN", tempfile.gettempdir())) / "coach-loops-taken"
"""What a recording took of each session; too large to check in."""


def main() -> int:
    """Record all scenarios, or those whose name holds a word; returns 1 when one did not do what it says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="record only scenarios whose name holds this")
    parser.add_argument("--folder", default="", help="record only scenarios of this folder")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="run the scenarios and keep nothing")
    parser.add_argument("--again", action="store_true", help="derive the logs from the last recording")
    args = parser.parse_args()
    chosen = [each.name for each in every() if args.only in each.name and args.folder in each.folder]
    if not args.only and not args.folder and not args.dry:
        for split in ("corpus", "holdout", "observed"):
            shutil.rmtree(HERE / split, ignore_errors=True)
    failed = []
    work = _derive if args.again else _rehearse if args.dry else _record
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, label, error in pool.map(work, chosen):
            if error:
                failed.append(name)
                print(f"✘ {name}\n{error}", file=sys.stderr)
            elif not args.dry:
                _note(name, label)
    print(f"{len(chosen) - len(failed)} of {len(chosen)} recorded")
    return 1 if failed else 0


def _named(name: str) -> Scenario:
    return next(each for each in every() if each.name == name)


def _folder(scenario: Scenario) -> Path:
    return HERE / scenario.folder


def _record(name: str) -> tuple[str, dict, str]:
    taken, error = _play(name)
    if error:
        return name, {}, error
    TAKEN.mkdir(parents=True, exist_ok=True)
    (TAKEN / f"{name}.pickle").write_bytes(pickle.dumps(taken))
    return _derive(name)


def _rehearse(name: str) -> tuple[str, dict, str]:
    return name, {}, _play(name)[1]


def _play(name: str) -> tuple[dict, str]:
    """Run a scenario; returns what a log can be derived from, or how it failed."""
    scenario = _named(name)
    with tempfile.TemporaryDirectory(prefix="coach-loops-") as folder:
        bench = None
        try:
            bench = Bench(scenario.project, Path(folder), **scenario.opening)
            scenario.script(bench)
        except Exception:  # noqa: BLE001 - one that fails must not end the others
            return {}, traceback.format_exc(limit=-3)
        finally:
            if bench is not None and hasattr(bench, "port"):
                bench.close()
        return {**bench.taken, "label": {"label": scenario.label, **bench.expected.as_json()}}, ""


def _derive(name: str) -> tuple[str, dict, str]:
    path = TAKEN / f"{name}.pickle"
    if not path.exists():
        return name, {}, f"nothing was taken of it: {path}"
    taken = pickle.loads(path.read_bytes())
    records = derive(taken["opened"], taken["messages"])
    write_log(_folder(_named(name)) / f"{name}.jsonl.gz", records, taken["root"])
    return name, taken["label"], ""


def _note(name: str, label: dict) -> None:
    path = _folder(_named(name)) / "labels.json"
    labels = json.loads(path.read_text()) if path.exists() else {}
    labels[name] = label
    path.write_text(json.dumps(dict(sorted(labels.items())), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
