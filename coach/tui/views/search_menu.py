"""What the chooser of searches offers: the core itself says what is possible, so that the two never disagree."""

from dataclasses import dataclass

from coach.core.decide import Refusal, decide
from coach.core.protocol import commands as cmd
from coach.core.search.flake_axes import CONDITIONS, ROUNDS
from coach.core.search.request import SearchKind
from coach.core.session.state import SessionState
from coach.tui.views.key_name import keyed
from coach.tui.views.line import BLANK, Line, Role, line

_OFFERS: dict[SearchKind, tuple[str, str]] = {
    "edits": ("Which of my edits?", "a few runs to some dozens, fewer for fewer hunks"),
    "commits": ("Which commit?", "about two runs for every doubling of the history"),
    "order": ("Which test before it?", "runs of ever fewer tests, at first of the whole suite"),
    "flake": (
        "What does the flake depend on?",
        f"{ROUNDS * len(CONDITIONS)} runs: alone, other seeds, other orders",
    ),
    "input": ("How little input?", "dozens to hundreds of runs; asks for the file"),
}

_ROLES: dict[bool, tuple[Role, Role, Role]] = {False: ("key", "strong", "plain"), True: ("dim", "dim", "dim")}
"""Whether it is refused → roles of key, name and cost."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One search: what it asks, what it costs, and why it is refused now (empty: it is not)."""

    kind: SearchKind
    asks: str
    costs: str
    why_not: str = ""


def offers(state: SessionState) -> tuple[Offer, ...]:
    """Return every search, with the reason of those that the core would refuse."""
    return tuple(Offer(kind, asks, costs, _why_not(state, kind)) for kind, (asks, costs) in _OFFERS.items())


def offer_lines(shown: tuple[Offer, ...]) -> tuple[Line, ...]:
    """Return the searches, each some lines long; the key of a line is the number of its search, from 1."""
    lines: list[Line] = []
    for number, each in enumerate(shown, start=1):
        key, name, cost = _ROLES[bool(each.why_not)]
        lines.append(line((f" {number} ", key), "  ", (each.asks, name), hang=5, key=str(number)))
        lines.append(line("     ", (each.costs, cost), hang=5, key=str(number)))
        if each.why_not:
            lines.append(
                line("     ", ("not now: ", "warn"), (keyed(each.why_not), "dim"), hang=5, key=str(number))
            )
    return (
        *lines,
        BLANK,
        line(("Each run is made in a copy; the checkout stays as it is. What was tried is kept.", "dim")),
    )


def _why_not(state: SessionState, kind: SearchKind) -> str:
    asked = cmd.BeginSearch(kind=kind, input="?" if kind == "input" else "")
    answer = decide(asked, state)
    return answer.reason if isinstance(answer, Refusal) else ""
