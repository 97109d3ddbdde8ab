"""A small broken shop to try coach on: a real project with a git history, made in a new folder.

For maintainers: the defect sits in ``Money.allocate`` since the commit "spell out the steps". Rounding down (``//``)
became cutting off (``int``), which is the same for all amounts except negative ones, and reductions are negative.
Every test of ``allocate`` stays green. An order keeps the wrong shares when it is placed; only the invoice, made
later, disagrees by one cent, and ``allocate`` is not on that traceback. Allowing a cent of difference in the invoice
is the plausible wrong turn.

The history is data: one file per commit in ``files/``, the message first, then ``=== path`` and the file's text.
The same files, author and dates give the same commit ids everywhere. Without git there is a project and no history.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.runs.target import Target

FAILING_TEST = TestId.of("tests/test_invoices.py", "test_a_voucher_over_three_lines_is_invoiced_to_the_cent")

_AUTHOR = "Ada Merchant <ada@shop.example>"
_FIRST_COMMIT = 1_900_000_000
_BETWEEN_COMMITS = 86_400 + 1_234


@dataclass(frozen=True, slots=True)
class _Commit:
    message: str
    files: dict[str, str]


def make_demo(folder: Path) -> Target:
    """Make the project in a folder that does not exist yet or is empty; return the failing test.

    Raises:
        FileExistsError: there is something in the folder.

    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    commits = _read_commits()
    for commit in commits:
        for path, text in commit.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    if shutil.which("git"):
        _write_history(folder, commits)
    return Target(words=(FAILING_TEST,))


def solution() -> tuple[str, str, str]:
    """Return (path, old, new): the edit that removes the cause."""
    return (
        "shop/money.py",
        "[int(each) for each in exact]",
        "[self.cents * weight // whole for weight in weights]",
    )


def _read_commits() -> list[_Commit]:
    files = (
        each
        for each in resources.files("coach.demo").joinpath("files").iterdir()
        if each.name.endswith(".txt")
    )
    return [_parse(each.read_text(encoding="utf-8")) for each in sorted(files, key=lambda each: each.name)]


def _parse(text: str) -> _Commit:
    message, *parts = text.split("\n=== ")
    files = {}
    for part in parts:
        path, _, content = part.partition("\n")
        files[path] = content if content.endswith("\n") or not content else f"{content}\n"
    return _Commit(message.strip() + "\n", files)


def _write_history(folder: Path, commits: list[_Commit]) -> None:
    _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    _git(folder, "fast-import", "--quiet", stream=_stream(commits))
    _git(folder, "reset", "--quiet", "--hard", "main")


def _stream(commits: list[_Commit]) -> bytes:
    """Return the history in git's fast-import format: one process instead of one per commit."""
    lines: list[bytes] = []
    for number, commit in enumerate(commits):
        when = f"{_AUTHOR} {_FIRST_COMMIT + number * _BETWEEN_COMMITS} +0000"
        lines.append(f"commit refs/heads/main\nauthor {when}\ncommitter {when}".encode())
        lines.append(_data(commit.message))
        for path, text in commit.files.items():
            lines += [f"M 100644 inline {path}".encode(), _data(text)]
    return b"\n".join([*lines, b"done", b""])


def _data(text: str) -> bytes:
    content = text.encode()
    return b"data %d\n%s" % (len(content), content)


def _git(folder: Path, *words: str, stream: bytes | None = None) -> None:
    """Run git on the new repository, deaf to the user's own configuration, hooks and surroundings."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    surroundings |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    safe = ["-c", f"core.hooksPath={os.devnull}", "-c", "core.autocrlf=false", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", *safe, *words], cwd=folder, env=surroundings, input=stream, capture_output=True, check=True
    )
