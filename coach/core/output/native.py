"""GoogleTest, CTest and Automake: the runners of projects in C and C++."""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_values
from coach.core.output.found import Detail, Found, failure_of, frame_at, number, unique
from coach.core.runs.report import Counts, Difference, Failure

_RUN = re.compile(r"\[ RUN      \] (?P<name>\S+)$")
_ENDED = re.compile(r"\[(?P<how>  FAILED  |       OK |  SKIPPED )\] (?P<name>\S.*?) \(\d+ ms\)$")
_PLACE = re.compile(
    r"(?P<path>\S.{0,300}?)(?::(?P<line>\d{1,9})|\((?P<in>\d{1,9})\)): (?:Failure|error)\b ?(?P<message>.*)$"
)
_CTEST = re.compile(
    r"\s*(?P<number>\d{1,6}) - (?P<name>\S.{0,200}?) \((?P<how>Failed|SEGFAULT|Timeout|Not Run|Exception.{0,60}|.{1,60})\)$"
)
_CTEST_TOTAL = re.compile(
    r"\d{1,3}% tests passed, (?P<failed>\d{1,9}) tests? failed out of (?P<tests>\d{1,9})$"
)
_MAKE = re.compile(r"(?P<how>PASS|FAIL|ERROR|XFAIL|XPASS|SKIP): (?P<name>\S.{0,200})$")
_MAKE_TOTAL = re.compile(r"# (?P<how>TOTAL|PASS|FAIL|ERROR|SKIP|XFAIL|XPASS): +(?P<count>\d{1,9})$")


def read_native(lines: Sequence[str]) -> Found | None:
    """Read the three of them; of CTest and GoogleTest together the tests of the latter."""
    for reader in (_read_google, _read_ctest, _read_automake):
        found = reader(lines)
        if found is not None:
            return found
    return None


def _read_google(lines: Sequence[str]) -> Found | None:
    ended = [(row, found) for row, line in enumerate(lines) if (found := _ENDED.match(line))]
    if not ended:
        return None
    failures: list[Failure] = []
    begun: dict[str, int] = {}
    counted = {"FAILED": 0, "OK": 0, "SKIPPED": 0}
    ends = dict(ended)
    for row, line in enumerate(lines):
        if run := _RUN.match(line):
            begun[run["name"]] = row
        elif (found := ends.get(row)) is not None:
            counted[found["how"].strip()] += 1
            name = found["name"].partition(",")[0]
            if found["how"].strip() == "FAILED" and name in begun:
                failures.append(_google_failure(name, lines[begun.pop(name) + 1 : row]))
    counts = Counts(
        selected=sum(counted.values()),
        passed=counted["OK"],
        failed=counted["FAILED"],
        skipped=counted["SKIPPED"],
    )
    first = next((row for row, found in ended if found["how"].strip() == "FAILED"), 0)
    return Found(unique(failures), counts, first, ended[-1][0] + 1, counted["FAILED"] > 0)


def _google_failure(name: str, block: Sequence[str]) -> Failure:
    place = next(((row, found) for row, line in enumerate(block) if (found := _PLACE.match(line))), None)
    if place is None:
        return failure_of(name, Detail("", "\n".join(line.strip() for line in block if line.strip())[:1_000]))
    row, found = place
    stop = next(
        (i for i in range(row + 1, len(block)) if _PLACE.match(block[i]) or not block[i].strip()), len(block)
    )
    said = [line for line in block[row + 1 : stop] if line.strip()]
    message = "\n".join(filter(None, [found["message"], *(line.strip() for line in said)]))
    frame = frame_at(found["path"], found["line"] or found["in"])
    return failure_of(name, Detail("", message, (frame,), _google_difference(said)), text=block[:40])


def _google_difference(said: Sequence[str]) -> tuple[Difference, ...]:
    """Read ``Expected equality of these values:``: two expressions, each with its value below when it is none itself."""
    if not said or not said[0].startswith(("Expected equality of these values", "Expected: ")):
        return ()
    if said[0].startswith("Expected: ("):
        return ()
    values: list[str] = []
    for line in said[1:]:
        text = line.strip()
        if text.startswith("Which is: ") and values:
            values[-1] = text.removeprefix("Which is: ")
        elif line.startswith("  ") and len(values) < 2:
            values.append(text)
    return of_values(values[0], values[1], is_sure=False) if len(values) == 2 else ()


def _read_ctest(lines: Sequence[str]) -> Found | None:
    total = next((found for line in lines if (found := _CTEST_TOTAL.match(line.strip()))), None)
    start = next(
        (row for row, line in enumerate(lines) if line.strip() == "The following tests FAILED:"), None
    )
    if total is None:
        return None
    listed = (
        [found for line in lines[start + 1 :] if (found := _CTEST.match(line))] if start is not None else []
    )
    failures = unique(failure_of(each["name"], Detail("", each["how"])) for each in listed)
    tests, failed = number(total["tests"]), number(total["failed"])
    counts = Counts(selected=tests, passed=max(tests - failed, 0), failed=failed)
    return Found(failures, counts, start or 0, len(lines), failed > 0)


def _read_automake(lines: Sequence[str]) -> Found | None:
    totals = {found["how"]: number(found["count"]) for line in lines if (found := _MAKE_TOTAL.match(line))}
    if "TOTAL" not in totals:
        return None
    ended = [(row, found) for row, line in enumerate(lines) if (found := _MAKE.match(line))]
    red = [(row, found) for row, found in ended if found["how"] in {"FAIL", "ERROR", "XPASS"}]
    failures = unique(failure_of(found["name"], Detail("", _before(lines, row))) for row, found in red)
    failed = totals.get("FAIL", 0) + totals.get("XPASS", 0)
    skipped = totals.get("SKIP", 0)
    counts = Counts(
        selected=totals["TOTAL"], passed=totals.get("PASS", 0), failed=failed, errors=totals.get("ERROR", 0), skipped=skipped,
        xfailed=totals.get("XFAIL", 0),
    )  # fmt: skip
    return Found(
        failures,
        counts,
        red[0][0] if red else 0,
        ended[-1][0] + 1 if ended else 0,
        failed + counts.errors > 0,
    )


def _before(lines: Sequence[str], row: int) -> str:
    """Return what a test said before its end was told."""
    said: list[str] = []
    while row > 0 and len(said) < 5 and lines[row - 1].strip() and not _MAKE.match(lines[row - 1]):
        row -= 1
        said.append(lines[row].strip())
    return "\n".join(reversed(said))
