"""How long stopping a run takes, and who is left: coach's ladder against killing the leader, and the group.

The nasty test starts a child, one in a session of its own, one that holds the pipe; it ignores SIGINT, SIGTERM and SIGHUP.

    python benchmarks/stop.py [--runs 5] [--json]
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

NASTY = """
import os, signal, subprocess, sys, threading, time
def test_nasty():
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    subprocess.Popen(sleep)
    subprocess.Popen(sleep, start_new_session=True)
    subprocess.Popen(sleep, start_new_session=True, stdout=1, stderr=2)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    open(os.environ["READY"], "w").close()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass
"""


def with_mark(mark):
    """Return the living processes that carry a mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            is_marked = entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes()
            if is_marked and (entry / "stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def coach_way(root, ready, env, warm):
    from coach.core.log.events import Interpreter
    from coach.core.runs.run import RunRequest
    from coach.core.runs.target import Target
    from coach.engine.execute import execute
    from coach.engine.process.environment import server_environment
    from coach.engine.process.output import LiveOutput
    from coach.engine.process.probe_install import PROBE_FOLDER
    from coach.engine.process.run_context import RunContext
    from coach.engine.process.supervise import Limits
    from coach.engine.warm.server import WarmServer

    server = WarmServer(root, sys.executable, lambda: server_environment(env, PROBE_FOLDER)) if warm else None
    around = RunContext(
        root, Interpreter(path=sys.executable), Limits(), lambda _: "", LiveOutput(), env, warm=server
    )
    if server:
        server.prepare(["pytest"])
        assert server.wait_until_settled(60), server.why_cold
    cancel, began = threading.Event(), []

    def stop():
        wait_for(ready)
        began.append(time.monotonic())
        cancel.set()

    thread = threading.Thread(target=stop)
    thread.start()
    request = RunRequest(number=1, purpose="feedback", target=Target(words=("test_nasty.py",)), warm=warm)
    report = execute(request, around, cancel)
    took = time.monotonic() - began[0]
    thread.join()
    assert report.warm == warm
    if server:
        server.close()
    return took


def other_way(root, ready, env, group):
    words = [sys.executable, "-B", "-m", "pytest", "-q", "-s", "test_nasty.py"]
    process = subprocess.Popen(
        words, cwd=root, env=env, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    wait_for(ready)
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        os.killpg(process.pid, number) if group else process.send_signal(number)
        try:
            process.wait(0.3)
        except subprocess.TimeoutExpired:
            continue
    os.killpg(process.pid, signal.SIGKILL) if group else process.kill()
    process.wait()
    took = time.monotonic() - began
    process.stdout.close()
    return took


def wait_for(path):
    while not path.exists():
        time.sleep(0.01)
    time.sleep(0.3)  # its children begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    host = {
        "coach, cold": lambda *place: coach_way(*place, warm=False),
        "coach, warm": lambda *place: coach_way(*place, warm=True),
        "the leader only": lambda *place: other_way(*place, group=False),
        "the group": lambda *place: other_way(*place, group=True),
    }
    seen = {name: {"seconds": [], "survivors": []} for name in host}
    for _ in range(options.runs):
        for name, way in host.items():
            with tempfile.TemporaryDirectory() as scratch:
                root, ready, mark = (
                    Path(scratch, "project"),
                    Path(scratch, "ready"),
                    f"STOP_MARK={uuid.uuid4().hex}",
                )
                root.mkdir()
                (root / "test_nasty.py").write_text(NASTY)
                (root / "pytest.ini").write_text("[pytest]\n")
                env = {
                    **os.environ,
                    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                    "READY": str(ready),
                    "STOP_MARK": mark.partition("=")[2],
                }
                seen[name]["seconds"].append(way(root, ready, env))
                left = with_mark(mark)
                seen[name]["survivors"].append(len(left))
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
    found = {
        name: {
            "seconds": round(statistics.median(each["seconds"]), 2),
            "slowest": round(max(each["seconds"]), 2),
            "survivors": max(each["survivors"]),
        }
        for name, each in seen.items()
    }
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, row in found.items():
        print(f"{name:<16} {row['seconds']:>5} s (slowest {row['slowest']})   {row['survivors']} survivors")


if __name__ == "__main__":
    main()
