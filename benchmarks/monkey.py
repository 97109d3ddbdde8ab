"""Random keys, pastes, clicks and sizes against a live session with the real engine.

Whatever crashes or tells of a defect is counted, with what repeats it, and makes the exit code 1.

    python benchmarks/monkey.py [--presses 10000] [--seed N] [--json]

Keys that leave coach, suspend it or start an editor are left out; everything else may be pressed, in any order, in any window.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from textual import events
from textual.pilot import OutOfBounds

from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.export_io import export_session
from coach.session.factory import open_existing, open_new
from coach.settings.project import Settings
from coach.store.log import LOG_NAME, read_log
from coach.store.paths import session_folder
from coach.tui.app import CoachApp
from coach.tui.keys import REGISTRY

DEFECT = "a defect of coach"
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


async def press_at_random(port, presses, seed, until=float("inf")):
    """Press until all are made, the screen was left or the session closed; returns how many were made.

    Raises what the screen raised, with the last things done as a note and their number as ``presses``.
    """
    chance, known, done = random.Random(seed), keys(), []
    app = CoachApp(
        port, lambda state, budget, purpose: export_session(state, budget, "markdown", purpose=purpose)
    )
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            while (
                len(done) < presses
                and time.monotonic() < until
                and app.return_code is None
                and not port.state.closed
            ):
                done.append(await step(pilot, chance, known))
            await pilot.resize_terminal(120, 40)
            await pilot.pause()
    except BaseException as error:
        error.add_note(f"seed {seed}, after {len(done)}: {done[-12:]}")
        error.presses = len(done)
        raise
    return len(done)


def make_project(root):
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    own = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)


class Watcher:
    """Counts what must not happen: a screen that raises, a defect that the session tells of, a damaged log."""

    def __init__(self):
        self.made, self.screens, self.sessions, self.events, self.unknown = 0, 0, 0, 0, 0
        self.crashes, self.defects = [], []

    def hear(self, update):
        self.defects += [update.notice] * (DEFECT in update.notice)

    def press(self, port, presses, seed, until):
        """Show one screen and press; a crash is told, counted, and ends this screen only."""
        self.screens += 1
        try:
            self.made += asyncio.run(press_at_random(port, presses - self.made, seed + self.screens, until))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we are looking for
            self.crashes.append(repr(error))
            self.made += max(1, error.presses)
            traceback.print_exception(error)

    def look_at(self, port):
        """Take in what the session has recorded by now."""
        kinds = [type(each.event).__name__ for each in port.records]
        self.events, self.unknown = len(kinds), kinds.count("Unknown")


def work(root, presses, seed, until=float("inf")):
    """Press until all are made. A screen that was left is shown again, a session that was closed is taken up again."""
    watcher, name = Watcher(), ""
    while watcher.made < presses and time.monotonic() < until:
        settings = Settings(python=sys.executable, warm=False)
        opened = open_existing(name) if name else open_new(root, Target(words=("test_it.py",)), settings)
        with opened as port:
            watcher.sessions += 1
            port.subscribe(watcher.hear)
            port.submit(cmd.Resume() if name else cmd.Begin(reproduce=True)).result(60)
            name = port.state.opened.session
            while watcher.made < presses and time.monotonic() < until and not port.state.closed:
                watcher.press(port, presses, seed, until)
        watcher.look_at(port)
    damaged = read_log(session_folder(name)).damaged
    watcher.defects += [f"{damaged} lines of the log are damaged"] if damaged else []
    text = (session_folder(name) / LOG_NAME).read_text()
    watcher.defects += [text[at.start() :][:300] for at in re.finditer(DEFECT, text)]
    return watcher


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
        Path(folder, "here").mkdir()
        os.chdir(Path(folder, "here"))  # exports are written where one is
        before, began = resident_mb(), time.monotonic()
        found = work(Path(folder, "project"), options.presses, options.seed)
        log = Path(folder, "state/diagnostics.log")
        logged = log.read_text() if log.exists() else ""
        print(*found.defects, logged[-4000:], sep="\n", file=sys.stderr)
        told = {
            "presses": found.made,
            "screens": found.screens,
            "sessions opened": found.sessions,
            "events": found.events,
            "seed": options.seed,
            "crashes": len(found.crashes),
            "defects told": len(found.defects),
            "defects logged": logged.count("Traceback"),
            "unknown events": found.unknown,
            "seconds": round(time.monotonic() - began),
            "growth MB": round(resident_mb() - before),
        }
        os.chdir("/")
    print(
        json.dumps(told) if options.json else "\n".join(f"{name:<16} {value}" for name, value in told.items())
    )
    bad = ("crashes", "defects told", "defects logged", "unknown events")
    return 1 if any(told[each] for each in bad) or told["presses"] < options.presses else 0


if __name__ == "__main__":
    sys.exit(main())
