"""Read a JUnit XML report: what test runners of any language write, and what a build server keeps.

The file is foreign data: it is bounded in size, and a document type (the way to entity bombs and to other files) is
refused before anything is parsed. Dialects differ; only what all share is read: testcase with failure, error or
skipped in it. Characters that XML forbids and escape bytes of terminals, which many runners copy from an output, are
taken out when a file cannot be read with them.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from coach.core.base.test_id import TestId
from coach.core.base.text import without_sequences
from coach.core.output.found import Detail
from coach.core.output.report_text import detail_of_report
from coach.core.runs.report import Counts, Failure, Phase, Section
from coach.errors import TargetError
from coach.regular_files import read_bytes, reason

MAX_BYTES = 50_000_000
MAX_FAILURES = 200
_MAX_TEXT = 8_000
_EMPTY_WORDS = frozenset({"", "failed", "failure", "error"})
"""Messages that say nothing; the text below them does."""
_COLLECTION = frozenset({"collection failure", "collection error"})
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&#(?:x0{0,6}(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0{0,6}(?:[0-8]|1[1245-9]|2\d|3[01]));",
    re.IGNORECASE,
)
"""References to characters that XML 1.0 forbids, ``&#27;`` among them."""
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_NAMED_ESCAPE = re.compile(r"#x1B\[[\d;]{0,20}[A-Za-z]")
"""How pytest writes an escape byte that XML forbids, with what followed it."""


@dataclass(frozen=True, slots=True)
class JUnitCase:
    """One test that failed: its names as the report gives them, and the failure."""

    class_name: str
    name: str
    file: str
    failure: Failure
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class JUnitReport:
    """What a report says."""

    counts: Counts
    failed: tuple[JUnitCase, ...]
    skipped: tuple[str, ...]
    failures_left_out: int = 0
    passed: tuple[tuple[str, str], ...] = ()
    """Class and name of those that passed: a later report of the same run may say so of a test that failed before."""


def read_junit(path: Path) -> JUnitReport:
    """Read a report. Raises TargetError when it cannot be read, is too large, or is no JUnit XML."""
    content = _content(path)
    try:
        root = _parsed(content, path)
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:
        try:
            root = _parsed(_cleaned(content), path)
        except (ET.ParseError, expat.ExpatError, ValueError, LookupError):
            raise TargetError(f"{path.name} is not XML", why=str(error), do="name a JUnit XML file") from None
    if root.tag not in {"testsuites", "testsuite"}:
        raise TargetError(f"{path.name} is no JUnit report", why=f"it begins with <{root.tag[:60]}>")
    return _report(root)


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BYTES)
    except OSError as error:
        do = "report fewer tests" if error.errno == errno.EFBIG else "name a JUnit XML file"
        raise TargetError(f"{path} cannot be read", why=reason(error), do=do) from None


def _parsed(content: bytes, path: Path) -> ET.Element:
    _refuse_document_types(content, path)
    return ET.fromstring(content)  # noqa: S314 - without a document type nothing is left to expand


def _cleaned(content: bytes) -> bytes:
    """Return a report without escape bytes and without characters that XML forbids, as UTF-8."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = content.decode(encoding, "replace")
    lines = (without_sequences(line) for line in text.split("\n"))
    text = _REFERENCE.sub("", _FORBIDDEN.sub("", "\n".join(lines)))
    return (
        text[found.end() if (found := _DECLARATION.match(text)) else 0 :].lstrip().encode("utf-8", "replace")
    )


def _refuse_document_types(content: bytes, path: Path) -> None:
    """Read on until the first element; a document type can only stand before it."""

    def refuse(*_: object) -> None:
        raise TargetError(
            f"{path.name} declares a document type", why="entities in it could be a bomb", do="remove it"
        )

    class FirstElement(Exception):
        pass

    def stop(*_: object) -> None:
        raise FirstElement

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own
    except FirstElement:
        return


def _report(root: ET.Element) -> JUnitReport:
    failed: list[JUnitCase] = []
    skipped: list[str] = []
    passed: list[tuple[str, str]] = []
    for case in root.iter("testcase"):
        trouble = next(_children(case, "failure", "error"), None)
        if trouble is not None:
            failed.append(_failed(case, trouble))
        elif next(_children(case, "skipped"), None) is not None:
            skipped.append(_label(case))
        else:
            passed.append((case.get("classname", ""), case.get("name", "")))
    return report_of(failed, skipped, passed)


def report_of(failed: list[JUnitCase], skipped: list[str], passed: list[tuple[str, str]]) -> JUnitReport:
    """Put a report together; of tests within tests (Go's sub-tests) the outer ones are no failures of their own."""
    above: set[tuple[str, str]] = set()
    for each in failed:
        name = each.name.rpartition("/")[0]
        while name and (each.class_name, name) not in above:
            above.add((each.class_name, name))
            name = name.rpartition("/")[0]
    leaves = [each for each in failed if (each.class_name, each.name) not in above]
    errors = sum(each.is_error for each in leaves)
    counts = Counts(
        selected=len(leaves) + len(skipped) + len(passed),
        passed=len(passed),
        failed=len(leaves) - errors,
        errors=errors,
        skipped=len(skipped),
    )
    left_out = max(len(leaves) - MAX_FAILURES, 0)
    return JUnitReport(counts, tuple(leaves[:MAX_FAILURES]), tuple(skipped[:500]), left_out, tuple(passed))


def _children(case: ET.Element, *tags: str) -> Iterator[ET.Element]:
    return (child for child in case if child.tag in tags)


def _failed(case: ET.Element, trouble: ET.Element) -> JUnitCase:
    text = _plain("".join(trouble.itertext()))
    message, exception = _plain(trouble.get("message", "")).strip(), trouble.get("type", "").strip()
    phase: Phase = "call" if trouble.tag == "failure" else "setup"
    said = detail_of_report(text)
    if message.lower() in _COLLECTION:
        phase, exception, message = "collect", said.exception, said.message
    if message.lower() in _EMPTY_WORDS:
        message = "\n".join([line.strip() for line in text.splitlines() if line.strip()][:5])
    if not exception:
        name, colon, rest = message.partition(": ")
        if colon and name.replace(".", "").isidentifier():
            exception, message = name, rest
    sections = [Section(name="report", text=text[-_MAX_TEXT:])] if text.strip() else []
    for child in _children(case, "system-out", "system-err"):
        words = _plain("".join(child.itertext()))
        if words.strip():
            sections.append(Section(name=child.tag, text=words[-_MAX_TEXT:]))
    failure = _failure(case, phase, replace(said, exception=exception, message=message), sections)
    names = (case.get("classname", ""), case.get("name", ""), case.get("file", ""))
    return JUnitCase(*names, failure, is_error=trouble.tag == "error")


def _failure(case: ET.Element, phase: Phase, detail: Detail, sections: list[Section]) -> Failure:
    return Failure(
        test=_label(case),
        phase=phase,
        exception=detail.exception.rpartition(".")[2],
        message=detail.message[:_MAX_TEXT],
        frames=detail.frames[-40:],
        difference=detail.difference,
        sections=tuple(sections),
        duration=_seconds(case.get("time", "")),
    )


def _plain(text: str) -> str:
    """Take out colours, as bytes and as pytest writes them."""
    if "#x1B" in text:
        text = _NAMED_ESCAPE.sub("", text)
    return "\n".join(without_sequences(line) for line in text.split("\n")) if "\x1b" in text else text


def _label(case: ET.Element) -> TestId:
    names = [name for name in (case.get("classname", ""), case.get("name", "")) if name]
    return TestId.of(*names) if names else TestId("a test without a name")


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0
