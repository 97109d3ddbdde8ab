"""What stays when it should go, and goes when it should stay: ``python benchmarks/redaction.py`` prints a table.

Recall and precision of every way out of a session, for the half of the corpus that the rules were worked on with and for the
half that nobody looked at (``tests/redaction``). ``--cost FOLDER`` compares the time with that of an older coach whose
package lies in FOLDER: both clean the same 10 MB, in turn, in processes of their own; the ratio is printed.
"""

import argparse
import random
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.redaction import unseen, worked_on
from tests.redaction.ways import WAYS, measure

ROOT = Path(__file__).parent.parent
ROUNDS = 3
WORDS = [
    "order",
    "ledger",
    "basket",
    "parser",
    "token",
    "password",
    "key",
    "secret",
    "auth",
    "session",
    "value",
    "of",
    "and",
    "failed",
    "passed",
]
TIMED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from coach.core.redact.redactor import Redactor
text = sys.stdin.read()
redactor = Redactor()
began = time.process_time()
for at in range(0, len(text), 100_000):
    redactor.clean(text[at : at + 100_000])
print(time.process_time() - began)
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cost", metavar="FOLDER", help="an older coach to compare the time with")
    asked.add_argument("--wrong", action="store_true", help="name the forms that came out wrong")
    args = asked.parse_args()
    if args.cost:
        print(f"time on 10 MB, new / old: {_ratio(args.cost):.2f}")
        return
    print(
        f"{'way out':18} {'half':10} {'secrets':>8} {'recall':>7} {'alike':>6} {'taken':>6} {'precision':>9} {'cut':>4}"
    )
    for way in WAYS:
        for half in (worked_on, unseen):
            found, wrong = measure(way, half.secrets(), half.look_alikes())
            name = half.__name__.rpartition(".")[2]
            print(
                f"{way:18} {name:10} {found.secrets:8} {found.recall:7.3f} {found.look_alikes:6} {found.taken:6} "
                f"{found.precision:9.3f} {found.not_carried:4}"
            )
            if args.wrong:
                print("    ", ", ".join(sorted({each.form for each in wrong})))


def _ratio(old: str) -> float:
    text = _output()
    times: dict[str, list[float]] = {old: [], str(ROOT): []}
    for _ in range(ROUNDS):
        for folder, taken in times.items():
            done = subprocess.run(
                [sys.executable, "-c", TIMED, folder], input=text, capture_output=True, text=True, check=True
            )
            taken.append(float(done.stdout))
    return statistics.median(times[str(ROOT)]) / statistics.median(times[old])


def _output() -> str:
    """Ten megabytes of logs, tracebacks, test names and hashes, with the words the rules look for in many lines."""
    rng = random.Random(7)
    lines, size = [], 0
    while size < 10_000_000:
        one, two, number = rng.choice(WORDS), rng.choice(WORDS), rng.randint(0, 99_999)
        line = rng.choice(
            (
                f"2031-04-01 12:00:{number % 60:02} INFO shop.{one} {two} {number} done",
                f"tests/test_{one}.py::test_{one}_{two}[{number}] PASSED",
                f'  File "/srv/app/{one}/{two}.py", line {number % 900}, in {one}_{two}',
                f"E       AssertionError: assert {{'{one}': {number}}} == {{'{two}': 0}}",
                f"    {one} = self.{two}({one}, {two}={number % 10})",
                f"{rng.getrandbits(256):064x}  dist/{one}.tar.gz",
                " ".join(rng.choice(WORDS) for _ in range(14)),
            )
        )
        lines.append(line)
        size += len(line) + 1
    return "\n".join(lines)


if __name__ == "__main__":
    main()
