"""What an export costs: ``python benchmarks/exporting.py`` prints JSON, milliseconds of processor time, medians of seven.

A session of 1,000 runs, each after an edit, with a traceback of its own, at the three budgets and in the three forms;
*read* is reading its log and folding it, which comes before an export from the command line.
"""

import json
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from coach.core.export import TIERS, export
from coach.core.redact.redactor import Private
from coach.core.session.fold import replay
from coach.store.lines import encode
from coach.store.log import LOG_NAME, read_log
from tests.core.building import failure, report, shop_session

RUNS = 1_000
BUDGET_MS = 300
PRIVATE = Private(secrets=("correct-horse-7",), home="/home/ada", user="ada", host="engine-room")


def main() -> None:
    log = shop_session("hypothesize")
    while log.state.last_number < RUNS:
        number = log.state.last_number
        seen = report(failure(message=f"assert Decimal('29.{number:02}') == Decimal('29.97')"))
        log.edit(f"shop/part{number % 40}.py").run(seen)
    with tempfile.TemporaryDirectory() as folder:
        whole = b"".join(encode(each) for each in log.records)
        (Path(folder) / LOG_NAME).write_bytes(whole)
        read = median(lambda: replay(read_log(Path(folder)).records))
    figures = {
        f"{style} {budget}": median(partial(export, log.state, budget=budget, style=style, private=PRIVATE))
        for style in ("markdown", "xml", "json")
        for budget in TIERS
    }
    print(
        json.dumps(
            {
                "runs": RUNS,
                "log_mb": round(len(whole) / 1e6, 1),
                "budget_ms": BUDGET_MS,
                "read": read,
                **figures,
            },
            indent=2,
        )
    )


def median(what) -> float:
    times = []
    for _ in range(7):
        began = time.process_time()
        what()
        times.append(1_000 * (time.process_time() - began))
    return round(statistics.median(times), 1)


if __name__ == "__main__":
    main()
