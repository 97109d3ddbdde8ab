"""A spec as a document for an editor, and back; and what can be read out of a report somebody pasted.

The document has one heading per field and a line of advice under it (in ``<!-- -->``, never read back). Reading it is
strict: what it does not understand is named with its line, so that nothing written is lost. Reading a report is
lenient: headings of common templates are understood, the rest stays as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coach.core.spec import MOST_QUESTIONS, Spec

MOST_CHARACTERS = 100_000
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
    Part("questions", "Questions", f"open questions, at most {MOST_QUESTIONS}", ("open questions",)),
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
_HEADING = re.compile(r"[ ]{0,3}(?:#{1,6}[ ]+(?P<hash>[^#\n]+?)[ #]*|\*\*(?P<bold>[^*\n]{2,60})\*\*:?)[ ]*")
_ADVICE = re.compile(r"<!--.*?-->", re.DOTALL)
_ITEM = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,2}[.)])[ ]+(?:\[[ xX]\][ ]+)?")


class SpecUnread(ValueError):
    """A document that cannot be read as a spec; every problem with its line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def write_spec(spec: Spec) -> str:
    """Return the document of a spec; ``read_spec`` gives the same spec back."""
    blocks = []
    for part in PARTS:
        value = getattr(spec, part.name)
        body = "\n".join(f"- {_indented(each)}" for each in value) if part.is_list else _escaped(value)
        blocks.append(f"## {part.heading}\n<!-- {part.advice} -->\n{body}".rstrip() + "\n")
    return "\n".join(blocks)


def read_spec(text: str) -> Spec:
    """Read a document. Raises SpecUnread that names every line which is not understood."""
    problems = []
    if len(text) > MOST_CHARACTERS:
        raise SpecUnread((f"it has {len(text):,} characters; {MOST_CHARACTERS:,} are enough for any spec",))
    found: dict[str, list[str]] = {}
    for number, heading, lines in _sections(_without_advice(text), only_known=False):
        part = _BY_WORD.get(_word(heading))
        if not heading and any(line.strip() for line in lines):
            problems.append(f"line {number}: text before the first heading")
        elif heading and part is None:
            problems.append(f"line {number}: no field is called “{heading[:40]}”")
        elif part and part.name in found:
            problems.append(f"line {number}: “{heading[:40]}” is there twice")
        elif part:
            found[part.name] = lines
    spec = Spec.model_validate({name: _value(name, lines) for name, lines in found.items()})
    if len(spec.questions) > MOST_QUESTIONS:
        problems.append(f"{len(spec.questions)} questions; at most {MOST_QUESTIONS}, the most important ones")
    if problems:
        raise SpecUnread(tuple(problems))
    return spec


def read_issue(text: str, onto: Spec | None = None) -> Spec:
    """Fill the empty fields of a spec from a report: by its headings, else first line as title and the rest as actual."""
    onto = onto or Spec()
    report = _without_advice(text[:MOST_CHARACTERS]).strip()
    found: dict[str, object] = {}
    lead: list[str] = []
    for _, heading, lines in _sections(report, only_known=True):
        part = _BY_WORD.get(_word(heading))
        if part and part.name not in found and any(line.strip() for line in lines):
            found[part.name] = _value(part.name, lines)
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


def _without_advice(text: str) -> str:
    """Take comments out and keep the number of lines."""
    return _ADVICE.sub(lambda match: "\n" * match.group().count("\n"), text.replace("\r\n", "\n"))


def _sections(text: str, *, only_known: bool) -> Iterator[tuple[int, str, list[str]]]:
    """Cut a text at its headings: (line, heading, lines). What looks like one inside a code fence is none."""
    lines: list[str] = []
    start, heading, fenced = 1, "", False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        match = None if fenced else _HEADING.fullmatch(line)
        name = (match.group("hash") or match.group("bold")).strip() if match else ""
        if name and (not only_known or _word(name) in _BY_WORD or _word(name) in _OF_REPORTS):
            yield start, heading, lines
            start, heading, lines = number, name, []
        else:
            lines.append(line)
    yield start, heading, lines


def _word(heading: str) -> str:
    return re.sub(r"\s+", " ", heading.strip(" :?.*_").lower())


def _value(name: str, lines: list[str]) -> object:
    is_list = next(part.is_list for part in PARTS if part.name == name)
    return _items(lines) if is_list else _unescaped("\n".join(lines).strip())[:LONGEST_FIELD]


def _items(lines: list[str]) -> tuple[str, ...]:
    """One entry per item or line; an indented line goes on with the entry above."""
    entries: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        if _ITEM.match(line) or not entries or not line.startswith("  "):
            entries.append(_ITEM.sub("", line, count=1).strip())
        else:
            entries[-1] += "\n" + line.strip()
    return tuple(each[:LONGEST_FIELD] for each in entries if each)


def _indented(entry: str) -> str:
    return "\n  ".join(line.strip() for line in entry.strip().split("\n"))


def _escaped(text: str) -> str:
    """Keep a line of a field that looks like a heading from ending the field."""
    return re.sub(r"^(\\*)(?=#{1,6} |\*\*)", r"\1\\", text.strip(), flags=re.MULTILINE)


def _unescaped(text: str) -> str:
    return re.sub(r"^\\(\\*)(?=#{1,6} |\*\*)", r"\1", text, flags=re.MULTILINE)
