"""How long a hand waits: from a key to the paint of what it opens or closes, against the least that Textual can do.

Both run in real terminals at the same time: coach with what goes on in it, and an application of five widgets with nothing
going on (``minimal_app.py``). ``?`` opens a window with a list over each, and closes it; the keys go to one and to the other in
turns, so that both meet the same machine. The figures: milliseconds at the median and at the 95th percentile, and their ratio.

    idle      a session with a red test, nothing under way
    flood     a command that prints a million lines as fast as it can, again and again
    tests     ten thousand tests that stream into the screen, again and again
    session   a session of five thousand runs

``tests`` prints, too, which share the screen has of all processor time while nobody presses a key: its thread against all
of coach and the tests themselves. Limits: 1.5 times at the median, 2 at the 95th percentile, a quarter of the processor.

    python benchmarks/screen.py [SCENE ...] [--keys 60] [--size N] [--json]
"""

import argparse
import codecs
import contextlib
import json
import os
import queue
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pexpect

from coach.core.log import events as ev
from coach.core.loops.detectors import DETECTORS
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.settings.project import Settings
from coach.store.log import SessionLog
from coach.store.paths import session_folder

ROOT = Path(__file__).parent.parent
MINIMAL = str(Path(__file__).with_name("minimal_app.py"))
READY = "READY-MARK"
KEYS = (("?", True), ("?", False))
"""A key and whether the help is shown after it. Not escape: a terminal program waits 100 ms after it for the rest of a sequence."""
HELP = "esc closes"
LINES, COLUMNS = 40, 120
PATIENCE = 10
PARTS = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[[0-9;?<=>]*[A-Za-z]|\x1b[^\[]|[\r\n]|(?P<words>[^\x1b\r\n]+)"
)
UNFINISHED = re.compile(r"\x1b(\[[0-9;?<=>]*)?$")
RED = "def test_it():\n    assert 1 == 2\n"
MANY = "import pytest\n\n\n@pytest.mark.parametrize('n', range({size}))\ndef test_it(n):\n    assert n != {last}\n"
FLOOD = "import sys\nfor n in range({size}):\n    sys.stdout.write('line %d of a flood that goes on and on\\n' % n)\nsys.exit(1)\n"
SETTINGS = "[tool.coach.investigate]\nruns = 0\n\n[tool.coach.loops]\n" + "".join(
    f"{each} = false\n" for each in DETECTORS
)
"""Nothing is measured in idle time: a scene is what its name says. Runs without a thought go in circles: no card lies over them."""


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


class Cells:
    """The text on a terminal, as far as Textual draws it: it moves to a place and writes. Twenty times as fast as pyte.

    A slower reader falls behind a program that draws its whole screen ten times a second.
    """

    def __init__(self):
        self.rows = [" " * COLUMNS for _ in range(LINES)]
        self._decoder, self._rest, self._x, self._y = (
            codecs.getincrementaldecoder("utf-8")("replace"),
            "",
            0,
            0,
        )

    def feed(self, data):
        text = self._rest + self._decoder.decode(data)
        whole = text.rfind("\x1b") if UNFINISHED.search(text) else len(text)
        self._rest = text[whole:]
        for found in PARTS.finditer(text[:whole]):
            if found["row"]:
                self._y, self._x = int(found["row"]) - 1, int(found["column"]) - 1
            elif words := found["words"]:
                if 0 <= self._y < LINES:
                    row = self.rows[self._y]
                    self.rows[self._y] = row[: self._x] + words + row[self._x + len(words) :]
                self._x += len(words)
            elif found[0] == "\n":
                self._y += 1
            elif found[0] == "\r":
                self._x = 0


class Eyes:
    """Sees what a program paints on its pty: a mark may be left from an earlier frame, or come in pieces.

    A thread of its own reads, so that the program never waits for its terminal and every part has the time at which it came,
    however long it takes to make a screen of what came before.
    """

    def __init__(self, child):
        self._fd = child.child_fd
        self.cells = Cells()
        self._came: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(OSError):  # the program is gone
            while data := os.read(self._fd, 1 << 20):
                self._came.put((time.perf_counter(), data))

    def look(self, seconds):
        """Take in what is painted within so many seconds; returns when the first part of it came, None if nothing did."""
        with contextlib.suppress(queue.Empty):
            came, data = self._came.get(timeout=seconds) if seconds > 0 else self._came.get_nowait()
            self.cells.feed(data)
            return came
        return None

    def shows(self, text):
        return any(text in row for row in self.cells.rows)

    def wait_for(self, text, seconds):
        end = time.monotonic() + seconds
        while not self.shows(text):
            assert time.monotonic() < end, self.cells.rows
            self.look(0.5)

    def watch(self, seconds):
        """Look on for so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.look(left)

    def key_to_paint(self, key, wanted):
        """Seconds from a key until the help is there, or gone; None when that never came."""
        while self.look(0.0) is not None:
            pass
        begin = time.perf_counter()
        os.write(self._fd, key.encode())
        while time.perf_counter() - begin < PATIENCE:
            came = self.look(0.5)
            if came is not None and self.shows(HELP) == wanted:
                return came - begin
        return None


@contextlib.contextmanager
def terminal(words, folder):
    """Start a program in a terminal of its own; end it afterwards."""
    env = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none", "PYTHONPATH": str(ROOT)}
    child = pexpect.spawn(sys.executable, words, cwd=str(folder), env=env, dimensions=(LINES, COLUMNS))
    child.delaybeforesend = None
    try:
        yield child
    finally:
        with contextlib.suppress(pexpect.ExceptionPexpect):
            child.close(force=True)


@dataclass(frozen=True)
class Scene:
    """What goes on in coach while keys are pressed."""

    prepare: Callable[[Path, int], list[str]]
    """Make the project in a folder, of a size; returns the words after ``coach debug``."""
    size: int
    is_busy: bool = False
    """Whether keys count only while a run is under way; it is begun again when it is over."""


def project(folder, settings="", **files):
    """Make a repository with these files of Python in ``folder/project``; returns its root."""
    root = Path(folder, "project")
    root.mkdir()
    (root / "pytest.ini").write_text("[pytest]\n")
    (root / "pyproject.toml").write_text(settings)
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    own = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
        subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)
    return root


def idle(folder, _size):
    project(folder, SETTINGS, test_it=RED)
    return ["test_it.py", "--python", sys.executable]


def flood(folder, size):
    project(folder, SETTINGS, flood=FLOOD.format(size=size))
    return ["--", sys.executable, "flood.py"]


def tests(folder, size):
    project(folder, SETTINGS, test_many=MANY.format(size=size, last=size - 1))
    return ["test_many.py", "--python", sys.executable]


def session(folder, size):
    return ["--resume", long_session(project(folder, SETTINGS, test_it=RED), size)]


def long_session(root, size):
    """Make a session of so many runs out of one real run of a project with ``test_it.py``; returns its id."""
    settings = Settings(python=sys.executable, warm=False)
    with open_new(root, Target(words=("test_it.py",)), settings) as port:
        port.submit(cmd.Begin(reproduce=False)).result(60)
        port.submit(cmd.RunTarget()).result(60)
        port.wait_idle(120)
        name, records = port.state.opened.session, list(port.records)
    grow(name, records, size)
    return name


def grow(name, records, count):
    """Append copies of the first run to a session, with new numbers."""
    started = next(each.event for each in records if isinstance(each.event, ev.RunStarted))
    over = next(each.event for each in records if isinstance(each.event, ev.RunFinished))
    log, loaded = SessionLog.open(session_folder(name))
    seq, batch = loaded.records[-1].seq, []
    for number in range(started.request.number + 1, count + 1):
        request = started.request.model_copy(update={"number": number})
        for event in (
            started.model_copy(update={"request": request}),
            over.model_copy(update={"number": number}),
        ):
            seq += 1
            batch.append(ev.Recorded(seq=seq, at=loaded.records[-1].at + seq, event=event))
    log.append(*batch)
    log.close()


SCENES = {
    "idle": Scene(idle, 1),
    "flood": Scene(flood, 1_000_000, is_busy=True),
    "tests": Scene(tests, 10_000, is_busy=True),
    "session": Scene(session, 5_000),
}


def runs_of(folder):
    """Count the runs of the one session that began, and those that are over."""
    log = next(Path(folder, "state/sessions").glob("*/log.jsonl"), None)
    text = log.read_bytes() if log else b""
    return text.count(b'"kind":"run_started"'), text.count(b'"kind":"run_finished"')


class Pressing:
    """Works the keys of coach and of the minimal application in turns."""

    def __init__(self, scene, folder, child, minimal):
        self._scene, self._folder, self._child = scene, folder, child
        self._eyes = {"coach": Eyes(child), "minimal": Eyes(minimal)}
        self.took = {"coach": [], "minimal": []}
        self.lost, self.growth = 0, 0.0

    def begin(self):
        """Wait until both take keys and, in an idle scene, until nothing runs."""
        self._eyes["coach"].wait_for("Evidence", 120)  # a panel of the session's screen: it is open
        self._eyes["minimal"].wait_for(READY, 30)
        end = time.monotonic() + 60
        while not self._scene.is_busy and time.monotonic() < end:
            self.rest(0.5)
            began, over = runs_of(self._folder)
            if began and began == over:
                break
        self.rest(2)

    def work(self, keys):
        before = resident_mb(self._child.pid)
        while len(self.took["coach"]) < keys:
            if self._scene.is_busy:
                self._keep_busy()
            for name, eyes in self._eyes.items():
                for key, wanted in KEYS:
                    paint = eyes.key_to_paint(key, wanted)
                    self.lost += paint is None
                    self.took[name] += [] if paint is None else [paint]
                    self.rest(0.05)
            self.growth = max(self.growth, resident_mb(self._child.pid) - before)

    def rest(self, seconds):
        """Press nothing for a moment; both screens are taken in."""
        for eyes in self._eyes.values():
            eyes.watch(seconds / 2)

    def _keep_busy(self):
        """Begin a run unless one is under way, and wait until it prints."""
        began, over = runs_of(self._folder)
        if began > over:
            return
        os.write(self._child.child_fd, b"r")
        end = time.monotonic() + PATIENCE
        while runs_of(self._folder)[0] == began and time.monotonic() < end:
            self.rest(0.1)
        self.rest(0.5)

    def screen_share(self, seconds=4.0):
        """Return the screen's part of the processor time of coach and its tests while no key is pressed."""
        self._keep_busy()
        before = processor_seconds(self._child.pid)
        self.rest(seconds)
        after = processor_seconds(self._child.pid)
        screen, everything = (now - then for now, then in zip(after, before, strict=True))
        return screen / max(everything, 1e-9)


def processor_seconds(pid):
    """Processor time so far: of the screen's thread, and of the program with all it started."""
    screen = _ticks(Path(f"/proc/{pid}/task/{pid}/stat"), ended=False)
    return screen, sum(_ticks(Path(f"/proc/{each}/stat"), ended=True) for each in family(pid))


def family(pid):
    """Yield a process and those it started that are alive."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            with contextlib.suppress(OSError):
                yield from family(int(child))


def _ticks(stat, *, ended):
    """Read seconds of processor time; ``ended`` counts processes that were waited for."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / os.sysconf("SC_CLK_TCK")


def measure(name, keys, size):
    scene = SCENES[name]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COACH_STATE_DIR"] = f"{folder}/state"
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        Path(folder, "state").mkdir()
        Path(folder, "state/welcomed").touch()
        words = ["-m", "coach", "debug", *scene.prepare(Path(folder), size or scene.size)]
        with terminal(words, Path(folder, "project")) as child, terminal([MINIMAL], folder) as minimal:
            pressing = Pressing(scene, folder, child, minimal)
            pressing.begin()
            share = pressing.screen_share() if name == "tests" else None
            pressing.work(keys)
            return figures(pressing, share)


def figures(pressing, share):
    found = {"load": round(os.getloadavg()[0], 1), "keys": len(pressing.took["coach"]), "lost": pressing.lost}
    for what, of in (("median", statistics.median), ("p95", p95)):
        ours, theirs = of(pressing.took["coach"]), of(pressing.took["minimal"])
        found |= {
            f"{what} ms": round(1000 * ours, 1),
            f"{what} ms, minimal": round(1000 * theirs, 1),
            f"{what} ratio": round(ours / theirs, 2),
        }
    found["growth MB"] = round(pressing.growth, 1)
    return found if share is None else {**found, "screen's share of the processor": round(share, 2)}


def p95(times):
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenes", nargs="*", choices=[[], *SCENES], default=[])
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--size", type=int, default=0, help="lines, tests or runs instead of the scene's own")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sys.setswitchinterval(
        0.0005
    )  # a part that came is seen at once, also while a screen is made of the one before
    for name in options.scenes or SCENES:
        found = measure(name, options.keys, options.size)
        if options.json:
            print(json.dumps({name: found}))
        else:
            print(name, *(f"  {key:<32} {value}" for key, value in found.items()), sep="\n", flush=True)


if __name__ == "__main__":
    main()
