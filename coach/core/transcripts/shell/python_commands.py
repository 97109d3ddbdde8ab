"""``python`` in a shell: scripts that edit files are evaluated as far as they are plain operations on strings."""

import re

from coach.core.transcripts.contents import Content
from coach.core.transcripts.shell.call import PRINTED, Call
from coach.core.transcripts.shell.patterns import NotInterpretable
from coach.core.transcripts.shell.python_script import EditScript

_WRITES = re.compile(
    r"\bopen\s*\([^()\n]{1,300},\s*(?:mode\s*=\s*)?[\"'](?:[wax]|r\+)|\.write_(?:text|bytes)\s*\(|\bfileinput\b|\bshutil\.|\bos\.(?:remove|rename|replace|unlink)|\.unlink\("
)
_NAMED = re.compile(r"[\"']([\w./-]{1,200}\.\w{1,5})[\"']")


def python(call: Call) -> Content:
    """Follow ``python -c``, ``python - <<EOF`` and ``python FILE``; a module or a script that writes nothing is passed over."""
    source, arguments = _source(call)
    if source is None or not _WRITES.search(source):
        return PRINTED
    budget = call.budget.share()
    script = EditScript(call.files, call.cwd, arguments, budget)
    try:
        script.run(source)
    except NotInterpretable as why:
        _spoil(call, script, source, f"a Python script: {why}")
        return PRINTED
    finally:
        call.budget.give_back(budget)
    for path, text in script.written.items():
        call.files.write(path, text)
    return PRINTED


def _source(call: Call) -> tuple[str | None, list[str]]:
    words = list(call.words)
    while words and words[0].text.startswith("-") and words[0].text not in {"-", "-c", "-m"}:
        words = words[2:] if words[0].text in {"-W", "-X"} else words[1:]
    rest = [word.text for word in words[1:]]
    if not words or words[0].text == "-":
        return (call.stdin if isinstance(call.stdin, str) else None), ["-", *rest]
    if words[0].text == "-m":
        return None, []
    if words[0].text == "-c":
        return (words[1].text if len(words) > 1 and words[1].is_sure else None), ["-c", *rest[1:]]
    content = call.read(words[0].text) if words[0].is_sure else None
    return (content if isinstance(content, str) else None), [words[0].text, *rest]


def _spoil(call: Call, script: EditScript, source: str, why: str) -> None:
    """What the script wrote, opened or names, and what it was given, may be changed now."""
    named = {call.path(each) for each in _NAMED.findall(source)}
    named |= {call.path(each) for each in script.arguments[1:] if "." in each}
    touched = {path for path in named if isinstance(call.files.read(path), str)}
    for path in sorted({*script.written, *script.opened, *touched}):
        call.files.spoil(path, why)
    if not (script.written or script.opened or touched):
        call.files.lacks[why] += 1
