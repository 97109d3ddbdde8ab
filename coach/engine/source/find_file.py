"""Find a file of the project by the end of its path: reports and outputs name files as seen from elsewhere.

A runner that stood in a sub-folder, a Go package, a Java class: what is printed is the end of a path, with something
of its own before it. What git tracks is looked at, and what it does not ignore; without git all folders but
environments and hidden ones.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coach.engine.source.project_paths import ENVIRONMENTS, Places
from coach.engine.trees.git import Git, GitError, names
from coach.regular_files import is_file

_MAX_FILES = 200_000


class ProjectFiles:
    """The files below one root by the ends of their names. Listed when first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places = Places(root)
        self._indexes: list[dict[str, list[str]]] | None = None

    def ending_with(self, path: str) -> tuple[str, ...]:
        """Return the files (posix, below the root) whose path ends with this one; one that is it, alone.

        Files that git does not track are looked at only when none that it tracks ends so.
        """
        wanted = path.replace("\\", "/").strip("/")
        name, end = wanted.rpartition("/")[2], f"/{wanted}"
        for index in self._all():
            found = [each for each in index.get(name, ()) if each == wanted or each.endswith(end)]
            if found:
                return (wanted,) if wanted in found else tuple(found)
        return ()

    def resolve(self, path: str, start: Path | None = None) -> str:
        """Return the one file a printed path can mean, relative to the root; empty when none or several can.

        Args:
            path: as a program printed it.
            start: the folder the program started in; none: the root.

        """
        if not path or path.startswith(("<", "node:")) or "\0" in path:
            return ""
        is_absolute = os.path.isabs(path)  # noqa: PTH117 - strings as they were printed
        whole = os.path.normpath(path if is_absolute else f"{start or self.root}/{path}")
        relative = self.places.relative(whole)
        if relative is not None and Places.is_own_name(relative) and is_file(self.root / relative):
            return relative
        parts = [each for each in os.path.normpath(path).replace("\\", "/").split("/") if each]
        if is_absolute or not ENVIRONMENTS.isdisjoint(parts):
            return ""
        return self._by_its_end(parts)

    def _by_its_end(self, parts: Sequence[str]) -> str:
        for start in range(parts.count(".."), len(parts)):
            found = self.ending_with("/".join(parts[start:]))
            if found:
                return found[0] if len(found) == 1 else ""
        return ""

    def _all(self) -> list[dict[str, list[str]]]:
        """Return the files by their last names: first those that git tracks, then the others."""
        if self._indexes is None:
            try:
                self._indexes = [_index(self._listed("-c")), _index(self._listed("-o", "--exclude-standard"))]
            except GitError:
                self._indexes = [_index(self._walked())]
        return self._indexes

    def _listed(self, *words: str) -> list[str]:
        listed = names(Git(self.root, timeout=10).run("ls-files", "-z", *words))
        return [each for each in dict.fromkeys(listed) if Places.is_own_name(each)]

    def _walked(self) -> Iterator[str]:
        seen = 0
        for folder, below, files in os.walk(self.root):
            below[:] = sorted(each for each in below if each not in ENVIRONMENTS and not each.startswith("."))
            prefix = Path(folder).relative_to(self.root).as_posix()
            for name in sorted(files):
                yield name if prefix == "." else f"{prefix}/{name}"
            seen += len(files)
            if seen > _MAX_FILES:
                return


def _index(files: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in files:
        found.setdefault(each.rpartition("/")[2], []).append(each)
    return found
