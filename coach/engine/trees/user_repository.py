"""The user's own repository: asked where things are, never told to do anything.

Only questions that start no program and write nothing are put to it. ``git status`` is not one of them: it runs filters
and monitors, also those of submodules.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from coach.engine.trees.conversion import LineEnds
from coach.engine.trees.git import Git, GitError, names
from coach.errors import UsageError
from coach.private_folders import narrow
from coach.regular_files import read_bytes

_MAX_RULES = 2_000_000
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

    @property
    def lent_objects(self) -> str:
        """The folder of its objects as GIT_ALTERNATE_OBJECT_DIRECTORIES takes it, whatever its name holds."""
        raw = os.fsencode(self.objects).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        return os.fsdecode(b'"' + raw + b'"')


def find_repository(root: Path) -> Repository | None:
    """Find the repository that tracks ``root``; None when there is none, or it is bare, or ``root`` is inside .git."""
    git = Git(root)
    try:
        paths = ("--git-path", "objects", "--git-path", "index", "--git-path", "info/exclude")
        said = git.run("rev-parse", "--show-object-format", *paths, "--show-toplevel")
        answers = os.fsdecode(said).split("\n", 4)  # the last one may hold line ends
        top = Path(answers[4].rstrip("\n")).resolve()
        inside = root.resolve().relative_to(top).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        if prefix and not _holds_any(git, (root / answers[2]).resolve()):
            # A home folder under version control does not make every project in it part of it.
            return None
    except (GitError, ValueError, IndexError):
        return None
    objects, index, exclude = ((root / each).resolve() for each in answers[1:4])
    return Repository(top, prefix, objects, index, exclude, answers[0])


def _holds_any(git: Git, index: Path) -> bool:
    """Whether the repository tracks anything in the folder that git runs in."""
    if any(index.parent.glob("sharedindex.*")):  # reading an index in two parts would renew the time of one
        return bool(git.run("ls-tree", "-r", "--name-only", "HEAD", ".", accept=(0, 128)))
    return bool(git.run("ls-files", "-z", "--", "."))


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


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the user's index says of one file."""

    line: bytes
    """As ``update-index -z --index-info`` takes it, with its final zero."""
    path: str
    is_left_out: bool = False
    """Not on the disk, because the checkout is sparse."""


def listed_entries(repository: Repository, scratch: Path) -> list[IndexEntry] | None:
    """Return what the user's index holds, unmerged files left out; None when git cannot read it.

    A copy of the index is asked: git that reads one in two parts renews the time of the shared part.
    """
    copies: list[Path] = []
    try:
        for part in (repository.index, *repository.index.parent.glob("sharedindex.*")):
            name = "index.asked" if part == repository.index else part.name
            copies.append(scratch / name)
            shutil.copyfile(part, scratch / name)
            narrow(scratch / name)
        places = {
            "GIT_DIR": str(scratch),
            "GIT_WORK_TREE": str(repository.top),
            "GIT_INDEX_FILE": str(scratch / "index.asked"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": repository.lent_objects,
        }
        answer = Git(repository.top, places, timeout=120).run("ls-files", "-s", "-v", "-z")
    except (GitError, OSError):
        return None
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
    return [each for line in answer.split(b"\0") if line and (each := _entry(repository.top, line))]


def _entry(top: Path, line: bytes) -> IndexEntry | None:
    """Read ``H 100644 <id> <stage>TAB<path>``; None for one side of a conflict."""
    head, _, raw = line.partition(b"\t")
    mark, mode, blob, stage = head.split(b" ")
    if stage != b"0":
        return None
    path = os.fsdecode(raw)
    is_left_out = mark in {b"S", b"s"} and not os.path.lexists(top / path)
    return IndexEntry(b"%s %s 0\t%s\0" % (mode, blob, raw), path, is_left_out)


@dataclass(frozen=True, slots=True)
class CheckoutSettings:
    """What the person's configuration says of how a checkout writes files."""

    ends: LineEnds = field(default_factory=LineEnds)
    attributes: str = os.devnull
    """The file of their global attributes."""
    local: bool = False
    """Whether the repository has attributes of its own in .git/info."""
    modes: bool = True
    """Whether the disk knows which files may be run."""
    links: bool = True

    @property
    def is_any(self) -> bool:
        """Whether files may be converted that no attribute in the tree names."""
        return self.ends.autocrlf != "false" or self.local or self.attributes != os.devnull


def checkout_settings(repository: Repository) -> CheckoutSettings:
    """Read the configuration of a checkout; what is not said has git's own values."""
    git = Git(repository.top, reads_user_configuration=True)
    words = ("-c", "safe.directory=*", "config", "-z", "--get-regexp", r"^core\.")
    try:
        answer = names(git.run(*words, accept=(0, 1)))
    except GitError:
        return CheckoutSettings()
    said = {name.lower(): value for name, _, value in (each.partition("\n") for each in answer)}
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    place = Path(said.get("core.attributesfile") or f"{base}/git/attributes")
    with contextlib.suppress(RuntimeError):
        place = place.expanduser()
    autocrlf = said.get("core.autocrlf", "false").lower()
    return CheckoutSettings(
        ends=LineEnds(
            "input" if autocrlf == "input" else _yes_or_no(autocrlf), said.get("core.eol", "").lower()
        ),
        attributes=str(place) if place.is_file() else os.devnull,
        local=repository.exclude.with_name("attributes").is_file(),
        modes=_yes_or_no(said.get("core.filemode", "true")) == "true",
        links=_yes_or_no(said.get("core.symlinks", "true")) == "true",
    )


def _yes_or_no(value: str) -> str:
    return "false" if value.lower() in {"false", "no", "off", "0"} else "true"


def _setting(root: Path, name: str) -> str:
    git = Git(root, reads_user_configuration=True)
    try:
        return os.fsdecode(git.run("-c", "safe.directory=*", "config", "--get", name, accept=(0, 1))).strip()
    except GitError:
        return ""


def _text_of(file: Path) -> str:
    try:
        return read_bytes(file.expanduser(), _MAX_RULES).decode("utf-8", "surrogateescape")
    except (OSError, RuntimeError):
        return ""
