"""Trees travel as packs of git objects: one for what all work of a project shares, a small one for each other tree.

A pack is named by its content. The worker puts each into a repository of its own once, whoever sends it, and however often.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from coach.engine.trees.git import Git
from coach.private_folders import make_folders

_SECONDS = 120.0


def pack_of(git: Git, trees: Sequence[str], known: Sequence[str] = ()) -> bytes:
    """Return the objects of trees that are in none of the ``known`` trees or commits; empty where there is nothing to send.

    Raises GitError, also where this repository lacks content itself (a partial clone).
    """
    words = [*trees, *(f"^{each}^{{tree}}" for each in known)]
    listed = git.run("rev-list", "--objects", "--no-object-names", "--stdin", stdin=_lines(words))
    if not listed.strip():
        return b""
    return git.run("pack-objects", "--stdout", "-q", "--delta-base-offset", stdin=listed)


def name_of(pack: bytes) -> str:
    """Return the name of a pack: its content's."""
    return hashlib.sha256(pack).hexdigest()[:32]


def install(repository: Path, pack: bytes) -> bool:
    """Put a pack into a git directory; returns whether it was not there yet. Raises GitError, OSError.

    Two processes may do so at once: git gives the pack its place under the name of its content.
    """
    if not pack:
        return False
    mark = repository / "received" / name_of(pack)
    if mark.exists():
        return False
    make_folders(mark.parent)
    git = Git(repository, {"GIT_DIR": str(repository)}, timeout=_SECONDS)
    git.run("index-pack", "--stdin", stdin=pack)
    mark.touch(mode=0o600)
    return True


def _lines(words: Sequence[str]) -> bytes:
    return "".join(f"{each}\n" for each in words).encode()
