"""What the engineer approved to be run although a project's own settings name it.

One file per approval, named by the hash of where the command stands, its exact words and its folder: whatever of that
changes asks again. The text in it is for people.
"""

import contextlib
import hashlib
import json
import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path

from coach.store.paths import make_private, state_home, unusable

FOLDER = "approved"


def approval_of(source: Path, argv: Sequence[str], cwd: Path) -> str:
    """Return the name of an approval: of a file that names a command, the command, and where it would run."""
    whole = json.dumps([str(source.resolve()), list(argv), str(cwd.resolve())])
    return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()


def is_approved(approval: str) -> bool:
    """Whether the engineer did; what another user put there, where others could once write, is no approval."""
    try:
        seen = (state_home() / FOLDER / approval).lstat()
    except OSError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_uid == os.geteuid()


def approve(approval: str, words: Sequence[str]) -> None:
    """Remember an approval. Raises StoreError."""
    path = make_private(state_home() / FOLDER) / approval
    text = json.dumps({"command": list(words), "at": time.time()}).encode("utf-8", "backslashreplace")
    try:
        with contextlib.suppress(FileExistsError):
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as file:
                file.write(text)
    except OSError as error:
        raise unusable(path, error) from error
