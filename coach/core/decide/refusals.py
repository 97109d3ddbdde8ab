"""Why an action is not possible now: asked of the very rules that would refuse its command, so that the two never disagree.

The next move, the keys of the screen and the choosers ask here. An empty sentence means that it is possible; what a person
has to write for it is another matter.
"""

from collections.abc import Callable, Mapping

from coach.core.decide.call_traces import why_not_traced
from coach.core.decide.decision import CLOSED
from coach.core.decide.feedback import why_not_narrowed
from coach.core.decide.investigation import why_not_investigated
from coach.core.decide.journal import why_not_confirmed
from coach.core.decide.logpoint_runs import why_not_looked, why_nothing_asked
from coach.core.decide.origin_traces import why_not_followed
from coach.core.decide.restores import why_not_restored
from coach.core.decide.run_commands import why_not_pinned, why_not_taken, why_not_unpinned
from coach.core.decide.searches import why_not_searched
from coach.core.decide.suspect_measurement import why_not_measured, why_not_mutated
from coach.core.decide.verification_runs import why_not_answered, why_not_verified
from coach.core.experiments.suggestions import drafts
from coach.core.history.restore_goal import goal
from coach.core.search.kinds import SEARCH_KINDS, SearchKind
from coach.core.session.state import SessionState
from coach.core.workflow.gates import following

Why = Callable[[SessionState], str]


def refusal(state: SessionState, action: str) -> str:
    """Return why an action is not possible now; empty when it is, and for actions that only look."""
    reason = _REASONS.get(action)
    if reason is None:
        return ""
    if state.closed:
        return CLOSED.reason
    return reason(state)


def _always(_state: SessionState) -> str:
    return ""


def _search(kind: SearchKind) -> Why:
    return lambda state: why_not_searched(state, kind)


def _nothing_runs(state: SessionState) -> str:
    return "" if state.under_way or state.search or state.is_investigating else "nothing is running"


def _no_next_step(state: SessionState) -> str:
    if state.step is None:
        return "the session has not begun"
    return "" if following(state) else "this is the last step; ‹close› closes the session"


def _no_step_before(state: SessionState) -> str:
    return "" if state.workflow.position(state.step_id) > 0 else "this is the first step"


def _not_begun(state: SessionState) -> str:
    return "" if state.step else "the session has not begun"


def _nothing_to_judge(state: SessionState) -> str:
    return "" if state.hypotheses else "no hypothesis yet; ‹hypothesis› writes one"


def _no_suspects(state: SessionState) -> str:
    return "" if state.suspects else "no suspects yet; a failing run (‹run›) names them"


def _is_wide(state: SessionState) -> str:
    return "runs on save reach all already" if state.scope == "all" else ""


def _no_calls(state: SessionState) -> str:
    return "" if state.calls else why_not_traced(state)


def _no_origins(state: SessionState) -> str:
    return "" if state.origins else why_not_followed(state)


def _no_loop_stands(state: SessionState) -> str:
    return "" if state.standing_loop else "no loop is noticed"


def _nothing_to_restore(state: SessionState) -> str:
    return why_not_restored(state) if goal(state) else "no earlier good files are recorded"


def _no_logpoint(state: SessionState) -> str:
    return "" if state.logpoints else "no logpoint yet; ‹logpoint› sets one"


def _no_drafts(state: SessionState) -> str:
    return (
        ""
        if drafts(state)
        else "no draft yet: ‹calls› traces calls, ‹mutants› tries mutants, ‹searches› searches"
    )


_REASONS: Mapping[str, Why] = {
    **dict.fromkeys(
        (
            "run",
            "reproduce",
            "suite",
            "watching",
            "hypothesis",
            "close",
            "spec",
            "note",
            "root-cause",
            "searches",
            "hand-over",
            "try",
            "budget",
            "retarget",
        ),
        _always,
    ),
    "cancel": _nothing_runs,
    "verify": why_not_verified,
    "failure": why_not_taken,
    "pin": why_not_pinned,
    "unpin": why_not_unpinned,
    "rule-out": _no_suspects,
    "judge": _nothing_to_judge,
    "confirm": why_not_confirmed,
    "next-step": _no_next_step,
    "back-step": _no_step_before,
    "go-to-step": _not_begun,
    "narrow": why_not_narrowed,
    "widen": _is_wide,
    "spectrum": why_not_measured,
    "mutants": why_not_mutated,
    "calls": _no_calls,
    "investigate": why_not_investigated,
    "origins": _no_origins,
    "restore": _nothing_to_restore,
    "dismiss": _no_loop_stands,
    "logpoint": why_not_looked,
    "pdb": _no_logpoint,
    "allow": why_nothing_asked,
    "drafts": _no_drafts,
    "answer": why_not_answered,
    **{f"searches:{kind.name}": _search(kind) for kind in SEARCH_KINDS.values()},
}
"""Action → its reason. Those that only look are not here: they are always possible, as far as the session goes."""
