"""What the chooser of searches offers: the core itself says what is possible, so that the two never disagree."""

from dataclasses import dataclass

from coach.core.decide.searches import why_not_searched
from coach.core.search.kinds import SEARCH_KINDS, SearchKind
from coach.core.session.state import SessionState
from coach.tui.views.key_name import keyed
from coach.tui.views.line import BLANK, Line, Role, line

_ROLES: dict[bool, tuple[Role, Role, Role]] = {False: ("key", "strong", "plain"), True: ("dim", "dim", "dim")}
"""Whether it is refused → roles of key, name and cost."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One search, and why it is refused now (empty: it is not)."""

    kind: SearchKind
    why_not: str = ""


def offers(state: SessionState) -> tuple[Offer, ...]:
    """Return every search, with the reason of those that the core would refuse."""
    return tuple(Offer(kind, why_not_searched(state, kind)) for kind in SEARCH_KINDS.values())


def clusters_of(state: SessionState) -> tuple[str, ...]:
    """Return the clusters that the session used, the newest first."""
    newest = state.investigation.on if state.investigation else ""
    used = (each.request.on for each in reversed(state.searches))
    return tuple(dict.fromkeys(filter(None, (*used, newest))))


def offer_lines(shown: tuple[Offer, ...]) -> tuple[Line, ...]:
    """Return the searches, each some lines long; the key of a line is the number of its search, from 1."""
    lines: list[Line] = []
    for number, each in enumerate(shown, start=1):
        key, name, cost = _ROLES[bool(each.why_not)]
        lines.append(line((f" {number} ", key), "  ", (each.kind.question, name), hang=5, key=str(number)))
        lines.append(line("     ", (each.kind.costs, cost), hang=5, key=str(number)))
        if each.why_not:
            lines.append(
                line("     ", ("not now: ", "warn"), (keyed(each.why_not), "dim"), hang=5, key=str(number))
            )
    return (
        *lines,
        BLANK,
        line(("Each run is made in a copy; the checkout stays as it is. What was tried is kept.", "dim")),
    )
