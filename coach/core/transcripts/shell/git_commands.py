"""Commands of git that change files, or that tell what git has. What git puts back is nobody's edit."""

import re
from collections.abc import Callable

from coach.core.transcripts.contents import Content
from coach.core.transcripts.shell.call import PRINTED, Call
from coach.core.transcripts.shell.file_commands import copy_or_move, remove
from coach.core.transcripts.shell.patch_commands import apply_patch_file
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.syntax import Command, Word

_HERE = frozenset({"HEAD", "@"})
_MOVING = frozenset({"pull", "merge", "rebase", "cherry-pick", "revert", "am", "bisect"})
_RETURNING = frozenset({"-", "main", "master", "@{-1}", "develop"})
_BACK = re.compile(r"(?:HEAD|@)(?:~(\d{0,3})|(\^{1,9}))")
_SHOWN = re.compile(r"(?:HEAD|@)?:(.+)")


def git(call: Call) -> Content:
    """Follow one command of git; one that only looks changes nothing."""
    words = list(call.words)
    while words and words[0].text.startswith("-"):
        if words[0].text == "-C" and len(words) > 1:
            call.cwd = (
                call.files.root + "/" + call.path(call.sure(words[1])) if call.files.root else words[1].text
            )
            words = words[1:]
        elif words[0].text == "-c":
            words = words[1:]
        words = words[1:]
    if not words:
        return PRINTED
    verb, rest = words[0].text, words[1:]
    inner = Call(call.files, Command([Word(verb), *rest]), call.cwd, call.budget, call.stdin)
    if verb in _MOVING:
        _elsewhere(inner)
        return PRINTED
    handler = _VERBS.get(verb)
    return handler(inner) if handler is not None else PRINTED


def _elsewhere(call: Call) -> None:
    """Another commit is checked out: the files of the base are no longer what is there."""
    if not call.files.is_elsewhere:
        call.files.be_elsewhere(is_elsewhere=True)
        call.files.lacks["times another commit was checked out"] += 1


def _split(call: Call) -> tuple[list[str], list[str] | None]:
    """Return the words before and behind ``--``; None where there is no ``--``."""
    texts = [call.sure(word) for word in call.words if word.is_sure or _raise()]
    if "--" not in texts:
        return texts, None
    at = texts.index("--")
    return texts[:at], texts[at + 1 :]


def _raise() -> bool:
    raise NotInterpretable("a name that the shell makes")


def _touched(call: Call, names: list[str]) -> list[str]:
    return [path for name in names for path in call.files.below(call.path(name))]


def _from_commit(call: Call, commit: str | None, names: list[str]) -> None:
    """Put files of a commit in the work tree."""
    if commit is None or commit in _HERE:
        call.files.back_to_head(_touched(call, names))
        return
    is_base = call.files.is_base(commit)
    for name in names:
        for path in {call.path(name), *_touched(call, [name])}:
            if is_base:
                call.files.write(path, call.files.base(path), "git")
            else:
                call.files.spoil(path, "taken from another commit", "git")


def checkout(call: Call) -> Content:
    """Put files back, or check a commit or branch out."""
    before, behind = _split(call)
    names = [each for each in before if not each.startswith("-")]
    flags = {each for each in before if each.startswith("-") and len(each) > 1}
    if flags & {"--theirs", "--ours", "-p", "--patch"}:
        raise NotInterpretable("an option of git checkout")
    if behind is not None:
        _from_commit(call, names[0] if names else None, behind)
    elif flags & {"-b", "-B", "--orphan", "-t"}:
        if len(names) > 1 and names[1] not in _HERE:
            call.files.start_again()  # sessions begin so, at their base commit
    elif len(names) > 1:
        is_commit = names[0] in _HERE or not _is_path(call, names[0])
        _from_commit(call, names[0] if is_commit else None, names[1:] if is_commit else names)
    elif names and _is_path(call, names[0]):
        _from_commit(call, None, names)
    elif names and names[0] not in _HERE:
        _switch(call, names[0])
    elif "-f" in flags or "--force" in flags:
        call.files.back_to_head(_touched(call, ["."]))
    return PRINTED


def _is_path(call: Call, name: str) -> bool:
    path = call.path(name)
    if path == "." or call.files.below(path) or isinstance(call.files.base(path), str):
        return True
    return "." in name.rpartition("/")[2] and not re.fullmatch(r"v?\d+(?:\.\d+)*|[0-9a-f]{7,40}", name)


def _switch(call: Call, commit: str) -> None:
    if call.files.is_elsewhere and commit in _RETURNING:
        call.files.be_elsewhere(is_elsewhere=False)
    elif commit not in _RETURNING:
        _elsewhere(call)


def switch(call: Call) -> Content:
    """Check a branch out."""
    before, _ = _split(call)
    names = [each for each in before if not each.startswith("-")]
    if names and not {"-c", "-C", "--create"} & set(before):
        _switch(call, names[0])
    return PRINTED


