"""What differs between two trees, path by path, as ``git diff-tree --raw`` says it."""

import os
from dataclasses import dataclass

LINK = "120000"
EXECUTABLE = "100755"
PLAIN = "100644"
GONE = "000000"
FILES = frozenset({PLAIN, EXECUTABLE, LINK})
RAW = ("--raw", "-z", "--no-renames", "--full-index")
"""How ``diff-tree -r`` is to be asked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One path that differs between two trees; modes as git writes them, ``000000`` for "not there"."""

    path: str
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str

    @property
    def is_restorable(self) -> bool:
        """Submodules are repositories of their own and are left alone."""
        return {self.old_mode, self.new_mode} <= FILES | {GONE}

    def reversed(self) -> "Difference":
        return Difference(self.path, self.new_mode, self.old_mode, self.new_blob, self.old_blob)


def differences(raw: bytes) -> tuple[Difference, ...]:
    """Read ``git diff-tree -r`` as asked with ``RAW``."""
    fields = raw.split(b"\0")
    found = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old_blob, new_blob, _ = head.lstrip(b":").decode().split(" ")
        found.append(Difference(os.fsdecode(path), old_mode, new_mode, old_blob, new_blob))
    return tuple(found)
