"""A spec as a document for an editor, and back; and what can be read out of a report somebody pasted.

The document has one heading per field and a line of advice under it (in ``<!-- -->``, never read back). Reading it is
strict: what it does not understand is named with its line, so that nothing written is lost. Reading a report is
lenient: headings of common templates are understood, the rest stays as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.core.spec.spec import MAX_QUESTIONS, Spec

MAX_CHARACTERS = 100_000
"""Of a document or report; nobody writes more by hand."""
LONGEST_FIELD = 6_000


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the document."""

    name: str
    heading: str
    advice: str
    synonyms: tuple[str, ...] = ()
    is_list: bool = True


PARTS: tuple[Part, ...] = (
    Part("title", "Title", "the defect in a few words", ("summary", "issue", "subject"), is_list=False),
    Part(
        "expected",
        "Expected",
        "what should happen, with values",
        ("expected behavior", "expected behaviour", "expected result", "what did you expect", "should"),
        is_list=False,
    ),
    Part(
        "actual",
        "Actual",
        "what happens, with values",
        (
            "actual behavior",
            "actual behaviour",
            "actual result",
            "current behavior",
            "current behaviour",
            "observed",
            "what happened",
            "description",
            "describe the bug",
            "bug description",
        ),
        is_list=False,
    ),
    Part(
        "since", "Since", "when it began: commit, release, day", ("since when", "regression"), is_list=False
    ),
    Part("constraints", "Constraints", "what a fix must keep", ("constraint", "requirements")),
    Part(
        "unchanged",
        "Unchanged behaviour",
        "what must stay as it is: tests, which verify looks at, or sentences",
        ("unchanged behavior", "must stay", "what must not change"),
    ),
    Part("also_failing", "Also failing", "other tests that fail for it, and must pass in the end"),
    Part("edge_cases", "Edge cases", "what else must work", ("edge case",)),
    Part("failure_modes", "Failure modes", "wrong ways to make it green", ("must not happen",)),
    Part(
        "non_goals", "Non-goals", "what a fix is not asked to do", ("non goals", "out of scope", "non-goal")
    ),
    Part(
        "acceptance",
        "Acceptance",
        "commands whose success means done",
        ("acceptance criteria", "accepted when"),
    ),
    Part("scope", "Scope", "files a fix may touch, as patterns", ("in scope", "files in scope")),
    Part("protected", "Protected", "files nobody may touch, as patterns", ("protected files",)),
    Part(
        "stop_and_ask", "Stop and ask", "when an assistant must not go on by itself", ("stop and ask when",)
    ),
    Part("logs", "Log files", "log files that the program writes"),
    Part("questions", "Questions", f"open questions, at most {MAX_QUESTIONS}", ("open questions",)),
)

_BY_WORD = {word: part for part in PARTS for word in (part.heading.lower(), *part.synonyms)}
_OF_REPORTS = {
    "steps to reproduce",
    "to reproduce",
    "reproduction",
    "environment",
    "version",
    "versions",
    "screenshots",
    "logs",
    "additional context",
    "traceback",
    "output",
    "notes",
}
"""Headings of common report templates that belong to what happens."""
_HASHES = re.compile(r"[ ]{0,3}#{1,6}[ ]")
_BOLD = re.compile(r"[ ]{0,3}\*\*([^*\n]{2,60})\*\*:?[ ]*")
_ITEM = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,2}[.)])[ ]+(?:\[[ xX]\][ ]+)?")
_LIKE_A_HEADING = re.compile(r"^([ ]{0,3})(\\*)(?=#{1,6} |\*\*)", re.MULTILINE)
_ESCAPED_HEADING = re.compile(r"^([ ]{0,3})\\(\\*)(?=#{1,6} |\*\*)", re.MULTILINE)


