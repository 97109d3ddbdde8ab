"""What a list says of one session, read from its log in one quick pass that can go on where it ended.

Only the few kinds of event that a list shows are decoded. The kind stands at the front of each line (see ``lines``),
so the rest is passed over at the speed of reading; what does not look like that is decoded, and is damage when that
fails.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from coach.core.base.formatting import count
from coach.core.log import events as ev
from coach.core.loops.thresholds import at_work
from coach.store.lines import NEWER, is_newer, read_line
from coach.store.listed import COLUMNS, Known, Listed

_FRONT = re.compile(rb'\{"seq": ?\d+, ?"at": ?(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?), ?"kind": ?"([a-z_]+)"')
_SHOWN = {
    b"session_opened",
    b"imported",
    b"session_resumed",
    b"session_closed",
    b"step_entered",
    b"spec_written",
    b"target_changed",
    b"root_cause_written",
    b"closing_written",
    b"hypothesis_proposed",
    b"note_written",
    b"past_failure_dismissed",
}
_KNOWN = {str(kind.model_fields["kind"].default).encode() for kind in ev.Event.__args__}
_FAILING = b',"failing":['
MAX_WORDS = 4_000
"""Characters of each kind of text that are kept for searching."""


@dataclass(slots=True)
class Survey:
    """What the lines so far said; plain values, so that it can be put away and go on later."""

    columns: dict[str, Any] = field(default_factory=dict)
    bad: int = 0
    reason: str = ""
    is_opened: bool = False
    seal: str = ""
    """The end of what was read, as a checksum: whether a log is the same one, only longer."""
    words: dict[str, str] = field(default_factory=dict)
    """Text to search, by kind: title, failure, cause, notes."""
    failures: dict[str, Known] = field(default_factory=dict)
    """By strict signature."""
    dismissed: list[tuple[str, str]] = field(default_factory=list)
    """(strict signature, session that does not help with it)."""

    def take(self, line: bytes) -> None:
        """Take in one whole line."""
        front = _FRONT.match(line)
        if front is None or front[2] in _SHOWN or front[2] not in _KNOWN:
            self._decode(line)
            return
        kind = front[2]
        self._count(kind.decode(), float(front[1]))
        if kind == b"run_finished":
            self._failing(line)

    def listed(self, session: str, *, changed: float, torn: bool, imported: str = "") -> Listed:
        """Return the columns; ``changed`` (seconds since the epoch) stands in where no event has a time."""
        flaws = [count(self.bad, "damaged line")] * (self.bad > 0) + ["a cut-off last line"] * torn
        known = {key: value for key, value in self.columns.items() if key in COLUMNS}
        known["last_at"] = known.get("last_at") or changed
        return Listed(
            id=session,
            **known,
            damage="" if self.is_opened else "its first event is missing",
            flaws=", ".join(flaws),
            read_only=f"imported from {imported}" if imported else self.reason,
            imported=imported,
        )

    def put_away(self) -> str:
        """Return all of it as JSON, without the texts and failures: those are kept elsewhere."""
        return json.dumps(
            {key: getattr(self, key) for key in ("columns", "bad", "reason", "is_opened", "seal")}
        )

    @classmethod
    def taken_up(cls, kept: str) -> "Survey":
        return cls(**json.loads(kept))

    def _count(self, kind: str, at: float) -> None:
        mine = self.columns
        last = mine.get("last_at", at)
        mine["seconds"] = mine.get("seconds", 0.0) + at_work(last, at)
        mine["last_at"] = at
        mine["events"] = mine.get("events", 0) + 1
        counted = {"run_started": "runs", "loop_noticed": "loops", "hypothesis_proposed": "hypotheses"}
        if kind in counted:
            mine[counted[kind]] = mine.get(counted[kind], 0) + 1

    def _decode(self, line: bytes) -> None:
        if not line.strip():
            return
        record = read_line(line)
        if record is None:
            self.bad += 1
            return
        self._count(record.event.kind, record.at)
        self.reason = self.reason or (NEWER if is_newer(record) else "")
        self.is_opened |= isinstance(record.event, ev.SessionOpened)
        self.columns.update(_shown(record))
        if isinstance(record.event, ev.PastFailureDismissed):
            gone = record.event
            self.dismissed += [(strict, other) for strict in gone.strict for other in gone.sessions]
        for kind, text in _spoken(record.event):
            self._say(kind, text)

    def _failing(self, line: bytes) -> None:
        """Read the signatures, which stand at the end; a quote inside a JSON string is escaped, so this is the key."""
        place = line.rfind(_FAILING)
        if place < 0 or line.startswith(b"]", place + len(_FAILING)):
            return
        try:
            # A line is valid UTF-8 as a whole; cut at an ASCII byte its end is, too.
            found, _ = json.JSONDecoder().raw_decode(
                line[place + len(_FAILING) - 1 :].decode("utf-8", "replace")
            )
            known = [Known(*(str(each.get(name, "")) for name in Known._fields)) for each in found]
        except (ValueError, AttributeError, TypeError, RecursionError):
            return
        for each in known:
            if each.strict not in self.failures:
                self.failures[each.strict] = each
                self._say("failure", " ".join(each[2:]))
        self.columns["failure"] = ": ".join(filter(None, (known[0].exception, known[0].message)))[:200]

    def _say(self, kind: str, text: str) -> None:
        said = self.words.get(kind, "")
        if text and len(said) < MAX_WORDS:
            self.words[kind] = f"{said}\n{text}"[:MAX_WORDS]


def _shown(record: ev.Recorded) -> Iterator[tuple[str, Any]]:
    """Yield the columns an event changes."""
    match record.event:
        case ev.SessionOpened(target=target, checkout=checkout):
            yield from (("opened_at", record.at), ("target", target.label), ("project", checkout.start))
        case ev.SessionResumed():
            yield "state", "open"
        case ev.Imported():
            yield "state", "imported"
        case ev.SessionClosed(ending=ending):
            yield "state", ending
        case ev.StepEntered(step=step):
            yield "step", step
        case ev.SpecWritten(spec=spec):
            yield "title", spec.title
        case ev.TargetChanged(target=target):
            yield "target", target.label
        case ev.RootCauseWritten(text=text):
            yield "root_cause", text
        case ev.ClosingWritten(closing=closing) if closing.cause.text:
            yield "root_cause", closing.cause.text


def _spoken(event: ev.Event | ev.Unknown) -> Iterator[tuple[str, str]]:
    """Yield the texts of an event that are worth finding, by kind."""
    match event:
        case ev.SessionOpened(target=target, checkout=checkout):
            yield "title", f"{target.label} {checkout.root} {checkout.branch}"
        case ev.TargetChanged(target=target):
            yield "title", target.label
        case ev.Imported(format=name, assistant=assistant, source=source):
            yield "title", f"{name} {assistant} {source}"
        case ev.SpecWritten(spec=spec):
            yield "title", f"{spec.title} {spec.expected} {spec.actual}"
        case ev.RootCauseWritten(text=text):
            yield "cause", text
        case ev.ClosingWritten(closing=closing):
            yield "cause", f"{closing.cause.text} {closing.lesson}"
        case ev.HypothesisProposed(claim=text) | ev.NoteWritten(text=text) | ev.SessionClosed(note=text):
            yield "notes", text
