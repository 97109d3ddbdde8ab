"""Searches: what is asked for becomes a request with all it needs; what the engine says becomes events."""

from coach.core.decide.decision import CLOSED, Decision, Draft, Refusal, decide
from coach.core.decide.suspect_measurement import rank_suspects
from coach.core.localize.leads import evidence_from_searches
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.abilities import who_can
from coach.core.runs.reference import Reference, is_of
from coach.core.runs.run import Run
from coach.core.runs.target import Target
from coach.core.search.kinds import SEARCH_KINDS, Need, SearchKind
from coach.core.search.request import Place, SearchRequest, SearchResult, SeenTree
from coach.core.session.state import SessionState

MAX_PLACES = 5
"""Suspects whose lines are looked up in the history: a blame of each costs time before the first probe."""

MAX_WIDTH = 64
"""Probes at the same time on this machine."""
MAX_WORKERS = 10_000
"""Probes at the same time on a cluster: more than any scheduler serves."""
MAX_SEEN = 200
"""Trees whose outcomes are told to a search."""


@decide.register
def _(message: cmd.BeginSearch, state: SessionState) -> Decision | Refusal:
    if message.kind not in SEARCH_KINDS:
        return Refusal(f"no search is called {message.kind}; there are {', '.join(SEARCH_KINDS)}")
    target = _target(state)
    reference = _reference(state, target)
    if why_not := _impossible(message, state, target, reference):
        return Refusal(why_not)
    draft = Draft(state)
    if state.search:
        superseded = SearchResult(how="stopped", sentence="superseded by another search")
        draft.record(ev.SearchEnded(number=state.search.request.number, result=superseded))
        draft.perform(eff.StopSearch())
    request = _request(message, state, target, reference)
    draft.record(ev.SearchBegan(search=request))
    known = {tried.key: tried for search in state.searches for tried in search.tried}
    draft.perform(eff.RunSearch(request=request, known=tuple(known.values())))
    return draft.done()


def why_not_searched(state: SessionState, kind: SearchKind) -> str:
    """Say why a search of a kind cannot begin now, were it told all it has to be told; empty when it can."""
    target = _target(state)
    asked = cmd.BeginSearch(kind=kind.name, input="?" if "a file" in kind.needs else "")
    return _impossible(asked, state, target, _reference(state, target))


def _impossible(
    message: cmd.BeginSearch, state: SessionState, target: Target, reference: Reference | None
) -> str:
    """Say why a search cannot begin now; empty when it can."""
    missing: dict[Need, tuple[bool, str]] = {
        "a file": (not message.input, "which file? Name one the failing test reads"),
        "an order": (not target.can("order"), who_can("order")),
        "one test": (
            not target.is_one_test,
            "this needs one failing test; run the target or the whole suite first",
        ),
        "a failure": (reference is None, "no failure is known yet; ‹reproduce› reproduces it"),
        "an earlier state": (
            not _base(state)[0],
            "nothing to compare with: the target never passed here and there is no commit",
        ),
    }
    if state.closed:
        return CLOSED.reason
    needs = SEARCH_KINDS[message.kind].needs
    return next((why for need, (lacks, why) in missing.items() if need in needs and lacks), "")


def _request(
    message: cmd.BeginSearch, state: SessionState, target: Target, reference: Reference | None
) -> SearchRequest:
    kind = SEARCH_KINDS[message.kind]
    rate = _rate(state) if kind.may_flake or "a failure" in kind.needs else 1.0
    base, label = _base(state) if "an earlier state" in kind.needs else (message.good, "")
    return SearchRequest(
        number=len(state.searches) + 1,
        kind=kind.name,
        target=target,
        reference=reference,
        base=base,
        base_label=label,
        red_tree=_red_tree(state, reference),
        rate=rate,
        seen=_seen(state, reference) if rate < 1 else (),
        rounds=max(message.rounds, 0),
        input=message.input,
        places=_places(state) if kind.looks_up_places else (),
        width=_width(message, state, target),
        proves=message.proves,
        most=max(message.most, 0),
        on=message.on,
    )


def _width(message: cmd.BeginSearch, state: SessionState, target: Target) -> int:
    """Return how many probes run beside each other: one, where those of an earlier search there disturbed each other."""
    there = (
        each for each in state.searches if (each.request.target, each.request.on) == (target, message.on)
    )
    if any(each.result and each.result.disturbed for each in there):
        return 1
    least, most = (0, MAX_WORKERS) if message.on else (1, MAX_WIDTH)
    return max(least, min(message.width, most))


