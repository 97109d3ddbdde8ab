"""Record the corpus: ``python -m tests.loops.record [--only WORD]``. Every scenario runs for real; it takes some minutes.

Logs go to ``corpus/`` and, for the third that is not looked at while tuning, to ``holdout/``; ``labels.json`` beside them
says what each must lead to.
"""

import argparse
import json
import shutil
import sys
import tempfile
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.loops.bench import Bench
from tests.loops.scenarios import Scenario, every

HERE = Path(__file__).parent


def main() -> int:
    """Record all scenarios, or those whose name holds a word; returns 1 when one did not do what it says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="record only scenarios whose name holds this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="run the scenarios and keep nothing")
    args = parser.parse_args()
    chosen = [each.name for each in every() if args.only in each.name]
    if not args.only and not args.dry:
        for split in ("corpus", "holdout"):
            shutil.rmtree(HERE / split, ignore_errors=True)
    failed = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for name, label, error in pool.map(_record, chosen, [args.dry] * len(chosen)):
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
    return HERE / ("holdout" if scenario.is_held_out else "corpus")


def _record(name: str, dry: bool) -> tuple[str, dict, str]:  # noqa: FBT001 - mapped over the pool
    scenario = _named(name)
    with tempfile.TemporaryDirectory(prefix="coach-loops-") as folder:
        bench = None
        try:
            bench = Bench(scenario.project, Path(folder), **scenario.opening)
            scenario.script(bench)
        except Exception:  # noqa: BLE001 - one that fails must not end the others
            return name, {}, traceback.format_exc(limit=-3)
        finally:
            if bench is not None and hasattr(bench, "door"):
                bench.close()
        if not dry:
            bench.dump(_folder(scenario) / f"{name}.jsonl.gz")
        return name, {"label": scenario.label, **bench.expected.as_json()}, ""


def _note(name: str, label: dict) -> None:
    path = _folder(_named(name)) / "labels.json"
    labels = json.loads(path.read_text()) if path.exists() else {}
    labels[name] = label
    path.write_text(json.dumps(dict(sorted(labels.items())), indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
