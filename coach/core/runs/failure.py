"""When are two failures the same failure?

Two signatures each: *strict* (test, exception, normalised message) and *loose* (test, exception, innermost own-code
place). Equal strict after an edit: the edit had no effect. Equal loose with another strict: the symptom moved.
Normalisation removes what changes from run to run by itself (addresses, temporary paths, times, ids, durations) and
keeps short numbers: ``assert 3 == 7`` and ``assert 6 == 7`` are different failures.
"""

import hashlib
import re
from collections.abc import Iterator

from coach.core.base.test_id import TestId
from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value
from coach.core.runs.report import Cause, Failure, Frame, RunReport

RULE = 3
"""Version of the normalisation below; recorded with every signature so that old sessions keep their meaning."""

MESSAGE_LIMIT = 2_000

STRUCTURAL_EXCEPTIONS = frozenset(
    {
        "ImportError",
        "ModuleNotFoundError",
        "SyntaxError",
        "IndentationError",
        "TabError",
        "FixtureLookupError",
        "UsageError",
    }
)
"""Failures of the test's own set-up, not of the code's behaviour."""

_VOLATILE = [
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE),
        "<uuid>",
    ),
    (re.compile(r"(?:/private)?(?:/var/folders|/tmp|/var/tmp|/dev/shm)/[^\s'\"\])},:]+"), "<tmp>"),
    (re.compile(r"\btmp(?=[a-z_]{0,7}\d)(?!_)[a-z0-9_]{8}\b"), "<tmp>"),
    (re.compile(r"(?<=[/\\])Temp[/\\][^\s'\"\])},:]+"), "<tmp>"),
    (re.compile(r"\b\d{4}/\d\d/\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"), "<time>"),
    (re.compile(r"\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|seconds?|secs?)\b"), "<duration>"),
    (
        re.compile(r"\b\d+\.\d+\s?(?:s|m|min|minutes?|h)\b|(?<=\bin )\d+\s?s\b|(?<=\bafter )\d+\s?s\b"),
        "<duration>",
    ),
    (re.compile(r"(?<![\w)\].])-?\d{9,}(?:\.\d+)?\b|\b\d{9,}\b"), "<number>"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "<hex>"),
    (re.compile(r"\b(seed)(\s?[=:]\s?|\s)\d+\b", re.IGNORECASE), r"\1\2<seed>"),
    (re.compile(r"\b(goroutine )\d+\b"), r"\1<id>"),
    (re.compile(r"(?<=')( \(\d+\))(?= panicked)"), ""),
    (re.compile(r"==\d+==(?=\s?[A-Z])"), "==<id>=="),
    (re.compile(r"(?<=[\w\].]:)(?:3[3-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b"), "<port>"),
    (re.compile(r"\b(pid|port|thread|process)([ =:]+)\d+\b", re.IGNORECASE), r"\1\2<id>"),
]
_VOLATILE_IN_IDS = [
    (re.compile(r"\bat 0x[0-9a-fA-F]+"), "at 0x…"),
    (re.compile(r"\bpytest-of-[^/\\\]]{1,64}[/\\]pytest-\d+"), "<tmp>"),
    (re.compile(r"\btmp(?=[a-z_]{0,7}\d)(?!_)[a-z0-9_]{8}\b"), "<tmp>"),
]
"""What parameters bring into the id of a test. Numbers, times and ids of other kinds may tell two tests apart: they stay."""
_SHORTENED = re.compile(
    r"(?<![\dA-Fa-fxTZ:+.-])((?:\d{4}-\d\d-\d\d )?[\dA-Fa-fxTZ:+.-]*?)\.\.\.([\dA-Fa-fxTZ:+.-]*)"
)
"""pytest shortens long values in the middle: what is left of an address, an id or a time is no longer known by its form.
Where such a value matters, the lines below it tell it whole."""
_LEAST_LEFT = 5
_UNORDERED = re.compile(r"^\s*(?:Differing items|Extra items in the (?:left|right) set):\s*$")
_HEADING = re.compile(
    r"^\s*(?:$|Use -v|Full diff|Full output|Omitting|Common items|Left contains|Right contains|\.\.\.)"
)
"""pytest lists differing items in the order of a set: another hash seed, another order."""
_SET = re.compile(r"(?<![\w)\]])\{([^{}:]{1,500})\}")


class FailureSignature(Value):
    """What makes two failures the same. ``strict`` and ``loose`` are 16 hexadecimal digits."""

    strict: CoachId
    loose: CoachId
    test: TestId
    exception: Name = ""
    message: Prose = ""
    """The normalised message, for people: first line."""
    place: Name = ""
    """Innermost own-code place as ``file:function``."""


