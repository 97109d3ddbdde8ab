"""What the searches of a session say about places: reasons for the ranking, each backed by measured outcomes."""

from collections.abc import Iterator

from coach.core.runs.changes import FileChange
from coach.core.search.request import CommitFound, EditsFound, Lead, Search, SearchKind
from coach.core.session.state import SessionState

SURE_ENOUGH = 0.95


def evidence_from_searches(state: SessionState) -> tuple[Lead, ...]:
    """Return the places that finished searches point at: minimal hunks first, then the culprit commit's hunks.

    Only the newest answer of each kind counts: one that found nothing takes back what was found before. A search of
    edits falls silent when the checkout was edited after it.
    """
    leads: list[Lead] = []
    answered = (each for each in state.searches if each.result and each.result.how in {"found", "nothing"})
    newest = {search.request.kind: search for search in answered}
    for kind in ("edits", "commits"):
        if search := newest.get(kind):
            leads += _leads_of(search, state)
    return tuple(leads)


def _leads_of(search: Search, state: SessionState) -> Iterator[Lead]:
    result = search.result
    found = result.found if result and result.how == "found" else None
    if isinstance(found, EditsFound) and not any(edit.at > search.began for edit in state.edits):
        of = f"1 of {found.of} hunks" if found.of > 1 else "the only hunk"
        yield from _places(
            found.files, f"without this change it passes ({of}, search {search.request.number})", "edits"
        )
    elif isinstance(found, CommitFound) and len(found.commits) == 1 and found.belief >= SURE_ENOUGH:
        commit = found.commits[0]
        yield from _places(
            found.files, f"the failure came with commit {commit.id[:10]}: {commit.subject[:60]}", "commits"
        )


def _places(files: tuple[FileChange, ...], reason: str, kind: SearchKind) -> Iterator[Lead]:
    count = sum(len(file.hunks) or 1 for file in files)
    for file in files:
        if not file.hunks:
            yield Lead(path=file.path, reason=reason, share=1 / count, kind=kind)
        for hunk in file.hunks:
            end = hunk.new_start + max(hunk.new_lines, 1) - 1
            yield Lead(
                path=file.path, start=hunk.new_start, end=end, reason=reason, share=1 / count, kind=kind
            )
