"""Drafts of hypotheses, drawn from what was measured. Offered, never written: a draft is a place to begin, not an answer."""

from collections.abc import Iterator

from coach.core.base.test_id import NO_TEST
from coach.core.base.text import Prose
from coach.core.base.value import Value
from coach.core.experiments.hypothesis import Expects
from coach.core.localize.call_trace import Call, Kind, sentence
from coach.core.localize.evidence import is_test_code
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.search.kinds import CommitFound, EditsFound, PollutersFound
from coach.core.session.state import SessionState

MAX = 6


class HypothesisDraft(Value):
    """A claim with its prediction, and the evidence it comes from."""

    claim: Prose
    prediction: Prose
    expects: Expects | None = None
    because: Prose


def drafts(state: SessionState) -> tuple[HypothesisDraft, ...]:
    """Return drafts, best backed first; what was claimed already (refuted ones above all) is not offered again."""
    claimed = {each.claim for each in state.hypotheses}
    parted, likely = tuple(_from_divergence(state)), tuple(_from_suspects(state))
    traced = (*likely, *parted) if _parts_at_no_likely_place(state) else (*parted, *likely)
    found = [*_from_flips(state), *_from_searches(state), *traced]
    return tuple({each.claim: each for each in found if each.claim not in claimed}.values())[:MAX]


def _from_flips(state: SessionState) -> Iterator[HypothesisDraft]:
    for flip in state.mutants.flips[:3] if state.mutants else ():
        if flip.silences:
            continue
        yield HypothesisDraft(
            claim=f"{flip.path}:{flip.line} should not be {flip.before}",
            prediction=f"when {flip.function} no longer does {flip.before}, the test passes",
            expects="pass",
            because=flip.sentence,
        )


def _from_searches(state: SessionState) -> Iterator[HypothesisDraft]:
    newest = {
        search.request.kind: search.result
        for search in state.searches
        if search.result and search.result.found
    }
    for result in newest.values():
        found = result.found
        if isinstance(found, CommitFound) and len(found.commits) == 1:
            files = ", ".join(file.path for file in found.files[:3]) or "its change"
            yield HypothesisDraft(
                claim=f"commit {found.commits[0].id[:10]} broke it in {files}: {found.commits[0].subject[:80]}",
                prediction="with that change taken back, the test passes",
                expects="pass",
                because=result.sentence,
            )
        elif isinstance(found, EditsFound) and found.files:
            hunk = found.files[0].hunks[:1]
            place = f"{found.files[0].path}:{hunk[0].new_start}" if hunk else found.files[0].path
            yield HypothesisDraft(
                claim=f"the edit at {place} broke it",
                prediction="without that hunk the test passes",
                expects="pass",
                because=result.sentence,
            )
        elif isinstance(found, PollutersFound) and found.polluters:
            leaked = f" through {found.leaked[0]}" if found.leaked else ""
            yield HypothesisDraft(
                claim=f"{found.polluters[0]} leaves state behind{leaked}",
                prediction="when it cleans up after itself, the test passes in any order",
                expects="pass",
                because=result.sentence,
            )


def _from_divergence(state: SessionState) -> Iterator[HypothesisDraft]:
    """Where the calls of the failing test first part from a passing run; a place in a test is no cause."""
    traced, call = state.calls, _parting_call(state)
    if traced is None or traced.divergence is None or call is None:
        return
    found = traced.divergence
    place = f"{call.function} at {call.path}:{call.line}"
    claim, prediction, expects = _DIVERGED[found.kind]
    yield HypothesisDraft(
        claim=claim.format(place=place),
        prediction=prediction.format(name=call.function),
        expects=expects,
        because=f"in #{traced.trace.run} {sentence(found)}",
    )


def _parting_call(state: SessionState) -> Call | None:
    traced = state.calls
    found = traced.divergence if traced else None
    if traced is None or found is None or not 0 <= found.at < len(traced.trace.calls):
        return None
    call = traced.trace.calls[found.at]
    return None if is_test_path(call.path) else call


def _parts_at_no_likely_place(state: SessionState) -> bool:
    """Whether the calls part in a function that is not among the likely ones, all evidence taken together."""
    call = _parting_call(state)
    leading = [each for each in state.standing_suspects if each.leads and each.probability]
    return bool(call and leading) and all(
        (each.path, each.function) != (call.path, call.function) for each in leading if call
    )


_DIVERGED: dict[Kind, tuple[str, str, Expects | None]] = {
    "result": (
        "{place} gives a wrong answer",
        "when {name} answers as in the passing run, the test passes",
        "pass",
    ),
    "argument": (
        "{place} is called with a wrong value",
        "with the right value for {name} the test passes",
        "pass",
    ),
    "path": (
        "the way parts wrongly in {place}",
        "a logpoint in {name}, at the condition, holds in the failing test only",
        None,
    ),
}
"""Kind of divergence → claim, prediction, and what the next run does if it holds."""


def _from_suspects(state: SessionState) -> Iterator[HypothesisDraft]:
    tests = state.reference.tests if state.reference else ()
    code = [
        each
        for each in state.standing_suspects
        if each.leads
        and not any(is_test_code(each.path, each.function, test) for test in tests or (NO_TEST,))
    ]
    for suspect in code[:3]:  # a test that merely asserts is no place of a cause
        name = suspect.function or "the module"
        yield HypothesisDraft(
            claim=f"{name} at {suspect.path}:{suspect.line} gives a wrong value",
            prediction=f"with the right value at {suspect.path}:{suspect.line} the test passes",
            expects="pass",
            because=suspect.reasons[0] if suspect.reasons else f"suspect number {suspect.rank or 1}",
        )
