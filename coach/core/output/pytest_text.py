"""pytest's own output, where a command runs it: through make, tox, nox, a script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.output.differences import of_diff, of_values
from coach.core.output.found import Detail, Found, failure_of, frame_at, number, unique
from coach.core.output.python_trace import trace_in
from coach.core.runs.report import Counts, Difference, Failure, Frame, Phase

_PART = re.compile(
    r"=+ (?P<name>FAILURES|ERRORS|short test summary info|warnings summary.{0,300}|PASSES"
    r"|.{0,300} in [\d.]{1,20} ?s.{0,300}) =+$"
)
_HEAD = re.compile(r"_{3,} (?P<name>\S.{0,500}?) _{3,}$")
_SHORT = re.compile(r"(?P<how>FAILED|ERROR) (?P<test>\S+?\.\w+(?:::.*?)?|\S+?)(?: - (?P<message>.*))?$")
_ALONE = re.compile(
    r"(?:\[gw\d+\] \[ *\d+%\] )?(?P<how>FAILED|ERROR) (?P<test>\S{1,400}?\.\w+::\S.{0,400}?)(?: - (?P<message>.*))?$"
)
_IN_ROW = re.compile(
    r"(?P<test>\S{1,400}?\.\w+::\S.{0,400}?) (?P<how>FAILED|ERROR)(?P<message>)(?: +\[ *\d+%\])?$"
)
"""Lines of the summary whose heading was cut off (``| tail``, ``| grep FAILED``), and those of ``-v``."""
_PLACE = re.compile(
    r"(?P<path>[^\s:][^:]{0,400}):(?P<line>\d{1,9}): (?:in (?P<function>\S.{0,200})|(?P<exception>[\w.]*))$"
)
_TOTAL = re.compile(
    r"=* ?(?P<counts>\d{1,9} (?:failed|passed|errors?|skipped|xfailed|xpassed|deselected|warnings?|rerun).*?) in [\d.]+ ?s(?:econds)?(?: \([\d:]+\))? ?=*$"
)
_COUNT = re.compile(r"(?P<count>\d{1,9}) (?P<what>failed|passed|error|skipped|xfailed|xpassed|rerun)")
_EXCEPTION = re.compile(r"(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?:: (?P<message>.*)|:?)$")
_EQUAL = re.compile(r"assert (?P<got>.{1,2000}?) == (?P<wanted>.{1,2000})$")
_PHASES: dict[str, Phase] = {
    "ERROR at setup of ": "setup",
    "ERROR at teardown of ": "teardown",
    "ERROR collecting ": "collect",
}


@dataclass(slots=True)
class _Block:
    name: str
    phase: Phase
    row: int
    lines: list[str] = field(default_factory=list)


def read_pytest(lines: Sequence[str]) -> Found | None:
    """Read the sections of failures, the short summary and the totals."""
    totals = [found for line in lines if (found := _TOTAL.match(line))]
    blocks, short, first, end = _parts(lines)
    if not (blocks or short):
        short = [found for line in lines if (found := _ALONE.match(line) or _IN_ROW.match(line))]
    if not totals and not (blocks or short):
        return None
    said = _said(totals)
    failures = unique([*_named(blocks, short)])
    is_red = bool(said.get("failed") or said.get("error"))
    at = blocks[0].row if blocks else first
    return Found(failures, _counts(said) if totals else None, at, end, is_red)


def _parts(lines: Sequence[str]) -> tuple[list[_Block], list[re.Match[str]], int, int]:
    blocks: list[_Block] = []
    short: list[re.Match[str]] = []
    part, first, end = "", 0, len(lines)
    for row, line in enumerate(lines):
        if _TOTAL.match(line):
            part, end = "", row + 1
        elif begun := _PART.match(line):
            part, end = begun["name"], row + 1
        elif part in {"FAILURES", "ERRORS"}:
            head = _HEAD.match(line)
            if head:
                blocks.append(_block(head["name"], row))
            elif blocks:
                blocks[-1].lines.append(line)
        elif part.startswith("short") and (found := _SHORT.match(line)):
            short.append(found)
            first = first or row
    return blocks, short, first, end


def _block(name: str, row: int) -> _Block:
    for words, phase in _PHASES.items():
        if name.startswith(words):
            return _Block(name.removeprefix(words), phase, row)
    return _Block(name, "call", row)


def _named(blocks: Sequence[_Block], short: Sequence[re.Match[str]]) -> list[Failure]:
    """Give the blocks the ids of the short summary; what has no block there has its line alone."""
    ids: dict[str, list[re.Match[str]]] = {}
    for each in short:
        ids.setdefault(_tail(each["test"]), []).append(each)
    found = []
    for block in blocks:
        detail, path = _detail(block)
        known = ids.get(block.name)
        line = known.pop(0) if known else None
        test = line["test"] if line else block.name if block.phase == "collect" else _id(path, block.name)
        found.append(failure_of(test, detail, block.phase, block.lines[:80]))
    for each in (line for rest in ids.values() for line in rest):
        said = _EXCEPTION.match(each["message"] or "")
        detail = Detail(said["name"], said["message"] or "") if said else Detail("", each["message"] or "")
        is_test = TestId(each["test"]).is_in_file
        phase: Phase = "call" if each["how"] == "FAILED" else "setup" if is_test else "collect"
        found.append(failure_of(each["test"], detail, phase))
    return found


def _tail(test: str) -> str:
    """Return how a section names the test with this id: ``TestIt.test_it[a]``; of a file, its path."""
    found = TestId(test)
    return ".".join(found.names) + found.parameters if found.is_in_file else test


def _id(path: str, name: str) -> TestId:
    """Return the id of the test that a section names so; of one whose file is not known, its name."""
    function, bracket, parameters = name.partition("[")
    return TestId.of(*filter(None, [path, *function.split(".")]), parameters=bracket + parameters)


def is_of_pytest(line: str) -> bool:
    """Whether a line is one of those in which pytest says what went wrong."""
    return line.startswith("E   ")


def detail_of_block(lines: Sequence[str]) -> Detail:
    """Read what pytest shows of one failure, as its reports hold it too."""
    return _detail(_Block("", "call", 0, list(lines)))[0]


def _detail(block: _Block) -> tuple[Detail, str]:
    """Read what pytest shows of one failure, in its long, short or native style."""
    captured = next(
        (i for i, line in enumerate(block.lines) if re.match(r"-+ Captured ", line)), len(block.lines)
    )
    lines = block.lines[:captured]
    errors = _errors([line[1:].rstrip() for line in lines if line.startswith("E ") or line == "E"])
    if not errors and (native := trace_in(lines)):
        return native[0], native[0].frames[-1].path if native[0].frames else ""
    places = [found for line in lines if (found := _PLACE.match(line))]
    frames = [frame_at(each["path"], each["line"], each["function"] or "") for each in places]
    frames = _with_functions(frames, lines, block.name)
    said = _EXCEPTION.match(errors[0]) if errors else None
    exception, message = (
        (said["name"].rpartition(".")[2], said["message"] or "")
        if said
        else ("", errors[0] if errors else "")
    )
    if not said and places and places[-1]["exception"]:
        exception = places[-1]["exception"].rpartition(".")[2]
    message = "\n".join([message, *errors[1:]]).strip("\n")
    return Detail(exception, message, tuple(frames), _difference(message)), frames[0].path if frames else ""


def _errors(said: Sequence[str]) -> list[str]:
    """Take off the margin of the first line: those below may stand further in."""
    margin = len(said[0]) - len(said[0].lstrip()) if said else 0
    return [line[min(margin, len(line) - len(line.lstrip())) :] for line in said]


def _with_functions(frames: list[Frame], lines: Sequence[str], name: str) -> list[Frame]:
    """The long style shows functions whole: their names stand in the source it prints."""
    if not frames or any(each.function for each in frames):
        return frames
    functions = re.findall(r"^[> ] {2,}(?:async )?def (\w{1,200})\(", "\n".join(lines), re.MULTILINE)
    if len(functions) != len(frames):
        functions = [name.partition("[")[0].rpartition(".")[2]] if len(frames) == 1 else []
    return (
        [
            each.model_copy(update={"function": function})
            for each, function in zip(frames, functions, strict=True)
        ]
        if functions
        else frames
    )


def _difference(message: str) -> tuple[Difference, ...]:
    """Read ``assert left == right``, and the diff below it: ``-`` marks the right side, by custom the wanted one."""
    first, _, rest = message.partition("\n")
    found = _EQUAL.match(first)
    if found is None:
        return ()
    if "..." in first or len(first) > 200:
        lines = rest.split("\n")
        start = next((i for i, line in enumerate(lines) if line[:2] in {"- ", "+ "}), 0)
        if below := of_diff(
            [line for line in lines[start:] if not line.startswith("?")], "+", "-", is_sure=False
        ):
            return below
    return of_values(found["got"], found["wanted"], is_sure=False)


def _said(totals: Sequence[re.Match[str]]) -> dict[str, int]:
    said: dict[str, int] = {}
    for line in totals:
        for each in _COUNT.finditer(line["counts"]):
            said[each["what"]] = said.get(each["what"], 0) + number(each["count"])
    return said


def _counts(said: dict[str, int]) -> Counts:
    known = {name: said.get(name, 0) for name in ("passed", "failed", "skipped", "xfailed", "xpassed")}
    return Counts(selected=sum(known.values()) + said.get("error", 0), errors=said.get("error", 0), **known)
