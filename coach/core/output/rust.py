"""``cargo test`` and ``cargo nextest``: panics with their place, ``left`` and ``right``, and what a test returned.

Tests run in threads and end in any order: failures are told in the order of their names, as libtest lists them.
"""

import re
from collections.abc import Sequence

from coach.core.output.differences import of_values
from coach.core.output.found import Detail, Found, failure_of, frame_at, number, unique
from coach.core.runs.report import Counts, Difference, Failure, Frame

_TEST = re.compile(
    r"test (?P<name>\S.{0,300}?)(?: - should panic)?(?: - compile(?: fail)?)? \.\.\. (?P<how>ok|FAILED|ignored)\b"
)
_SECTION = re.compile(r"---- (?P<name>\S.{0,300}?) (?:stdout|stderr) ----$")
_NEXTEST = re.compile(
    r" *(?:TRY \d+ )?(?:FAIL|SIGABRT|SIGSEGV|TIMEOUT) \[ *[\d.]+s\] (?:\( *\d+/\d+\) )?(?P<name>\S.{0,300})$"
)
_RESULT = re.compile(
    r"test result: (?P<how>ok|FAILED)\. (?P<passed>\d{1,9}) passed; (?P<failed>\d{1,9}) failed; (?P<ignored>\d{1,9}) ignored"
)
_SUMMARY = re.compile(r" *Summary \[ *[\d.]+s\] +(?P<run>\d{1,9})(?:/\d+)? tests? run: (?P<rest>.*)$")
_PANIC = re.compile(r"\s*thread '(?P<thread>[^']{0,300})'(?: \(\d+\))? panicked at (?P<rest>.*)$")
_NEW_PLACE = re.compile(r"(?P<path>\S.{0,400}?):(?P<line>\d{1,9}):\d{1,9}:$")
_OLD = re.compile(r"'(?P<message>.*)', (?P<path>[^,']{1,400}):(?P<line>\d{1,9}):\d{1,9}$")
_STEP = re.compile(r"\s*\d{1,5}: (?P<function>\S.*)$")
_AT = re.compile(r"\s+at (?P<path>\S.{0,400}?):(?P<line>\d{1,9})(?::\d{1,9})?$")
_SIDE = re.compile(r"\s*(?P<side>left|right): ?(?P<value>.*)$")
_NO_PANIC = re.compile(
    r"note: test did not panic as expected(?: at (?P<path>\S+?):(?P<line>\d{1,9}):\d{1,9})?$"
)


def read_rust(lines: Sequence[str]) -> Found | None:
    """Read the sections of failing tests, or nextest's lines with the panics around them."""
    results = [found for line in lines if (found := _RESULT.match(line))]
    summaries = [found for line in lines if (found := _SUMMARY.match(line))]
    red = {
        found["name"]: row
        for row, line in enumerate(lines)
        if (found := _TEST.match(line)) and found["how"] == "FAILED"
    }
    red |= {found["name"].strip(): row for row, line in enumerate(lines) if (found := _NEXTEST.match(line))}
    if not results and not summaries and not red:
        return None
    sections = _sections(lines)
    panics = _panics(lines)
    failures = [_failure(name, sections, panics) for name in sorted(red)]
    end = next(
        (i + 1 for i in range(len(lines) - 1, -1, -1) if _RESULT.match(lines[i]) or _SUMMARY.match(lines[i])),
        len(lines),
    )
    is_red = any(each["how"] == "FAILED" for each in results) or any(
        " failed" in each["rest"] for each in summaries
    )
    return Found(unique(failures), _counts(results, summaries), min(red.values(), default=0), end, is_red)