@decide.register
def _(_message: cmd.StopSearch, state: SessionState) -> Decision | Refusal:
    if state.search is None:
        return Refusal("no search is under way")
    return Decision(effects=(eff.StopSearch(),))


@decide.register
def _(message: obs.SearchAdvanced, state: SessionState) -> Decision | Refusal:
    if not any(each.request.number == message.number for each in state.searches):
        return Decision()
    # Also of a search that is over: what was tried stays true, and need not be tried again.
    said = ev.SearchProgressed(
        number=message.number, tried=message.tried, doing=message.doing, notes=message.notes
    )
    return Decision(events=(said,))


@decide.register
def _(message: obs.SearchOver, state: SessionState) -> Decision | Refusal:
    if _is_over(state, message.number):
        return Decision()
    draft = Draft(state)
    draft.record(ev.SearchEnded(number=message.number, result=message.result))
    draft.notice = message.result.sentence
    if evidence_from_searches(draft.state) != evidence_from_searches(state):
        rank_suspects(draft)
    return draft.done()


def _is_over(state: SessionState, number: int) -> bool:
    """A superseded search still says its last words; they are not recorded twice."""
    search = next((each for each in state.searches if each.request.number == number), None)
    return search is None or search.is_over


def _target(state: SessionState) -> Target:
    """Return the one test that fails, when there is one: probes run nothing that is not needed."""
    target = state.target
    if target.is_one_test or not target.can("select"):
        return target
    run = _last_red(state)
    failing = state.reference.failing if state.reference else run.failing if run else ()
    test = next((each.test for each in failing if each.test.is_in_file), "")
    return target.only(test) if test else target


def _last_red(state: SessionState) -> Run | None:
    """Return the newest failing run of any kind in the checkout, such as the whole suite."""
    return next((run for run in reversed(state.runs) if run.failing and not run.request.in_copy), None)


def _reference(state: SessionState, target: Target) -> Reference | None:
    """Return the failure that is searched for: the session's, else what the target was seen to fail with."""
    known = state.reference
    if known and (state.target == target or any(known.names(word) for word in target.words)):
        return known
    for run in reversed(state.runs):
        found = tuple(
            each
            for each in run.failing
            if not target.can("select") or any(is_of(word, each.test) for word in target.words)
        )
        if found and not run.request.in_copy:
            return Reference(run=run.number, failing=found)
    return known


def _red_tree(state: SessionState, reference: Reference | None) -> str:
    """Return the newest tree of the checkout that showed the failure, and nothing where it was green after that."""
    for run in reversed(state.runs):
        if not run.is_of_checkout or not run.is_evidence:
            continue
        if run.shows(reference):
            return run.report.tree if run.report else ""
        if run.is_mended:
            return ""
    return ""


def _seen(state: SessionState, reference: Reference | None) -> tuple[SeenTree, ...]:
    """Count how the runs of the checkout came out on each tree: the failure, or a pass; anything else is no answer."""
    counts: dict[str, list[int]] = {}
    for run in state.runs:
        if run.is_of_checkout and run.is_evidence and run.report and run.report.tree:
            is_red = run.shows(reference)
            if is_red or run.is_mended:
                counts.setdefault(run.report.tree, [0, 0])[not is_red] += 1
    found = [SeenTree(tree=tree, failed=failed, passed=passed) for tree, (failed, passed) in counts.items()]
    return tuple(found[-MAX_SEEN:])


def _rate(state: SessionState) -> float:
    found = state.reproduced
    return found.failures / found.runs if found and not found.is_stable else 1.0


def _base(state: SessionState) -> tuple[str, str]:
    passed = state.last_pass
    if passed and passed.report and passed.report.tree:
        return passed.report.tree, f"#{passed.number}, which passed"
    commit = state.opened.checkout.commit if state.opened else ""
    return commit, "the last commit"


def _places(state: SessionState) -> tuple[Place, ...]:
    found = []
    for suspect in state.standing_suspects:
        if suspect.line:
            lines = suspect.code.count("\n") if suspect.code and suspect.code_start else 0
            start = suspect.code_start if lines else suspect.line
            found.append(Place(path=suspect.path, start=start, end=start + lines))
    return tuple(found[:MAX_PLACES])
