"""Commands that print, copy, move and remove files."""

import re
from posixpath import basename, join

from coach.core.transcripts.contents import Content
from coach.core.transcripts.shell.call import PRINTED, Call
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.sed import SedScript
from coach.core.transcripts.shell.sed_reader import SedReader

_ESCAPE = re.compile(r"\\(\\|n|t|r|a|b|f|v|e|0[0-7]{0,3}|x[0-9A-Fa-f]{1,2}|\"|')")
_ESCAPED = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
    "\\": "\\",
}


def _unescaped(text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        name = found.group(1)
        if name[0] == "0":
            return chr(int(name, 8) % 256)
        return chr(int(name[1:], 16)) if name[0] == "x" else _ESCAPED.get(name, name)

    return _ESCAPE.sub(sign, text)


def echo(call: Call) -> Content:
    """Print words."""
    words = call.words
    flags = set()
    while words and re.fullmatch(r"-[neE]+", words[0].text):
        flags |= set(words[0].text[1:])
        words = words[1:]
    text = " ".join(call.sure(word) for word in words)
    text = _unescaped(text) if "e" in flags else text
    return text if "n" in flags else f"{text}\n"


def printf(call: Call) -> Content:
    """Print a format; of its places only %s is known."""
    if not call.words:
        return ""
    template, *values = [call.sure(word) for word in call.words]
    places = re.findall(r"%[^%]?", template.replace("%%", ""))
    if any(place != "%s" for place in places) or (len(values) > len(places) and places):
        raise NotInterpretable("a format of printf")
    parts = _unescaped(template.replace("%%", "\0")).split("%s")
    values += [""] * (len(parts) - 1 - len(values))
    return "".join(
        part + value for part, value in zip(parts, [*values[: len(parts) - 1], ""], strict=True)
    ).replace("\0", "%")


def cat(call: Call) -> Content:
    """Print files one after the other."""
    flags, names = call.flags_and_names()
    if flags:
        return PRINTED
    contents = [call.stdin if word.text == "-" else call.read(call.sure(word)) for word in names] or [
        call.stdin
    ]
    parts = [each for each in contents if isinstance(each, str)]
    if len(parts) < len(contents):
        return contents[0] if len(contents) == 1 and contents[0] is not None else PRINTED
    return "".join(parts)


def tee(call: Call) -> Content:
    """Write the input to files and print it."""
    flags, names = call.flags_and_names()
    for path in call.paths(names):
        put(call, path, call.stdin, append="a" in flags or "--append" in flags)
    return call.stdin


def put(call: Call, path: str, content: Content, *, append: bool) -> None:
    """Write what a command printed to a file."""
    content = call.files.unknown("written by a program") if content == PRINTED else content
    if append:
        before = call.files.read(path)
        before = "" if before is None else before
        if isinstance(before, str) and isinstance(content, str):
            content = before + content
        elif not path.startswith("/dev/"):
            content = call.files.unknown("added to a file that is not known")
    call.files.write(path, content)


def head_or_tail(call: Call) -> Content:
    """Print the first or last lines of one file or of the input."""
    words = [call.sure(word) for word in call.words]
    joined = " ".join(words)
    found = re.fullmatch(r"(?:-n ?|-|--lines=)(\+?\d{1,7})(?: (.+))?", joined)
    names = words[-1:] if found is not None and found.group(2) is not None else []
    if found is None or len(words) > 3 or (found.group(2) or "") not in {"", *names}:
        return PRINTED
    content = call.read(names[0]) if names else call.stdin
    if not isinstance(content, str):
        return PRINTED
    lines = content.splitlines(keepends=True)
    number = int(found.group(1).lstrip("+"))
    if call.name == "head":
        return PRINTED if found.group(1)[0] == "+" else "".join(lines[:number])
    return "".join(
        lines[max(number - 1, 0) :] if found.group(1)[0] == "+" else lines[-number:] if number else []
    )


def copy_or_move(call: Call) -> Content:
    """Copy or move files and folders, as far as they were touched."""
    flags, names = call.flags_and_names()
    if flags & {"t", "--target-directory", "n", "u", "i", "T"} or len(names) < 2:
        raise NotInterpretable("an option of cp or mv")
    *sources, target = names
    end = call.path(call.sure(target))
    into = target.text.endswith("/") or len(sources) > 1 or end == "." or _is_folder(call, end)
    for word in sources:
        for source in call.paths([word]):
            _copy(call, source, join(end, basename(source)) if into else end)
    return ""


def _is_folder(call: Call, path: str) -> bool:
    if isinstance(call.files.read(path), str):
        return False
    if [each for each in call.files.below(path) if each != path] or path == "/":
        return True
    # Of a folder nothing may be known; a file seldom loses the end of its name on the way.
    return "." in basename(call.words[0].text) and "." not in basename(path)


def _copy(call: Call, source: str, target: str) -> None:
    files, is_move = call.files, call.name == "mv"
    target = files.path(target)
    inside = [each for each in files.below(source) if each != source]
    for each in inside:
        files.write(target + each[len(source) :], files.read(each))
        if is_move:
            files.write(each, None)
    content = files.read(source)
    if content is None or (inside and not isinstance(content, str)):
        return
    files.write(target, content)
    if is_move:
        files.write(source, None)


def remove(call: Call) -> Content:
    """Remove files; of a folder what was touched in it."""
    _, names = call.flags_and_names()
    for path in call.paths(names):
        for each in {*call.files.below(path), path}:
            if call.files.read(each) is not None:
                call.files.write(each, None)
    return ""


def touch(call: Call) -> Content:
    """Make empty files of those that are not there."""
    _, names = call.flags_and_names(with_value="drt")
    for path in call.paths(names):
        if call.files.read(path) is None:
            call.files.write(path, "")
    return ""


def sed(call: Call) -> Content:
    """Edit files in place, or print what a script makes of a text."""
    scripts, names, flags, in_place = _sed_words(call)
    if in_place is None:
        return _sed_printed(call, scripts, names, flags)
    paths = call.paths([word for word in call.words if word.text in names])
    if any(not word.is_sure and "*" in word.text for word in call.words):
        call.files.lacks["files that a pattern chose"] += 1
    for path in paths:
        content = call.files.read(path)
        if content is None:
            continue
        if not isinstance(content, str):
            call.files.spoil(path, "a file whose content is not known")
            continue
        try:
            made = _script(call, scripts, flags).run(content, call.budget)
        except NotInterpretable as why:
            call.files.spoil(path, str(why))
            continue
        if in_place:
            call.files.write(f"{path}{in_place}", content)
        call.files.write(path, made)
    return ""


def _sed_printed(call: Call, scripts: list[str], names: list[str], flags: set[str]) -> Content:
    content = call.read(names[0]) if len(names) == 1 else call.stdin if not names else PRINTED
    if not isinstance(content, str):
        return PRINTED
    try:
        return _script(call, scripts, flags).run(content, call.budget)
    except NotInterpretable:
        return PRINTED


def _script(call: Call, scripts: list[str], flags: set[str]) -> SedScript:
    extended = bool(flags & {"E", "r"})
    return SedScript(
        SedReader("\n".join(scripts), extended=extended, file_text=call.text).read(), quiet="n" in flags
    )


def _sed_words(call: Call) -> tuple[list[str], list[str], set[str], str | None]:
    """Return scripts, names of files, flags, and the suffix of ``-i`` (None without it)."""
    scripts: list[str] = []
    names: list[str] = []
    flags: set[str] = set()
    in_place: str | None = None
    words = iter(call.words)
    for word in words:
        text = word.text
        if text in {"-e", "--expression"}:
            following = next(words, None)
            scripts += [call.sure(following)] if following is not None else []
        elif text.startswith(("--expression=", "--in-place")):
            key, _, value = text.partition("=")
            in_place = value if key == "--in-place" else in_place
            scripts += [value] if key == "--expression" else []
        elif text in {"--regexp-extended", "--quiet", "--silent"}:
            flags.add("E" if "reg" in text else "n")
        elif text.startswith("-") and len(text) > 1:
            letters = text[1:].partition("i")
            in_place = letters[2] if letters[1] else in_place
            flags |= set(letters[0])
            if "e" in letters[0]:
                following = next(words, None)
                scripts += [call.sure(following)] if following is not None else []
        elif not scripts:
            scripts.append(call.sure(word))
        else:
            names.append(text)
    if flags & set("fsz") or not scripts:
        raise NotInterpretable("an option of sed")
    return scripts, names, flags, in_place
