"""What the searches of a session say about places: reasons for the ranking, each backed by measured outcomes."""

from collections.abc import Iterator

from coach.core.runs.changes import FileChange
from coach.core.search.kinds import SEARCH_KINDS, SearchKind
from coach.core.search.request import Lead, Search
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
        yield from _places(blame.files, blame.reason, kind.name)


def _places(files: tuple[FileChange, ...], reason: str, kind: str) -> Iterator[Lead]:
    count = sum(len(file.hunks) or 1 for file in files)
    for file in files:
        if not file.hunks:
            yield Lead(path=file.path, reason=reason, share=1 / count, kind=kind)
        for hunk in file.hunks:
            end = hunk.new_start + max(hunk.new_lines, 1) - 1
            yield Lead(
                path=file.path, start=hunk.new_start, end=end, reason=reason, share=1 / count, kind=kind
            )
