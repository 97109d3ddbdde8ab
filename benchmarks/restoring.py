"""Restores under kill -9, and what restoring many files costs against an older coach in the same run.

    python benchmarks/restoring.py [--kills 300] [--files 2000] [--against COMMIT]

Half of the kills hit right before the n-th call that changes the disk, half at a random moment from outside. After each one
every path must be old or new; the restore is then finished or taken back, and every byte and mode compared. Prints one JSON
object: kills, lost (goal: 0), and the medians of restoring ``--files`` files now and then (goal of the ratio: at most 1.5).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROUNDS = 3
TIMED = """
import json, sys, time
from pathlib import Path
from coach.engine.trees.tree_store import TreeStore
root, files = Path(sys.argv[1]), int(sys.argv[2])
trees = TreeStore(root, Path(sys.argv[3]))
def write(text):
    for number in range(files):
        place = root / f"p{number // 100}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"m{number}.py").write_text(f"x = {number}\\n" * 20 + text)
write("old")
first = trees.record()
write("new")
second = trees.record()
taken = []
for tree in (first, second):
    began = time.perf_counter()
    trees.restore(tree)
    taken.append(time.perf_counter() - began)
print(json.dumps(taken))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--against", default="", help="a commit of coach to compare with")
    options = parser.parse_args()
    figures = {"kills": options.kills, **killed(options.kills), "files": options.files}
    with tempfile.TemporaryDirectory() as folder:
        sides = {"now": HERE}
        if options.against:
            sides["then"] = unpacked(options.against, Path(folder))
        seconds: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(ROUNDS):
            for side, code in sides.items():  # in turn: the machine's load is the same for both
                seconds[side] += timed(code, Path(folder, f"{side}-{number}"), options.files)
        figures |= {f"{side}_s": round(statistics.median(each), 3) for side, each in seconds.items()}
        if "then" in seconds:
            figures["ratio"] = round(figures["now_s"] / figures["then_s"], 2)
    print(json.dumps(figures, indent=2))


def killed(kills: int) -> dict[str, object]:
    """Kill restores; every round compares everything, so that a loss raises and is counted."""
    sys.path.insert(0, str(HERE))
    from tests.engine.killing import SearchContext, killed_at, moments

    lost, hit = [], 0
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        context = SearchContext(Path(folder), files=6)
        last = moments(context)
        for number in range(kills):
            moment = chance.randint(1, last) if number % 2 else -chance.random()
            try:
                killed_at(context, moment, finishes=chance.random() < 0.5)
                hit += 1
            except AssertionError as error:
                lost.append(str(error)[:300])
                Path(folder, f"again{number}").mkdir()
                context = SearchContext(Path(folder, f"again{number}"), files=6)
    return {"moments": last, "lost": len(lost), "held": hit, "why": lost[:3]}


def unpacked(commit: str, folder: Path) -> Path:
    place = folder / "then"
    place.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit, "coach"], cwd=HERE, check=True, capture_output=True
    ).stdout
    subprocess.run(["tar", "x", "-C", str(place)], input=archive, check=True)
    return place


def timed(code: Path, place: Path, files: int) -> list[float]:
    root = place / "project"
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    env = {**os.environ, "PYTHONPATH": str(code)}
    words = [sys.executable, "-c", TIMED, str(root), str(files), str(place / "home")]
    done = subprocess.run(words, env=env, cwd=code, check=True, capture_output=True, text=True)
    return [float(each) for each in json.loads(done.stdout)]


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
