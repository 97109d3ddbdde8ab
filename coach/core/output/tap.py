"""TAP, versions 12 to 14: ``node --test``, node-tap, mocha's reporter, Perl's Test::More, and prove's summary of it.

The failure is a leaf: a test whose own subtests failed says nothing of its own. What is marked TODO or SKIP is no
failure. Diagnostics are read from YAML blocks, from Perl's comments and from indented text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.core.base.test_id import TestId
from coach.core.output.found import Found, failure_of, indent_of, number, unique
from coach.core.output.javascript import error_in
from coach.core.output.perl import PerlNote, detail_of, notes_in, read_prove
from coach.core.output.yaml_block import detail_in
from coach.core.runs.report import Counts, Failure

_TEST = re.compile(r" *(?P<not>not )?ok\b(?: (?P<number>\d{1,9}))?(?: -)? ?(?P<name>.*)$")
_PLAN = re.compile(r" *1\.\.(?P<last>\d{1,9})(?: *#.*)?$")
_SUBTEST = re.compile(r" *# Subtest: (?P<name>.*)$")
_DIRECTIVE = re.compile(r"(?<!\\) ?#\s*(?P<word>todo|skip|time)\S*\b", re.IGNORECASE)
_TOTAL = re.compile(r"# (?P<what>tests|pass|fail|cancelled|skipped|skip|todo) (?P<count>\d{1,9})$")
_UNNUMBERED = re.compile(r" *(?:not )?ok(?: - |$)")


@dataclass(slots=True)
class _Test:
    indent: int
    name: str
    is_red: bool
    is_left_out: bool
    row: int
    path: list[str] = field(default_factory=list)
    has_red_below: bool = False
    is_parent: bool = False
    text: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return " > ".join([*self.path, self.name])


@dataclass(slots=True)
class _Stream:
    tests: list[_Test] = field(default_factory=list)
    open_names: list[tuple[int, str]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    is_tap: bool = False
    end: int = 0
    waiting: list[_Test] = field(default_factory=list)
    """Tests whose enclosing one has not ended yet."""
    planned: int = 0
    """What a plan before its tests announced; 0: none is open."""
    highest: int = 0
    """The highest number of the tests since. Not their count: of a long output the middle is left out."""
    short: list[tuple[int, int]] = field(default_factory=list)
    """Plans that were not met: planned, ran. Whoever announced more tests than came died on the way."""

    def ends(self) -> None:
        """Hold the open plan against what ran."""
        if self.planned > self.highest:
            self.short.append((self.planned, self.highest))
        self.planned = self.highest = 0

    def _plan(self, last: int) -> None:
        is_at_the_end = not self.planned and self.highest > 0
        if not is_at_the_end:
            self.ends()
        self.planned = last
        if is_at_the_end:
            self.ends()

    def take(self, row: int, line: str) -> None:
        if line.lstrip(" ").startswith("TAP version ") or _PLAN.match(line):
            self.is_tap, self.end = True, row + 1
            if (plan := _PLAN.match(line)) and not indent_of(line):
                self._plan(number(plan["last"]))
        elif begun := _SUBTEST.match(line):
            self.open_names = [each for each in self.open_names if each[0] < indent_of(line)]
            self.open_names.append((indent_of(line), begun["name"].strip()))
        elif found := self._test(line):
            self._ended(found, row, line)
        elif total := _TOTAL.match(line):
            self.totals[total["what"]] = self.totals.get(total["what"], 0) + number(total["count"])
            self.end = row + 1
        elif self.tests:
            self.tests[-1].text.append(line)

    def _test(self, line: str) -> re.Match[str] | None:
        found = _TEST.match(line)
        if found is None or (found["number"] is None and not (self.is_tap and _UNNUMBERED.match(line))):
            return None
        return found

    def _ended(self, found: re.Match[str], row: int, line: str) -> None:
        indent = indent_of(line)
        name = found["name"].removesuffix(" {").strip()
        directive = _DIRECTIVE.search(name)
        is_left_out = directive is not None and directive["word"].lower() != "time"
        if directive is not None:
            name = name[: directive.start()].strip()
        name = name.removeprefix("- ").replace("\\#", "#") or f"test {found['number'] or len(self.tests) + 1}"
        was_open = any(each[0] == indent for each in self.open_names)
        self.open_names = [each for each in self.open_names if each[0] < indent]
        test = _Test(
            indent, name, bool(found["not"]), is_left_out, row, [each for _, each in self.open_names]
        )
        self._take_in_children(test, was_open=was_open)
        if not indent:
            self.highest = number(found["number"]) if found["number"] else self.highest + 1
        self.tests.append(test)
        self.waiting.append(test)
        self.end = row + 1

    def _take_in_children(self, test: _Test, *, was_open: bool) -> None:
        while self.waiting and self.waiting[-1].indent > test.indent:
            child = self.waiting.pop()
            test.is_parent = True
            test.has_red_below |= (child.is_red and not child.is_left_out) or child.has_red_below
            if not was_open:
                child.path.insert(len(test.path), test.name)


def read_tap(lines: Sequence[str]) -> Found | None:
    """Read TAP, and what Perl's tests say where ``prove`` kept the TAP to itself."""
    stream = _Stream()
    for row, line in enumerate(lines):
        stream.take(row, line)
    stream.ends()
    notes = notes_in(lines)
    if not stream.tests or not (stream.is_tap or stream.totals):
        return read_prove(lines, notes)
    red = [each for each in stream.tests if each.is_red and not each.is_left_out and not each.has_red_below]
    by_name = {note.test: note for note in notes.failed}
    failures = unique([*(_failure(each, by_name) for each in red), *map(_unmet, stream.short)])
    at = red[0].row if red else 0
    return Found(failures, _counts(stream), at, max(stream.end, notes.end), _is_red(stream, red))


