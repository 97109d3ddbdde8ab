"""Read what was edited between two runs: the hunks, both sides of the files that can be judged, what was not loaded."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from coach.core.base.text import storable
from coach.core.loops.analysis.emptied_tests import emptied_in
from coach.core.loops.analysis.pytest_config import is_config
from coach.core.loops.analysis.syntax import Edited, edited, is_test_path
from coach.core.loops.analysis.weakened_tests import tampering_in
from coach.core.loops.attempt import Finding, SourcePair
from coach.core.protocol.effects import ReadAttempt, ReadChanges
from coach.core.protocol.observations import AttemptSeen, ChangesSeen
from coach.core.runs.changes import Changes, FileChange
from coach.engine.trees.at_head import with_head
from coach.engine.trees.branch_switch import Switches

MAX_FILES = 60
MAX_BYTES = 600_000
"""Both sides together: reading the syntax of so much takes about 0.1 s. A bulk edit is judged by this part of it."""
MAX_LOWERED = 40
MAX_LOADED = 300
"""As many modules as the probe names; with so many the list may be cut, and what is missing in it proves nothing."""


class Trees(Protocol):
    def record(self) -> str: ...
    def commit(self) -> str: ...
    def changes(self, base: str, tree: str, label: str) -> Changes: ...
    def contents(self, blobs: Sequence[str], most_bytes: int) -> Mapping[str, bytes]: ...


def read_attempt(
    effect: ReadAttempt, trees: Trees, switches: Switches, loaded: Sequence[str] | None
) -> AttemptSeen:
    """Answer the effect.

    Args:
        effect: which runs and trees.
        trees: the recorded work trees.
        switches: what git says it did.
        loaded: own modules the run imported, relative to the root; None when not known.

    """
    changes, heads = with_head(
        trees.changes(effect.base, effect.tree, f"#{effect.base_run}"), effect.tree, trees
    )
    return AttemptSeen(
        run=effect.run,
        base_run=effect.base_run,
        changes=changes,
        sources=sources_of(changes, trees, heads),
        head_moved=switches.moved(effect.base_head, effect.head),
        unloaded=unloaded(changes, loaded),
    )


def read_changes(effect: ReadChanges, trees: Trees, loaded: Sequence[str] | None) -> ChangesSeen:
    """Answer the effect; ``loaded`` as for an attempt."""
    changes = trees.changes(effect.base, effect.tree or trees.record(), effect.label)
    return proof_of(changes, trees, loaded) if effect.proof else ChangesSeen(changes=changes)


def proof_of(changes: Changes, trees: Trees, loaded: Sequence[str] | None) -> ChangesSeen:
    """Read of a whole fix what it takes out of the tests, and which of its modules the target did not import."""
    files = [edited(pair) for pair in sources_of(changes, trees)]
    return ChangesSeen(changes=changes, lowered=lowered_in(files), unloaded=unloaded(changes, loaded))


def lowered_in(files: Sequence[Edited]) -> tuple[Finding, ...]:
    """Return what was taken out of the tests."""
    return (*tampering_in(files), *emptied_in(files))[:MAX_LOWERED]


def unloaded(changes: Changes, loaded: Sequence[str] | None) -> tuple[str, ...]:
    """Return the changed modules a run did not import.

    Only when its list is whole and names own code besides tests: a test that starts a process, or one that ran in a
    worker, imports nothing itself.
    """
    if not loaded or len(loaded) >= MAX_LOADED or all(is_test_path(each) for each in loaded):
        return ()
    known = set(loaded)
    changed = (file.path for file in changes.files if file.path.endswith(".py") and file.after)
    return tuple(path for path in changed if path not in known and not is_test_path(path))


def sources_of(
    changes: Changes, trees: Trees, heads: Mapping[str, str] | None = None
) -> tuple[SourcePair, ...]:
    """Return both sides of the changed files, and of tests what the commit has; ``heads``: its blobs by path."""
    files = [each for each in changes.files if each.change != "binary"]
    files.sort(key=_importance)
    files = files[:MAX_FILES]
    blobs = [blob for file in files for blob in (file.before, file.after) if blob]
    committed = {
        file.path: heads[file.path]
        for file in files
        if heads and file.path in heads and is_test_path(file.path)
    }
    texts = trees.contents([*blobs, *filter(None, committed.values())], MAX_BYTES)
    pairs = (_pair(file, texts) for file in files)
    return tuple(_with_committed(pair, committed, texts) for pair in pairs if pair is not None)


def _with_committed(pair: SourcePair, committed: Mapping[str, str], texts: Mapping[str, bytes]) -> SourcePair:
    """Add what the commit has of a file, where that was read."""
    blob = committed.get(pair.path)
    if blob is None or (blob and blob not in texts):
        return pair
    text = texts[blob].decode("utf-8", "replace") if blob else ""
    return pair.model_copy(update={"head": storable(text)})


def _importance(file: FileChange) -> tuple[bool, bool]:
    """Put tests, configuration and code first: they are read before the budget is used up."""
    return (not (is_test_path(file.path) or is_config(file.path)), not file.path.endswith(".py"))


def _pair(file: FileChange, texts: Mapping[str, bytes]) -> SourcePair | None:
    """Return both sides; None when one that exists was not read, or is no text."""
    sides = []
    for blob in (file.before, file.after):
        if blob and blob not in texts:
            return None
        try:
            sides.append(texts[blob].decode("utf-8") if blob else "")
        except UnicodeDecodeError:
            return None
    if not any(sides):
        return None
    return SourcePair(path=file.path, before=storable(sides[0]), after=storable(sides[1]))
