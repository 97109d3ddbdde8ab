"""A checkout in memory over a base that is known, partly known or not known at all."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from posixpath import join, normpath

from coach.core.transcripts.contents import NOT_SHOWN, Base, Cause, Content, Unknown

MOST_CHARACTERS = 4_000_000
"""Of one file; a longer one is not followed."""
MOST_FILES = 1_000
"""That are followed; those that come later are counted."""
MOST_WRITTEN = 1_000_000_000
"""Characters that all edits of one transcript write and look through."""
TOO_MUCH = "more editing than is followed in one transcript"


_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def posix_name(name: str) -> str:
    """Return a name of Windows, with its drive, as an absolute posix one (``/C:/a``), any other as it is."""
    return "/" + name.replace("\\", "/") if _DRIVE.match(name) else name


def _nothing_known(_: str) -> Content:
    return NOT_SHOWN


class Files:
    """Files as far as a session touched them; what git keeps of them besides; and what stayed unknown, by reason."""

    def __init__(self, root: str = "", base: Base | None = None, base_commit: str = "") -> None:
        self.root = normpath(posix_name(root)) if root else ""
        self._is_windows = posix_name(root) != root
        self.base_commit = base_commit
        """Its id, where it is known."""
        self.lacks: Counter[str] = Counter()
        self.saved: dict[int, dict[str, Content]] = {}
        """The work tree that a difference written to a file holds: number of the file's ``Unknown`` → contents."""
        self.is_elsewhere = False
        """Another commit is checked out, whose files are not known."""
        self.staged: set[str] = set()
        self.stashes: list[dict[str, Content]] = []
        self._base = base or _nothing_known
        self._known_base: dict[str, Content] = {}
        self._head: dict[str, Content] = {}
        self._commits: list[dict[str, Content]] = []
        self._work: dict[str, Content] = {}
        self._created: set[str] = set()
        self.kept: dict[str, list[Content]] = {}
        """What an editor's undo may bring back: path → contents, the newest last."""
        self._unknown = 0
        self._snapshot: dict[str, Content] = {}
        self._stale: set[str] = set()
        self._left = MOST_WRITTEN
        self._changed: dict[str, None] = {}
        self.cause: Cause = ""

    # names

    def path(self, name: str, cwd: str = "") -> str:
        """Return the path of a file as the tree calls it: relative to the root, or absolute outside of it."""
        if self._is_windows:
            name, cwd = (posix_name(each).replace("\\", "/") for each in (name, cwd))
        whole = normpath(join(self.root, cwd, name))
        if self.root and whole == self.root:
            return "."
        if self.root and whole.startswith(f"{self.root}/"):
            return whole[len(self.root) + 1 :]
        return whole

    def below(self, folder: str) -> list[str]:
        """Return the touched files in a folder, or the file of that name."""
        inside = "" if folder == "." else f"{folder}/"
        return [
            path
            for path in {**self._head, **self._work}
            if path == folder
            or (path.startswith(inside) and path[:1] != "/")
            or (folder.startswith("/") and path.startswith(inside))
        ]

    # contents

    def base(self, path: str) -> Content:
        """Return the content at the base commit."""
        if path not in self._known_base:
            self._known_base[path] = NOT_SHOWN if path.startswith("/") else self._base(path)
        return self._known_base[path]

    def at_head(self, path: str) -> Content:
        """Return what git has of a path."""
        return self._head[path] if path in self._head else self.base(path)

    def read(self, path: str) -> Content:
        """Return the content in the work tree."""
        if path in self._work:
            return self._work[path]
        if self.is_elsewhere and not path.startswith("/"):
            return Unknown(-1, "another commit is checked out")
        return self.at_head(path)

    def is_tracked(self, path: str) -> bool:
        """Say whether git knows the path; without a base, whatever was not made in the session counts as known."""
        if path in self.staged or self._head.get(path) is not None:
            return True
        content = self.at_head(path)
        return isinstance(content, str) or (isinstance(content, Unknown) and path not in self._created)

    # changes

    def write(self, path: str, content: Content, cause: Cause = "edit") -> None:
        """Put a content in the work tree; None removes the file."""
        if path.startswith(("/dev/", ".git/")) or "/.git/" in path:
            return
        if path not in self._work and len(self._work) >= MOST_FILES:
            self.lacks["files past the first 1,000"] += 1
            return
        if isinstance(content, str) and len(content) > MOST_CHARACTERS:
            content = self.unknown("the file is too long to follow")
        elif isinstance(content, str) and not self.spend(len(content)):
            content = self.unknown(TOO_MUCH)
        before = self.read(path)
        if before == NOT_SHOWN and path not in self._work and isinstance(content, str):
            self._created.add(path)
        if before == content and path in self._work:
            return
        if content == self.at_head(path) and not self.is_elsewhere and content != NOT_SHOWN:
            self._work.pop(path, None)
        else:
            self._work[path] = content
        if before != content:
            self._note(path, cause)

    def spend(self, characters: int) -> bool:
        """Take so much of the work that one transcript may ask for; False where it is used up."""
        self._left -= characters
        return self._left >= 0

    def unknown(self, why: str) -> Unknown:
        """Return a content that equals no other, and count why."""
        self._unknown += 1
        self.lacks[why] += 1
        return Unknown(self._unknown, why)

    def spoil(self, path: str, why: str, cause: Cause = "edit") -> None:
        """Say that a file's content is no longer known."""
        self.write(path, self.unknown(why), cause)

    def learn(self, path: str, text: str) -> None:
        """Take a file's whole text as the transcript shows it. What an edit knows better is not replaced."""
        known = self.read(path)
        if isinstance(known, str) and known.startswith(text.rstrip("\n")):
            return  # what was shown may be its beginning only
        if known == NOT_SHOWN and path not in self._work:
            self._known_base[path] = text
        elif isinstance(known, Unknown):
            self._work[path] = text
            self._note(path, self.cause)
        else:
            self.lacks["files that changed without an edit in the transcript"] += 1
            self._work[path] = text
            self._note(path, "edit")

    def learn_absent(self, path: str) -> None:
        """Take that there is no such file."""
        if self.read(path) == NOT_SHOWN and path not in self._work:
            self._known_base[path] = None

    def _note(self, path: str, cause: Cause) -> None:
        self._changed[path] = None
        self._stale.add(path)
        if self.cause != "edit":
            self.cause = cause

    # what git does

    def back_to_head(self, paths: Iterable[str]) -> None:
        """Put what git has in place of tracked files; those it does not know stay."""
        for path in list(paths):
            if path in self._work and self.is_tracked(path):
                del self._work[path]
                self._note(path, "git")

    def stash(self, paths: Iterable[str], *, untracked: bool) -> bool:
        """Put changes aside. Returns whether there were any."""
        kept = {}
        for path in list(paths):
            if path in self._work and not path.startswith("/") and (untracked or self.is_tracked(path)):
                kept[path] = self._work.pop(path)
                self._note(path, "git")
        if kept:
            self.stashes.append(kept)
        return bool(kept)

    def put(self, contents: Mapping[str, Content]) -> None:
        """Put recorded contents back."""
        for path, content in contents.items():
            self.write(path, content, "git")

    def commit(self, paths: Iterable[str]) -> None:
        """Take contents of the work tree as what git has. No file changes."""
        self._commits.append(dict(self._head))
        for path in list(paths):
            if path in self._work and not path.startswith("/"):
                self._head[path] = self._work.pop(path)
        self.staged.clear()

    def take_commits_back(self, number: int) -> bool:
        """Set what git has back by so many commits of the session; the files stay. False where there are not so many."""
        if not 0 <= number <= len(self._commits):
            return False
        if number:
            self._work = {**self._head, **self._work}
            self._head = self._commits[-number]
            del self._commits[-number:]
        return True

    def is_base(self, commit: str) -> bool:
        """Say whether a commit's name is that of the base."""
        return len(commit) >= 7 and self.base_commit.startswith(commit)

    def be_elsewhere(self, *, is_elsewhere: bool) -> None:
        """Take another commit as checked out, or the one of before again."""
        self.is_elsewhere = is_elsewhere
        self._stale.update(self._head)

    def start_again(self) -> None:
        """Take the base commit as checked out; untracked files stay."""
        self.be_elsewhere(is_elsewhere=False)
        for path in [*self._head, *self._work]:
            if path.startswith("/") or not self.is_tracked(path):
                continue
            self._head.pop(path, None)
            self._work.pop(path, None)
            self._note(path, "git")

    def work(self) -> Iterator[tuple[str, Content]]:
        """Yield what differs from what git has, inside the root."""
        return ((path, content) for path, content in list(self._work.items()) if not path.startswith("/"))

    def copy_of_work(self) -> dict[str, Content]:
        """Return the work tree as it is, to compare with later."""
        return dict(self._work)

    def differing(self, before: Mapping[str, Content]) -> list[str]:
        """Return the paths whose place in the work tree is another than it was."""
        return [
            path for path in {**before, **self._work} if before.get(path, self) != self._work.get(path, self)
        ]

    # what came of it

    def snapshot(self) -> Mapping[str, Content]:
        """Return what differs from the base. The same object as long as nothing changes; never change it."""
        if self._stale:
            snapshot = dict(self._snapshot)
            for path in self._stale:
                content = self.read(path)
                if content == self.base(path):
                    snapshot.pop(path, None)
                else:
                    snapshot[path] = content
            self._snapshot, self._stale = snapshot, set()
        return self._snapshot

    def take_changes(self) -> tuple[tuple[str, ...], Cause]:
        """Return the paths changed since the last call and what changed them."""
        changed, cause = tuple(self._changed), self.cause
        self._changed, self.cause = {}, ""
        return changed, cause