def normalise(message: str) -> str:
    """Replace everything in a message that differs between two runs of the same failure."""
    text = _in_order(message[:MESSAGE_LIMIT])
    text = _SHORTENED.sub(_without_ends, text)
    for pattern, sign in _VOLATILE:
        text = pattern.sub(sign, text)
    text = _SET.sub(_sorted_set, text)
    return " ".join(text.split())


def steady(test: TestId) -> TestId:
    """Return the id by which a test is known in another run: without addresses and temporary folders of its parameters.

    What is shown, and what is run, is the id as the runner says it.
    """
    for pattern, sign in _VOLATILE_IN_IDS:
        test = TestId(pattern.sub(sign, test))
    return test


def signature_of(failure: Failure) -> FailureSignature:
    """Compute both signatures of one failure."""
    message = normalise(failure.message)
    frame = innermost_own(failure)
    place = f"{frame.path}:{frame.function}" if frame else ""
    head = (steady(failure.test), failure.exception)
    return FailureSignature(
        strict=_digest(*head, message),
        loose=_digest(*head, place),
        test=failure.test,
        exception=failure.exception,
        message=message[:200],
        place=place,
    )


def failing_set(report: RunReport, *, with_reruns: bool = False) -> tuple[FailureSignature, ...]:
    """Return the signatures of every failure of a run, ordered by test.

    ``with_reruns``: also of tests that passed only when a plugin ran them again. They are red where it is asked how
    often a test fails, and green where a suite is compared with what it was.
    """
    failures = (*report.failures, *report.rerun_failures) if with_reruns else report.failures
    return tuple(sorted(map(signature_of, failures), key=lambda each: (each.test, each.strict)))


def innermost_own(failure: Failure) -> Frame | None:
    """Return the deepest frame in the project's own code; of what stands behind the failure when it has none itself."""
    for frames in (failure.frames, *(each.frames for each in failure.causes)):
        own = [frame for frame in frames if frame.own]
        if own:
            return own[-1]
    return None


def raised_in_doctest(failure: Failure) -> bool:
    """Whether an example of a doctest raised: its place is the example, and only what it raised knows the code."""
    return failure.exception == "UnexpectedException" and bool(failure.causes)


def innermost_code(failure: Failure) -> Frame | None:
    """Return the deepest own frame whose code is known; of what stands behind the failure when that is where it was raised."""
    parts = [failure.frames, *(each.frames for each in failure.causes)]
    if raised_in_doctest(failure):
        parts = parts[1:] + parts[:1]
    return next((frame for part in parts for frame in reversed(part) if frame.own and frame.code), None)


def trail(failure: Failure) -> tuple[Frame, ...]:
    """Return the project's own frames in the order of suspicion: where it began first.

    What was raised *from* something began there, and so did what is a group's member. What a server logged counts first
    when the failure itself was seen in the test's own file only.
    """
    test_path = failure.test.file
    own = failure.own_frames[::-1]
    began = [each for each in failure.causes if each.kind in {"cause", "member"}]
    handled = [each for each in failure.causes if each.kind == "context"]
    told = [each for each in failure.causes if each.kind in {"logged", "printed"}]
    only_seen = all(each.path == test_path for each in own)
    first, last = (told, handled) if only_seen else ([], [*handled, *told])
    order = [*_frames_of(first), *_frames_of(began), *own, *_frames_of(last)]
    return tuple({(each.path, each.line, each.function): each for each in reversed(order)}.values())[::-1]


def _frames_of(causes: list[Cause]) -> Iterator[Frame]:
    for cause in reversed(causes):
        yield from (each for each in reversed(cause.frames) if each.own)


def is_structural(failure: Failure) -> bool:
    """Whether the test could not even be run as meant: import, syntax, fixture, collection."""
    return failure.phase == "collect" or failure.exception.rpartition(".")[2] in STRUCTURAL_EXCEPTIONS


def _in_order(message: str) -> str:
    """Sort the lines that pytest lists in the order of a set."""
    ordered: list[str] = []
    block: list[str] | None = None
    for line in [*message.split("\n"), ""]:
        starts = bool(_UNORDERED.match(line))
        if block is not None and (starts or _HEADING.match(line)):
            ordered += sorted(block)
            block = None
        if block is not None:
            block.append(line)
        else:
            ordered.append(line)
        block = [] if starts else block
    return "\n".join(ordered[:-1])


def _without_ends(match: re.Match[str]) -> str:
    sides = (
        "…" if len(side) >= _LEAST_LEFT and any(sign.isdigit() for sign in side) else side
        for side in match.groups()
    )
    return "...".join(sides)


def _sorted_set(match: re.Match[str]) -> str:
    if "..." in match.group(1):
        return "{…}"  # shortened by pytest: which items are left depends on their order
    items = match.group(1).split(", ")
    return "{" + ", ".join(sorted(items)) + "}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
