"""What whoever plays a drill is given: a spec, rules, or nothing; and the same with one of its sections left out."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from coach.core.base.text import CoachId, Name, Prose
from coach.core.base.value import Value
from coach.core.spec.document import PARTS, read_spec, write_spec
from coach.core.spec.spec import Spec

NO_SPEC = "no spec"
GuidanceKind = Literal["none", "spec", "rules"]
_HEADING = re.compile(r" {0,3}#{1,2} ")
_FENCE = re.compile(r" {0,3}(```|~~~)")


class Guidance(Value):
    """A spec or rules, as a document; ``label`` is what people call it."""

    kind: GuidanceKind = "none"
    label: Name = NO_SPEC
    text: Prose = ""
    """Of a spec: what ``write_spec`` writes. Of rules: the file as it is."""

    @property
    def digest(self) -> CoachId:
        """A content hash: results of one guidance are found again under any name; empty for none."""
        if self.kind == "none":
            return ""
        return hashlib.sha256(f"{self.kind}\n{self.text}".encode("utf-8", "backslashreplace")).hexdigest()[
            :16
        ]

    @property
    def spec(self) -> Spec:
        """The spec of the document; empty where it is none. Raises SpecUnread."""
        return read_spec(self.text) if self.kind == "spec" else Spec()


@dataclass(frozen=True, slots=True)
class LeftOutSection:
    """A guidance without one of its sections."""

    section: str
    guidance: Guidance


def guidance_of_spec(text: str, label: str) -> Guidance:
    """Return the guidance of a spec's document; two that say the same have one digest. Raises SpecUnread."""
    spec = read_spec(text)
    if spec == Spec():
        return Guidance(label=label)
    return Guidance(kind="spec", label=label, text=write_spec(spec))


def guidance_of_rules(text: str, label: str) -> Guidance:
    """Return the guidance of a document with rules; nothing but blanks is none."""
    return Guidance(kind="rules", label=label, text=text) if text.strip() else Guidance(label=label)


def without_each_section(guidance: Guidance) -> tuple[LeftOutSection, ...]:
    """Return the guidance once for each of its filled sections, with that one left out."""
    if guidance.kind == "spec":
        return _fields_left_out(guidance)
    return tuple(
        LeftOutSection(name, guidance_of_rules(text, _named(guidance, name)))
        for name, text in _headings_left_out(guidance.text)
    )


def _named(guidance: Guidance, section: str) -> str:
    return f"{guidance.label} without {section}"


def _fields_left_out(guidance: Guidance) -> tuple[LeftOutSection, ...]:
    spec, empty = guidance.spec, Spec()
    return tuple(
        LeftOutSection(
            part.heading,
            guidance_of_spec(
                write_spec(spec.model_copy(update={part.name: getattr(empty, part.name)})),
                _named(guidance, part.heading),
            ),
        )
        for part in PARTS
        if getattr(spec, part.name) != getattr(empty, part.name)
    )


def _headings_left_out(text: str) -> list[tuple[str, str]]:
    """Cut rules at their headings of the first two levels; a title that all the others stand under is no section."""
    parts = _headed_parts(text)
    sections = [
        at for at, (name, body) in enumerate(parts) if name and body[1:] and "".join(body[1:]).strip()
    ]
    return [
        (parts[left][0], "\n".join(line for at, (_, body) in enumerate(parts) if at != left for line in body))
        for left in sections
    ]


def _headed_parts(text: str) -> list[tuple[str, list[str]]]:
    """Return (heading, its lines with it); what stands before the first heading has none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    fence = ""
    for line in text.split("\n"):
        if found := _FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        if not fence and (found := _HEADING.match(line)):
            parts.append((line[found.end() :].strip(" #"), []))
        parts[-1][1].append(line)
    return parts
