"""What ``python -m unittest`` writes, and Django's runner and others that print as it does."""

import re
from collections.abc import Sequence

from coach.core.output.found import Detail, Found, failure_of, number, unique
from coach.core.output.python_trace import trace_in
from coach.core.runs.report import Counts, Failure

_RULE = re.compile(r"={40,}$")
_LINE = re.compile(r"-{40,}$")
_HEAD = re.compile(
    r"(?P<how>FAIL|ERROR|UNEXPECTED SUCCESS): (?P<name>\S+)(?: \((?P<where>[\w.<>]+)\))?(?P<part>(?: [\[(].*)?)$"
)
_RAN = re.compile(r"Ran (?P<tests>\d{1,9}) tests? in [\d.]+s$")
_END = re.compile(r"(?P<how>OK|FAILED|NO TESTS RAN)(?: \((?P<counts>.*)\))?$")
_COUNT = re.compile(
    r"(?P<what>failures|errors|skipped|expected failures|unexpected successes)=(?P<count>\d{1,9})"
)


def read_unittest(lines: Sequence[str]) -> Found | None:
    """Read the list of failures and the totals."""
    heads = [
        row for row, line in enumerate(lines) if _HEAD.match(line) and row and _RULE.match(lines[row - 1])
    ]
    ends = [row for row, line in enumerate(lines) if _RAN.match(line)]
    if not heads and not ends:
        return _filtered(lines)
    stops = [*(row - 1 for row in heads[1:]), _after(lines, heads[-1], ends)] if heads else []
    failures = unique(_failure(lines[row:stop]) for row, stop in zip(heads, stops, strict=True))
    counts, is_red = _totals(lines, ends)
    end = ends[-1] + 4 if ends else len(lines)
    return Found(failures, counts, heads[0] if heads else 0, end, is_red)


def _filtered(lines: Sequence[str]) -> Found | None:
    """Read what is left of it behind ``| grep FAIL``: names without the rule above them, and how it ended."""
    heads = [row for row, line in enumerate(lines) if (found := _HEAD.match(line)) and found["where"]]
    ends = [
        found
        for line in lines
        if (found := _END.match(line)) and found["how"] == "FAILED" and found["counts"]
    ]
    if not heads and not ends:
        return None
    said = {
        each["what"]: number(each["count"]) for found in ends for each in _COUNT.finditer(found["counts"])
    }
    failed, errors = said.get("failures", 0), said.get("errors", 0)
    if not heads and not failed + errors:
        return None
    stops = [*heads[1:], len(lines)]
    failures = (
        unique(_failure(lines[row:stop]) for row, stop in zip(heads, stops, strict=True)) if heads else ()
    )
    counts = Counts(selected=failed + errors, failed=failed, errors=errors) if ends else None
    return Found(failures, counts, heads[0] if heads else 0, len(lines), bool(ends))


def _after(lines: Sequence[str], head: int, ends: Sequence[int]) -> int:
    end = next((row - 1 for row in ends if row > head), len(lines))
    return next((row for row in range(head + 1, end) if _RULE.match(lines[row])), end)


def _failure(block: Sequence[str]) -> Failure:
    head = _HEAD.match(block[0])
    assert head is not None
    test = _id(head["name"], head["where"] or "") + head["part"]
    rows = [row for row, line in enumerate(block) if _LINE.match(line)]
    body = block[rows[0] + 1 :] if rows else block[1:]
    found = trace_in(_without_captured(body))
    if head["how"] == "UNEXPECTED SUCCESS":
        return failure_of(test, Detail("", "unexpected success"))
    detail, causes = found or (Detail("", "\n".join(line.strip() for line in body if line.strip())[:500]), ())
    is_loading = "_FailedTest" in (head["where"] or "")
    failure = failure_of(test, detail, "collect" if is_loading else "call", body[:80])
    return failure.model_copy(update={"causes": causes})


def _id(name: str, where: str) -> str:
    """Return what unittest takes as an argument; older versions print the class alone in the brackets."""
    if "_FailedTest" in where or not where:
        return name
    return where if where.endswith(f".{name}") else f"{where}.{name}"


def _without_captured(body: Sequence[str]) -> Sequence[str]:
    """Leave out what ``-b`` adds below a traceback."""
    return body[: next((i for i, line in enumerate(body) if line in {"Stdout:", "Stderr:"}), len(body))]


def _totals(lines: Sequence[str], ends: Sequence[int]) -> tuple[Counts | None, bool]:
    ran = failed = errors = skipped = expected = surprising = 0
    is_red = False
    for row in ends:
        ran += number(_group(_RAN, lines[row], "tests"))
        end = next((found for line in lines[row + 1 : row + 4] if (found := _END.match(line))), None)
        said = (
            {each["what"]: number(each["count"]) for each in _COUNT.finditer(end["counts"] or "")}
            if end
            else {}
        )
        failed, errors = failed + said.get("failures", 0), errors + said.get("errors", 0)
        skipped, expected = skipped + said.get("skipped", 0), expected + said.get("expected failures", 0)
        surprising += said.get("unexpected successes", 0)
        is_red |= end is not None and end["how"] == "FAILED"
    if not ends:
        return None, False
    passed = max(ran - failed - errors - skipped - expected - surprising, 0)
    return Counts(
        selected=ran,
        passed=passed,
        failed=failed,
        errors=errors,
        skipped=skipped,
        xfailed=expected,
        xpassed=surprising,
    ), is_red


def _group(pattern: re.Pattern[str], line: str, name: str) -> str:
    found = pattern.match(line)
    return found[name] if found else ""
