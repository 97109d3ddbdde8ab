"""A storm of saves: how many verdicts are wrong, how many are lost? Warm, cold, and plain pytest for comparison.

Every save writes another number of the same length, in place, through a rename, or with vim's dance, a moment after the
one before, or while a run is under way. A verdict is wrong when the failing assertion shows another number than the tree
that the verdict carries holds; it is lost when the newest save never gets one. Plain pytest runs after every save.

    python benchmarks/storm.py [--saves 200] [--arms warm cold plain] [--json]
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BURST = 5
PATIENCE = 60
SHOWN = re.compile(r"assert (\d+) == 0")


def lay(root):
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "value.py").write_text("VALUE = 100\n")
    (root / "test_value.py").write_text("import value\n\n\ndef test_value():\n    assert value.VALUE == 0\n")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def save(root, number, way):
    path, text = root / "value.py", f"VALUE = {number}\n"
    if way == "rename":
        new = root / ".value.py.new"
        new.write_text(text)
        new.replace(path)
    elif way == "vim":
        backup = root / "value.py~"
        path.rename(backup)
        path.write_text(text)
        backup.unlink()
    else:
        path.write_text(text)


def storm(root, saves, *, warm):
    """Return what a whole session made of the storm."""
    from coach.core.protocol import commands as cmd
    from coach.core.runs.target import Target
    from coach.session.factory import open_new
    from coach.settings.project import Settings

    port = open_new(
        root, Target(words=("test_value.py::test_value",)), Settings(python=sys.executable, warm=warm)
    )
    chance, counts = random.Random(7), {"saves": 0, "lost": 0}
    with port:
        port.submit(cmd.Begin(reproduce=False)).result()
        port.submit(cmd.SetWatching(watching=True)).result()
        port.submit(cmd.RunTarget()).result()
        until(lambda: port.state.watching and port.wait_idle(0.01))
        if warm:
            until(lambda: ran_warm(port))
        for _ in range(saves // BURST):
            for number in chance.sample(range(100, 1000), BURST):
                save(root, number, chance.choice(["in place", "rename", "vim"]))
                counts["saves"] += 1
                moment(port, chance)
            counts["lost"] += not until(lambda last=number: newest(port.state) == last)
        port.wait_idle(PATIENCE)
        return {**counts, **judged(port)}


def ran_warm(port):
    from coach.core.protocol import commands as cmd

    time.sleep(0.5)  # the server starts when nothing has run for a moment
    port.submit(cmd.RunTarget()).result()
    port.wait_idle(PATIENCE)
    return port.state.runs[-1].is_warm


def moment(port, chance):
    """Wait as long as somebody who saves again: hardly, for a moment, until a run is under way, or until it is over."""
    way = chance.randrange(4)
    if way == 1:
        time.sleep(chance.random() * 0.3)
    elif way == 2:
        until(lambda: port.state.under_way and port.live.snapshot(0).current_test, 2)
    elif way == 3:
        until(lambda: port.wait_idle(0.01), 2)


def until(question, patience=PATIENCE):
    end = time.monotonic() + patience
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.002)
    return answer


def shown(run):
    found = SHOWN.search(run.failing[0].message) if run.failing else None
    return int(found[1]) if found else None


def newest(state):
    over = [
        run
        for run in state.target_runs
        if run.judged and run.report.ending.kind == "completed" and not run.is_stale
    ]
    return shown(over[-1]) if over else None


def judged(port):
    """Compare every verdict with the file in the tree it carries."""
    from coach.engine.trees.tree_store import open_trees
    from coach.store.paths import project_home

    seen = {"verdicts": 0, "wrong": 0, "marked stale": 0, "superseded": 0, "warm": 0}
    root = Path(port.state.opened.checkout.root)
    trees, _ = open_trees(root, project_home(root))
    for run in port.state.target_runs:
        if run.report.ending.kind == "superseded":
            seen["superseded"] += 1
        elif run.is_stale:
            seen["marked stale"] += 1
        elif run.report.ending.kind == "completed":
            seen["verdicts"] += 1
            seen["warm"] += run.is_warm
            with trees.materialise(run.report.tree) as copy:
                seen["wrong"] += str(shown(run)) not in (copy / "value.py").read_text()
    return seen


def plain(root, saves):
    """The command one would type after every save; it cannot lose a verdict, but it can be about old bytecode."""
    wrong, chance = 0, random.Random(7)
    numbers = [chance.randrange(100, 1000) for _ in range(saves)]
    for number in numbers:
        save(root, number, "in place")
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_value.py"]
        done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
        found = SHOWN.search(done.stdout)
        wrong += found is None or int(found[1]) != number
    return {"saves": saves, "verdicts": saves, "wrong": wrong, "lost": 0}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument(
        "--arms", nargs="+", choices=["warm", "cold", "plain"], default=["warm", "cold", "plain"]
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"COACH_STATE_DIR": f"{scratch}/state", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        for arm in options.arms:
            root = Path(scratch, arm)
            lay(root)
            found[arm] = (
                plain(root, min(options.saves, 40))
                if arm == "plain"
                else storm(root, options.saves, warm=arm == "warm")
            )
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for arm, counts in found.items():
        print(f"{arm:<6}", "  ".join(f"{count} {what}" for what, count in counts.items()))


if __name__ == "__main__":
    main()
