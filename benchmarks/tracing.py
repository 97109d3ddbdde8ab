"""What tracing costs: the same suite plain and traced, in turns, in one run; prints seconds and the ratio.

    .venv/bin/python benchmarks/tracing.py [--python PATH]... [--rounds 3] [--package more-itertools]

The plain run is with the probe and without tracing, so that the ratio is the tracer's alone. Give one --python per version
(each with pytest); without any, the interpreter at hand is measured. Limits: 1.15 on 3.12 and newer, 2 below. ``--calls``
measures the tracer behind ``coach trace``, which runs on request and has no limit.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from localise import HALVES, Package, fetch

from coach.core.localize.call_trace import CallsRequest
from coach.core.log.events import Interpreter
from coach.core.runs.instrument import Trace


def measure(package: Package, python: str, rounds: int) -> tuple[float, float, float, str]:
    """Return median seconds plain and traced, the ratio of processor time (steadier on a busy machine), and the way."""
    package.around = replace(package.around, interpreter=Interpreter(path=python))
    seconds: dict[bool, list[float]] = {False: [], True: []}
    cpu: dict[bool, list[float]] = {False: [], True: []}
    way = ""
    package.run(package.tests)  # warms the file cache, counts for nothing
    for _ in range(rounds):
        for trace in (False, True):
            before = _cpu()
            _, report, observer = package.run(package.tests, instrument=Trace() if trace else None)
            cpu[trace].append(_cpu() - before)
            if not report.counts.passed:
                raise SystemExit(f"{python}: {report.ending}")
            seconds[trace].append(report.duration)
            if trace:
                way = observer.coverage.way
    return median(seconds[False]), median(seconds[True]), median(cpu[True]) / median(cpu[False]), way


def measure_calls(package: Package, python: str, rounds: int) -> tuple[float, float]:
    """Return the median ratio of time, wall and processor, of the call tracer, over the files of tests one by one."""
    package.around = replace(package.around, interpreter=Interpreter(path=python))
    walls, cpus = [], []
    place = package.root / package.tests
    for file in sorted(place.glob("test_*.py")) if place.is_dir() else [place]:
        name = file.relative_to(package.root).as_posix()
        spent: dict[bool, tuple[list[float], list[float]]] = {False: ([], []), True: ([], [])}
        package.run(name)
        for _ in range(rounds):
            for traces in (False, True):
                before = _cpu()
                instrument = CallsRequest() if traces else None
                focus = f"{name}::" if traces else ""
                _, report, _ = package.run(name, focus=focus, instrument=instrument)
                if not report.counts.passed:
                    break
                spent[traces][0].append(report.duration)
                spent[traces][1].append(_cpu() - before)
        if all(each[0] for each in spent.values()):
            walls.append(median(spent[True][0]) / median(spent[False][0]))
            cpus.append(median(spent[True][1]) / median(spent[False][1]))
    return median(walls), median(cpus)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--package", action="append", default=[])
    parser.add_argument(
        "--calls", action="store_true", help="the tracer of calls and values instead, file by file"
    )
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    sources = {name: source for half in HALVES.values() for name, source in half.items()}
    with tempfile.TemporaryDirectory() as scratch:
        for name in args.package or ["more-itertools", "sqlparse"]:
            package = Package(
                name, sources[name], fetch(name, args.keep or Path(scratch) / "sdists", Path(scratch))
            )
            for python in args.python or [sys.executable]:
                version = subprocess.run(
                    [python, "-V"], capture_output=True, text=True, check=True
                ).stdout.strip()
                if args.calls:
                    wall, cpu = measure_calls(package, python, args.rounds)
                    print(
                        f"{name:<16}{version:<16}calls: ratio {wall:.2f}  of processor time {cpu:.2f}",
                        flush=True,
                    )
                    continue
                plain, traced, cpu, way = measure(package, python, args.rounds)
                print(
                    f"{name:<16}{version:<16}{way:<16}plain {plain:6.2f} s  traced {traced:6.2f} s  ratio {traced / plain:.2f}  of processor time {cpu:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