class SpecUnread(ValueError):
    """A document that cannot be read as a spec; every problem with its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def write_spec(spec: Spec) -> str:
    """Return the document of a spec; ``read_spec`` gives the same spec back."""
    return "\n".join("\n".join((_mark(part), _advice(part), *_written(part, spec), "")) for part in PARTS)


def read_spec(text: str, onto: Spec | None = None) -> Spec:
    """Read a document; a field that stands there as ``write_spec`` wrote it for ``onto`` keeps its value to the letter.

    Raises SpecUnread that names every line which is not understood.
    """
    onto = onto or Spec()
    most = MAX_CHARACTERS + len(write_spec(onto))
    if len(text) > most:
        raise SpecUnread((f"it has {len(text):,} characters; {most:,} are enough for any spec",))
    found, problems = _fields(text)
    values: dict[str, object] = {}
    for part in PARTS:
        known, lines = getattr(onto, part.name), found.get(part.name)
        if lines is not None:
            is_as_written = _tidy(lines) == _tidy("\n".join(_written(part, onto)).split("\n"))
            values[part.name] = known if is_as_written else _value(part.name, lines)
        if values.get(part.name, known) != known:
            problems += _too_much(part, values[part.name], known)
    if problems:
        raise SpecUnread(tuple(problems))
    return Spec.model_validate(values).after(onto)


def _fields(text: str) -> tuple[dict[str, list[str]], list[str]]:
    """Cut a document into fields; also what is not understood."""
    problems: list[str] = []
    found: dict[str, list[str]] = {}
    for section in _sections(text.replace("\r\n", "\n"), only_known=False):
        number, heading, lines = section.line, section.heading, section.lines
        part = _BY_WORD.get(_word(heading))
        if not heading and any(line.strip() for line in lines):
            problems.append(f"line {number}: text before the first heading")
        elif heading and part is None:
            problems.append(f"line {number}: no field is called “{heading[:40]}”")
        elif part and part.name in found:
            problems.append(f"line {number}: “{heading[:40]}” is there twice")
        elif part:
            found[part.name] = lines[1:] if lines[:1] and lines[0].strip() == _advice(part) else lines
        if section.swallowed:
            problems.append(f"line {section.swallowed}: a heading inside a code fence that is never closed")
    return found, problems


def _too_much(part: Part, value: object, known: object) -> list[str]:
    """Say what of a changed field is more than is kept: nothing is cut off silently."""
    if part.name == "questions" and isinstance(value, tuple) and len(value) > MAX_QUESTIONS:
        return [f"{len(value)} questions; at most {MAX_QUESTIONS}, the most important ones"]
    texts = value if isinstance(value, tuple) else (str(value),)
    before = known if isinstance(known, tuple) else (str(known),)
    most = max(LONGEST_FIELD, *(len(each) for each in (*before, "")))
    longest = max((len(each) for each in texts), default=0)
    return [f"“{part.heading}” has {longest:,} characters; at most {most:,}"] if longest > most else []


def _mark(part: Part) -> str:
    return f"## {part.heading}"


def _advice(part: Part) -> str:
    return f"<!-- {part.advice} -->"


def _written(part: Part, spec: Spec) -> list[str]:
    """Return the lines of a field below its heading and advice."""
    value = getattr(spec, part.name)
    if part.is_list:
        return [f"- {_indented(each)}" for each in value]
    text = _escaped(value)
    return [text] if text else []


def _tidy(lines: list[str]) -> list[str]:
    """Return lines as an editor may leave them that nobody typed into: without blanks at their ends, and empty ones around."""
    return (
        "\n".join(line.rstrip() for line in "\n".join(lines).replace("\r\n", "\n").split("\n"))
        .strip("\n")
        .split("\n")
    )


def read_issue(text: str, onto: Spec | None = None) -> Spec:
    """Fill the empty fields of a spec from a report: by its headings, else first line as title and the rest as actual."""
    onto = onto or Spec()
    report = _without_comments(text[:MAX_CHARACTERS].replace("\r\n", "\n")).strip()
    found: dict[str, object] = {}
    lead: list[str] = []
    for section in _sections(report, only_known=True):
        heading, lines = section.heading, section.lines
        part = _BY_WORD.get(_word(heading))
        if part and part.name not in found and any(line.strip() for line in lines):
            found[part.name] = _cut(_value(part.name, lines))
        elif not part and any(line.strip() for line in lines):
            lead += [f"{heading}:"] * bool(heading) + lines
    words = [line for line in lead if line.strip()]
    if words and "title" not in found:
        found["title"] = re.sub(r"^#+\s*", "", words[0].strip())[:200]
        words = words[1:]
    if words:
        found["actual"] = "\n".join([*filter(None, [str(found.get("actual", ""))]), *words]).strip()[
            :LONGEST_FIELD
        ]
    missing = {name: value for name, value in found.items() if value and not getattr(onto, name)}
    reported = tuple(name for name in Spec.model_fields if name in missing or name in onto.reported)
    return Spec.model_validate({**onto.model_dump(), **missing, "reported": reported})


def _without_comments(text: str) -> str:
    """Take HTML comments out and keep the number of lines; one that never ends is text."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + 3
    return "".join(kept) + text[at:]


