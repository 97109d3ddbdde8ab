"""What searches and call traces of a session say about places: reasons for the ranking, each backed by measured outcomes."""

from collections.abc import Iterator

from coach.core.base.test_id import TestId
from coach.core.localize.call_trace import Call, Divergence, sentence
from coach.core.localize.spectrum import Spectrum
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.report import Failure
from coach.core.runs.run import Run
from coach.core.search.hunks import changed_runs
from coach.core.search.kinds import SEARCH_KINDS, Blame, SearchKind
from coach.core.search.request import OPENED, Lead, Search
from coach.core.session.state import SessionState


def evidence_from_searches(state: SessionState) -> tuple[Lead, ...]:
    """Return the places that finished searches blame, in the order of their kinds: an experiment now before the history.

    Only the newest answer of each kind counts: one that found nothing takes back what was found before. A search of
    the checkout falls silent when it was edited after it.
    """
    answered = (each for each in state.searches if each.result and each.result.how in {"found", "nothing"})
    newest = {search.request.kind: search for search in answered}
    return tuple(
        lead
        for kind in SEARCH_KINDS.values()
        if kind.name in newest
        for lead in _leads_of(kind, newest[kind.name], state)
    )


def _leads_of(kind: SearchKind, search: Search, state: SessionState) -> Iterator[Lead]:
    is_stale = kind.is_of_the_checkout and any(edit.at > search.began for edit in state.edits)
    result = search.result
    if result and result.how == "found" and result.found and not is_stale:
        blame = result.found.blame(search.request.number)
        yield from _places(blame, blame.weight or kind.name)


def _places(blame: Blame, kind: str) -> Iterator[Lead]:
    code = [file for file in blame.files if file.path.endswith(".py") and not is_test_path(file.path)]
    share = 1 / max(sum(len(file.hunks) or 1 for file in code or blame.files), 1)
    for file in blame.files:
        if not file.hunks:
            yield Lead(path=file.path, reason=blame.reason, share=share, kind=kind)
        for start, end in _lines_of(file, blame):
            yield Lead(path=file.path, start=start, end=end, reason=blame.reason, share=share, kind=kind)


def _lines_of(file: FileChange, blame: Blame) -> Iterator[tuple[int, int]]:
    """Yield where what was changed in a file stands in the version that was tested."""
    if blame.lines:
        yield from ((each.start, each.end) for each in blame.lines if each.path == file.path)
    else:
        yield from (run for hunk in file.hunks for run in changed_runs(hunk))


def changes_since_past_pass(state: SessionState, run: Run, failure: Failure) -> Changes | None:
    """Return what changed between a pass in a past session and a red run; None where nothing is known of the two."""
    past = state.past_changes
    if past is None or past.test != failure.test or run.report is None:
        return None
    is_of_run = state.same_tree(past.changes.tree) == state.same_tree(run.report.tree)
    return past.changes if is_of_run else None


def evidence_from_files(spectrum: Spectrum | None) -> tuple[Lead, ...]:
    """Return the files of data and templates that the failing test opened and no passing one did."""
    if spectrum is None or not spectrum.passing:
        return ()
    reason, share = "only the failing test opens it", 1 / max(len(spectrum.opened), 1)
    return tuple(
        Lead(path=each, start=1, end=1, reason=reason, share=share, kind=OPENED) for each in spectrum.opened
    )


def evidence_from_message(spectrum: Spectrum | None) -> tuple[Lead, ...]:
    """Return the object that lacks the name which the failing test died on; none when it died of something else."""
    found = spectrum.lacking if spectrum else None
    if found is None:
        return ()
    return (
        Lead(
            path=found.path,
            start=found.line,
            end=found.line,
            reason=found.sentence,
            kind="lacking",
            function=found.function,
        ),
    )


_NEAR = 8
"""Steps back up to which a place counts in full: the first step is the function that the test calls, no likelier than others."""
_SHORT = 40
"""Characters of an expression up to which a reason quotes it."""


def evidence_from_origins(state: SessionState, failure: Failure) -> tuple[Lead, ...]:
    """Return the places that made the value on which the failing line stumbled, those many steps back worth half.

    Nothing when another value was asked about, the run that was looked at passed, or the line asked for a name that is not
    there: then no value was made.
    """
    found, known = state.wrong_value, state.spectrum
    if known and known.test == failure.test and known.lacking and known.lacking.name:
        return ()
    lines = {(each.path, each.line) for each in failure.own_frames[-1:]}
    if (
        found is None
        or not found.failed
        or found.test != failure.test
        or (found.path, found.line) not in lines
    ):
        return ()
    value = " ".join(found.expression.split())
    value = value if 0 < len(value) <= _SHORT else "the wrong value"
    return tuple(
        Lead(
            path=each.path,
            start=each.line,
            end=each.line,
            reason=f"{value} came from here: {each.name}",
            share=1.0 if each.distance <= _NEAR else 0.5,
            kind="origins",
        )
        for each in sorted(found.origins, key=lambda each: each.distance)
        if each.is_sure and each.path != failure.test.file
    )


_OF_A_NEIGHBOUR = 0.4
"""Share kept by a divergence from another test, which does other things by design; a first guess, never fitted."""


def evidence_from_calls(state: SessionState, test: TestId) -> tuple[Lead, ...]:
    """Return the function in which the calls of the failing test first part from those of a passing run.

    A call that gives another answer for equal arguments is the place itself; of a call that is another one, or is made with
    other arguments, it is the function that called. Nothing when the traced code is not the code that failed.
    """
    traced = state.calls
    if traced is None or traced.divergence is None or traced.trace.test != test:
        return ()
    run, failed = state.run(traced.trace.run), state.last_failure
    trees = [each.report.tree if each and each.report else "" for each in (run, failed)]
    place = _parting(traced.trace.calls, traced.divergence)
    if place is None or trees[0] != trees[1]:
        return ()
    share = 1.0 if traced.divergence.with_test == test else _OF_A_NEIGHBOUR
    reason = f"calls part here: {sentence(traced.divergence)}"
    return (
        Lead(path=place.path, start=place.line, end=place.line, reason=reason, share=share, kind="calls"),
    )


def _parting(calls: tuple[Call, ...], found: Divergence) -> Call | None:
    """Return the call whose code decided otherwise; None when the test itself did."""
    if not 0 <= found.at < len(calls):
        return None
    call = calls[found.at]
    if found.kind == "result":
        return call if call.depth else None
    before = (each for each in reversed(calls[: found.at]) if each.thread == call.thread)
    caller = next((each for each in before if each.depth < call.depth), None)
    return caller if caller and caller.depth else None
