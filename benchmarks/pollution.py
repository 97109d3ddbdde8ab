"""Find the polluter among 1,000 tests: coach against `detect-test-pollution`, in the same run; and a pair, which only one can.

    python benchmarks/pollution.py [TESTS]

Installs detect-test-pollution into a scratch environment and runs both on its python. Prints one JSON object: seconds,
probes and the ratio. Goals: at most 0.6 of its time; a pair, which it does
not find, within 15 seconds on a quiet machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.core.runs.target import Target
from coach.core.search.kinds import PollutersFound
from coach.core.search.request import SearchRequest, SearchResult
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import SearchContext
from coach.engine.search.queue import SearchBench
from coach.engine.trees.tree_store import TreeStore

PER_FILE = 20
VICTIM = "tests/test_zz_victim.py::test_victim"


def main() -> None:
    tests = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        python = environment(place / "venv")
        one = place / "one"
        generate(one, tests, {int(tests * 0.37): "a"}, "'a' in rates.RATES")
        pair = place / "pair"
        generate(
            pair, tests, {int(tests * 0.37): "a", int(tests * 0.81): "b"}, "{'a', 'b'} <= rates.RATES.keys()"
        )
        ours, seconds = search(one, place / "home-one", python)
        theirs, their_seconds = detect(one, python)
        both, both_seconds = search(pair, place / "home-pair", python)
        their_pair, their_pair_seconds = detect(pair, python)
    figures = {
        "tests": tests,
        "load": round(os.getloadavg()[0], 2),
        "coach_seconds": round(seconds, 2),
        "coach_probes": ours.probes,
        "coach_found": polluters(ours),
        "detect_test_pollution_seconds": round(their_seconds, 2),
        "detect_test_pollution_said": theirs,
        "ratio": round(seconds / their_seconds, 2),
        "pair_coach_seconds": round(both_seconds, 2),
        "pair_coach_probes": both.probes,
        "pair_coach_found": polluters(both),
        "pair_detect_test_pollution_seconds": round(their_pair_seconds, 2),
        "pair_detect_test_pollution_said": their_pair,
    }
    print(json.dumps(figures, indent=2))


def polluters(result: SearchResult) -> list[str]:
    return list(result.found.polluters) if isinstance(result.found, PollutersFound) else [result.sentence]


def environment(place: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / "bin/python"
    words = [
        str(python),
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "detect-test-pollution",
        "pytest",
    ]
    subprocess.run(words, check=True)
    return python


def search(root: Path, home: Path, python: Path) -> tuple[SearchResult, float]:
    context = SearchContext(root, home, Interpreter(path=str(python)), Limits(), variables())
    request = SearchRequest(number=1, kind="order", target=Target(words=(VICTIM,)))
    began = time.perf_counter()
    result = SearchBench(TreeStore(root, home), context).search(
        request, (), threading.Event(), lambda _: None
    )
    return result, time.perf_counter() - began


def detect(root: Path, python: Path) -> tuple[str, float]:
    words = [str(python.parent / "detect-test-pollution"), "--failing-test", VICTIM, "--tests", "./tests"]
    began = time.perf_counter()
    done = subprocess.run(words, cwd=root, env=variables(), capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    return (done.stdout + done.stderr).strip().rpartition("\n")[2][:200], took


def variables() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTEST_ADDOPTS"}}


def generate(root: Path, tests: int, dirty: dict[int, str], spoilt: str) -> None:
    (root / "tests").mkdir(parents=True)
    (root / "rates.py").write_text("RATES = {}\n")
    (root / "conftest.py").write_text("")
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    for file in range(0, tests, PER_FILE):
        bodies = [
            f"def test_{number}():\n    "
            + (f"rates.RATES[{dirty[number]!r}] = 1" if number in dirty else "assert rates")
            for number in range(file, min(file + PER_FILE, tests))
        ]
        (root / f"tests/test_{file:05}.py").write_text("import rates\n\n\n" + "\n\n\n".join(bodies) + "\n")
    (root / "tests/test_zz_victim.py").write_text(
        f"import rates\n\n\ndef test_victim():\n    assert not ({spoilt})\n"
    )
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)


if __name__ == "__main__":
    main()
