"""What a long day costs: memory growth and key-to-paint, over the real program and the real engine.

    python benchmarks/soak.py commands [--count 2000]     scripted commands against the real engine
    python benchmarks/soak.py tests [--count 10000]       so many tests in one run, streaming into the screen
    python benchmarks/soak.py output [--megabytes 50]     so much output of one command while keys are pressed
    python benchmarks/soak.py session [--count 5000]      a screen over a session of so many runs
    python benchmarks/soak.py                             all of them

Memory is the resident size of coach after a first tenth and at the end: what grows with use shows between the two.
Key-to-paint is from a key until what it opens is on the wire (help, closed with the same key), on a real pty.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from screen import KEYS, MANY, RED, Eyes, long_session, project, resident_mb, terminal  # noqa: E402 - the same keys and terminal

from coach.core.experiments.hypothesis import Prediction  # noqa: E402
from coach.core.protocol import commands as cmd  # noqa: E402
from coach.core.runs.target import Target  # noqa: E402
from coach.core.spec.spec import Spec  # noqa: E402
from coach.core.verify.conclusion import Closing, RootCause  # noqa: E402
from coach.session.factory import open_existing, open_new  # noqa: E402
from coach.settings.project import Settings  # noqa: E402
from coach.store.log import read_log  # noqa: E402
from coach.store.paths import session_folder  # noqa: E402

FLOOD = "import sys\nfor n in range({lines}):\n    sys.stdout.write('line %06d ' % n + 'x' * 87 + '\\n')\nsys.exit(1)\n"


def script():
    """Return commands without end, in an order that uses most of them; every fortieth runs the tests."""
    for number in itertools.count():
        yield (
            cmd.RunTarget()
            if number % 40 == 0
            else (
                cmd.WriteNote(text=f"note {number}"),
                cmd.WriteSpec(spec=Spec(title=f"title {number}", expected="10", actual="9")),
                cmd.ProposeHypothesis(
                    claim=f"claim {number}", prediction=Prediction(text="red", outcome="FAIL")
                ),
                cmd.GoToStep(step=("isolate", "reproduce", "hypothesize")[number % 3], reason="soak"),
                cmd.WriteClosing(closing=Closing(cause=RootCause(what=f"cause {number}"))),
                cmd.SetScope(scope=("all", "failures")[number % 2]),
                cmd.PinTest(),
            )[number % 7]
        )


def commands(count, folder):
    root = project(folder, test_it=RED)
    settings = Settings(python=sys.executable, warm=False)
    took, first, refused = [], 0.0, 0
    with open_new(root, Target(words=("test_it.py",)), settings) as port:
        port.submit(cmd.Begin(reproduce=False)).result(60)
        for number, command in enumerate(itertools.islice(script(), count)):
            began = time.perf_counter()
            answer = port.submit(command).result(120)
            took.append(time.perf_counter() - began)
            refused += type(answer).__name__ == "Refusal"
            if isinstance(command, cmd.RunTarget):
                assert port.wait_idle(120), "the engine never came to rest"
            if number == count // 10:
                first = resident_mb(os.getpid())
        last = resident_mb(os.getpid())
        state, unsaved = port.state, port.unsaved
    log = read_log(session_folder(state.opened.session))
    return {
        "commands": count,
        "refused": refused,
        "runs": len(state.runs),
        "events": len(log.records),
        "damaged": log.damaged,
        "unsaved": unsaved,
        "answer p50 ms": per_thousand(took, 0.5),
        "answer p95 ms": per_thousand(took, 0.95),
        "MB after a tenth": round(first),
        "MB at the end": round(last),
    }


def per_thousand(took, share):
    return round(1000 * sorted(took)[min(len(took) - 1, int(share * len(took)))], 1)


def watched(folder, words, over, most=120):
    """Press keys on a screen until ``over`` says so; returns times and memory."""
    took, sizes, lost, began = [], [], 0, time.monotonic()
    with terminal(["-m", "coach", "debug", *words], Path(folder, "project")) as child:
        eyes = Eyes(child)
        eyes.wait_for("Evidence", 120)
        while time.monotonic() - began < most and not (len(took) >= 40 and over()):
            for key, wanted in KEYS:
                paint = eyes.key_to_paint(key, wanted)
                lost += paint is None
                took += [] if paint is None else [paint]
                sizes.append(resident_mb(child.pid))
                eyes.watch(0.03)
    tenth = sizes[len(sizes) // 10]
    return {
        "keys": len(took),
        "lost keys": lost,
        "key-to-paint p50 ms": per_thousand(took, 0.5),
        "key-to-paint p95 ms": per_thousand(took, 0.95),
        "key-to-paint max ms": per_thousand(took, 1.0),
        "MB after a tenth": round(tenth),
        "MB at most": round(max(sizes)),
        "MB at the end": round(sizes[-1]),
        "seconds": round(time.monotonic() - began),
    }


def finished(folder, wanted):
    """Return a question: whether the session's log has so many runs that are over."""

    def over():
        logs = list(Path(folder, "state/sessions").glob("*/log.jsonl"))
        return bool(logs) and logs[0].read_bytes().count(b'"kind":"run_finished"') >= wanted

    return over


def tests(count, folder):
    project(folder, test_many=MANY.format(size=count, last=count - 1))
    words = ["test_many.py", "--python", sys.executable]
    return {"tests": count, **watched(folder, words, finished(folder, 1))}


def output(megabytes, folder):
    project(folder, flood=FLOOD.format(lines=megabytes * 10_000))
    return {
        "MB of output": megabytes,
        **watched(folder, ["--", sys.executable, "flood.py"], finished(folder, 3)),
    }


def session(count, folder):
    """Make a session of so many runs out of one real run, then look at it and work in it."""
    name = long_session(project(folder, test_it=RED), count)
    began = time.perf_counter()
    open_existing(name).close()
    opened = time.perf_counter() - began
    size = (session_folder(name) / "log.jsonl").stat().st_size
    found = watched(folder, ["--resume", name], lambda: True, most=60)
    return {"runs": count, "log MB": round(size / 1e6, 1), "open ms": round(1000 * opened), **found}


PARTS = {
    "commands": (commands, 2_000),
    "tests": (tests, 10_000),
    "output": (output, 50),
    "session": (session, 5_000),
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--count", "--megabytes", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for name in [options.part] if options.part else PARTS:
        part, count = PARTS[name]
        with tempfile.TemporaryDirectory() as folder:
            os.environ["COACH_STATE_DIR"] = f"{folder}/state"
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            found = part(options.count or count, folder)
        load = os.getloadavg()[0]
        if options.json:
            print(json.dumps({name: found, "load": round(load, 1)}))
        else:
            print(
                f"{name} (load {load:.1f})",
                *(f"  {key:<22} {value}" for key, value in found.items()),
                sep="\n",
            )


if __name__ == "__main__":
    main()
