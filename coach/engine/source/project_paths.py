"""Which files are the project's own, and how a path is named in a report.

A file is own when it lies under the project's root and not inside an environment that happens to live there. Own files
are named relative to the root with ``/``; all others as the interpreter named them.
"""

import os
from pathlib import Path

from coach.regular_files import is_file

ENVIRONMENTS = frozenset(
    {
        "site-packages",
        "dist-packages",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        ".eggs",
        "node_modules",
        "__pypackages__",
    }
)


class Places:
    """Names paths as seen from one root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        spelled = {os.path.abspath(root), os.path.realpath(root)}  # noqa: PTH100 - strings, compared as strings
        self._prefixes = tuple(each.rstrip(os.sep) + os.sep for each in sorted(spelled))

    def relative(self, path: str) -> str | None:
        """Return the path below the root, or None when it is not below it."""
        if f"{os.sep}.." in path:  # a path entry like ../common/src
            path = os.path.normpath(path)
        for prefix in self._prefixes:
            if path.startswith(prefix):
                return path[len(prefix) :].replace(os.sep, "/")
        return None

    def name(self, path: str) -> tuple[str, bool]:
        """Return how a report names the file, and whether it is the project's own."""
        relative = self.relative(path)
        if relative is None:
            is_relative = bool(path) and not path.startswith("<") and not os.path.isabs(path)  # noqa: PTH117
            return path, is_relative and self.is_own_name(path) and is_file(self.root / path)
        return relative, self.is_own_name(relative)

    def is_own(self, path: str) -> bool:
        return self.name(path)[1]

    @staticmethod
    def is_own_name(relative: str) -> bool:
        return ENVIRONMENTS.isdisjoint(relative.replace(os.sep, "/").split("/"))
