"""A million lines of output while somebody works the keys: key-to-paint, and how much memory it costs.

The real program runs in a real terminal on a command that prints as fast as it can; a key that opens and closes the help is
pressed all the while, and the time until the screen changes is taken. Memory is the resident size of coach.

    python benchmarks/flood.py [--lines 1000000] [--json]
"""

import argparse
import contextlib
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

import pexpect
import pyte

KEYS = (("?", True), ("?", False))
"""A key and whether the help is shown after it. Not escape: a terminal program waits 100 ms after it for the rest of a sequence."""
HELP = "esc closes"
LINES, COLUMNS = 40, 120
ROOT = Path(__file__).parent.parent
FLOOD = "import sys\nfor n in range({lines}):\n    sys.stdout.write('line %d of a flood that goes on and on\\n' % n)\nsys.exit(1)\n"


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def seconds_to_file(folder):
    with Path(folder, "out").open("wb") as out:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "flood.py"], cwd=folder, stdout=out, check=False)
        return time.perf_counter() - begin


class Eyes:
    """Sees what a program paints on its pty: a mark may be left from an earlier frame, or come in pieces."""

    def __init__(self, child):
        self._fd = child.child_fd
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self._left = deque()

    def look(self, seconds):
        """Take in what is painted within so many seconds; returns whether anything was."""
        return sum(1 for _ in self._parts(seconds)) > 0

    def _parts(self, seconds):
        """Read all there is before any of it is looked at, which takes longer; yields when each part came, once it is seen."""
        while select.select([self._fd], [], [], 0 if self._left else seconds)[0]:
            data = os.read(self._fd, 1 << 20)
            self._left.append((time.perf_counter(), data))
        while self._left:
            came, data = self._left.popleft()
            self._stream.feed(data)
            yield came

    def shows(self, text):
        return any(text in line for line in self.screen.display)

    def wait_for(self, text, seconds):
        end = time.monotonic() + seconds
        while not self.shows(text):
            assert time.monotonic() < end, self.screen.display
            self.look(0.5)

    def watch(self, seconds):
        """Look on for so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.look(left)

    def key_to_paint(self, key, wanted):
        """Seconds from a key until the help is there, or gone; None when that never came."""
        while self.look(0.0):
            pass
        begin = time.perf_counter()
        os.write(self._fd, key.encode())
        while time.perf_counter() - begin < 10:
            for came in self._parts(0.5):
                if self.shows(HELP) == wanted:
                    return came - begin
        return None


def measure(lines):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "flood.py").write_text(FLOOD.format(lines=lines))
        Path(folder, "pyproject.toml").write_text("")
        to_file = seconds_to_file(folder)
        env = {
            **os.environ,
            "TERM": "xterm-256color",
            "TEXTUAL_ANIMATIONS": "none",
            "COACH_STATE_DIR": f"{folder}/state",
            "PYTHONPATH": str(ROOT),
        }
        quiet = [sys.executable, "-c", "print('red'); raise SystemExit(1)"]
        with screen(quiet, folder, env) as child:  # the same session on a command that says one line
            Eyes(child).watch(8)
            before = resident_mb(child.pid)
        with screen([sys.executable, "flood.py"], folder, env) as child:
            until = time.monotonic() + 3 * max(to_file, 1) + 60
            return {
                "to a file, seconds": round(to_file, 2),
                "quiet MB": round(before),
                **flooded(child, before, until),
            }


@contextlib.contextmanager
def screen(command, folder, env):
    words = ["-m", "coach", "debug", "--", *command]
    child = pexpect.spawn(sys.executable, words, cwd=folder, env=env, dimensions=(LINES, COLUMNS))
    try:
        yield child
    finally:
        with contextlib.suppress(pexpect.ExceptionPexpect):
            child.close(force=True)


def flooded(child, before, until):
    """Work the keys until three runs (a reproduction) of the flood are over."""
    times, most, lost, eyes = [], before, 0, Eyes(child)
    eyes.wait_for("● Reproduce", 60)
    while time.monotonic() < until and len(times) < 200:
        for key, wanted in KEYS:
            took = eyes.key_to_paint(key, wanted)
            if took is None:
                lost += 1
            else:
                times.append(took)
            most = max(most, resident_mb(child.pid))
            eyes.watch(0.05)
    times.sort()
    return {
        "keys": len(times),
        "lost keys": lost,
        "key-to-paint median ms": round(1000 * statistics.median(times)),
        "key-to-paint p95 ms": round(1000 * times[int(0.95 * len(times))]),
        "growth MB": round(most - before, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.lines)
    print(
        json.dumps(found, indent=2)
        if options.json
        else "\n".join(f"{name:<24} {value}" for name, value in found.items())
    )


if __name__ == "__main__":
    main()
