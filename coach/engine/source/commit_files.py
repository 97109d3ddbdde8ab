"""Files as they are in a commit of a repository: read from git's objects, one by one, when somebody asks.

Nothing of the work tree is looked at and nothing is written; content that a partial clone lacks is not fetched.
"""

from pathlib import Path

from coach.core.transcripts.contents import Content, Unknown
from coach.engine.trees.git import Git, GitError

MAX_BYTES = 2_000_000
"""Of one file."""
MAX_FILES = 3_000
"""Different files that are asked for; what goes beyond is not known."""


class CommitFiles:
    """The files of one commit, by their path below ``folder``."""

    def __init__(self, folder: Path, commit: str) -> None:
        """Take a folder of the repository. Raises GitError when it is none, or has no such commit."""
        self._git = Git(folder)
        named = f"{commit}^{{commit}}"
        self.commit = self._git.run("rev-parse", "--verify", "--end-of-options", named).decode().strip()
        self._prefix = self._git.run("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip()
        self._known: dict[str, Content] = {}

    def __call__(self, path: str) -> Content:
        """Return a file's text; None where the commit has no such file."""
        if path not in self._known:
            self._known[path] = self._read(path, -1 - len(self._known))
        return self._known[path]

    def _read(self, path: str, number: int) -> Content:
        if path.startswith(("/", "..")) or "\n" in path or "\0" in path:
            return Unknown(number, "it lies outside of the repository")
        if len(self._known) >= MAX_FILES:
            return Unknown(number, "too many files were asked for")
        name = f"{self.commit}:{self._prefix}{path}\n".encode("utf-8", "surrogateescape")
        try:
            kind, size = self._kind_and_size(name)
            if kind != "blob":
                return None
            if size > MAX_BYTES:
                return Unknown(number, "it is too large")
            answer = self._git.run("cat-file", "--batch", stdin=name)
            return answer.partition(b"\n")[2][:size].decode("utf-8")
        except (GitError, ValueError):
            return Unknown(number, "git cannot give its content as text")

    def _kind_and_size(self, name: bytes) -> tuple[str, int]:
        answer = self._git.run("cat-file", "--batch-check=%(objecttype) %(objectsize)", stdin=name)
        words = answer.decode("utf-8", "replace").split()
        return (words[0], int(words[1])) if len(words) == 2 and words[1].isdigit() else ("", 0)
