"""``coach loops score --real``: transcripts in a folder, labels beside them, outcomes, and what is not there."""

import gzip
import json

import pytest

from coach.cli import main
from tests.core.transcripts.samples import mini_swe_agent

RED = "FAILED tests/test_half.py::test_half - assert 3 == 2"
BASE = "def half(n):\n    return n / 3\n\n\ndef other(n):\n    return n\n"


def edit(old: str, new: str) -> str:
    block = f"half.py\n```python\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"
    return f"\n{block}\n> Applied edit to half.py  \n"


def outcome(red: bool) -> str:
    summary = [RED, "1 failed in 0.10s"] if red else ["1 passed in 0.10s"]
    lines = ["Test Script:  pytest tests/test_half.py;", *summary, f"[x] [y] Return Code: {int(red)}"]
    return "".join(f"> {line}  \n" for line in lines) + "> Attempt to fix test errors? yes  \n"


def chat(*steps: str) -> str:
    return (
        "# aider chat started at 2026-01-02 03:04:05\n\n> Models: model-w with diff edit format\n"
        + "".join(steps)
    )


GOES_ROUND = chat(
    f"\nhalf.py\n```python\n<<<<<<< SEARCH\n=======\n{BASE}>>>>>>> REPLACE\n```\n\n> Applied edit to half.py\n",
    outcome(red=True),
    *(
        edit(
            f"    return n{'' if number == 1 else f' + {number - 1} - {number - 1}'}",
            f"    return n + {number} - {number}",
        )
        + outcome(red=True)
        for number in (1, 2, 3)
    ),
)
MENDS = chat(
    f"\nhalf.py\n```python\n<<<<<<< SEARCH\n=======\n{BASE}>>>>>>> REPLACE\n```\n\n> Applied edit to half.py\n",
    outcome(red=True),
    edit("    return n / 3", "    return n / 2"),
    outcome(red=False),
)
LABELS = """
[sources.one]
repository = "owner/name"
commit = "0"
format = "aider"
"""


def session(part, **known):
    lines = [f"{key} = {json.dumps(value)}" for key, value in known.items()]
    return "\n".join(["[[sessions]]", 'source = "one"', f"part = {part}", *lines, ""])


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "owner+name" / "chats"
    path.mkdir(parents=True)
    (path / "a.md").write_text(f"\n{GOES_ROUND}\n{MENDS}")
    seen = [
        session(
            0,
            path="chats/a.md",
            label="circle",
            pattern="no-effect",
            begins=2,
            clear=4,
            second="circle no-effect",
        ),
        session(1, path="chats/a.md", label="healthy", second="healthy"),
        session(0, path="chats/gone.md", label="healthy"),
    ]
    (tmp_path / "labels.toml").write_text("\n".join([LABELS, *seen]))
    (tmp_path / "labels_unseen.toml").write_text(
        "\n".join([LABELS, session(1, path="chats/a.md", label="healthy")])
    )
    return tmp_path


def labels(folder):
    return [
        word for name in ("labels.toml", "labels_unseen.toml") for word in ("--labels", str(folder / name))
    ]


def test_recall_and_false_alarms_of_each_half(folder, capsys):
    assert main(["loops", "score", "--real", str(folder), *labels(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    seen, unseen, both = told["groups"].values()
    assert (seen["recall"]["count"], seen["recall"]["of"]) == (1, 1)
    assert seen["recall_by_pattern"]["no-effect"]["of"] == 1
    assert (seen["false_alarms"]["count"], seen["false_alarms"]["of"]) == (0, 1)
    assert seen["precision"]["count"] == seen["precision"]["of"] >= 1
    assert (unseen["sessions"], both["sessions"]) == (1, 3)
    assert told["absent"] == 1
    assert (told["agreement"]["count"], told["agreement"]["kappa"]) == (2, 1.0)


def test_the_tables_say_how_sure_they_are(folder, capsys):
    assert main(["loops", "score", "--real", str(folder), *labels(folder)]) == 0
    said = capsys.readouterr().out
    assert "circles caught                              1/1 = 100% (21%-100%)" in said
    assert "labels never looked at by the authors of the rules: 1 sessions" in said
    assert "two readings by one reader give the same label: 2/2 = 100% (34%-100%), kappa 1.00" in said
    assert "1 sessions are not in the folder" in said


def test_two_readers_are_compared_and_what_they_agree_on_is_scored(folder, capsys):
    names = {
        "labels.toml": [
            {"part": 0, "label": "circle", "pattern": "no-effect", "begins": 2},
            {"part": 1, "label": "healthy"},
        ],
        "labels_unseen.toml": [{"part": 1, "label": "healthy"}],
    }
    others = iter(
        [
            '{ label = "circle", pattern = "guess", begins = 1, sure = "high" }',
            '{ label = "unclear" }',
            '{ label = "healthy" }',
        ]
    )
    for name, known in names.items():
        entries = [session(path="chats/a.md", **each) + f"independent = {next(others)}\n" for each in known]
        (folder / name).write_text("\n".join([LABELS, *entries]))
    assert main(["loops", "score", "--real", str(folder), *labels(folder)]) == 0
    said = capsys.readouterr().out
    assert "sessions that two readers label the same: 2 sessions\n  circles caught" in said
    line = "two readers, both language models, give the same label: 2/3 = 67% (21%-94%), kappa 0.50"
    tail = "; circles to both: 0 of 1 have the same main pattern, 1 of 1 begin at most one run apart"
    assert line + tail in said
    assert main(["loops", "score", "--real", str(folder), *labels(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["readers"]["count"], told["readers"]["of"]) == (2, 3)
    same = told["groups"]["sessions that two readers label the same"]
    assert (same["sessions"], same["recall"]["of"], same["false_alarms"]["of"]) == (2, 1, 1)


def test_outcomes_that_hidden_tests_gave(tmp_path, capsys):
    (tmp_path / "labels.json").write_text(
        json.dumps({"A": {"one": {"resolved": True}, "two": {"resolved": False}}})
    )
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "one.json.gz").write_bytes(gzip.compress(mini_swe_agent()))
    (tmp_path / "empty.toml").write_text("sessions = []\n")
    words = ["--labels", str(tmp_path / "empty.toml"), "--json"]
    assert main(["loops", "score", "--real", str(tmp_path), *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["groups"]["sessions with an outcome: A"]["resolved"] == {
        "count": 0,
        "of": 1,
        "low": 0.0,
        "high": 0.7935,
    }
    assert told["absent"] == 1


def test_what_is_no_transcript_and_what_is_no_label(folder, capsys, tmp_path):
    (folder / "owner+name" / "chats" / "gone.md").write_bytes(b"\x00 nothing")
    assert main(["loops", "score", "--real", str(folder), *labels(folder)]) == 0
    assert "gone.md 0 is not read" in capsys.readouterr().err
    (tmp_path / "broken.toml").write_text("[[sessions]]\n")
    assert main(["loops", "score", "--real", str(folder), "--labels", str(tmp_path / "broken.toml")]) == 2
    assert "holds no labels" in capsys.readouterr().err
    assert main(["loops", "score", "--real", str(tmp_path / "none"), *labels(folder)]) == 2
    assert "holds no transcript that a label names" in capsys.readouterr().err
