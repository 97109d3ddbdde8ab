"""JUnit as Maven (surefire) and Gradle print it."""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_values
from coach.core.output.found import Detail, Found, failure_of, frame_at, number, unique
from coach.core.runs.report import Counts, Difference, Failure, Frame

_MAVEN = re.compile(
    r"(?:\[ERROR\] +)?(?P<name>[\w.$]+[.#][\w$]+(?:\[[^\]]*\])?|[\w$\[\]]+\([\w.$]+\)) +(?:--? )?Time elapsed: [\d.,]+ s(?:ec)? +<<< (?P<how>FAILURE|ERROR)!$"
)
_GRADLE = re.compile(r"(?P<name>[\w.$]+ > \S.{0,300}?) FAILED$")
_TOTAL = re.compile(
    r"(?:\[\w+\] +)?Tests run: (?P<tests>\d{1,9}), Failures: (?P<failed>\d{1,9}), Errors: (?P<errors>\d{1,9}), Skipped: (?P<skipped>\d{1,9})$"
)
_GRADLE_TOTAL = re.compile(
    r"(?P<tests>\d{1,9}) tests? completed, (?P<failed>\d{1,9}) failed(?:, (?P<skipped>\d{1,9}) skipped)?$"
)
_EXCEPTION = re.compile(
    r"(?:\[ERROR\] +)?(?P<name>(?:[a-z_]\w*\.)+[A-Z][\w$]*)(?:: (?P<message>.*)|)(?: at .*)?$"
)
_SIDES = (
    re.compile(r".{0,200}?expected: ?<(?P<wanted>.{0,300}?)> but was: ?<(?P<got>.{0,300}?)>"),
    re.compile(
        r".{0,200}?expected:\s?\[?(?P<wanted>[^\]\n]{1,300}?)\]? but (?:was|found):?\s?\[?(?P<got>[^\]\n]{1,300}?)\]?$"
    ),
)


def java_frame(line: str) -> Frame | None:
    """Read ``at shop.CartTest.adds(CartTest.java:12)``: the package leads to the folder."""
    text = line.strip()
    if not text.startswith("at ") or not text.endswith(")"):
        return None
    function, _, place = text[3:-1].rpartition("(")
    name, colon, row = place.rpartition(":")
    if not colon or not number(row) or "/" in name:
        return None
    function = function.rpartition("/")[2]
    package = function.rsplit(".", 2)[0].replace(".", "/") if function.count(".") > 1 else ""
    return frame_at(f"{package}/{name}" if package else name, row, function)


def read_jvm(lines: Sequence[str]) -> Found | None:
    """Read the failing tests and the totals."""
    heads = [
        (row, found) for row, line in enumerate(lines) if (found := _MAVEN.match(line) or _GRADLE.match(line))
    ]
    totals = [found for line in lines if (found := _TOTAL.match(line) or _GRADLE_TOTAL.match(line))]
    if not totals:
        return None
    failures = unique(_failure(found["name"], lines[row + 1 : row + 80]) for row, found in heads)
    last = totals[-1].groupdict()
    tests, failed = number(last["tests"]), number(last["failed"])
    errors, skipped = number(last.get("errors")), number(last.get("skipped"))
    counts = Counts(
        selected=tests,
        passed=max(tests - failed - errors - skipped, 0),
        failed=failed,
        errors=errors,
        skipped=skipped,
    )
    return Found(failures, counts, heads[0][0] if heads else 0, len(lines), failed + errors > 0)


def _failure(name: str, block: Sequence[str]) -> Failure:
    if "(" in name and name.endswith(")") and " > " not in name:  # surefire 2: method(class)
        method, _, owner = name[:-1].partition("(")
        name = f"{owner}.{method}"
    return failure_of(name, exception_in(block), text=block[:40])


def exception_in(block: Sequence[str]) -> Detail:
    """Read an exception with its stack, innermost first as it is printed."""
    start = next((row for row, line in enumerate(block[:5]) if _EXCEPTION.match(line.strip())), None)
    if start is None:
        return Detail()
    head = _EXCEPTION.match(block[start].strip())
    frames: list[Frame] = []
    message = [(head["message"] or "") if head else ""]
    for line in block[start + 1 :]:
        frame = java_frame(line)
        if frame is not None:
            frames.append(frame)
        elif frames or not line.strip() or len(message) > 20:
            break
        elif not line.strip().startswith("at "):
            message.append(line.strip())
    text = "\n".join(message).strip()
    return Detail(
        head["name"].rpartition(".")[2] if head else "", text, tuple(reversed(frames)), _difference(text)
    )


def _difference(text: str) -> tuple[Difference, ...]:
    found = next((found for each in _SIDES if (found := each.match(text))), None)
    return of_values(found["got"], found["wanted"], is_sure=True) if found else ()
