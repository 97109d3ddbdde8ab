"""The user's own repository: asked where things are, never told to do anything.

Only questions that start no program and write nothing are put to it. ``git status`` is not one of them: it runs filters
and monitors, also those of submodules.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from coach.engine.git import Git, GitError, names
from coach.errors import UsageError
from coach.regular_files import read_bytes

_MOST_RULES = 2_000_000
"""Bytes of one file of ignore rules."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository whose work tree holds the project."""

    top: Path
    """The root of the work tree: the project's root or a folder above it."""
    prefix: str
    """The project's root relative to ``top``, with a final slash; empty when they are the same."""
    objects: Path
    index: Path
    exclude: Path
    format: str
    """The hash its objects are named by: sha1 or sha256."""


def find_repository(root: Path) -> Repository | None:
    """Find the repository that tracks ``root``; None when there is none, or it is bare, or ``root`` is inside .git."""
    git = Git(root)
    try:
        top = Path(os.fsdecode(git.run("rev-parse", "--show-toplevel")).rstrip("\n")).resolve()
        inside = root.resolve().relative_to(top).as_posix()
        paths = ("--git-path", "objects", "--git-path", "index", "--git-path", "info/exclude")
        answers = os.fsdecode(git.run("rev-parse", "--show-object-format", *paths)).split("\n")
        prefix = "" if inside == "." else f"{inside}/"
        if prefix and not git.run("ls-files", "-z", "--", "."):
            # A home folder under version control does not make every project in it part of it.
            return None
    except (GitError, ValueError):
        return None
    objects, index, exclude = ((root / each).resolve() for each in answers[1:4])
    return Repository(top, prefix, objects, index, exclude, answers[0])


def commit_named(root: Path, name: str) -> str:
    """Return the id of the commit that a person names. Raises UsageError when there is none."""
    try:
        words = ("rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")
        return Git(root).run(*words).decode().split()[-1]
    except GitError:
        raise UsageError(
            f"no commit {name!r}", do="name a commit, tag or branch that git log shows"
        ) from None


def commit_and_branch(root: Path) -> tuple[str, str]:
    """Return what HEAD is; empty texts before the first commit, outside a repository, and for a detached branch."""
    git = Git(root)
    try:
        commit = git.run("rev-parse", "-q", "--verify", "HEAD^{commit}", accept=(0, 1))
        branch = git.run("symbolic-ref", "-q", "--short", "HEAD", accept=(0, 1))
    except GitError:
        return "", ""
    return commit.decode().strip(), branch.decode("utf-8", "replace").strip()


def ignore_rules(root: Path, repository: Repository | None) -> str:
    """Return the user's own ignore rules that are not in the work tree: global ones, then those of the repository."""
    configured = _setting(root, "core.excludesfile")
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    files = [Path(configured or f"{base}/git/ignore")]
    if repository is not None:
        files.append(repository.exclude)
    return "\n".join(_text_of(file) for file in files)


def converts_line_ends(root: Path) -> bool:
    """Whether the user's git stores other bytes than the files hold (core.autocrlf)."""
    return _setting(root, "core.autocrlf").lower() not in {"", "false", "no", "off", "0"}


def tracked_with_filter(repository: Repository, listed: bytes) -> list[str]:
    """Return those of the listed files that git stores through a filter (such as LFS)."""
    # Answered from attribute files alone; the filter itself is not started.
    answer = Git(repository.top).run("check-attr", "-z", "--stdin", "filter", stdin=listed)
    fields = names(answer)
    return [
        path
        for path, value in zip(fields[0::3], fields[2::3], strict=False)
        if value not in {"unspecified", "unset"}
    ]


def _setting(root: Path, name: str) -> str:
    git = Git(root, reads_user_configuration=True)
    try:
        return os.fsdecode(git.run("-c", "safe.directory=*", "config", "--get", name, accept=(0, 1))).strip()
    except GitError:
        return ""


def _text_of(file: Path) -> str:
    try:
        return read_bytes(file.expanduser(), _MOST_RULES).decode("utf-8", "surrogateescape")
    except (OSError, RuntimeError):
        return ""
