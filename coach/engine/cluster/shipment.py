"""What travels from the machine that asks: the tree that all work begins from, the files beside it, the environment.

No checkout is needed on the other side, and no file system is shared. What copies are completed with here (ignored files that
tests read) travels too, as a tree of its own; so a copy there holds what a copy here would.
"""

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coach.core.cluster.worker_facts import WorkerFacts
from coach.core.redact.values import is_secret_name
from coach.engine.cluster.packs import pack_of
from coach.engine.cluster.work import ALLOWED, Ground
from coach.engine.cluster.worker_facts_here import facts_of
from coach.engine.copies.complete import completed
from coach.engine.copies.untracked import MAX_BYTES
from coach.engine.search.candidate import SearchContext
from coach.engine.trees.git import Git, an_id
from coach.engine.trees.tree_store import TreeStore
from coach.regular_files import read_bytes

SECRET_FILES = (".env", ".netrc", ".pypirc")
"""Files beside a tree that do not travel in the clear; the first one with whatever follows it."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What all work of one search or run shares."""

    ground: Ground
    trees: TreeStore
    now: str
    packs: tuple[bytes, ...]
    """Sent along with every piece of work, and taken in once by each worker."""
    here: WorkerFacts
    """What the machine that asks is: workers are compared with it."""
    left_out: tuple[str, ...] = ()
    """Files that do not travel in the clear."""

    @property
    def size(self) -> int:
        """Bytes that are sent to each worker."""
        return sum(map(len, self.packs))

    def difference(self, tree: str) -> bytes:
        """Return the objects of a tree that are in no pack; empty where there are none. Raises GitError."""
        known = [self.now, *filter(None, (self.ground.base, self.ground.beside))]
        return b"" if tree in known else pack_of(self.trees.git, [tree], known)

    def whole(self) -> "Shipment":
        """Return the same without a base: for workers that lack objects of it."""
        if not self.ground.base:
            return self
        ground = replace(self.ground, base="")
        return replace(self, ground=ground, packs=_packs(self.trees, self.now, ground))


def allowed_variables(env: Mapping[str, str], named: Sequence[str], *, is_encrypted: bool) -> dict[str, str]:
    """Return the variables that travel: the allow-list and what the settings name, secrets only where nobody can listen."""
    return {
        key: value
        for key, value in env.items()
        if key in ALLOWED
        or key.startswith("LC_")
        or (key in named and (is_encrypted or not is_secret_name(key)))
    }


def shipment(
    trees: TreeStore,
    context: SearchContext,
    *,
    named: Sequence[str] = (),
    is_encrypted: bool = True,
    base: str = "",
) -> Shipment:
    """Prepare what travels for the work tree as it is now. Raises CoachError.

    Args:
        trees: the recorded trees of the project.
        context: what all probes share here.
        named: variables that the settings name besides the allow-list.
        is_encrypted: whether nobody on the way can read what travels.
        base: a commit whose objects every worker has.

    """
    now = trees.record()
    beside, left_out = _beside(trees, now, is_encrypted=is_encrypted)
    env = allowed_variables(context.env, named, is_encrypted=is_encrypted)
    here = facts_of(context.interpreter.path, trees.scratch)
    ground = Ground(
        key="",
        root=str(context.root),
        interpreter=context.interpreter,
        limits=context.limits,
        env=env,
        beside=beside,
        format=trees.objects.format,
        project=context.project,
        command=context.command,
        confine=context.confine,
        niceness=context.niceness,
        prefix=here.prefix,
        base=base,
    )
    ground = replace(ground, key=hashlib.sha256(repr(ground).encode()).hexdigest()[:32])
    return Shipment(ground, trees, now, _packs(trees, now, ground), here, left_out)


def _packs(trees: TreeStore, now: str, ground: Ground) -> tuple[bytes, ...]:
    known = [ground.base] if ground.base else []
    wanted = [now, *filter(None, [ground.beside])]
    return tuple(filter(None, [pack_of(trees.git, wanted, known)]))


def _beside(trees: TreeStore, now: str, *, is_encrypted: bool) -> tuple[str, tuple[str, ...]]:
    """Return the tree of the files that copies are completed with, and those that stay here; empty where there are none."""
    with trees.materialise(now) as copy:
        paths = completed(copy).copied
        kept = [each for each in paths if is_encrypted or not _may_be_secret(each)]
        rows = [row for each in kept if (row := _row(trees, copy, each))]
    left_out = tuple(each for each in paths if each not in set(kept))
    if not rows:
        return "", left_out
    index = trees.scratch / f"beside-{os.getpid()}-{hashlib.sha256(now.encode()).hexdigest()[:8]}"
    git = Git(trees.writer.cwd, {**trees.writer.variables, "GIT_INDEX_FILE": str(index)}, timeout=120)
    try:
        git.run("update-index", "-z", "--index-info", stdin=b"".join(rows))
        return an_id(git.run("write-tree")), left_out
    finally:
        index.unlink(missing_ok=True)


def _row(trees: TreeStore, copy: Path, path: str) -> bytes:
    """Keep the content of a file and return its line for git's index; empty for what is neither file nor link."""
    place = copy / path
    try:
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode):
            kind, content = "120000", os.fsencode(place.readlink())
        elif stat.S_ISREG(mode):
            kind, content = ("100755" if mode & stat.S_IXUSR else "100644"), read_bytes(place, MAX_BYTES)
        else:
            return b""
    except OSError:
        return b""
    return f"{kind} {trees.objects.keep(content)}\t".encode() + os.fsencode(path) + b"\0"


def _may_be_secret(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(SECRET_FILES[0]) or name in SECRET_FILES
