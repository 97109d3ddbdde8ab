"""Random keys, pastes, clicks and sizes against a live session with the real engine; ends at the first crash and says how to repeat it.

    python benchmarks/monkey.py [--presses 10000] [--seed N] [--json]

Keys that leave coach, suspend it or start an editor are left out; everything else may be pressed, in any order, in any window.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from textual import events
from textual.pilot import OutOfBounds

from coach.config import Settings
from coach.core import commands as cmd
from coach.core.target import Target
from coach.exporting import export_session
from coach.opening import open_new
from coach.ui.app import CoachApp
from coach.ui.keys import REGISTRY

LEFT_OUT = {"quit", "suspend", "editor"}
WORDS = ("x", "[/bold] [", "\x1b[2J", "日本", "test_it.py", "1", " ", "a" * 300, "-p evil", "../..")
PLAIN = (
    "enter",
    "escape",
    "tab",
    "shift+tab",
    "up",
    "down",
    "pageup",
    "pagedown",
    "space",
    "backspace",
    "ctrl+s",
    "delete",
)
SIZES = ((80, 24), (140, 45), (240, 70), (20, 5), (1, 1), (99, 30), (100, 31), (500, 200), (40, 12))
FILES = {
    "pytest.ini": "[pytest]\n",
    "cart.py": "def total(items):\n    return sum(items) - 1\n",
    "test_it.py": "from cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n\n\ndef test_other():\n    pass\n",
}


def keys():
    """Return every key of the registry that may be pressed, and those of windows and fields."""
    own = [key for each in REGISTRY if each.id not in LEFT_OUT for key in each.keys]
    return [*own, *own, *PLAIN]


async def step(pilot, chance, known):
    """Do one thing by chance; returns what it was."""
    kind = chance.random()
    if kind < 0.80:
        what = chance.choice(known)
        await pilot.press(what)
    elif kind < 0.87:
        what = chance.choice(SIZES)
        await pilot.resize_terminal(*what)
    elif kind < 0.92:
        what = chance.choice(WORDS)
        pilot.app.post_message(events.Paste(what))
    else:
        size = pilot.app.size
        what = (chance.randrange(max(1, size.width)), chance.randrange(max(1, size.height)))
        with contextlib.suppress(OutOfBounds):
            await pilot.click(offset=what)
    return what


async def press_at_random(door, presses, seed, until=float("inf")):
    """Press; returns how many were made. Raises what the screen raised, with the last things done as a note."""
    chance, known, done = random.Random(seed), keys(), []
    app = CoachApp(door, lambda state, budget: export_session(state, budget, "markdown"))
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            while len(done) < presses and time.monotonic() < until and app.return_code is None:
                done.append(await step(pilot, chance, known))
            await pilot.resize_terminal(120, 40)
            await pilot.pause()
    except BaseException as error:
        error.add_note(f"seed {seed}, after {len(done)}: {done[-12:]}")
        raise
    return len(done)


def make_project(root):
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    own = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)


def work(root, presses, seed, until=float("inf")):
    """Open a session and press until all are made; a screen that was left is opened again. Returns presses and screens."""
    made, screens = 0, 0
    with open_new(root, Target(words=("test_it.py",)), Settings(python=sys.executable, warm=False)) as door:
        door.submit(cmd.Begin(reproduce=True))
        while made < presses and time.monotonic() < until:
            made += asyncio.run(press_at_random(door, presses - made, seed + screens, until))
            screens += 1
        defects = [each for each in door.records if type(each.event).__name__ == "Unknown"]
        return {
            "presses": made,
            "screens": screens,
            "events": len(door.records),
            "unknown events": len(defects),
        }


def resident_mb():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COACH_STATE_DIR"] = f"{folder}/state"
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ.pop("EDITOR", None), os.environ.pop("VISUAL", None)
        os.environ["HOME"] = folder
        make_project(Path(folder, "project"))
        before, began = resident_mb(), time.monotonic()
        found = work(Path(folder, "project"), options.presses, options.seed)
        log = Path(folder, "state/diagnostics.log")
        found |= {
            "seed": options.seed,
            "crashes": 0,
            "defects logged": log.read_text().count("Traceback") if log.exists() else 0,
            "seconds": round(time.monotonic() - began),
            "growth MB": round(resident_mb() - before),
        }
        if log.exists():
            print(log.read_text()[-4000:], file=sys.stderr)
    print(
        json.dumps(found)
        if options.json
        else "\n".join(f"{name:<16} {value}" for name, value in found.items())
    )


if __name__ == "__main__":
    main()