def _unmet(plan: tuple[int, int]) -> Failure:
    planned, ran = plan
    return Failure(
        test=TestId("the plan"),
        phase="command",
        exception="Plan",
        message=f"{planned} tests were planned, {ran} ran",
    )


def _is_red(stream: _Stream, red: Sequence[_Test]) -> bool:
    if stream.short:
        return True
    if stream.totals:
        return stream.totals.get("fail", 0) > 0
    return stream.is_tap and any(True for _ in red)


def _failure(test: _Test, notes: dict[str, PerlNote]) -> Failure:
    detail = detail_in(test.text)
    if detail is None and test.name in notes:
        detail = detail_of(notes[test.name])
    if detail is None:
        block = [line for line in _own_text(test) if not line.lstrip().startswith("# ")]
        detail = error_in(block)
    return failure_of(test.id, detail, text=_own_text(test)[:60])


def _own_text(test: _Test) -> list[str]:
    """Return the indented lines and comments below a test, up to what belongs to others."""
    text: list[str] = []
    for line in test.text:
        if line.strip() and indent_of(line) <= test.indent and not line.lstrip().startswith("#"):
            break
        text.append(line)
    return text


def _counts(stream: _Stream) -> Counts:
    totals = stream.totals
    if {"pass", "fail"} <= set(totals):
        skipped = totals.get("skipped", totals.get("skip", 0)) + totals.get("todo", 0)
        passed, failed = totals["pass"], totals["fail"] + totals.get("cancelled", 0)
        return Counts(selected=passed + failed + skipped, passed=passed, failed=failed, skipped=skipped)
    leaves = [each for each in stream.tests if not each.is_parent]
    skipped = sum(each.is_left_out for each in leaves)
    failed = sum(each.is_red and not each.is_left_out for each in leaves)
    return Counts(selected=len(leaves), passed=len(leaves) - skipped - failed, failed=failed, skipped=skipped)
