"""What a session keeps of single events: edits, notes, the pinned test, notices of loops, restores, stays in a step."""

from dataclasses import dataclass

from coach.core.base.formatting import count
from coach.core.base.test_id import TestId
from coach.core.drill.debrief import Debrief
from coach.core.history.kept_file import Kept
from coach.core.log import events as ev


@dataclass(frozen=True, slots=True)
class Edit:
    """Files saved after run ``after_run`` (0: before the first)."""

    at: float
    paths: tuple[str, ...]
    after_run: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    at: float
    text: str
    after_run: int


@dataclass(frozen=True, slots=True)
class Pin:
    """The regression test as pinned, and as it was last seen."""

    test: TestId
    path: str
    line: int
    source: str
    digest: str
    red: str
    seen_digest: str
    at_run: int
    name: str = ""
    """The qualified name by which its source is found; empty: by the id."""
    files: tuple[tuple[str, str], ...] = ()
    """What it reads besides its own source: path and digest, as pinned."""
    seen_files: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    """What it is made of in its own file: name and digest, as pinned."""
    seen_parts: tuple[tuple[str, str], ...] = ()

    @property
    def is_intact(self) -> bool:
        return self.digest == self.seen_digest and not self.changed_files and not self.changed_parts

    @property
    def changed_parts(self) -> tuple[str, ...]:
        """Parts of its own file that are not what they were when it was pinned, then those that came."""
        return changed_pairs(self.parts, self.seen_parts) if self.parts else ()

    @property
    def changed_files(self) -> tuple[str, ...]:
        """Files it reads that are not what they were when it was pinned."""
        now = dict(self.seen_files)
        return tuple(path for path, digest in self.files if now.get(path) != digest)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file it is made of."""
        its_own = self.test.file
        beside = (its_own,) if self.parts and its_own != self.path else ()
        return (self.path, *beside, *(path for path, _ in self.files))

    @property
    def broken(self) -> str:
        """Say what of it changed since it was pinned; empty when nothing did."""
        if not self.seen_digest:
            return "the test is gone"
        if self.digest != self.seen_digest:
            return "the test changed since it was pinned"
        if parts := self.changed_parts:
            more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
            return f"{parts[0]}{more} changed since it was pinned"
        changed = self.changed_files
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return (
            f"{changed[0]}{more}, which the pinned test reads, changed since it was pinned" if changed else ""
        )


def changed_pairs(known: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Return the names whose digest is another one or gone, then those that are new."""
    seen, before = dict(now), dict(known)
    changed = [name for name, digest in known if seen.get(name) != digest]
    return (*changed, *(name for name, digest in now if digest and name not in before))


@dataclass(frozen=True, slots=True)
class Notice:
    """A loop that was noticed, and what became of it."""

    at: float
    loop: ev.LoopNoticed
    answer: str = ""
    """What the engineer did about it; empty while it stands."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Files put back by coach after run ``after_run``; ``before`` undoes it."""

    tree: str
    before: str
    after_run: int
    paths: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    modes: str = ""
    """Of ``before``."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """A restore that has begun and not ended."""

    tree: str
    before: str
    paths: tuple[str, ...]
    why: str = ""
    modes: str = ""
    """Of ``before``."""
    wanted_modes: str = ""
    is_interrupted: bool = False
    written: int = 0

    @property
    def said(self) -> str:
        """What an interruption left, in words."""
        what = (
            "undoing a restore"
            if self.why == "undo"
            else f"a restore ({self.why})"
            if self.why
            else "a restore"
        )
        return f"{what} was interrupted: {self.written} of {count(len(self.paths), 'file')} written"


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a step; steps are entered again when the engineer goes back."""

    step: str
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class DrillPlay:
    """A drill that the session plays."""

    began: ev.DrillBegan
    at: float
    """When it began: seconds since the epoch."""
    scored: ev.DrillScored | None = None
    ended: float = 0.0
    """When it was over."""
    debrief: Debrief | None = None
    """The answer, once it is over."""

    @property
    def is_of_person(self) -> bool:
        return not self.began.player

    def is_of(self, name: str, number: int) -> bool:
        """Whether it is this drill of the set with that name."""
        return (self.began.set, self.began.number) == (name, number)

    def seconds(self, now: float) -> float:
        """Return how long it has been played; ``now`` in seconds since the epoch."""
        return max(0.0, (self.ended or now) - self.at)
