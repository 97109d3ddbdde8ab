"""What differs between the files of two moments: as changes with hunks, and as texts where both sides are known."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from coach.core.loops.attempt import SourcePair
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.transcripts.contents import Base, Content, Unknown
from coach.core.transcripts.paths import is_made_by_runs, is_of_others

MAX_DIFFERENCE_LINES = 6_000
"""Lines on one side, without what both sides begin and end with; a longer difference has no hunks."""
MAX_HUNK_LINES = 400
_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """From one moment to another."""

    changes: Changes
    known: tuple[SourcePair, ...]
    unknown: tuple[str, ...]
    """Files of which one side is not known."""


@dataclass(slots=True)
class Trees:
    """Names trees by their content and compares them."""

    base: Base
    head: Base
    """What the commit checked out has of a path now."""
    _names: dict[str, str] = field(default_factory=dict)

    def tree(self, files: Mapping[str, Content]) -> str:
        """Return the id of all files together, 40 hexadecimal digits; equal ids are equal contents."""
        listed = sorted((path, self.blob(content)) for path, content in files.items() if is_source(path))
        named = "\0".join(f"{path}\0{blob}" for path, blob in listed)
        return hashlib.sha1(named.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()

    def blob(self, content: Content) -> str:
        """Return the id that git gives a text; one of its own for each unknown content, empty for no file."""
        if content is None:
            return ""
        if isinstance(content, Unknown):
            return _sha(f"unknown content {content.number}".encode())
        if content not in self._names:
            data = content.encode("utf-8", "backslashreplace")
            self._names[content] = _sha(b"blob %d\0" % len(data) + data)
        return self._names[content]

    def between(self, old: Mapping[str, Content], new: Mapping[str, Content]) -> Difference:
        """Compare two moments; a file that one of them does not name is there as it was at the base."""
        files: list[FileChange] = []
        known: list[SourcePair] = []
        unknown: list[str] = []
        for path in sorted(old.keys() | new.keys()):
            if not is_source(path):
                continue
            before = old[path] if path in old else self.base(path)
            after = new[path] if path in new else self.base(path)
            if before == after:
                continue
            files.append(self._change(path, before, after))
            if isinstance(before, Unknown) or isinstance(after, Unknown):
                unknown.append(path)
            else:
                head = self.head(path)
                text = None if isinstance(head, Unknown) else head or ""
                known.append(SourcePair(path=path, before=before or "", after=after or "", head=text))
        changes = Changes(base=self.tree(old), tree=self.tree(new), files=tuple(files))
        return Difference(changes, tuple(known), tuple(unknown))

    def _change(self, path: str, before: Content, after: Content) -> FileChange:
        hunks: tuple[Hunk, ...] = ()
        if not isinstance(before, Unknown) and not isinstance(after, Unknown):
            hunks = tuple(hunks_between(before or "", after or ""))
        head = self.head(path)
        in_head = None if isinstance(head, Unknown) else head is not None
        made = FileChange(
            path=path, hunks=hunks, in_head=in_head, before=self.blob(before), after=self.blob(after)
        )
        if before is None:
            return made.model_copy(update={"change": "added"})
        return made.model_copy(update={"change": "deleted"}) if after is None else made


def is_source(path: str) -> bool:
    """Whether a file is the project's own, and nothing that runs leave behind."""
    return not (path.startswith(("/", "..")) or is_of_others(path) or is_made_by_runs(path))


def hunks_between(before: str, after: str) -> Iterator[Hunk]:
    """Yield the places in which two texts differ, with three lines around them; none where they are too large."""
    old, new = before.splitlines(), after.splitlines()
    start = next(
        (row for row, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]),
        min(len(old), len(new)),
    )
    start = max(start - _CONTEXT, 0)
    end = _same_at_end(old[start:], new[start:])
    end = max(end - _CONTEXT, 0)
    part_old, part_new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(part_old), len(part_new)) > MAX_DIFFERENCE_LINES:
        return
    for group in SequenceMatcher(None, part_old, part_new, autojunk=True).get_grouped_opcodes(_CONTEXT):
        lines: list[str] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [f" {line}" for line in part_old[i1:i2]]
                continue
            lines += [f"-{line}" for line in part_old[i1:i2]] + [f"+{line}" for line in part_new[j1:j2]]
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        yield Hunk(
            old_start=start + i1 + (i2 > i1),
            old_lines=i2 - i1,
            new_start=start + j1 + (j2 > j1),
            new_lines=j2 - j1,
            text="\n".join(line[:2_000] for line in lines[:MAX_HUNK_LINES]),
        )


def _same_at_end(old: list[str], new: list[str]) -> int:
    pairs = zip(reversed(old), reversed(new), strict=False)
    return next((row for row, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(old), len(new)))


def _sha(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
