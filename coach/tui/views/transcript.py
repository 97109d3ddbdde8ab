"""What a session that was read from a transcript is, in place of steps that nobody took and checks that nobody asked for."""

from coach.core.base.formatting import count
from coach.core.log.imported_event import Imported
from coach.tui.views.line import BLANK, Line, Piece, heading, line, piece

MOST_LOST = 12
"""Kinds of what could not be read that are named; the rest is counted."""


def read_in_short(imported: Imported) -> tuple[Piece, ...]:
    """Return what was read, for one row."""
    runs = f"{count(imported.runs, 'run')} of {count(imported.targets, 'target')}"
    return (
        piece(" ○ ", "accent"),
        piece(f"transcript of {imported.format}", "strong"),
        piece(f" · {runs} · {count(imported.attempts, 'attempt')}"),
    )


def about_transcript(imported: Imported) -> tuple[Line, ...]:
    """Return whose record it is, and what could not be known of it."""
    whose = " of ".join(each for each in (imported.assistant, imported.format) if each)
    lines = [heading("Transcript"), line(whose, hang=2)]
    base = (
        f"edits are read against {imported.base[:10]}"
        if imported.base
        else "files are known as far as it shows them"
    )
    lines.append(line((base, "dim"), hang=2))
    if imported.unread_attempts:
        unread = f"{imported.unread_attempts} of {count(imported.attempts, 'attempt')} changed files of unknown content"
        lines.append(line(unread, hang=2))
    if imported.lost:
        lines += [BLANK, heading("Not known of it")]
    lines += [line(f"{each.count:,} × ", each.what, hang=4) for each in imported.lost[:MOST_LOST]]
    if len(imported.lost) > MOST_LOST:
        lines.append(line((f"and {len(imported.lost) - MOST_LOST} kinds more", "dim")))
    return tuple(lines)
