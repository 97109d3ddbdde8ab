"""Run git so that nothing but git runs: no hook, filter, monitor, alias, pager or prompt of anybody's configuration.

Every inherited ``GIT_*`` variable is removed, system and user configuration are not read, and the switches that start
programs are off. What a repository's own ``.git/config`` says applies only to calls that enter that repository; those
must be plain questions (``rev-parse``, ``config``, ``ls-files``), which start nothing.
"""

import functools
import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coach.engine.process.query import answer_of
from coach.errors import StoreError

_SWITCHES = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.autocrlf=false",
    "core.safecrlf=false",
    "core.fileMode=true",
    "core.symlinks=true",
    "core.ignoreCase=false",
    "core.precomposeUnicode=false",
    "core.checkStat=default",
    "core.trustctime=true",
    "core.sparseCheckout=false",
    "index.sparse=false",
    "core.splitIndex=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.quotePath=false",
    "core.pager=cat",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "safe.directory=*",
    "core.sharedRepository=0600",
)
_OUR_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
    "GIT_DEFAULT_REF_FORMAT": "files",  # the names of recorded trees are read and written as files
}
_NO_USER_CONFIGURATION = {"GIT_CONFIG_GLOBAL": os.devnull}


_MISSING = re.compile(
    r"unable to (?:read|find|get)\b|could not (?:read|get|parse)\b|bad object|missing (?:blob|tree|object)"
    r"|not our ref|promisor|invalid object|unable to load|bad tree object"
)
"""git's words for content that a name stands for and that is nowhere to be found."""
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PLAIN = frozenset({"rev-parse", "config", "symbolic-ref", "init"})
"""What any git answers at once, however large the repository."""
_NOT_ASKED_SECONDS = 300.0
"""How long a git that hangs is left alone, so that not every question costs its whole time."""
_silent: dict[str, float] = {}
"""Programs that did not answer, and until when they are not asked again."""


class GitError(StoreError):
    """git could not do what was asked."""


class ContentMissing(GitError):
    """What a name stands for is not in the repository: a partial clone, a damaged one, or one that was taken away."""


@functools.cache
def program() -> str:
    """Return git's absolute path; empty when there is none.

    Relative entries of PATH are passed over: with the project as working folder they would name a file in it.
    """
    for folder in os.get_exec_path():
        candidate = Path(folder) / "git"
        if candidate.is_absolute() and os.access(candidate, os.X_OK) and candidate.is_file():
            return str(candidate)
    return ""


@dataclass(frozen=True, slots=True)
class Git:
    """git as called from one folder with one set of variables."""

    cwd: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """Such as GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE."""
    reads_user_configuration: bool = False
    """Only for questions about that configuration."""
    timeout: float = 30.0

    def run(self, *words: str, stdin: bytes = b"", accept: Sequence[int] = (0,)) -> bytes:
        """Run git and return its output. Raises GitError for an exit code that is not in ``accept``."""
        if not program():
            raise GitError("git is not installed", do="install git; without it work trees are not compared")
        what = f"git {words[2] if words[0] == '-c' else words[0]} failed"
        if time.monotonic() < _silent.get(program(), 0.0):
            raise GitError(
                what, why=f"{program()} hangs", do="see what keeps it from answering: git --version"
            )
        try:
            argv = [program(), *self._switches(), *words]
            # In a session of its own: Ctrl-C is for coach; a half-done git would leave its lock.
            code, answer, stderr = answer_of(argv, self.cwd, self._environment(), stdin, self.timeout)
        except subprocess.TimeoutExpired as error:
            if words[0] in _PLAIN:
                _silent[program()] = time.monotonic() + _NOT_ASKED_SECONDS
            why = f"no answer within {self.timeout:g} s"
            raise GitError(what, why=why, do="see whether the disk is busy or the project is huge") from error
        except (OSError, ValueError) as error:
            gone = not self.cwd.is_dir()
            raise GitError(what, why=f"{self.cwd} is gone" if gone else f"{self.cwd}: {error}") from error
        if code not in accept:
            raise _refused(what, code, stderr.decode("utf-8", "replace").strip().splitlines())
        return answer

    def _switches(self) -> list[str]:
        return [] if self.reads_user_configuration else [part for each in _SWITCHES for part in ("-c", each)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        own = {} if self.reads_user_configuration else _NO_USER_CONFIGURATION
        return kept | _OUR_ENVIRONMENT | own | dict(self.variables)


def _refused(what: str, code: int, said: Sequence[str]) -> GitError:
    """Put git's refusal into words; of content that is not there it says only which call could not read it."""
    last = said[-1][:300] if said else f"exit {code}"
    if any(_MISSING.search(line) for line in said):
        return ContentMissing(
            "content that git names is not in the repository",
            why=last.removeprefix("fatal: "),
            do="a partial or damaged clone lacks it: git fsck names what is missing, git fetch --refetch brings it",
        )
    return GitError(what, why=last)


def an_id(answer: bytes) -> str:
    """Return the id that git answered. Raises GitError when there is more: a wrapper talks, and nothing it says can be believed."""
    said = answer.decode("utf-8", "replace").strip()
    if not _ID.fullmatch(said):
        raise GitError(
            "git does not answer as git does",
            why=f"it said {said[:80]!r} where an id belongs",
            do=f"see what else {program()} prints",
        )
    return said


def names(listing: bytes) -> list[str]:
    """Split a ``-z`` listing into file names (bad bytes as surrogates, as everywhere in Python)."""
    return [os.fsdecode(each) for each in listing.split(b"\0") if each]
