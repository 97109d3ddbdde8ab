"""Which commit touched lines of the work tree last: ``git blame`` of the commit checked out, followed to where lines are now.

Git before 2.41 cannot blame the content of the work tree from a commit, so lines are followed here.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

from coach.core.localize.suspect import Touched
from coach.core.search.request import Place
from coach.engine.trees.git import Git, GitError
from coach.regular_files import MAX_SOURCE, read_text

_LINE = re.compile(r"([0-9a-f]{40,64}) \d+ \d+(?: \d+)?")


def touched(git: Git, root: Path, commit: str, places: Sequence[Place]) -> tuple[Touched, ...]:
    """Return the newest commit of each place; lines that are not committed yet count for none.

    Args:
        git: runs in the project's root.
        root: the project's root.
        commit: the commit checked out; its history is looked at.
        places: lines as they are in the work tree now, relative to the root.

    """
    found: list[Touched] = []
    for path in dict.fromkeys(each.path for each in places):
        own = [each for each in places if each.path == path]
        try:
            words = ("-c", "blame.ignoreRevsFile=", "blame", "--porcelain", commit, "--", path)
            said = git.run(*words).decode("utf-8", "replace")
            text = read_text(root / path, MAX_SOURCE, errors="replace")
        except (GitError, OSError):
            continue
        then, commits = _read(said)
        lines = _followed(then, text.split("\n"))
        for place in own:
            ids = {lines[number] for number in range(place.start, place.end + 1) if number in lines}
            known = [commits[each] for each in ids]
            if known:
                at, name, subject = max(known)
                found.append(
                    Touched(path=path, start=place.start, end=place.end, commit=name, subject=subject, at=at)
                )
    return tuple(found)


def _followed(then: list[tuple[str, str]], now: list[str]) -> dict[int, str]:
    """Return line of now → commit, for lines that are as they were."""
    blocks = SequenceMatcher(None, [text for _, text in then], now).get_matching_blocks()
    return {b + step + 1: then[a + step][0] for a, b, size in blocks for step in range(size)}


def _read(said: str) -> tuple[list[tuple[str, str]], dict[str, tuple[int, str, str]]]:
    """Return each line with its commit, and commit → (time, id, subject)."""
    lines: list[tuple[str, str]] = []
    commits: dict[str, tuple[int, str, str]] = {}
    now = ""
    for line in said.split("\n"):
        if line.startswith("\t"):
            lines.append((now, line[1:]))
        elif head := _LINE.fullmatch(line):
            now = head.group(1)
            commits.setdefault(now, (0, now, ""))
        elif line.startswith("author-time "):
            commits[now] = (int(line.split(" ")[1]), *commits[now][1:])
        elif line.startswith("summary "):
            commits[now] = (*commits[now][:2], line.removeprefix("summary "))
    return lines, commits
