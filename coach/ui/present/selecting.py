"""Which of several things the engineer looks at: their own choice, else the first that matters."""

from dataclasses import replace

from coach.core.hypothesis import Hypothesis
from coach.core.session import SessionState
from coach.core.suspect import Suspect
from coach.ui.present.looking import Looking


def selected_suspect(state: SessionState, looking: Looking) -> Suspect | None:
    """Return the suspect the engineer chose, else the first that stands."""
    chosen = next((each for each in state.suspects if each.key == looking.suspect), None)
    standing = state.standing_suspects
    return chosen or (standing[0] if standing else next(iter(state.suspects), None))


def selected_hypothesis(state: SessionState, looking: Looking) -> Hypothesis | None:
    """Return the hypothesis the engineer chose, else the newest that is open."""
    if chosen := state.hypothesis(looking.hypothesis):
        return chosen
    opened = state.open_hypotheses
    return opened[-1] if opened else None


def looked_at(looking: Looking, line: str) -> Looking:
    """Return what is looked at once a line of a panel is chosen by its key."""
    kind, _, key = line.partition(":")
    match kind:
        case "suspect":
            return replace(looking, suspect=key)
        case "hypothesis":
            return replace(looking, hypothesis=int(key))
        case "run":
            return replace(looking, run=int(key))
    return looking
