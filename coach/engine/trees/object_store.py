"""Contents kept as git objects in coach's own store, many at once and without a process for each."""

import contextlib
import hashlib
import os
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path

from coach.private_folders import make_folders


def blob_id(content: bytes, format_: str) -> str:
    """Return the id git gives to a content; ``format_`` is sha1 or sha256."""
    return hashlib.new(format_, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """Loose objects of one git directory."""

    folder: Path
    format: str

    def holds(self, name: str) -> bool:
        """Whether a content is kept here by itself (not in a pack)."""
        return (self.folder / name[:2] / name[2:]).is_file()

    def keep(self, content: bytes) -> str:
        """Keep a content and return its id. Raises OSError."""
        name = blob_id(content, self.format)
        place = self.folder / name[:2] / name[2:]
        if place.exists():
            return name
        make_folders(place.parent)
        new = place.with_name(f"tmp_obj_{secrets.token_hex(8)}")
        try:
            with new.open("xb") as file:
                file.write(zlib.compress(b"blob %d\0" % len(content) + content, 1))
                file.flush()
                os.fchmod(file.fileno(), 0o400)
            new.rename(place)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()
            raise
        return name
