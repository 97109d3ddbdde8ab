"""What the commit checked out has of the files that an edit changed: a test that it lacks is a draft."""

from collections.abc import Mapping
from typing import Protocol

from coach.core.runs.changes import Changes, FileChange
from coach.errors import CoachError


class Trees(Protocol):
    def commit(self) -> str: ...
    def changes(self, base: str, tree: str, label: str) -> Changes: ...


def with_head(changes: Changes, tree: str, trees: Trees) -> tuple[Changes, Mapping[str, str]]:
    """Return the changes with what is known of their files in the commit checked out, and the blobs there by path.

    Args:
        changes: some that ended in ``tree``.
        tree: a recorded tree.
        trees: where trees and commits are compared.

    """
    commit = trees.commit()
    try:
        since = trees.changes(commit, tree, "") if commit else None
    except CoachError:  # a commit whose objects are elsewhere (partial clone)
        since = None
    if since is None or since.left_out:
        return changes, {}
    edited = {each.path: each for each in since.files}
    blobs = {each.path: _blob(each, edited.get(each.path)) for each in changes.files}
    known = {path: blob for path, blob in blobs.items() if blob is not None}
    files = tuple(
        each.model_copy(update={"in_head": bool(known[each.path])}) if each.path in known else each
        for each in changes.files
    )
    return changes.model_copy(update={"files": files}), known


def _blob(file: FileChange, since: FileChange | None) -> str | None:
    """Return the blob of a file in the commit, empty where it has none; None: it cannot be told."""
    if since is None:
        return file.after
    if since.change == "added":
        return ""
    return since.before or None if since.change != "renamed" else None
