"""What lies in the state directory is odd: logs that other programs touched, newer ones, a damaged index, odd locks and clocks."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from coach.cli import main
from coach.core.log import events as ev
from coach.core.session.fold import replay
from coach.engine.trees.tree_store import open_trees
from coach.errors import CoachError, SessionError
from coach.session.factory import open_review
from coach.store import library
from coach.store.log import LOG_NAME, SessionLog, read_log
from coach.store.paths import session_folder, state_home
from tests.fork_server import run_coach
from tests.tui import fakes
from tests.tui.seeing import shown, text_of

ID = "abcd2345"


@pytest.fixture
def log(state_home, tmp_path):
    """The log of a session with two runs."""
    records = fakes.FakeDoor(*fakes.story("partial")).records
    opened = fakes.opened(session=ID, checkout=ev.Checkout(root=str(tmp_path)))
    begin = ev.Recorded(seq=1, at=records[0].at, event=opened)
    written = SessionLog.create(session_folder(ID))
    written.append(begin, *records[1:])
    written.close()
    return session_folder(ID) / LOG_NAME


NEWER = b'{"seq":999999,"at":1.0,"kind":"teleported","to":{"deep":[1,null,"x"]},"why":"\\u00e9"}\n'


@pytest.mark.parametrize(
    "change",
    [
        lambda log: log.replace(b"\n", b"\r\n"),
        lambda log: b"\xef\xbb\xbf" + log,
        lambda log: log + b"\xe2\x82",
        lambda log: log + b"\0" * 4_096,
        lambda log: log + b"\0" * 4_096 + b"\n",
        lambda log: log + log,
        lambda log: b"".join(reversed(log.splitlines(keepends=True))),
        lambda log: log.replace(b'"kind":"run_finished"', b'"kind":"run_finished","quantum":{"a":[1]}'),
        lambda log: b"\n\n" + log.replace(b"\n", b"\n\n"),
        lambda log: log + b'{"seq":3,"at":1.0,"kind":"note_written","text":"again"}\n',
        lambda log: log + b'["no","event"]\n42\n"text"\nnull\n',
    ],
    ids=[
        "CRLF", "a mark in front", "half a character", "zeros", "a line of zeros", "twice", "backwards", "a newer field",
        "empty lines", "a number twice", "JSON that is no event",
    ],
)  # fmt: skip
def test_a_log_that_other_programs_touched_says_what_it_said(log, change):
    """Editors, synchronisers, crashes and copies by hand: no event is lost, and the session can be gone on with."""
    before = replay(read_log(log.parent).records)
    log.write_bytes(change(log.read_bytes()))
    assert replay(read_log(log.parent).records) == before
    written, loaded = SessionLog.open(log.parent)
    written.append(ev.Recorded(seq=before.seq + 1, at=5.0, event=ev.NoteWritten(text="on")))
    written.close()
    after = read_log(log.parent)
    assert [each.event for each in after.records[: len(loaded.records)]] == [
        each.event for each in loaded.records
    ]
    assert after.records[-1].event == ev.NoteWritten(text="on")
    (listed,) = library.sessions()
    assert not listed.damage


def test_what_a_newer_coach_wrote_is_kept_to_the_byte_and_not_written_to(log):
    """Two coaches of different versions on one session: the older one reads along, and its own words spoil nothing."""
    log.write_bytes(log.read_bytes() + NEWER)
    content = log.read_bytes()
    with pytest.raises(SessionError, match="newer coach"):
        SessionLog.open(log.parent)
    unknown = read_log(log.parent).records[-1].event
    assert isinstance(unknown, ev.Unknown)
    assert json.loads(NEWER).items() >= {"kind": unknown.kind, **unknown.raw}.items()
    assert open_review(ID).state.seq == 999_999
    assert log.read_bytes() == content


def odd(place: Path, kind: str) -> None:
    """Put something odd where a file of coach's should be."""
    place.unlink(missing_ok=True)
    match kind:
        case "garbage":
            place.write_bytes(b"garbage\0" * 1_000)
        case "empty":
            place.write_bytes(b"")
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "endless":
            place.symlink_to("/dev/zero")
        case "dangling":
            place.symlink_to("/nonexistent/x")
        case "circle":
            place.symlink_to(place.name)


