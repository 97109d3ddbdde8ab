"""Commands that look at the past: of git, and of coach. Read from the words of a program that was started."""

from collections.abc import Sequence

OF_GIT = frozenset(
    [
        "annotate",
        "blame",
        "bisect",
        "bundle",
        "cat-file",
        "cherry",
        "cherry-pick",
        "clone",
        "count-objects",
        "describe",
        "diff",
        "fetch",
        "for-each-ref",
        "fsck",
        "log",
        "ls-remote",
        "name-rev",
        "pull",
        "reflog",
        "remote",
        "rev-list",
        "rev-parse",
        "shortlog",
        "show",
        "show-ref",
        "stash",
        "tag",
        "unpack-objects",
        "verify-pack",
        "whatchanged",
        "worktree",
        "archive",
        "fast-export",
        "format-patch",
        "notes",
        "range-diff",
        "show-branch",
    ]
)
"""Subcommands of git with which something of another commit, ref or repository may be read."""
_ONLY_WITH_WORDS = frozenset({"diff", "rev-parse", "tag", "remote", "worktree", "describe"})
"""Those that are everyday without an argument, or say where the work tree is."""
OF_COACH = frozenset({"seen", "review", "report", "export", "sessions", "durations", "history", "drill"})
_WITH_VALUE = frozenset(
    {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix"}
)
_EVERYDAY = frozenset(
    {"--show-toplevel", "--is-inside-work-tree", "--git-dir", "--cached", "--staged", "--stat", "HEAD", "--"}
)
MAX_WORDS, MAX_CHARACTERS = 30, 200


def looks_at_the_past(argv: Sequence[str]) -> str:
    """Return a command as it was started, where it looks at the past; else an empty text."""
    if not argv:
        return ""
    program = argv[0].rpartition("/")[2]
    if program == "git":
        return _told(argv) if _of_git(list(argv[1:])) else ""
    words = _words_of_coach(program, list(argv[1:]))
    return _told(["coach", *words]) if words and words[0] in OF_COACH else ""


def _of_git(words: list[str]) -> bool:
    while words and words[0].startswith("-"):
        taken = words.pop(0)
        if taken in _WITH_VALUE and words:
            words.pop(0)
    if not words or words[0] not in OF_GIT:
        return False
    more = [each for each in words[1:] if each not in _EVERYDAY]
    return bool(more) if words[0] in _ONLY_WITH_WORDS else True


def _words_of_coach(program: str, words: list[str]) -> list[str]:
    """Return the words of a command of coach, however its interpreter was started; none where it is another program."""
    if program == "coach":
        return words
    if program.startswith("python"):
        if "-m" in words and words[words.index("-m") + 1 :][:1] == ["coach"]:
            return words[words.index("-m") + 2 :]
        first = next((number for number, each in enumerate(words) if not each.startswith("-")), len(words))
        if first < len(words) and words[first].rpartition("/")[2] == "coach":
            return words[first + 1 :]
    return []


def is_coach(argv: Sequence[str]) -> bool:
    """Whether a process is coach itself."""
    return bool(argv) and bool(
        argv[0].rpartition("/")[2] == "coach" or _words_of_coach(argv[0].rpartition("/")[2], list(argv[1:]))
    )


def _told(argv: Sequence[str]) -> str:
    words = [argv[0].rpartition("/")[2], *argv[1:MAX_WORDS]]
    return " ".join(words)[:MAX_CHARACTERS]
