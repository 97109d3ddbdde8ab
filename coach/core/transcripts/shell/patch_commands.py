"""``git apply``, ``patch`` and ``apply_patch``: patches out of a file, a here-document or a word."""

import re

from coach.core.transcripts.contents import Content, Unknown
from coach.core.transcripts.model import Hunk
from coach.core.transcripts.patches import FilePatch, apply_hunks, read_begin_patch, read_unified
from coach.core.transcripts.shell.call import PRINTED, Call
from coach.core.transcripts.shell.patterns import NotInterpretable

_LOOKING = frozenset({"--check", "--stat", "--numstat", "--summary", "--dry-run"})


def apply_patch_file(call: Call) -> Content:
    """Follow ``git apply`` and ``patch``."""
    flags, names = call.flags_and_names(with_value="pidoBC")
    if flags & _LOOKING or any(word.text.startswith("--directory") for word in call.words):
        return PRINTED
    texts = [word.text for word in call.words]
    source = names[-1].text if names and call.name == "apply" else None
    if call.name == "patch":
        given = [texts[n + 1] for n, text in enumerate(texts[:-1]) if text == "-i"]
        given += [text[2:] for text in texts if text.startswith("-i") and len(text) > 2]
        source = given[0] if given else names[1].text if len(names) > 1 else None
    content = call.stdin if source in {None, "-"} else call.read(source or "")
    is_reverse = bool(flags & {"R", "--reverse"})
    if isinstance(content, Unknown) and content.number in call.files.saved:
        _put_saved(call, call.files.saved[content.number], is_reverse=is_reverse)
        return PRINTED
    if not isinstance(content, str):
        raise NotInterpretable("a patch that is not known")
    patches = read_unified(content)
    if call.name == "patch" and names and len(patches) == 1:
        patches[0].old = patches[0].new = names[0].text
    strip = next((int(found.group(1)) for text in texts if (found := re.fullmatch(r"-p(\d)", text))), 1)
    if call.name == "patch" and strip == 0 and "--- a/" in content:
        raise NotInterpretable("an option of patch")
    for each in patches:
        apply_file_patch(call, _reversed(each) if is_reverse else each)
    return PRINTED


def _put_saved(call: Call, contents: dict[str, Content], *, is_reverse: bool) -> None:
    if is_reverse:
        call.files.back_to_head(list(contents))
    else:
        call.files.put(contents)


def _reversed(patch: FilePatch) -> FilePatch:
    hunks = [Hunk(old=each.new, new=each.old, line=each.line) for each in patch.hunks]
    return FilePatch(patch.new, patch.old, hunks)


def apply_patch_word(call: Call) -> Content:
    """Follow ``apply_patch`` with a patch as word or as input."""
    text: Content = call.sure(call.words[0]) if call.words else call.stdin
    if not isinstance(text, str):
        raise NotInterpretable("a patch that is not known")
    for each in read_begin_patch(text) or ():
        apply_file_patch(call, each)
    return PRINTED


def apply_file_patch(call: Call, patch: FilePatch) -> None:
    """Change the files in memory as one part of a patch says."""
    files = call.files
    source = call.path(patch.old) if patch.old is not None else None
    target = call.path(patch.new) if patch.new is not None else None
    if source is None and target is not None:
        files.write(target, "".join(hunk.new for hunk in patch.hunks))
        return
    if source is None:
        return
    if target is None:
        files.write(source, None)
        return
    content = files.read(source)
    made = apply_hunks(content, patch.hunks) if isinstance(content, str) else None
    if content is None:
        files.lacks["patches of files that are not there"] += 1
    elif made is None:
        why = "a patch that does not fit" if isinstance(content, str) else "a file whose content is not known"
        files.spoil(target, why)
    else:
        files.write(target, made)
    if source != target and content is not None:
        files.write(source, None)
