"""Read a JUnit XML report: what test runners of any language write, and what a build server keeps.

The file is foreign data: it is bounded in size, and a document type (the way to entity bombs and to other files) is
refused before anything is parsed. Dialects differ; only what all share is read: testcase with failure, error or
skipped in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

from coach.core.report import Counts, Failure, Section
from coach.errors import TargetError

MOST_BYTES = 50_000_000
MOST_FAILURES = 200
_MOST_TEXT = 8_000
_EMPTY_WORDS = frozenset({"", "failed", "failure", "error"})
"""Messages that say nothing; the text below them does."""


@dataclass(frozen=True, slots=True)
class JUnitCase:
    """One test that failed: its names as the report gives them, and the failure."""

    class_name: str
    name: str
    file: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class JUnitReport:
    """What a report says."""

    counts: Counts
    failed: tuple[JUnitCase, ...]
    skipped: tuple[str, ...]
    failures_left_out: int = 0


def read_junit(path: Path) -> JUnitReport:
    """Read a report. Raises TargetError when it cannot be read, is too large, or is no JUnit XML."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TargetError(
                f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB", do="report fewer tests"
            )
        content = path.read_bytes()
    except OSError as error:
        raise TargetError(
            f"{path} cannot be read", why=error.strerror or str(error), do="name a JUnit XML file"
        ) from None
    try:
        _refuse_document_types(content, path)
        root = ET.fromstring(content)  # noqa: S314
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:
        raise TargetError(f"{path.name} is not XML", why=str(error), do="name a JUnit XML file") from None
    if root.tag not in {"testsuites", "testsuite"}:
        raise TargetError(f"{path.name} is no JUnit report", why=f"it begins with <{root.tag[:60]}>")
    return _report(root)


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
    counted = {"passed": 0, "failed": 0, "errors": 0, "skipped": 0}
    for case in root.iter("testcase"):
        trouble = next(_children(case, "failure", "error"), None)
        if trouble is not None:
            counted["errors" if trouble.tag == "error" else "failed"] += 1
            failed.append(_failed(case, trouble))
        elif next(_children(case, "skipped"), None) is not None:
            counted["skipped"] += 1
            skipped.append(_label(case))
        else:
            counted["passed"] += 1
    counts = Counts(selected=sum(counted.values()), **counted)
    return JUnitReport(
        counts, tuple(failed[:MOST_FAILURES]), tuple(skipped[:500]), max(len(failed) - MOST_FAILURES, 0)
    )


def _children(case: ET.Element, *tags: str) -> Iterator[ET.Element]:
    return (child for child in case if child.tag in tags)


def _failed(case: ET.Element, trouble: ET.Element) -> JUnitCase:
    text = "".join(trouble.itertext())
    message, exception = trouble.get("message", "").strip(), trouble.get("type", "").strip()
    if message.lower() in _EMPTY_WORDS:
        message = "\n".join([line.strip() for line in text.splitlines() if line.strip()][:5])
    if not exception:
        name, colon, rest = message.partition(": ")
        if colon and name.replace(".", "").isidentifier():
            exception, message = name, rest
    sections = [Section(name="report", text=text[-_MOST_TEXT:])] if text.strip() else []
    for child in _children(case, "system-out", "system-err"):
        said = "".join(child.itertext())
        if said.strip():
            sections.append(Section(name=child.tag, text=said[-_MOST_TEXT:]))
    failure = Failure(
        test=_label(case),
        phase="setup" if trouble.tag == "error" else "call",
        exception=exception.rpartition(".")[2],
        message=message[:_MOST_TEXT],
        sections=tuple(sections),
        duration=_seconds(case.get("time", "")),
    )
    return JUnitCase(case.get("classname", ""), case.get("name", ""), case.get("file", ""), failure)


def _label(case: ET.Element) -> str:
    return (
        "::".join(filter(None, [case.get("classname", ""), case.get("name", "")])) or "a test without a name"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0


def node_id(case: JUnitCase, root: Path) -> str:
    """Return the pytest node id of a test in a report that pytest wrote; empty when no such file is in the project."""
    parts = case.class_name.split(".")
    for end in range(len(parts), 0, -1):
        name = "/".join(parts[:end]) + ".py"
        if case.file.replace("\\", "/").endswith(name) or (root / name).is_file():
            found = case.file.replace("\\", "/") if (root / case.file).is_file() and case.file else name
            if (root / found).is_file():
                return "::".join([found, *parts[end:], case.name])
    return ""
