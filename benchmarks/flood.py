"""A million lines of output while somebody works the keys: key-to-paint, and how much memory it costs.

The real program runs in a real terminal on a command that prints as fast as it can; a key that opens and closes the help is
pressed all the while, and the time until the screen changes is taken. Memory is the resident size of coach.

    python benchmarks/flood.py [--lines 1000000] [--json]
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

KEYS = (("?", "esc closes"), ("?", "palette"))
"""A key and what only its answer paints. Not escape: a terminal program waits 100 ms after it for the rest of a sequence."""
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


def drain(child, seconds):
    """Read what was painted; returns whether anything was."""
    seen = False
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        try:
            child.read_nonblocking(1 << 20, timeout=left)
            seen = True
        except pexpect.TIMEOUT:
            break
    return seen


def key_to_paint(child, key, mark):
    """Seconds from a key until what it opens is on the wire; None when it never came."""
    drain(child, 0.01)
    begin = time.perf_counter()
    child.send(key)
    try:
        child.expect(mark, timeout=10)
    except pexpect.TIMEOUT:
        return None
    return time.perf_counter() - begin


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
            drain_for(child, 8)
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
    child = pexpect.spawn(sys.executable, words, cwd=folder, env=env, dimensions=(40, 120), timeout=120)
    try:
        child.expect(
            "palette"
        )  # the footer: the picture shown while the session opens has none, and takes no keys
        yield child
    finally:
        with contextlib.suppress(pexpect.ExceptionPexpect):
            child.close(force=True)


def drain_for(child, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        drain(child, 0.2)


def flooded(child, before, until):
    """Work the keys until three runs (a reproduction) of the flood are over."""
    times, most, lost = [], before, 0
    while time.monotonic() < until and len(times) < 200:
        for key, mark in KEYS:
            took = key_to_paint(child, key, mark)
            if took is None:
                lost += 1
            else:
                times.append(took)
            most = max(most, resident_mb(child.pid))
            drain(
                child, 0.15
            )  # the rest of that picture: what it paints must not be taken for the next answer
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
