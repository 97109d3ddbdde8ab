"""Names of files in a transcript → paths below the folder that the assistant worked in."""

import re
from collections import Counter
from dataclasses import dataclass
from posixpath import isabs, join, normpath

from coach.core.transcripts.model import Ran, Transcript

_OF_OTHERS = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|\.venv|venv|\.tox|\.nox|lib/python\d[\d.]*)/"
)
_MADE_BY_RUNS = re.compile(
    r"(?:^|/)(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|\.git|\.tox|\.nox|\.venv|venv|node_modules"
    r"|build|dist|_build|htmlcov|target|[^/]*\.egg-info)/|\.(?:pyc|pyo|so|o|class|log|coverage|orig|rej|swp)$"
)


@dataclass(frozen=True, slots=True)
class Paths:
    """Places paths below a root."""

    root: str

    def below(self, path: str, cwd: str = "") -> str:
        """Return a path from the root (``.`` for the root itself); empty for one that lies elsewhere."""
        path = path.strip().removeprefix("file://")
        if not path or path.startswith(("<", "~", "$")) or "\0" in path:
            return ""
        if not isabs(path):
            path = join(cwd or self.root, path)
        whole = normpath(path)
        root = normpath(self.root) if self.root else ""
        if isabs(whole):
            if not root:
                return ""
            if whole == root:
                return "."
            if not whole.startswith(f"{root}/"):
                return ""
            whole = whole[len(root) + 1 :]
        return "" if whole.startswith("..") else whole

    def own(self, path: str, cwd: str = "") -> str:
        """Return the path from the root of a file of the project; empty for what was installed or made by a run."""
        placed = self.below(path, cwd)
        return "" if placed in {"", "."} or is_of_others(placed) else placed


def is_of_others(path: str) -> bool:
    """Whether a file below the root belongs to an environment."""
    return _OF_OTHERS.search(path) is not None


def is_made_by_runs(path: str) -> bool:
    """Whether a file is one that runs and builds leave behind: no edit of anybody."""
    return _MADE_BY_RUNS.search(path) is not None


_ENTERED = re.compile(r"^\s*cd (?P<folder>/[\w./@+-]{1,300})\s*(?:&&|;|$)", re.MULTILINE)


def root_of(transcript: Transcript) -> str:
    """Return the folder the assistant worked in: as the transcript says, else the one that most commands went to."""
    if transcript.root:
        return transcript.root
    ran = [each.action for each in transcript.steps if isinstance(each.action, Ran)]
    folders = Counter(normpath(each.cwd) for each in ran if each.cwd.startswith("/"))
    if not folders:
        folders.update(normpath(found["folder"]) for each in ran if (found := _ENTERED.match(each.command)))
    return folders.most_common(1)[0][0] if folders else ""
