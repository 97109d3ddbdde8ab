"""``coach loops``: what would be said on a log, and how well that does over labelled ones."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from coach.cli import main

HERE = Path(__file__).parent
LOOPING, HEALTHY = "revert-to-a-state-in-the-middle-bank", "fixed-at-once-bank"


def log(name: str) -> Path:
    return next(path for folder in ("corpus", "holdout") for path in (HERE / folder).glob(f"{name}.jsonl.gz"))


@pytest.fixture
def folder(tmp_path):
    """Two labelled logs: one that goes round, one that does not."""
    labels = {}
    for name in (LOOPING, HEALTHY):
        path = log(name)
        shutil.copy(path, tmp_path)
        labels[name] = json.loads((path.parent / "labels.json").read_text())[name]
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    return tmp_path


def test_replay_says_what_and_when(capsys):
    assert main(["loops", "replay", str(log(LOOPING))]) == 0
    said = capsys.readouterr().out
    assert "banner  revert" in said
    assert "The files are back as in #" in said


def test_replay_as_json_and_with_a_detector_off(capsys):
    assert main(["loops", "replay", str(log(LOOPING)), "--json", "--off", "revert"]) == 0
    assert "revert" not in {each["pattern"] for each in json.loads(capsys.readouterr().out)}
    assert main(["loops", "replay", str(log(LOOPING)), "--json"]) == 0
    found = next(each for each in json.loads(capsys.readouterr().out) if each["pattern"] == "revert")
    assert found["level"] == "banner"
    assert found["evidence"][-1] == found["run"]
    assert set(found) == {"run", "seq", "pattern", "level", "evidence", "place", "sentence", "move", "action"}


def test_a_quiet_log_and_an_unpacked_one(capsys, tmp_path):
    plain = tmp_path / "log.jsonl"
    plain.write_bytes(gzip.decompress(log(HEALTHY).read_bytes()))
    for name in (plain, tmp_path):
        assert main(["loops", "replay", str(name)]) == 0
        assert capsys.readouterr().out == "nothing would be said\n"


def test_score(capsys, folder):
    assert main(["loops", "score", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "revert" in said
    assert "1/1" in said
    assert "healthy: 0 of 1 interrupted (0.0%)" in said


def test_score_as_json(capsys, folder):
    assert main(["loops", "score", str(folder), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)[str(folder)]
    assert scores["patterns"]["revert"] == {
        "sessions": 1,
        "caught": 1,
        "notes_due": 0,
        "noted": 0,
        "edits_until_first": 3,
        "missed": [],
    }
    assert (scores["healthy"], scores["interrupted"], scores["false_alarms"]) == (1, [], 0.0)


def test_what_is_missed_and_wrongly_said_is_named(capsys, folder):
    labels = json.loads((folder / "labels.json").read_text())
    labels[LOOPING], labels[HEALTHY] = labels[HEALTHY], {**labels[LOOPING], "pattern": "tamper"}
    (folder / "labels.json").write_text(json.dumps(labels))
    assert main(["loops", "score", str(folder)]) == 0
    told = capsys.readouterr()
    assert f"false alarm in {LOOPING}: #" in told.err
    assert f"missed in {HEALTHY}\n" in told.err
    assert told.out.endswith(" notes only\n")
    assert "(100.0%)" in told.out


@pytest.mark.parametrize(
    "words", [["replay", "no-such-session"], ["score", "nowhere"], ["replay", "/dev/null/x.gz"]]
)
def test_what_is_not_there_is_named(capsys, words):
    assert main(["loops", *words]) != 0
    assert words[1] in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}'])
def test_damaged_labels_are_named(capsys, tmp_path, content):
    (tmp_path / "labels.json").write_text(content)
    assert main(["loops", "score", str(tmp_path)]) == 2
    assert "labelled" in capsys.readouterr().err


def test_without_an_action_the_actions_are_told(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["loops"])
    assert stopped.value.code == 2
    capsys.readouterr()
