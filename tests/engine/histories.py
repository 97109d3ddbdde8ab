"""Small repositories with a past, generated: what searches are tried on."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class History:
    """A repository under construction."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    @classmethod
    def at(cls, root: Path) -> "History":
        """Go on with a repository that is there."""
        found = cls.__new__(cls)
        found.root = root
        return found

    def git(self, *words: str, stdin: str = "") -> str:
        env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | _IDENTITY
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=env, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, **files: str) -> None:
        """Write files; ``__`` in a name stands for a folder, and ``.py`` is added."""
        for name, text in files.items():
            path = self.root / _path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit_all(self, steps: Sequence[tuple[str, dict[str, str]]]) -> list[str]:
        """Make a commit of each message and its files (as for ``write``), by one git; returns their ids."""
        stream = []
        for mark, (message, files) in enumerate(steps, 1):
            stream += [
                f"commit refs/heads/main\nmark :{mark}\ncommitter a <a@b> {1_700_000_000 + mark} +0000",
                f"data {len(message)}\n{message}",
                *(f"M 100644 inline {_path(name)}\ndata {len(text)}\n{text}" for name, text in files.items()),
            ]
        self.git("fast-import", "--quiet", "--export-marks=.git/made", stdin="\n".join([*stream, ""]))
        self.git("reset", "-q", "--hard", "main")
        made = dict(line.split() for line in (self.root / ".git/made").read_text().splitlines())
        (self.root / ".git/made").unlink()
        return [made[f":{mark}"] for mark in range(1, len(steps) + 1)]

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")


def linear(
    root: Path, commits: int, culprit: int, folder: str = "", test_from: int = 0
) -> tuple[History, str]:
    """Make ``commits`` commits of a small shop; number ``culprit`` (from 1) makes ``total`` wrong.

    The test file appears with commit ``test_from`` (0: with the first). Returns the history and the culprit's id.
    """
    history = History(root)
    place = f"{folder}__" if folder else ""
    steps = []
    lines = [f"def part_{number}():\n    return {number}\n\n\n" for number in range(3)]
    for number in range(1, commits + 1):
        rate = "amount * 2" if number < culprit else "amount * 2 + 1"
        shop = f"from shop_parts import part_0\n\n\ndef total(amount):\n    return {rate}\n"
        lines.append(f"def later_{number}():\n    return {number}\n\n\n")
        files = {f"{place}shop": shop, f"{place}shop_parts": "".join(lines)}
        if number > test_from:
            files["tests__test_shop"] = (
                "from shop import total\n\n\ndef test_total():\n    assert total(3) == 6\n"
            )
        steps.append((f"step {number}", files))
    made = history.commit_all(steps)
    return history, made[culprit - 1] if culprit <= commits else ""


def _path(name: str) -> str:
    return name.replace("__", "/") + ".py"


def fingerprint(place: Path) -> dict[str, str]:
    """Hash every file, link and folder under a place, ``.git`` included: HEAD, index, stash, refs, files."""
    found = {}
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            path = Path(folder) / name
            kind = str(path.readlink()) if path.is_symlink() else "folder" if path.is_dir() else ""
            content = kind or hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(place))] = f"{path.lstat().st_mode:o} {content}"
    return found
