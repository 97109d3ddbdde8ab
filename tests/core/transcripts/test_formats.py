"""Every format is recognised by its content and tells the same story."""

import json

import pytest

from coach.core.transcripts.model import Edited, Ran
from coach.core.transcripts.moments import FileHistory
from coach.core.transcripts.reading import FORMATS, NoTranscript, read_transcript
from tests.core.transcripts.samples import GREEN, NEW, OLD, RED, ROOT, SAMPLES, TEST, claude_code


@pytest.mark.parametrize("name", SAMPLES)
def test_a_transcript_of_every_format_tells_the_same_story(name):
    transcript = read_transcript("any.name", SAMPLES[name]())
    assert transcript.format == name.partition(",")[0]
    runs = [
        step.action
        for step in transcript.steps
        if isinstance(step.action, Ran) and step.action.command == TEST
    ]
    assert [(RED in run.output, GREEN in run.output) for run in runs] == [(True, False), (False, True)]
    assert all(run.exit_code in (None, int(RED in run.output)) for run in runs)
    history = FileHistory(transcript)
    seen = [moment.files.get("half.py") for moment in history.moments() if moment.command == TEST]
    if not transcript.root:  # then paths are what the transcript calls them
        assert name == "Codex, bare"
    assert seen == [OLD, NEW]
    assert transcript.root in ("", ROOT)
    assert history.lacks == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_transcript_belongs_to_two_formats(name):
    from coach.core.transcripts.foreign_json import Source

    source = Source(SAMPLES[name]().decode())
    assert [each.name for each in FORMATS if each.recognises(source)] == [name.partition(",")[0]]


def test_every_format_has_a_sample():
    assert {each.name for each in FORMATS} == {name.partition(",")[0] for name in SAMPLES}


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"{}", b"[]", b"[" * 100_000, b'{"a": 1}\n{"b": 2}', b"\xff\xfe\x00", b"null"]
)
def test_what_is_no_transcript_is_refused_in_one_sentence(content):
    with pytest.raises(NoTranscript, match=r"^x\.json .*Claude Code, Codex.*\.$"):
        read_transcript("x.json", content)


def test_a_transcript_in_which_nothing_happened_is_refused():
    talk = {"type": "user", "uuid": "1", "message": {"role": "user", "content": "hello"}}
    with pytest.raises(NoTranscript, match="nothing was run"):
        read_transcript("x", json.dumps(talk).encode())


def test_claude_code_tells_who_acted_and_what_was_there_before():
    transcript = read_transcript("x", claude_code())
    edits = [step for step in transcript.steps if isinstance(step.action, Edited)]
    assert [(each.by, each.action.kind, each.action.failed) for each in edits] == [
        ("subagent", "write", False),
        ("assistant", "replace", True),
        ("assistant", "replace", False),
    ]
    assert edits[-1].action.original == OLD
    assert transcript.title == "Halves"
    assert transcript.assistant == "model-x"


def test_a_torn_last_line_is_counted_and_the_rest_is_read():
    transcript = read_transcript("x", claude_code()[:-40])
    assert {each.what for each in transcript.lacks} >= {"lines that are no JSON object"}
    assert sum(isinstance(step.action, Ran) for step in transcript.steps) >= 1


def test_aider_tests_by_itself_after_an_edit():
    text = """
# aider chat started at 2026-01-02 03:04:05

half.py
```python
<<<<<<< SEARCH
    return n / 3
=======
    return n / 2
>>>>>>> REPLACE
```

> Applied edit to half.py
>
> Test Script:  pytest -q tests/test_half.py;
> FAILED tests/test_half.py::test_half - assert 3 == 2
> [x] Return Code: 1
>
> Attempt to fix test errors? yes

```
nothing
```

> Test Script:  pytest -q tests/test_half.py;
> [x] Test script run timed out
"""
    steps = [each.action for each in read_transcript("history", text.encode()).steps]
    assert [type(each).__name__ for each in steps] == ["Edited", "Ran", "Ran"]
    red, late = steps[1:]
    assert (red.command, red.exit_code, red.is_ended_early) == ("pytest -q tests/test_half.py", 1, False)
    assert "assert 3 == 2" in red.output
    assert (late.exit_code, late.is_ended_early) == (None, True)
