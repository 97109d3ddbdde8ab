"""A loop that was noticed: the reason of the next move, and the dialog. They say what was seen, and blame nobody."""

from collections.abc import Iterator

from coach.core.decide.ways_out import standing_ways
from coach.core.history.restore_goal import goal
from coach.core.log import events as ev
from coach.core.loops.attempt import attempt_words
from coach.core.session.state import SessionState
from coach.core.workflow.way_words import measure_of
from coach.tui.keys import advised
from coach.tui.views.key_name import key_in, shown_key
from coach.tui.views.line import BLANK, Line, elastic, heading, line, linked, piece, pieces
from coach.tui.views.link import Key, Press
from coach.tui.views.run_outcome import pieces_of

_ROOM_FOR_RUNS, _AROUND = 100, 12
MAX_RUNS = 8


def pattern_name(pattern: str) -> str:
    return pattern.replace("-", " ")


def loop_reason(state: SessionState, loop: ev.LoopNoticed, rest: str, width: int) -> Line:
    """Say what is repeated, with what could be measured about it, else the runs that show it.

    Args:
        state: the session.
        loop: what was noticed.
        rest: the end of the next move, where it did not fit into its row.
        width: columns of the screen.

    """
    runs = " ".join(f"#{number}" for number in loop.evidence[-MAX_RUNS:])
    measure = measure_of(standing_ways(state, loop))
    room = width - sum(map(len, (rest, pattern_name(loop.pattern), loop.sentence))) - _AROUND
    said = (measure.sentence if measure else "", runs if width >= _ROOM_FOR_RUNS else "")
    figure = next((each for each in said if each and len(each) < room), "")
    return line(
        "   ",
        (f"{rest}  ", "strong") if rest else "",
        piece(pattern_name(loop.pattern), "warn", link=Press("loop")),
        "  ",
        loop.sentence,
        figure=(f"{figure} " if figure else "", "dim"),
        fit="cut",
    )


def host(state: SessionState) -> list[tuple[str, str, bool]]:
    """Return (key, label, whether it is the move) of every answer to the standing loop."""
    move = advised(state)
    found = [(move.shown_key, move.label, True)] if move else []
    wanted = goal(state)
    if wanted and (move is None or move.id != "restore"):
        found.append((shown_key("restore"), f"restore #{wanted.run}" if wanted.run else "restore", False))
    return [*found, (shown_key("dismiss"), "dismiss", False)]


def card_lines(state: SessionState, loop: ev.LoopNoticed) -> tuple[Line, ...]:
    """Return the stop card: what was seen, the runs that show it, the one move."""
    lines = [line(("⚠ ", "warn"), (loop.sentence, "strong"), hang=2)]
    if loop.place:
        lines.append(line("  ", ("about ", "dim"), elastic(loop.place, "dim"), fit="cut"))
    lines += [BLANK, heading("Evidence")]
    for number in loop.evidence[-MAX_RUNS:]:
        lines += _evidence(state, number)
    return (
        *lines,
        BLANK,
        heading("The way on"),
        line(("→ ", "accent"), (loop.move, "strong"), hang=2),
        *way_lines(state, loop),
        BLANK,
        *_keys(state),
    )


def way_lines(state: SessionState, loop: ev.LoopNoticed) -> Iterator[Line]:
    """Yield what would break the circle, each with its key."""
    for way in standing_ways(state, loop):
        yield line(("· ", "dim"), way.sentence, key_in(" ({})", way.action), hang=2)


def _evidence(state: SessionState, number: int) -> list[Line]:
    run = state.run(number)
    name = piece(f"#{number} ".rjust(5), "dim")
    if run is None:
        return [line(name, ("not in this log", "dim"))]
    attempt = state.attempt(number)
    lines = [
        line(
            name, *pieces_of(state, run), figure=(attempt_words(attempt) if attempt else "", "dim"), fit="cut"
        )
    ]
    if attempt and attempt.paths:
        lines.append(line("      ", (" ".join(attempt.paths[:4]), "dim"), fit="cut"))
    return lines


def _keys(state: SessionState) -> list[Line]:
    return [
        line("  ", *linked(Key(key), pieces((f" {key} ", "next" if is_move else "key"), f" {label}")))
        for key, label, is_move in host(state)
    ]
