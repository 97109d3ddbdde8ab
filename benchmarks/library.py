"""How fast the past can be opened: one large log in review, and a library of many sessions.

Every figure stands beside the plain way to do the same in the same run: reading the file, parsing its JSON, an SQLite
FTS5 query without coach around it.

    python benchmarks/library.py review [--megabytes 100]
    python benchmarks/library.py library [--sessions 10000] [--events 1000000]
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from coach.core.log.events import Recorded, event_from
from coach.store.lines import encode

OPENED = {
    "kind": "session_opened",
    "schema_version": 1,
    "session": "",
    "coach": "0",
    "target": {"kind": "pytest", "words": ["tests/test_cart.py::test_total"]},
    "workflow": {"name": "debug", "steps": []},
    "interpreter": {"path": "/usr/bin/python3"},
    "checkout": {"root": "/home/ada/shop"},
}
WORDS = (
    "cart",
    "total",
    "tax",
    "order",
    "price",
    "round",
    "basket",
    "invoice",
    "stock",
    "parse",
    "reader",
    "token",
)
EXCEPTIONS = ("KeyError", "ValueError", "AssertionError", "TypeError", "IndexError", "ZeroDivisionError")


def failure(rng, number):
    """One failing test with three frames of own code, about 4 kB."""
    code = "\n".join(f"    line_{number}_{i} = {rng.choice(WORDS)} + {rng.random()}" for i in range(20))
    frames = [
        {
            "path": f"shop/{rng.choice(WORDS)}.py",
            "line": 10 + depth,
            "function": rng.choice(WORDS),
            "own": True,
            "source": f"return {rng.choice(WORDS)} + {number}",
            "code": code,
            "code_start": 3,
            "locals": [[rng.choice(WORDS), f"<Line {number} {i}>"] for i in range(6)],
        }
        for depth in range(3)
    ]
    word = rng.choice(WORDS)
    return {
        "test": f"tests/test_{word}.py::test_{rng.choice(WORDS)}",
        "exception": rng.choice(EXCEPTIONS),
        "message": f"{word} is {number % 97}, not {number % 89}",
        "frames": frames,
        "sections": [{"name": "Captured stdout call", "text": f"{word} {number}\n" * 20}],
    }


def signature(fails):
    word = f"{fails['test']}{fails['message']}"
    digest = f"{abs(hash(word)):016x}"[:16]
    keep = {key: fails[key] for key in ("test", "exception", "message")}
    return {"strict": digest, "loose": digest, **keep, "place": f"{fails['frames'][-1]['path']}:total"}


def run_events(rng, number):
    request = {"number": number, "purpose": "feedback", "target": OPENED["target"], "hash_seed": number}
    fails = [failure(rng, number) for _ in range(2)]
    report = {
        "ending": {"kind": "completed", "sentence": "", "exit_code": 1},
        "duration": rng.random(),
        "counts": {"selected": 40, "passed": 38, "failed": 2},
        "failures": fails,
        "tree": f"{number:040x}",
    }
    hunk = {"old_start": 1, "old_lines": 3, "new_start": 1, "new_lines": 3, "heading": "def total():"}
    hunk["text"] = f" a = {number}\n-b = {number}\n+b = {number + 1}\n" * 8
    changes = {
        "base": f"{number - 1:040x}",
        "tree": f"{number:040x}",
        "files": [{"path": "shop/cart.py", "hunks": [hunk]}],
    }
    yield {"kind": "edit_seen", "paths": ["shop/cart.py"]}
    yield {"kind": "run_started", "request": request}
    failing = [signature(each) for each in fails]
    judged = {"outcome": "FAIL", "reason": "2 failed"}
    yield {"kind": "run_finished", "number": number, "report": report, "failing": failing, "judged": judged}
    yield {"kind": "attempt_read", "attempt": {"run": number, "base_run": number - 1, "changes": changes}}


def write_large_log(folder, megabytes):
    """A session of one long day and then some: runs with failures, edits, attempts, until the size is reached."""
    folder.mkdir(parents=True)
    rng = random.Random(8)
    size = seq = number = 0
    with (folder / "log.jsonl").open("wb") as file:

        def put(event):
            nonlocal size, seq
            seq += 1
            size += file.write(encode(Recorded(seq=seq, at=1_700_000_000.0 + seq, event=event_from(event))))

        put(OPENED | {"session": folder.name})
        put({"kind": "step_entered", "step": "reproduce"})
        while size < megabytes * 1_000_000:
            number += 1
            for event in run_events(rng, number):
                put(event)
    return seq


REVIEW = """
import json, resource, sys, time
from pathlib import Path
import coach.session.replay, coach.session.factory
from coach.core.workflow.advice import advise
path = Path(sys.argv[2]) / "sessions" / sys.argv[1] / "log.jsonl"
begin = time.perf_counter(); size = len(path.read_bytes()); read = time.perf_counter() - begin
begin = time.perf_counter()
door = coach.session.factory.open_review(sys.argv[1])
opened = time.perf_counter() - begin
steps = []
def timed(position):
    start = time.perf_counter(); door.seek(position); door.state.standing_loop; advise(door.state)
    steps.append(time.perf_counter() - start)
