"""The demo without a screen: the whole way from the failing test to a verified fix, through the command line.

``python -m coach.demo.story`` is how a fresh installation proves that it works; it exits with the first command that
does not end as it should.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from coach.demo.project import FAILING_TEST, make_demo, solution

STORY: list[tuple[tuple[str, ...], int]] = [
    (("reproduce", FAILING_TEST, "--python", sys.executable), 1),
    (("spec", "--expected", "the shares add up to the order's total", "--actual", "one cent is missing"), 0),
    (("pin",), 0),
    (("step", "next"), 0),
    (("step", "next"), 0),
    (("suspects",), 0),
    (("step", "hypothesize", "--reason", "the demo knows where to look"), 0),
    (("hypothesis", "the refactored function loses a cent", "--expects", "pass"), 0),
]
AFTER_THE_FIX: list[tuple[tuple[str, ...], int]] = [
    (("run",), 0),
    (("step", "next"), 0),
    (("note", "--root-cause", "a refactoring changed how the remainder is kept"), 0),
    (("verify",), 0),
    (("note", "--confirm"), 0),
    (("export", "--budget", "1500"), 0),
    (("close",), 0),
    (("sessions", "--here"), 0),
]


def main() -> int:
    """Play the story in a scratch folder with a state directory of its own."""
    with tempfile.TemporaryDirectory(prefix="coach-story-") as scratch:
        project = Path(scratch, "shop")
        make_demo(project)
        environment = {**os.environ, "COACH_STATE_DIR": str(Path(scratch, "state"))}
        for words, expected in STORY:
            _play(words, expected, project, environment)
        path, old, new = solution()
        file = project / path
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        for words, expected in AFTER_THE_FIX:
            _play(words, expected, project, environment)
        done = _coach(("sessions", "--json"), project, environment)
        ending = json.loads(done.stdout.splitlines()[0])["state"]
    print(f"the demo ends {ending}")  # noqa: T201 - this module is a program
    return 0 if ending == "verified" else 1


def _play(words: tuple[str, ...], expected: int, project: Path, environment: dict[str, str]) -> None:
    done = _coach(words, project, environment)
    print(f"$ coach {' '.join(words)}\n{done.stdout}{done.stderr}")  # noqa: T201 - this module is a program
    if done.returncode != expected:
        raise SystemExit(f"coach {words[0]} ended with {done.returncode}, not {expected}")


def _coach(
    words: tuple[str, ...], project: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "coach", *words]
    return subprocess.run(
        argv, cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


if __name__ == "__main__":
    raise SystemExit(main())
