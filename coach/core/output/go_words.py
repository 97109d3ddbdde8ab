"""What a Go test says of its failure: ``file.go:12: got 3, want 2``, testify's blocks, panics with their stack."""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_diff, of_values
from coach.core.output.found import Detail, frame_at, paragraph
from coach.core.runs.report import Difference, Frame

_SAID = re.compile(r"\s*(?P<path>[^\s:]{1,300}\.go):(?P<line>\d{1,9}): ?(?P<message>.*)$")
_TELLING = re.compile(
    r"\b(?:want|wanted|got|expect|expected|fail|failed|error|unexpected|mismatch|diff|differ|not equal|should|must|invalid|cannot)\b|!=",
    re.IGNORECASE,
)
_SIDES = (
    re.compile(r"(?P<got>.{1,300}?)[,;] want(?:ed)?:? (?P<wanted>\S.{0,300})$", re.IGNORECASE),
    re.compile(r"(?P<got>.{1,300}?)[,;] expected:? (?P<wanted>\S.{0,300})$", re.IGNORECASE),
    re.compile(
        r".{0,100}?\b(?:expected|want(?:ed)?):? (?P<wanted>\S.{0,300}?)[,;]? (?:but )?got:? (?P<got>\S.{0,300})$",
        re.IGNORECASE,
    ),
)
_BY_NAME = re.compile(
    r"\s*(?P<side>got|want|wanted|expected|actual|have)\s{0,8}: ?(?P<value>.*)$", re.IGNORECASE
)
_TESTIFY = re.compile(r"\s*(?P<what>Error Trace|Error|Test|Messages):\s+(?P<value>.*)$")
_GO_LINE = re.compile(r"\t(?P<path>\S.{0,400}?\.go):(?P<line>\d{1,9})(?: \+0x[0-9a-f]+)?$")
_PANIC = re.compile(r"\s*(?:panic|fatal error): (?P<message>.*)$")
_GOROUTINE = re.compile(r"goroutine \d{1,12} ")
_GLUE = re.compile(r"(?:got|=|returned|is|was|have|:=)[: ]+(?P<value>[^=]+)$", re.IGNORECASE)


def is_of_go(lines: Sequence[str]) -> bool:
    """Whether a text is what a Go test says."""
    return any(_SAID.match(line) or _GOROUTINE.match(line) for line in lines)


def detail_of(lines: Sequence[str], package: str) -> Detail:
    """Read what ``t.Error`` and its like printed: the first line that tells of a failure, with what belongs to it."""
    starts = [row for row, line in enumerate(lines) if _SAID.match(line)]
    if not starts:
        text = paragraph(lines)
        return Detail(
            "", "\n".join(line for line in text.split("\n") if line.strip())[:1_000], (), _named(lines)
        )
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    chosen = next((each for each in blocks if _TELLING.search("\n".join(each))), blocks[-1])
    head = _SAID.match(chosen[0])
    if head is None:
        return Detail()
    if any(_TESTIFY.match(line) for line in chosen[1:]):
        return _testify(chosen, head, package)
    rest = [line.strip() for line in chosen[1:] if line.strip()]
    message = "\n".join([head["message"].strip(), *rest]).strip("\n")
    frame = frame_at(_in_package(head["path"], package), head["line"])
    return Detail("", message, (frame,), difference_in_words([head["message"], *chosen[1:]]))


def _testify(block: Sequence[str], head: re.Match[str], package: str) -> Detail:
    said: dict[str, list[str]] = {}
    what = ""
    for line in block[1:]:
        found = _TESTIFY.match(line)
        if found:
            what = found["what"]
            said[what] = [found["value"]]
        elif what:
            said[what].append(line)
    error = [line.strip() for line in said.get("Error", []) if line.strip()]
    trace = [line.strip().rsplit(":", 1) for line in said.get("Error Trace", [])]
    frames = [frame_at(each[0], each[1]) for each in trace if len(each) > 1 and each[1].isdigit()]
    frames = frames or [frame_at(_in_package(head["path"], package), head["line"])]
    notes = [line.strip() for line in said.get("Messages", []) if line.strip()]
    return Detail(
        "",
        "\n".join([*error[:20], *notes]),
        tuple(reversed(frames)),
        _named(error) or difference_in_words(error),
    )


def difference_in_words(lines: Sequence[str]) -> tuple[Difference, ...]:
    """Read ``got 3, want 2``, ``expected 2 but got 3``, two named lines, or a diff that says its signs."""
    for row, line in enumerate(lines):
        if "(-want +got)" in line or "(-expected +actual)" in line:
            return of_diff(
                [each.removeprefix("    ") for each in lines[row + 1 :]],
                "+",
                "-",
                is_sure=True,
            )
        if "(-got +want)" in line:
            return of_diff(
                [each.removeprefix("    ") for each in lines[row + 1 :]],
                "-",
                "+",
                is_sure=True,
            )
    first = lines[0].strip() if lines else ""
    for pattern in _SIDES:
        found = pattern.match(first)
        if found:
            glue = _GLUE.search(found["got"])
            got = glue["value"] if glue else found["got"]
            return of_values(got.strip(), found["wanted"].strip().rstrip("."), is_sure=True)
    return _named(lines)


def _named(lines: Sequence[str]) -> tuple[Difference, ...]:
    """Read ``got: …`` and ``want: …``, on their lines or below them."""
    sides: dict[bool, str] = {}
    for row, line in enumerate(lines):
        found = _BY_NAME.match(line)
        if found is None:
            continue
        is_got = found["side"].lower() in {"got", "actual", "have"}
        value = found["value"].strip() or (lines[row + 1].strip() if row + 1 < len(lines) else "")
        sides.setdefault(is_got, value)
    return of_values(sides[True], sides[False], is_sure=True) if len(sides) == 2 else ()


def panic_in(lines: Sequence[str]) -> Detail | None:
    """Read a panic with the stack of the goroutine it happened in; None when there is none."""
    start = next((row for row, line in enumerate(lines) if _PANIC.match(line)), None)
    if start is None:
        return None
    head = _PANIC.match(lines[start])
    message = (head["message"] if head else "").removesuffix(" [recovered]").removesuffix(", repanicked]")
    frames: list[Frame] = []
    for row in range(start + 1, len(lines)):
        if frames and (_GOROUTINE.match(lines[row]) or not lines[row].strip()):
            break
        if found := _GO_LINE.match(lines[row]):
            function = lines[row - 1].strip().partition("(")[0].rpartition("/")[2]
            if not lines[row - 1].startswith("created by "):
                frames.append(frame_at(found["path"], found["line"], function))
    return Detail("panic", message.partition(" [recovered")[0], tuple(reversed(frames)))


def _in_package(path: str, package: str) -> str:
    """Return a file's name with its package before it: where that lies is found out by those who can look."""
    return f"{package}/{path}" if package and "/" not in path else path