KINDS = ("garbage", "empty", "folder", "pipe", "endless", "dangling", "circle")


def within(seconds, call):
    """Call something that must not wait for ever; returns what it returned, or the expected error it raised."""
    answers = []

    def ask():
        try:
            answers.append(call())
        except CoachError as error:
            answers.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    assert answers, "it waits for ever, or ended by a defect"
    return answers[0]


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_that_is_none_loses_no_session(log, kind):
    assert [each.id for each in library.sessions()] == [ID]
    odd(state_home() / "library.sqlite3", kind)
    assert [each.id for each in within(20, library.sessions)] == [ID]
    assert [each.id for each in within(20, library.sessions)] == [ID]


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_that_is_none_is_taken_or_said(log, kind):
    odd(log.parent / "lock", kind)
    found = within(20, lambda: SessionLog.open(log.parent))
    if isinstance(found, CoachError):
        assert "lock" in str(found)
    else:
        found[0].close()
    assert read_log(log.parent).damaged == 0


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in {"garbage", "empty"}])
def test_a_log_that_is_no_file_is_listed_and_hides_no_other(log, kind):
    other = session_folder("efgh2345")
    other.mkdir()
    odd(other / LOG_NAME, kind)
    found = {each.id: each.damage for each in within(20, library.sessions)}
    assert found[ID] == ""
    assert found["efgh2345"]


TIMES = (0.0, -1.0, -99_999_999_999.0, 2.0**31 + 0.5, 253_402_300_800.0, 1e300)


@pytest.mark.parametrize("zone", ["Nowhere/Atall", "XXX+99:99:99", "", ":/dev/zero"])
async def test_a_time_that_no_calendar_knows_stops_no_view(log, zone, monkeypatch, capsys):
    """1970, before it, after 2038, after 9999, and zones that are none: every view and every export is there."""
    monkeypatch.setenv("TZ", zone)
    monkeypatch.chdir(Path(read_log(log.parent).records[0].event.checkout.root))
    lines = log.read_bytes().splitlines(keepends=True)
    events = [json.loads(line) for line in lines]
    changed = [{**each, "at": TIMES[n % len(TIMES)]} for n, each in enumerate(events)]
    log.write_bytes(b"".join(json.dumps(each).encode() + b"\n" for each in changed))
    for words in (
        ["sessions"],
        ["stats"],
        ["report", ID, "--format", "markdown"],
        ["export"],
    ):
        assert main(words) == 0, words
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert not [line for line in said.out.splitlines() if " -" in line and " min" in line]
    port = fakes.FakeDoor(*fakes.story("partial"))
    port.records = list(read_log(log.parent).records)
    port.state = replay(port.records)
    async with shown(port) as pilot:
        assert text_of(pilot)


def test_a_session_is_found_again_in_a_folder_whose_name_is_no_text(tmp_path, state_home, monkeypatch):
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    (root / "test_it.py").write_text("def test_it():\n    assert 1 == 2\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    env = {**os.environ, "COACH_PYTHON": sys.executable, "COACH_STATE_DIR": str(state_home)}
    for words, code in (
        (["run", "test_it.py"], 1),
        (["run"], 1),
        (["export"], 0),
        (["report", "-o", str(tmp_path / "report.html")], 0),
    ):
        done = run_coach(*words, cwd=root, env=env)
        assert done.returncode == code, (words, done.stderr)
    (listed,) = library.sessions()
    assert listed.runs == 2
    assert open_trees(root, tmp_path / "home")[0] is not None
