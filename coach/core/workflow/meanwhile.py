"""What the engineer can do while coach measures by itself: read the place that is likeliest so far, or go on without."""

from coach.core.decide.measurement_kinds import title_of
from coach.core.localize.measurement import Measurement
from coach.core.localize.mutation.results import best_first
from coach.core.session.state import SessionState
from coach.core.workflow.gates import following
from coach.core.workflow.moves import Advice, Moves


def meanwhile(state: SessionState, own: Measurement) -> Moves:
    """Yield what can be done during a measurement whose answer the step asks for; nothing, where no place is known and no step follows."""
    without = "; ‹next-step› goes on without" if following(state) else ""
    measuring = f"Measuring: {title_of(own.name)}, about {max(1.0, own.expected):.0f} s{without}."
    first = next(iter(state.standing_suspects), None)
    if first:
        so_far = f"{first.likelihood} so far".lstrip()
        yield Advice(f"Read {first.place} ({so_far}). {measuring}{flip_said(state)}", "editor")
    elif without:
        yield Advice(f"No place is named yet. {measuring}", "next-step")


def flip_said(state: SessionState) -> str:
    """Say the best flip of the round of mutations under way, after another sentence; empty before the first."""
    if not state.early_flips:
        return ""
    best = best_first(state.early_flips)[0]
    return f" So far: with {best.after} instead of {best.before} at {best.path}:{best.line} it passes."
