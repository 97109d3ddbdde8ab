"""What a signal at a random moment leaves of each command: how it ends, what it says, who is left, and whether the log is whole.

SIGINT, SIGTERM and SIGHUP go to the process group as a terminal sends them; SIGKILL to coach alone.

    python benchmarks/interrupting.py [--rounds 200] [--only assist] [--signal SIGKILL] [--seed 1]
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from coach.store.log import LOG_NAME, read_log
from tests.fork_server import run_coach

LIMIT = 5.0
"""Seconds after a signal beyond which a command is said to hang; a loaded machine needs most of it."""
TEST = "test_shop.py::test_total"
FILES = {
    "shop.py": "def total(prices):\n    found = 0\n    for price in prices:\n        found += price\n    return found + 1\n",
    "test_shop.py": "import time\nfrom shop import total\n\n\ndef test_total():\n    time.sleep(0.05)\n    assert total([1, 2]) == 3\n\n\n"
    "def test_none():\n    assert total([]) == 1\n",
    "robin.sh": 'for n in 1 2 3; do echo "# $n" >> notes.py; echo working; sleep 0.2; done; sleep 300 & sleep 300\n',
    "pyproject.toml": '[tool.coach.assistants]\nrobin = "sh robin.sh"\n',
}
COMMANDS = {
    "run": "run",
    "run --new": f"run --new {TEST}",
    "run a command": "run --new -- sh -c 'sleep 300 & sleep 300'",
    "reproduce": "reproduce",
    "verify": "verify --yes",
    "suite": "run --scope all",
    "suspects": "suspects --suite",
    "mutants": "suspects --mutate",
    "bisect": "bisect --good HEAD~2",
    "reduce": "reduce",
    "stress": "stress",
    "trace": "trace",
    "try": "try --expects pass -- sh -c 'sleep 300 & sleep 300'",
    "logpoint": "logpoint shop.py:4 price",
    "pin": "pin",
    "hypothesis": "hypothesis one-off --predict less --expects pass",
    "note": "note seen",
    "spec": "spec --expected three",
    "status": "status",
    "sessions": "sessions",
    "stats": "stats",
    "seen": "seen",
    "report": "report",
    "export": "export",
    "archive": "sessions export -o a.zip",
    "doctor": "doctor",
    "leftovers": "leftovers",
    "restore": "restore",
    "allow": "allow",
    "watch": "watch",
    "mcp": "mcp",
    "assist": "assist robin --yes",
}


@dataclass
class Ground:
    """A project with a session, laid out once and copied for each round."""

    place: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("COACH_", "PYTEST_", "GIT_"))
        }
        own = {
            "COACH_PYTHON": sys.executable,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "TMPDIR": str(self.place / "tmp"),
        }
        self.env = kept | own
        root = self.place / "laid/project"
        root.mkdir(parents=True)
        (self.place / "tmp").mkdir()
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root)]
        subprocess.run([*git, "init", "-q"], check=True)
        for number in range(3):
            for name, text in FILES.items():
                good = "return found" if number == 0 else "return found + 1"
                (root / name).write_text(
                    text.replace("return found + 1", good) + "#\n" * number * name.endswith(".py")
                )
            subprocess.run([*git, "add", "-A"], check=True)
            subprocess.run([*git, "commit", "-qm", str(number)], check=True)
        self.coach("laid", f"run {TEST}")
        self.coach("laid", "pin")

    def coach(self, name: str, words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run_coach(
            *shlex.split(words), cwd=self.place / name / "project", env=self.around(name) | more, timeout=180
        )

    def around(self, name: str) -> dict[str, str]:
        return self.env | {"COACH_STATE_DIR": str(self.place / name / "state")}

    def copied(self, name: str) -> Path:
        shutil.rmtree(self.place / name, ignore_errors=True)
        shutil.copytree(self.place / "laid", self.place / name, symlinks=True)
        for log in (self.place / name / "state/sessions").glob(f"*/{LOG_NAME}"):
            old, new = (str(self.place / each / "project") for each in ("laid", name))
            log.write_text(log.read_text().replace(old, new))
        return self.place / name


def _argv(words: str) -> list[str]:
    return [sys.executable, "-m", "coach", *shlex.split(words)]


def interrupt(
    ground: Ground, name: str, words: str, number: signal.Signals, seconds: float
) -> dict[str, object]:
    """Send a signal to a command after so many seconds; returns what is wrong with how it ended, empty for nothing."""
    place = ground.copied("round")
    root, mark = place / "project", f"mark-{uuid.uuid4().hex}"
    before = _fingerprint(root)
    with (place / "out").open("w+b") as out, (place / "err").open("w+b") as err:
        process = subprocess.Popen(
            _argv(words), cwd=root, env=ground.around("round") | {"ROUND": mark}, stdin=subprocess.PIPE if name == "mcp" else subprocess.DEVNULL,
            stdout=out, stderr=err, start_new_session=True,
        )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        is_over = process.poll() is not None
        began = time.monotonic()
        _send(process, number)
        took, code = _ended(process, began)
        if process.stdin:
            process.stdin.close()
    wrong: dict[str, object] = {}
    said = (place / "err").read_text("utf-8", "replace")
    is_too_early = "coach" not in said and not is_over  # Python was loading itself
    if ("Traceback" in said or "Exception ignored" in said) and not is_too_early:
        wrong["said"] = said[-1_500:]
    if code is None:
        wrong["hangs"] = f"{LIMIT:g} s"
    elif not is_over and not is_too_early and code not in {128 + number, -number, *range(10)}:
        wrong["code"] = code
    _next_command(ground, wrong)
    if left := _with_mark(mark):
        wrong["left"] = left
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    if damage := _damage(place / "state"):
        wrong["log"] = damage
    if name not in {"assist", "archive"} and _fingerprint(root) != before:
        wrong["checkout"] = "changed"
    return {"over": is_over, "code": code, "took": took, "wrong": wrong}


def _send(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        if number == signal.SIGKILL:
            process.kill()
        else:
            os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _ended(process: "subprocess.Popen[bytes]", began: float) -> tuple[float, int | None]:
    try:
        code = process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return LIMIT, None
    return time.monotonic() - began, code


def _next_command(ground: Ground, wrong: dict[str, object]) -> None:
    done = ground.coach("round", "note after")
    if done.returncode not in {0, 5} or "Traceback" in done.stderr:
        wrong["next"] = f"{done.returncode}: {done.stderr[-400:]}"


def _fingerprint(root: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(str(path).encode() + path.read_bytes())
    return whole.hexdigest()


def _with_mark(mark: str) -> list[int]:
    """Return the processes a round left; they may need a moment to go."""
    deadline = time.monotonic() + 2
    while True:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                is_marked = entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes()
                if is_marked and (entry / "stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z":
                    found.append(int(entry.name))
            except OSError:
                continue
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _damage(state: Path) -> str:
    said = []
    for folder in sorted((state / "sessions").iterdir()):
        if not (folder / LOG_NAME).exists():
            continue
        log = read_log(folder)
        if (
            log.damaged
            or log.torn
            or [each.seq for each in log.records] != list(range(1, len(log.records) + 1))
        ):
            said.append(f"{folder.name}: {log.damaged} damaged, {log.torn} torn")
    return "; ".join(said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--signal", default="SIGINT")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    number = signal.Signals[asked.signal]
    chance = random.Random(asked.seed)
    names = asked.only.split(",") if asked.only else list(COMMANDS)
    counted: Counter[str] = Counter()
    times: list[tuple[float, str]] = []
    with tempfile.TemporaryDirectory(prefix="coach-interrupting-") as place:
        ground = Ground(Path(place).resolve())
        for each in range(asked.rounds):
            name = names[each % len(names)]
            seen = interrupt(ground, name, COMMANDS[name], number, chance.uniform(0.02, 2.5))
            counted["over before"] += bool(seen["over"])
            counted["wrong"] += bool(seen["wrong"])
            if not seen["over"]:
                times.append((float(str(seen["took"])), name))
            if seen["wrong"]:
                print(f"{each} {name}: {json.dumps(seen)}", flush=True)
    times.sort()
    longest = ", ".join(f"{took:.2f} s {name}" for took, name in times[-3:])
    print(f"{asked.rounds} rounds of {asked.signal} over {len(names)} commands: {counted['wrong']} wrong, "
          f"{counted['over before']} over before, median {times[len(times) // 2][0]:.2f} s, longest {longest}")  # fmt: skip
    return min(1, counted["wrong"])


if __name__ == "__main__":
    sys.exit(main())