for _ in range(100): timed(door.position - 1)
for part in range(100): timed(door.length * (part * 37 % 100) // 100)
for _ in range(100): timed(door.position + 1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
steps.sort()
print(json.dumps({"open_s": opened, "read_s": read, "steps_per_s": 1 / steps[len(steps) // 2],
                  "slowest_step_s": steps[-1], "peak_mb": peak, "events": door.length}))
"""
SCREEN = """
import asyncio, json, sys, time
import coach.session.factory
from coach.tui.app import CoachApp
async def scrub():
    door = coach.session.factory.open_review(sys.argv[1])
    app = CoachApp(door, lambda state, budget: "")
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        begin, used = time.perf_counter(), time.process_time()
        for _ in range(40): app.screen.seek(door.position - 1)
        wall, cpu = time.perf_counter() - begin, time.process_time() - used
    print(json.dumps({"wall": 40 / wall, "cpu": 40 / cpu}))
asyncio.run(scrub())
"""
PLAIN = """
import json, sys, time
begin = time.perf_counter()
for line in open(sys.argv[1], "rb"): json.loads(line)
print(time.perf_counter() - begin)
"""


def in_python(script, *words, env):
    argv = [sys.executable, "-c", script, *words]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def review(megabytes, rounds):
    home = Path(tempfile.mkdtemp(prefix="coach-bench-"))
    try:
        events = write_large_log(home / "sessions" / "aaaabbbb", megabytes)
        env = os.environ | {"COACH_STATE_DIR": str(home)}
        path = str(home / "sessions" / "aaaabbbb" / "log.jsonl")
        found = [
            in_python(REVIEW, "aaaabbbb", str(home), env=env) | {"json_s": in_python(PLAIN, path, env=env)}
            for _ in range(rounds)
        ]
        screen = in_python(SCREEN, "aaaabbbb", env=env)
    finally:
        shutil.rmtree(home)
    middle = {key: statistics.median(each[key] for each in found) for key in found[0]}
    print(f"one log of {megabytes} MB, {events:,} events; medians of {rounds}")
    print(
        f"  open in review      {middle['open_s']:.2f} s   ({middle['open_s'] / middle['json_s']:.2f} × json.loads of every line, {middle['open_s'] / middle['read_s']:.0f} × reading the file)"
    )
    print(
        f"  scrub               {middle['steps_per_s']:,.0f} steps/s, slowest of 300 {middle['slowest_step_s'] * 1000:.0f} ms"
    )
    print(
        f"  with the screen     {screen['wall']:,.0f} steps/s painted at 140×45 ({screen['cpu']:,.0f} per second of CPU)"
    )
    print(f"  peak memory         {middle['peak_mb']:.0f} MB")


LIBRARY = """
import json, sqlite3, sys, time, statistics
from pathlib import Path
import coach.cli.commands.sessions
from coach.store import library
from coach.store.index import phrase_of
from coach.store.library import Query
home = Path(sys.argv[1])
def timed(call, rounds=7):
    took = []
    for _ in range(rounds):
        begin = time.perf_counter(); call(); took.append(time.perf_counter() - begin)
    return statistics.median(took)
found = {}
begin = time.perf_counter()
for path in home.glob("sessions/*/log.jsonl"): path.read_bytes()
found["read_s"] = time.perf_counter() - begin
begin = time.perf_counter(); listed, total = library.search(Query(), 50)
found["rebuild_s"] = time.perf_counter() - begin
found["list_s"] = timed(lambda: library.search(Query(), 50))
found["list_all_s"] = timed(library.sessions)
found["search_s"] = timed(lambda: library.search(Query(words="KeyError cart", is_open=True, since=1.0), 50))
found["find_s"] = timed(lambda: library.find(listed[0].id))
sql = "SELECT n FROM words JOIN sessions ON n = words.rowid WHERE words MATCH ? ORDER BY last_at DESC LIMIT 50"
base = sqlite3.connect(home / "library.sqlite3")
found["sqlite_s"] = timed(lambda: base.execute(sql, (phrase_of("KeyError cart"),)).fetchall())
path = home / "sessions" / listed[0].id / "log.jsonl"
path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(True)[-1].replace(b'"seq":', b'"seq":9'))
begin = time.perf_counter(); library.search(Query(), 50)
found["grown_s"] = time.perf_counter() - begin
found["index_mb"] = (home / "library.sqlite3").stat().st_size / 1e6
print(json.dumps(found))
"""


def write_library(home, sessions, events):
    """Sessions made from forty stories with words of their own; returns the megabytes of logs."""
    from coach.store.paths import ALPHABET

    size = 0
    stories = [story(seed, events // sessions) for seed in range(40)]
    for number in range(sessions):
        digits, rest = [], number
        for _ in range(8):
            rest, digit = divmod(rest, len(ALPHABET))
            digits.append(ALPHABET[digit])
        folder = home / "sessions" / "".join(reversed(digits))
        folder.mkdir(parents=True)
        content = stories[number % 40].replace(b"tests/test_", b"tests/s%d/test_" % number)
        size += (folder / "log.jsonl").write_bytes(content)
    return size / 1e6


def story(seed, length):
    rng = random.Random(seed)
    events = [OPENED, {"kind": "step_entered", "step": "reproduce"}]
    number = 0
    while len(events) < length - 1:
        number += 1
        made = list(run_events(rng, number))
        for each in made[2]["report"]["failures"]:
            each["frames"], each["sections"] = each["frames"][-1:], []
        events += [*made, {"kind": "note_written", "text": f"the {rng.choice(WORDS)} is {number}"}]
    events = [
        *events[: length - 1],
        {"kind": "root_cause_written", "text": f"a stale {rng.choice(WORDS)} {seed}"},
    ]
    lines = (
        Recorded(seq=at, at=1_700_000_000.0 + seed * 1000 + at, event=event_from(each))
        for at, each in enumerate(events, 1)
    )
    return b"".join(map(encode, lines))


def library(sessions, events):
    home = Path(tempfile.mkdtemp(prefix="coach-bench-"))
    try:
        megabytes = write_library(home, sessions, events)
        found = in_python(LIBRARY, str(home), env=os.environ | {"COACH_STATE_DIR": str(home)})
    finally:
        shutil.rmtree(home)
    print(f"{sessions:,} sessions, {events:,} events, {megabytes:,.0f} MB of logs; medians of 7")
    print(
        f"  build the index     {found['rebuild_s']:.1f} s  ({found['rebuild_s'] / found['read_s']:.1f} × reading the files); {found['index_mb']:.0f} MB"
    )
    print(
        f"  list the newest 50  {found['list_s'] * 1000:.0f} ms;  all {found['list_all_s'] * 1000:.0f} ms;  by id {found['find_s'] * 1000:.0f} ms"
    )
    print(
        f"  search two words    {found['search_s'] * 1000:.0f} ms  ({found['search_s'] / found['sqlite_s']:.1f} × the bare FTS5 query)"
    )
    print(f"  after one log grew  {found['grown_s'] * 1000:.0f} ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["review", "library"])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if args.what == "review":
        review(args.megabytes, args.rounds)
    else:
        library(args.sessions, args.events)


if __name__ == "__main__":
    main()
