"""Every record of the session as one line: number, time, sign, words."""

from collections.abc import Sequence

from coach.core.base.formatting import clock, count
from coach.core.log import events as ev
from coach.core.log.describe import say
from coach.tui.views.key_name import key_in
from coach.tui.views.line import Line, line
from coach.tui.views.view_state import Kind

MAX_SHOWN = 2_000
"""Lines of a timeline; twice as many take 100 ms to draw, at every event."""

_KINDS: dict[Kind, tuple[type, ...]] = {
    "runs": (ev.RunFinished, ev.ReproductionMeasured, ev.VerificationJudged, ev.SearchEnded),
    "edits": (ev.EditSeen, ev.AttemptRead, ev.TreeRestored, ev.HandedOver, ev.HandedBack),
    "thoughts": (
        ev.SpecWritten,
        ev.HypothesisProposed,
        ev.HypothesisJudged,
        ev.NoteWritten,
        ev.RootCauseWritten,
        ev.SuspectRuledOut,
        ev.GateOverridden,
    ),
    "notices": (ev.LoopNoticed, ev.LoopDismissed, ev.PastFailuresFound, ev.Unknown),
}


def timeline(records: Sequence[ev.Recorded], seq: int, kind: Kind = "all") -> tuple[Line, ...]:
    """Return the newest records last, perhaps of one kind only; the one the screen shows is marked."""
    if not records:
        return (line(("Nothing has happened yet.", "dim")),)
    wanted = [each for each in records if isinstance(each.event, _KINDS[kind])] if kind != "all" else records
    shown = wanted[-MAX_SHOWN:]
    lines = [entry(record, is_here=record.seq == seq) for record in shown]
    if len(wanted) > len(shown):
        lines.insert(0, line((f"… {count(len(wanted) - len(shown), 'earlier event')} not shown", "dim")))
    if kind != "all":
        lines.insert(
            0,
            line(
                ("only ", "dim"),
                (kind, "strong"),
                figure=key_in(" {} shows the next kind ", "filter"),
                fit="cut",
            ),
        )
    return tuple(lines)


def entry(record: ev.Recorded, *, is_here: bool = False) -> Line:
    sign, role, words = say(record.event)
    return line(
        ("▸" if is_here else " ", "accent"),
        (f"{record.seq:>4}  {clock(record.at)}  ", "dim"),
        (f"{sign} ", role),
        words,
        fit="cut",
        key=f"seq:{record.seq}",
    )
