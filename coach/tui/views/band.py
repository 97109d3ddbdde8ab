"""The next move and its reason: two rows over the full width, which nothing takes away while runs are under way."""

from coach.core.session.state import SessionState
from coach.core.workflow.advice import Advice
from coach.core.workflow.place_found import PlaceFound
from coach.tui.keys import Offers
from coach.tui.views.flow import cells, flow
from coach.tui.views.key_name import key_of, keyed, shown_key
from coach.tui.views.line import Line, Piece, elastic, line, linked, piece
from coach.tui.views.link import Open, Press
from coach.tui.views.loops import loop_reason

_INDENT = 3


def move_line(offers: Offers, read_only: str, width: int) -> Line:
    """Return the next move with its key at the right; what does not fit goes on in the row below."""
    keys = _keys(offers, read_only)
    text, _ = _split(offers.move, keys, width)
    return line(_sign(offers.move), (text, "strong"), figure=keys, fit="cut")


def reason_line(state: SessionState, offers: Offers, read_only: str, width: int) -> Line:
    """Return the rest of the move, else why it is the one: what was noticed, or what the step is for."""
    _, rest = _split(offers.move, _keys(offers, read_only), width)
    loop = state.standing_loop
    if loop and offers.move.is_notice:
        return loop_reason(state, loop, rest, width)
    more = piece(f"{rest}  " if rest else "", "strong")
    if offers.found and not read_only:
        return line(" " * _INDENT, more, *_found(offers.found), fit="cut")
    if rest and offers.move.enters:  # it says already what that step is for
        return line(" " * _INDENT, more, fit="cut")
    return line(" " * _INDENT, more, (_reason(state, offers.move), "dim"), fit="cut")


def _found(found: PlaceFound) -> tuple[Piece, ...]:
    """Return the place that measuring has named and the key that opens it; of a weak one what would make it surer, and its price."""
    place = found.place
    sign = piece("✔ isolated: ", "good") if found.is_isolated else piece("◐ weak: ", "warn")
    where = elastic(place.place, "strong", link=Open(place.path, place.line))
    shown = (sign, where, piece(f" {place.likelihood}".rstrip()), piece("  "))
    if found.surer is None:
        return (*shown, key_of("editor"), piece(" opens it", "dim"))
    return (*shown, key_of(found.surer.action), piece(f" {found.surer.does}, {found.price}", "dim"))


def _sign(advice: Advice) -> Piece:
    if advice.is_notice:
        return piece(" ⚠ ", "warn")
    return piece(" ✔ ", "good") if advice.is_good else piece(" → ", "accent")


def _keys(offers: Offers, read_only: str) -> tuple[Piece, ...]:
    found = offers.action
    if found is None or read_only:
        return ()
    shown = piece(f" {found.shown_key} ", "next"), piece(f" {found.label} ", "accent")
    return linked(Press(found.id, found.shown_key), shown)


def _split(advice: Advice, keys: tuple[Piece, ...], width: int) -> tuple[str, str]:
    """Break the sentence where its row ends."""
    text = keyed(advice.text)
    room = max(12, width - _INDENT - (cells(keys) + 2 if keys else 1))
    rows = flow((line(text),), room)
    first = "".join(each.text for each in rows[0].pieces)
    return first, text[len(first) :].strip() if len(rows) > 1 else ""


def _reason(state: SessionState, move: Advice) -> str:
    """Say what the step is for to which the move belongs."""
    if state.imported:
        return f"{shown_key('runs')} lists its runs, {shown_key('timeline')} all that happened."
    step = state.workflow.step(move.enters) or state.step
    is_done = move.is_good and not move.enters
    return step.guidance if step and not state.closed and not is_done else ""