def restore(call: Call) -> Content:
    """Put files back."""
    before, behind = _split(call)
    source = None
    names: list[str] = []
    words = iter(before)
    for word in words:
        if word in {"-s", "--source"}:
            source = next(words, None)
        elif word.startswith("--source="):
            source = word.partition("=")[2]
        elif not word.startswith("-"):
            names.append(word)
    if not ({"--staged", "-S"} & set(before) and not {"--worktree", "-W"} & set(before)):
        _from_commit(call, source, names + (behind or []))
    return PRINTED


def reset(call: Call) -> Content:
    """Put everything back, with ``--hard``; else nothing in the work tree."""
    before, _ = _split(call)
    names = [each for each in before if not each.startswith("-")]
    back = _BACK.fullmatch(names[0]) if names else None
    is_back = back is not None and call.files.take_commits_back(
        int(back.group(1) or len(back.group(2) or "^"))
    )
    if "--hard" not in before:
        call.files.staged.clear()
        return PRINTED
    if names and names[0] not in _HERE and not is_back:
        if call.files.is_base(names[0]) or re.fullmatch(r"[0-9a-f]{7,40}|origin/\S+", names[0]):
            call.files.start_again()
        else:
            _elsewhere(call)
    call.files.back_to_head(_touched(call, ["."]))
    return PRINTED


def stash(call: Call) -> Content:
    """Put changes aside, or take them back."""
    before, behind = _split(call)
    verb = before[0] if before and not before[0].startswith("-") else "push"
    files = call.files
    if verb in {"push", "save"}:
        untracked = bool({"-u", "--include-untracked", "-a", "--all"} & set(before))
        names = behind
        if names is None and verb == "push":
            plain = [each for each in before[1:] if not each.startswith("-")]
            names = None if {"-m", "--message"} & set(before) else plain or None
        files.stash(_touched(call, names or ["."]), untracked=untracked)
    elif verb in {"pop", "apply", "drop"} and files.stashes:
        found = re.search(r"\d{1,4}", " ".join(before[1:]))
        number = int(found.group()) if found else 0
        if number < len(files.stashes):
            at = len(files.stashes) - 1 - number
            if verb != "drop":
                files.put(files.stashes[at])
            if verb != "apply":
                del files.stashes[at]
    elif verb == "clear":
        files.stashes.clear()
    return PRINTED


def clean(call: Call) -> Content:
    """Remove what git does not know."""
    flags, names = call.flags_and_names(with_value="e")
    if "f" not in flags or "n" in flags:
        return PRINTED
    for path in _touched(call, [word.text for word in names] or ["."]):
        if not path.startswith("/") and not call.files.is_tracked(path) and call.files.read(path) is not None:
            call.files.write(path, None, "git")
    return PRINTED


def add(call: Call) -> Content:
    """Note files for the next commit."""
    flags, names = call.flags_and_names()
    everything = bool(flags & {"A", "--all", "u"})
    call.files.staged.update(_touched(call, ["."] if everything else [word.text for word in names]))
    return ""


def commit(call: Call) -> Content:
    """Take what is staged, or all with ``-a``, as what git has."""
    flags, _ = call.flags_and_names(with_value="mFCc")
    if "--dry-run" not in flags:
        everything = bool(flags & {"a", "--all"})
        tracked = [path for path, _ in call.files.work() if call.files.is_tracked(path)] if everything else []
        call.files.commit([*call.files.staged, *tracked])
    return PRINTED


def difference(call: Call) -> Content:
    """Print the difference to what git has; written to a file, it can be applied again."""
    texts = [word.text for word in call.words]
    if any(text.startswith("-") and text not in {"--", "--binary"} for text in texts) or "HEAD" in texts[1:]:
        return PRINTED
    names = [text for text in texts if not text.startswith("-") and text != "HEAD"]
    kept = call.files.unknown("a difference of git")
    wanted = set(_touched(call, names or ["."]))
    call.files.saved[kept.number] = {
        path: content for path, content in call.files.work() if path in wanted and call.files.is_tracked(path)
    }
    call.files.lacks["a difference of git"] -= 1  # it is known as files
    return kept


def show(call: Call) -> Content:
    """Print a file as git has it."""
    names = [word.text for word in call.words if not word.text.startswith("-")]
    found = _SHOWN.fullmatch(names[0]) if len(names) == 1 else None
    if found is None:
        return PRINTED
    content = call.files.at_head(call.files.path(found.group(1)))
    return PRINTED if content is None else content


def apply(call: Call) -> Content:
    """Apply a patch."""
    return apply_patch_file(call)


_VERBS: dict[str, Callable[[Call], Content]] = {
    "checkout": checkout,
    "switch": switch,
    "restore": restore,
    "reset": reset,
    "stash": stash,
    "clean": clean,
    "add": add,
    "commit": commit,
    "diff": difference,
    "show": show,
    "apply": apply,
    "mv": copy_or_move,
    "rm": remove,
}
