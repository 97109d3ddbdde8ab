"""How many mutants a second are tried, and how long a round takes in all: this coach against another one, in one run.

Run with the folder of another checkout of coach, such as one of an older commit:

    git worktree add /tmp/old OLDER && python benchmarks/mutants.py /tmp/old

Both run in the interpreter that runs this file, in turns; the best round of each counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent.parent
ROUNDS = 3
SECONDS = 5
FUNCTIONS = 40
SETTINGS = {"pytest.ini": "[pytest]\npythonpath = .\n"}


def small() -> dict[str, str]:
    """One module, and a test that takes next to nothing."""
    body = "".join(
        f"\n\ndef f{n}(x, y=2):\n    if x > {n} and y < 10:\n        x = x * y + 1\n    return x + y - {n}\n"
        for n in range(FUNCTIONS)
    )
    calls = " + ".join(f"app.f{n}(1)" for n in range(FUNCTIONS))
    return {"app.py": body, "test_app.py": f"import app\n\n\ndef test_it():\n    assert {calls} == 'no'\n"}


def heavy() -> dict[str, str]:
    """Hundreds of modules and as many files of data, neighbours in the file, a test that works and writes a file."""
    found = small()
    module = "TABLE = {n: [n] * 50 for n in range(400)}\n\n\ndef f():\n    return TABLE\n"
    found |= {f"many/m{n}.py": module for n in range(400)}
    found |= {f"data/{n // 100}/{n}.txt": "text " * 100 for n in range(1_500)}
    found["many/__init__.py"] = "".join(f"from many import m{n}\n" for n in range(400))
    more = "\n\n".join(f"def test_{n}(tmp_path):\n    assert app.f{n}(50)\n" for n in range(10))
    found["test_app.py"] = (
        found["test_app.py"]
        .replace("import app\n", "import app, many\n")
        .replace(
            "def test_it():\n",
            "def test_it(tmp_path):\n    (tmp_path / 'x').write_text('x' * 1000)\n    sum(range(200_000))\n",
        )
    )
    return {**found, "test_app.py": found["test_app.py"] + "\n\n" + more}


def lay(folder: Path, files: dict[str, str]) -> None:
    for name, text in {**files, **SETTINGS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for words in (
        ("init", "-q"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "one"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)


def measured(coach: Path, files: dict[str, str]) -> tuple[float, float]:
    """Return mutants a second while they are tried, and the seconds of a round besides those."""
    with tempfile.TemporaryDirectory() as place:
        top, state = Path(place) / "top", Path(place) / "state"
        top.mkdir()
        lay(top, files)
        env = {
            **os.environ,
            "PYTHONPATH": str(coach),
            "COACH_STATE_DIR": str(state),
            "COACH_PYTHON": sys.executable,
        }
        for words in (("run", "test_app.py::test_it"), ("suspects", "--mutate", "--seconds", str(SECONDS))):
            subprocess.run(
                [sys.executable, "-m", "coach", *words], cwd=top, env=env, capture_output=True, check=False
            )
        lines = [line for log in state.rglob("*.jsonl") for line in log.read_text().splitlines()]
        events = [json.loads(line) for line in lines if '"mutants_tried"' in line]
        if not events:
            raise SystemExit(f"{coach}: no mutants were tried")
        found = events[-1]["mutations"]
        if found["ended"] != "budget":
            raise SystemExit(f"{coach}: {found['ended']} {found['why']}")
        return found["tried"] / SECONDS, found["seconds"] - SECONDS


def main() -> None:
    other = Path(sys.argv[1]).resolve()
    for name, files in (("small", small()), ("heavy", heavy())):
        rates: dict[str, list[float]] = {"other": [], "this": []}
        rests: dict[str, list[float]] = {"other": [], "this": []}
        for _ in range(ROUNDS):
            for which, coach in (("other", other), ("this", HERE)):
                rate, rest = measured(coach, files)
                rates[which].append(rate)
                rests[which].append(rest)
        old, new = max(rates["other"]), max(rates["this"])
        print(f"{name}: {old:.0f} mutants/s there, {new:.0f} here: a mutant takes {old / new:.2f} x")
        print(
            f"{name}: besides the mutants a round takes {min(rests['other']):.2f} s there, {min(rests['this']):.2f} s here"
        )


if __name__ == "__main__":
    main()
