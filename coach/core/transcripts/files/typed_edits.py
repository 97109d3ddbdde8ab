"""What an edit by a tool for edits makes of the files in memory."""

from coach.core.transcripts.contents import NOT_SHOWN, Content, Unknown
from coach.core.transcripts.files.tree import TOO_MUCH, Files
from coach.core.transcripts.model import Edited
from coach.core.transcripts.patches import apply_hunks, lines_of

_NOT_KNOWN = "an edit of a file whose content is not known"
_NO_FIT = "an edit that does not fit"


def apply_edit(files: Files, edited: Edited) -> None:
    """Change the files as an edit says; one that failed changes nothing."""
    path = files.path(edited.path)
    if edited.original is not None:
        files.learn(path, edited.original)
    if edited.failed or not edited.path:
        return
    if edited.kind == "undo":
        _take_back(files, path)
        return
    before = files.read(path)
    files.kept.setdefault(path, []).append(before)
    known = len(before) if isinstance(before, str) else 0
    made = _made(before, edited) if files.spend(known) else Unknown(0, TOO_MUCH)
    target = files.path(edited.moved_to) if edited.moved_to else path
    if isinstance(made, Unknown):
        files.spoil(target, made.why)
    else:
        files.write(target, made)
    if target != path:
        files.write(path, None)


def _take_back(files: Files, path: str) -> None:
    kept = files.kept.get(path)
    if kept:
        files.write(path, kept.pop())
    else:
        files.spoil(path, "an edit taken back that is not known")


def _made(before: Content, edited: Edited) -> Content:
    """Return the content after an edit; an ``Unknown`` of number 0 says why there is none."""
    if edited.kind == "write":
        return edited.new
    if edited.kind == "delete":
        return None
    if edited.kind == "append":
        return (before or "") + edited.new if not isinstance(before, Unknown) else Unknown(0, _NOT_KNOWN)
    if edited.kind == "replace" and not edited.old and before in (None, "", NOT_SHOWN):
        return edited.new  # with nothing to replace, tools make the file
    if before is None or isinstance(before, Unknown):
        return Unknown(0, _NOT_KNOWN)
    made = _changed(before, edited)
    return Unknown(0, _NO_FIT) if made is None else made


def _changed(before: str, edited: Edited) -> str | None:
    if edited.kind == "replace":
        if edited.old and edited.old in before:
            return before.replace(edited.old, edited.new, -1 if edited.everywhere else 1)
        # Some tools look past kinds of quotes or blanks: then the hunks tell what became of it.
        return apply_hunks(before, edited.hunks) if edited.hunks else None
    if edited.kind == "patch":
        return apply_hunks(before, edited.hunks) if edited.hunks else None
    if edited.first is None or edited.last is None:
        return None
    lines = lines_of(before)
    if not 0 <= edited.first - 1 <= len(lines) or edited.last < edited.first - 1:
        return None
    made = [*lines[: edited.first - 1], *lines_of(edited.new), *lines[edited.last :]]
    return "\n".join(made) + ("\n" if made and (before.endswith("\n") or not before) else "")
