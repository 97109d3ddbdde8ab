"""``coach import``: transcripts of four tools, each from the file to what is said of it; to be looked at, and never gone on with."""

import gzip
import io
import json
import subprocess
import sys

import pytest

from coach.cli import main
from coach.core.log import events as ev
from coach.errors import CoachError
from coach.session.factory import open_existing, open_review
from coach.session.transcript_session import Source, open_transcript, read_session
from coach.store import library
from coach.store.lines import encode
from tests.cli.assistants import FILES, FORMATS, STORY, claude_code, mini_swe_agent

GOLDEN = "tests/cli/golden/imported.jsonl"


@pytest.fixture
def transcript(tmp_path):
    """Return a function that writes a transcript of one of the formats."""

    def write(form, *story):
        path = tmp_path / f"{form}.json"
        path.write_text(FORMATS[form](story or STORY), encoding="utf-8")
        return path

    return write


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Return a repository that has the files of before."""
    root = tmp_path / "shop"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def taken(capsys, *words):
    assert main(["import", "--json", *map(str, words)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_a_transcript_becomes_a_session(form, transcript, shop, capsys, state_home):
    path = transcript(form)
    found = taken(capsys, path, "--root", shop, "--base", "HEAD")
    assert [
        (each["label"], each["is_script"], each["runs"], each["red_runs"]) for each in found["lanes"]
    ] == [
        ("tests/test_shop.py", False, 3, 2),
        ("python repro.py", True, 1, 0),
    ]
    assert (found["attempts"], found["unread_attempts"]) == (2, 0)
    state = open_review(found["session"]).state
    assert [each.judged.outcome for each in state.runs] == ["FAIL", "FAIL", "PASS", "PASS"]
    assert [each.nature for each in state.attempts] == ["patch", "patch"]
    assert state.attempts[0].by == (found["assistant"] or "assistant")
    assert state.attempts[1].changes.files[0].hunks[0].text.count("\n+    return sum(items)") == 1
    assert state.last_failure.failing[0].test == "tests/test_shop.py::test_total"

    again = taken(capsys, path, "--root", shop, "--base", "HEAD")
    assert (again["session"], again["is_new"]) == (found["session"], False)
    assert len(library.sessions()) == 1


def test_a_session_of_a_transcript_is_looked_at_like_any_other(transcript, capsys, state_home, tmp_path):
    session = taken(capsys, transcript("claude"))["session"]
    assert main(["sessions", "Claude", "made"]) == 0
    assert "imported" in capsys.readouterr().out
    assert main(["status", "--session", session]) == 0
    told = capsys.readouterr().out
    assert "cannot be gone on with" in told
    assert "imported from a transcript of Claude Code" in told
    assert "Reproduce" not in told, "nobody took a step"
    for words in (
        ["report", session, "-o", str(tmp_path / "page.html")],
        ["export", session],
        ["stats", "--since", "9999d"],
        ["loops", "replay", session],
        ["sessions", "export", session, "-o", str(tmp_path / "x.coach")],
        ["sessions", "import", str(tmp_path / "x.coach")],
    ):
        assert main(words) == 0, words
    assert "imported" in capsys.readouterr().out
    assert "tests/test_shop.py" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--session", "ID"],
        ["close", "--session", "ID"],
        ["note", "seen", "--session", "ID"],
        ["step", "verify", "--session", "ID"],
        ["verify", "--session", "ID"],
        ["investigate", "--session", "ID"],
        ["who", "--session", "ID"],
        ["restore", "1", "--session", "ID"],
        ["restore", "1", "--yes", "--session", "ID"],
        ["rerun", "ID"],
        ["loops", "dismiss", "revert", "no", "--session", "ID"],
        ["sessions", "close", "ID"],
    ],
)
def test_what_would_go_on_with_it_is_refused_in_a_sentence(words, transcript, capsys, state_home):
    session = taken(capsys, transcript("codex"))["session"]
    log = state_home / "sessions" / session / "log.jsonl"
    before = log.read_bytes()
    assert main([session if each == "ID" else each for each in words]) != 0
    assert "imported" in capsys.readouterr().err
    assert log.read_bytes() == before


def test_nobody_takes_it_up(transcript, capsys, state_home):
    session = taken(capsys, transcript("vorflux"))["session"]
    with pytest.raises(CoachError, match="cannot be continued: it was imported"):
        open_existing(session)
    assert library.search(library.Query(is_open=True))[0] == []


def test_nothing_is_kept_where_it_is_only_looked_at(transcript, capsys, state_home, shop):
    path = transcript(
        "mini",
        *STORY[:3],
        ("edit", "tests/test_shop.py", "== 3", "== 4"),
        ("run", STORY[0][1], "1 passed in 0.1s", 0),
    )
    assert main(["loops", "replay", "--transcript", str(path), "--root", str(shop), "--base", "HEAD"]) == 0
    assert "tamper" in capsys.readouterr().out
    port = open_transcript(Source(str(path)))
    assert port.read_only
    assert "FAILED tests/test_shop.py" in port.output_of(1)
    assert not (state_home / "sessions").exists()


def test_what_no_repository_tells_comes_from_the_transcript_or_is_unknown(transcript, capsys, state_home):
    known = taken(capsys, transcript("claude"))
    unknown = taken(capsys, transcript("mini"))
    assert (known["unread_attempts"], unknown["unread_attempts"]) == (0, 2)
    assert any("content is not known" in each["what"] for each in unknown["lost"])


def test_bad_input_ends_in_a_sentence_and_leaves_nothing(
    tmp_path, capsys, state_home, monkeypatch, shop, transcript
):
    other = tmp_path / "labels.json"
    other.write_text("{}", encoding="utf-8")
    good = transcript("codex")
    for words in (
        [other],
        [tmp_path / "none.json"],
        [good, "--root", shop, "--base", "nope"],
        [good, "--root", tmp_path, "--base", "HEAD"],
    ):
        assert main(["import", *map(str, words)]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\x00 nothing")))
    assert main(["import", "-"]) == 2
    assert not (state_home / "sessions").exists()


def test_a_folder_goes_on_after_a_bad_file(tmp_path, capsys, state_home, monkeypatch):
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "a.jsonl").write_text(claude_code(), encoding="utf-8")
    (folder / "b.json").write_text("{}", encoding="utf-8")
    (folder / "c.json.gz").write_bytes(gzip.compress(mini_swe_agent().encode()))
    assert main(["import", str(folder)]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "b.json: " in said.err
    assert "1 of 3 files could not be taken in" in said.err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(claude_code().encode())))
    assert main(["import", "-"]) == 0
    assert "was here already" not in capsys.readouterr().out or len(library.sessions()) == 2


def test_what_is_secret_here_is_taken_out_before_it_is_kept(transcript, capsys, state_home, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2-is-a-secret")
    path = transcript("codex", ("run", STORY[0][1], f"login hunter2-is-a-secret\n{STORY[0][2]}", 0))
    session = taken(capsys, path)["session"]
    kept = [
        each.read_text(encoding="utf-8")
        for each in state_home.rglob("*")
        if each.is_file() and each.suffix != ".sqlite3"
    ]
    assert any("test_total" in each for each in kept)
    assert not any("hunter2" in each for each in kept)
    assert session


def test_the_log_of_a_transcript_is_what_it_was(transcript, state_home, request):
    read = read_session(Source(str(transcript("claude"))))
    lines = []
    for record in read.records:
        event = record.event
        if isinstance(event, ev.SessionOpened):
            event = event.model_copy(
                update={"workflow": event.workflow.model_copy(update={"steps": ()}), "coach": "?"}
            )
        lines.append(encode(ev.Recorded(record.seq, record.at, event)).decode())
    golden = request.config.rootpath / GOLDEN
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text("".join(lines), encoding="utf-8")
        pytest.fail("made anew: look at it")
    assert "".join(lines) == golden.read_text(encoding="utf-8")