@dataclass(slots=True)
class _Section:
    """A heading with the lines below it."""

    line: int
    heading: str
    lines: list[str] = field(default_factory=list)
    swallowed: int = 0
    """The line of a heading in a code fence that is not closed before the section ends; 0: there is none."""


def _sections(text: str, *, only_known: bool) -> Iterator[_Section]:
    """Cut a text at its headings. What looks like one inside a code fence is none, but for one that ``write_spec`` wrote."""
    section, is_fenced, swallowed = _Section(1, ""), False, 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.lstrip(" \t").startswith("```"):
            is_fenced, swallowed = not is_fenced, 0
        name = _heading(line)
        is_known = _word(name) in _BY_WORD
        is_written = is_known and _is_written(line, lines[number : number + 1])
        if is_fenced and is_known and not is_written:
            swallowed = swallowed or number
        if is_written or (
            name and not is_fenced and (not only_known or is_known or _word(name) in _OF_REPORTS)
        ):
            section.swallowed = swallowed if is_fenced else 0
            yield section
            section, is_fenced, swallowed = _Section(number, name), False, 0
        else:
            section.lines.append(line)
    section.swallowed = swallowed if is_fenced else 0
    yield section


def _heading(line: str) -> str:
    """Return what a line calls the part below it; empty when it is no heading."""
    if found := _HASHES.match(line):
        name = line[found.end() :].strip(" ").rstrip(" #").strip()
        return "" if "#" in name else name
    bold = _BOLD.fullmatch(line)
    return bold[1].strip() if bold else ""


def _is_written(line: str, below: list[str]) -> bool:
    """Whether heading and advice stand there as ``write_spec`` writes them: no text of a field can look like that."""
    part = _BY_WORD[_word(_heading(line))]
    return line.rstrip() == _mark(part) and bool(below) and below[0].strip() == _advice(part)


def _word(heading: str) -> str:
    return re.sub(r"\s+", " ", heading.strip(" :?.*_").lower())


def _value(name: str, lines: list[str]) -> object:
    is_list = next(part.is_list for part in PARTS if part.name == name)
    return _items(lines) if is_list else _unescaped("\n".join(lines).strip())


def _cut(value: object) -> object:
    """Keep the beginning of what is longer than anybody writes."""
    return (
        tuple(each[:LONGEST_FIELD] for each in value)
        if isinstance(value, tuple)
        else str(value)[:LONGEST_FIELD]
    )


def _items(lines: list[str]) -> tuple[str, ...]:
    """One entry per item or line; an indented line goes on with the entry above."""
    entries: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        item = _ITEM.match(line)
        if item or not entries or not line.startswith("  "):
            entries.append(line[item.end() if item else 0 :].strip())
        else:
            entries[-1] += "\n" + line.strip()
    return tuple(each for each in entries if each)


def _indented(entry: str) -> str:
    """Lay an entry out below its sign: so deep that no line of it is a heading or an entry of its own."""
    return "\n    ".join(line.strip() for line in entry.strip().split("\n"))


def _escaped(text: str) -> str:
    """Keep a line of a field that looks like a heading from ending the field."""
    return _LIKE_A_HEADING.sub(r"\1\2\\", text.strip())


def _unescaped(text: str) -> str:
    return _ESCAPED_HEADING.sub(r"\1\2", text)
