"""Find a file of the project by the end of its path: reports and outputs name files as seen from elsewhere.

A runner that stood in a sub-folder, a Go package, a Java class: what is printed is the end of a path, with something
of its own before it. What git tracks is looked at, and what it does not ignore; without git all folders but
environments and hidden ones.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from coach.engine.git import Git, GitError, names
from coach.engine.places import ENVIRONMENTS, Places

_MOST_FILES = 200_000


class ProjectFiles:
    """The files below one root by the ends of their names. Listed when first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places = Places(root)
        self._by_name: dict[str, list[str]] | None = None

    def ending_with(self, path: str) -> tuple[str, ...]:
        """Return the files (posix, below the root) whose path ends with this one; one that is it, alone."""
        wanted = path.replace("\\", "/").strip("/")
        found = [
            each
            for each in self._named(wanted.rpartition("/")[2])
            if each == wanted or each.endswith(f"/{wanted}")
        ]
        return (wanted,) if wanted in found else tuple(found)

    def resolve(self, path: str) -> str:
        """Return the one file a printed path can mean, relative to the root; empty when none or several can."""
        if not path or path.startswith(("<", "node:")) or "\0" in path:
            return ""
        is_absolute = os.path.isabs(path)  # noqa: PTH117 - strings as they were printed
        relative = self.places.relative(path) if is_absolute else path
        parts = [each for each in os.path.normpath(relative or "").replace("\\", "/").split("/") if each]
        if relative is None or not parts or not ENVIRONMENTS.isdisjoint(parts):
            return ""
        if ".." not in parts and _is_file(self.root / "/".join(parts)):
            return "/".join(parts)
        return "" if is_absolute else self._by_its_end(parts)

    def _by_its_end(self, parts: Sequence[str]) -> str:
        for start in range(parts.count(".."), len(parts)):
            found = self.ending_with("/".join(parts[start:]))
            if found:
                return found[0] if len(found) == 1 else ""
        return ""

    def _named(self, name: str) -> list[str]:
        if self._by_name is None:
            self._by_name = {}
            for each in self._all():
                self._by_name.setdefault(each.rpartition("/")[2], []).append(each)
        return self._by_name.get(name, [])

    def _all(self) -> Iterator[str]:
        try:
            listed = Git(self.root, timeout=10).run("ls-files", "-z", "-c", "-o", "--exclude-standard")
        except GitError:
            yield from self._walked()
            return
        for name in dict.fromkeys(names(listed)):
            if Places.is_own_name(name):
                yield name

    def _walked(self) -> Iterator[str]:
        seen = 0
        for folder, below, files in os.walk(self.root):
            below[:] = sorted(each for each in below if each not in ENVIRONMENTS and not each.startswith("."))
            prefix = Path(folder).relative_to(self.root).as_posix()
            for name in sorted(files):
                yield name if prefix == "." else f"{prefix}/{name}"
            seen += len(files)
            if seen > _MOST_FILES:
                return


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