def _sections(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if begun := _SECTION.match(line):
            name = begun["name"]
            found.setdefault(name, [])
        elif line in {"failures:", "successes:"} or _RESULT.match(line):
            name = ""
        elif name:
            found[name].append(line)
    return found


def _panics(lines: Sequence[str]) -> dict[str, list[str]]:
    """Return what followed the panic of each thread: threads bear the names of their tests."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if begun := _PANIC.match(line):
            name = begun["thread"]
            if name in found:
                name = ""
                continue
            found[name] = []
        elif _SECTION.match(line) or line.startswith(("test ", "────", "running ", "error: ")):
            name = ""
        if name and len(found[name]) < 200:
            found[name].append(line)
    return found


def _failure(name: str, sections: dict[str, list[str]], panics: dict[str, list[str]]) -> Failure:
    section = sections.get(name, [])
    start = next((row for row, line in enumerate(section) if _PANIC.match(line)), None)
    bare = name.rpartition(" ")[2]
    lines = section[start:] if start is not None else panics.get(bare, panics.get(name, []))
    detail = panic_of(lines) if lines else _returned(section)
    return failure_of(name, detail, text=(section or lines)[:60])


def is_panic(line: str) -> bool:
    """Whether a line begins a panic."""
    return bool(_PANIC.match(line))


def panic_of(lines: Sequence[str]) -> Detail:
    """Read one panic: its message, its place, its backtrace, and the two sides of an assertion."""
    begun = _PANIC.match(lines[0])
    rest = begun["rest"] if begun else ""
    body = list(lines[1:])
    place = _NEW_PLACE.match(rest)
    old = _OLD.match(rest)
    stop = next(
        (
            i
            for i, line in enumerate(body)
            if line.startswith(("stack backtrace:", "note: ")) or (i and not line.strip())
        ),
        len(body),
    )
    said = [line for line in body[:stop] if line.strip()]
    if place is None and old is None and not rest.endswith("'"):
        joined = rest + "\n" + "\n".join(said)
        old = re.match(r"'(?P<message>[^\0]*)', (?P<path>[^,'\n]{1,400}):(?P<line>\d{1,9}):\d{1,9}$", joined)
        said = []
    message = old["message"] if old else "\n".join(said) or rest
    found = place or old
    frames = _backtrace(body[stop:])
    if found and not any(
        (each.path, each.line) == (frame_at(found["path"], 0).path, int(found["line"])) for each in frames
    ):
        frames.append(frame_at(found["path"], found["line"]))
    return Detail(
        "panicked", "\n".join(line.strip() for line in message.split("\n")), tuple(frames), _sides(message)
    )


def _backtrace(lines: Sequence[str]) -> list[Frame]:
    """Return the frames of a backtrace, outermost first."""
    frames: list[Frame] = []
    function = ""
    for line in lines:
        if step := _STEP.match(line):
            function = step["function"]
        elif at := _AT.match(line):
            frames.append(frame_at(at["path"], at["line"], function))
    return frames[::-1]


def _sides(message: str) -> tuple[Difference, ...]:
    """Read ``left`` and ``right``. Rust does not say which one was wanted; the right one is by custom."""
    sides = {
        found["side"]: found["value"].rstrip(",").strip("`")
        for line in message.split("\n")
        if (found := _SIDE.match(line))
    }
    if len(sides) < 2:
        return ()
    return of_values(sides["left"], sides["right"], is_sure=False)


def _returned(section: Sequence[str]) -> Detail:
    """Read the section of a test that ended without a panic: it returned an error, or should have panicked."""
    said = [line for line in section if line.strip()]
    note = next((found for line in said if (found := _NO_PANIC.match(line))), None)
    if note is not None:
        frames = (frame_at(note["path"], note["line"]),) if note["path"] else ()
        return Detail("", "test did not panic as expected", frames)
    error = next((line for line in said if line.startswith("Error: ")), "")
    return Detail("Error", error.removeprefix("Error: ")) if error else Detail("", "\n".join(said[-5:]))


def _counts(results: Sequence[re.Match[str]], summaries: Sequence[re.Match[str]]) -> Counts | None:
    passed = failed = skipped = 0
    for each in results:
        passed += number(each["passed"])
        failed += number(each["failed"])
        skipped += number(each["ignored"])
    for each in summaries:
        said = {
            what: number(count)
            for count, what in re.findall(r"(\d{1,9}) (passed|failed|skipped)", each["rest"])
        }
        passed, failed = passed + said.get("passed", 0), failed + said.get("failed", 0)
        skipped += said.get("skipped", 0)
    if not results and not summaries:
        return None
    return Counts(selected=passed + failed + skipped, passed=passed, failed=failed, skipped=skipped)
