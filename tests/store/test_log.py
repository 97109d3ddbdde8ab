"""A session log keeps every acknowledged event whatever happens to its writer, its disk or its bytes."""

import errno
import json
import os
import signal
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from coach.core.log import events as ev
from coach.core.runs.target import Target
from coach.core.workflow.workflow import Workflow
from coach.errors import SessionError, SessionHeld, StoreError
from coach.store.lines import encode, read_line
from coach.store.log import LOG_NAME, SessionLog, read_log

NASTY = 'a\u2028b\u0085c\ud800 \x00\x1b[2J [/bold] \U000e0041 𝔘 \\ " \r\n end'


def opened(session: str = "abcd2345") -> ev.SessionOpened:
    return ev.SessionOpened(
        session=session,
        coach="0",
        target=Target(words=("tests/test_cart.py::test_total",)),
        workflow=Workflow(name="debug"),
        interpreter=ev.Interpreter(path="/usr/bin/python"),
        checkout=ev.Checkout(root="/project"),
    )


def note(seq: int, text: str = "x") -> ev.Recorded:
    return ev.Recorded(seq=seq, at=100.0 + seq, event=ev.NoteWritten(text=text))


def sample(count: int = 4) -> list[ev.Recorded]:
    first = ev.Recorded(seq=1, at=101.0, event=opened())
    return [first, *(note(seq, NASTY) for seq in range(2, count + 1))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / "abcd2345"


def write_log(folder: Path, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOG_NAME).write_bytes(content)
    return folder / LOG_NAME


def test_round_trip_is_equal(folder: Path) -> None:
    """What was appended is read back equal, nasty text included, and the next coach goes on after it."""
    log = SessionLog.create(folder)
    for record in sample():
        log.append(record)
    log.close()
    log, loaded = SessionLog.open(folder)
    log.append(note(5))
    log.close()
    assert loaded.records == tuple(sample())
    assert read_log(folder).records == (*sample(), note(5))
    assert (loaded.damaged, loaded.torn, loaded.read_only_reason) == (0, 0, "")


def test_files_are_private(folder: Path) -> None:
    """Nobody else can read a session."""
    log = SessionLog.create(folder)
    log.append(sample()[0])
    log.close()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {folder.name: 0o700, LOG_NAME: 0o600, "lock": 0o600}


def test_cut_at_every_byte(folder: Path) -> None:
    """Wherever the file is cut, whole events load, the tail is set aside, and appending goes on cleanly."""
    lines = [encode(record) for record in sample(3)]
    content = b"".join(lines)
    ends = [sum(map(len, lines[: count + 1])) for count in range(len(lines))]
    for cut in range(ends[0], len(content) + 1):
        path = write_log(folder, content[:cut])
        whole = sum(end <= cut for end in ends)
        assert len(read_log(path.parent).records) == whole
        assert path.stat().st_size == cut, "reading alone changes nothing"
        log, loaded = SessionLog.open(folder)
        log.append(note(9))
        log.close()
        torn = list(folder.glob(LOG_NAME + ".torn-*"))
        assert [each.read_bytes() for each in torn] == [content[ends[whole - 1] : cut]] * (loaded.torn > 0)
        assert [record.seq for record in read_log(path.parent).records] == [*range(1, whole + 1), 9]
        for each in torn:
            each.unlink()


def test_cut_inside_the_first_event(folder: Path) -> None:
    """A log without its first event reads as empty and is left as it is."""
    content = encode(sample()[0])
    for cut in range(0, len(content), 7):
        path = write_log(folder, content[:cut])
        assert read_log(path.parent).records == ()
        with pytest.raises(SessionError, match="first event"):
            SessionLog.open(folder)
        assert path.read_bytes() == content[:cut]


@pytest.mark.parametrize("how", ["raise", "short", "nothing"])
@pytest.mark.parametrize("nth", range(1, 13))
def test_nth_write_fails(folder: Path, nth: int, how: str) -> None:
    """A write that fails or is short leaves no torn line, and the retried event is there once."""
    calls = 0

    def write(fd: int, line: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls != nth:
            return os.write(fd, line)
        if how == "raise":
            os.write(fd, line[:5])
            raise OSError(errno.EIO, "input/output error")
        return os.write(fd, line[: len(line) // 2]) if how == "short" else 0

    log = SessionLog.create(folder, write=write)
    failures = 0
    for record in sample(12):
        try:
            log.append(record)
        except StoreError:
            failures += 1
            assert (folder / LOG_NAME).read_bytes().endswith(b"\n") or record.seq == 1
            log.append(record)
    log.close()
    loaded = read_log(folder)
    assert failures == 1
    assert loaded.records == tuple(sample(12))
    assert (loaded.damaged, loaded.torn) == (0, 0)


def test_failing_sync_is_a_failing_append(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event whose sync failed is taken back, so that the retry does not write it twice."""
    log = SessionLog.create(folder)
    log.append(sample()[0])
    with monkeypatch.context() as patch:
        patch.setattr("coach.store.log._sync", lambda _fd: (_ for _ in ()).throw(OSError(errno.EIO, "io")))
        with pytest.raises(StoreError):
            log.append(note(2))
    log.append(note(2))
    log.close()
    assert [record.seq for record in read_log(folder).records] == [1, 2]


def test_deleted_log_is_said(folder: Path) -> None:
    """Writing into a file that was deleted meanwhile is an error, not a success."""
    log = SessionLog.create(folder)
    log.append(sample()[0])
    (folder / LOG_NAME).unlink()
    with pytest.raises(StoreError, match="deleted"):
        log.append(note(2))
    log.close()


@pytest.mark.parametrize(
    "line",
    [
        b"garbage\n",
        b"\0\0\0\0\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"42\n",
        b"null\n",
        b'{"seq": 2, "at": 1}\n',
        b'{"at": 1, "kind": "note_written", "text": "no seq"}\n',
        b'{"seq": "2", "at": 1, "kind": "note_written", "text": "x"}\n',
        b'{"seq": true, "at": 1, "kind": "note_written", "text": "x"}\n',
        b'{"seq": 2, "at": NaN, "kind": "note_written", "text": "x"}\n',
        b'{"seq": 2, "at": 1e999, "kind": "note_written", "text": "x"}\n',
        b'{"seq": 2, "at": 1, "kind": "note_wri\n',
        b'{"seq": 1, "at": 1, "kind": "note_written", "text": "again"}\n',
        b'{"seq": ' + b"9" * 5_000 + b', "at": 1, "kind": "note_written", "text": "x"}\n',
        b"[" * 200_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
    ],
    ids=lambda line: repr(line[:40]),
)
def test_damaged_middle_line(folder: Path, line: bytes) -> None:
    """A bad line in the middle is counted and kept; the rest loads and the log goes on."""
    first, third = encode(sample()[0]), encode(note(3))
    path = write_log(folder, first + line + third)
    loaded = read_log(path.parent)
    assert [record.seq for record in loaded.records] == [1, 3]
    assert (loaded.damaged, loaded.read_only_reason) == (1, "")
    log, _ = SessionLog.open(folder)
    log.append(note(4))
    log.close()
    assert path.read_bytes() == first + line + third + encode(note(4))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "a_new_kind", "deep": {"x": [1, "\ud800"]}},
        {"kind": "run_finished", "number": "not as this version knows it"},
        opened().model_dump(mode="json") | {"schema_version": ev.SCHEMA + 1},
    ],
    ids=["unknown kind", "unreadable", "newer schema"],
)
def test_newer_log_is_read_only(folder: Path, fields: dict[str, object]) -> None:
    """What a newer coach wrote is read and shown, and never written to: not even its torn tail is touched."""
    content = encode(sample()[0]) + json.dumps({"seq": 2, "at": 2.0, **fields}).encode() + b"\n{torn"
    path = write_log(folder, content)
    loaded = read_log(path.parent)
    assert len(loaded.records) == 2
    assert "newer coach" in loaded.read_only_reason
    with pytest.raises(SessionError, match="newer coach"):
        SessionLog.open(folder)
    assert path.read_bytes() == content
    assert not list(folder.glob("*.torn-*"))


def test_order_is_by_sequence(folder: Path) -> None:
    """Lines out of order and clocks that jump do not change the order of events."""
    late = replace(note(2), at=-5.0)
    path = write_log(folder, encode(note(3)) + encode(sample()[0]) + encode(late))
    assert [record.seq for record in read_log(path.parent).records] == [1, 2, 3]


def test_unreadable_log_is_a_store_error(folder: Path) -> None:
    """A log that is a folder is said in words."""
    (folder / LOG_NAME).mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be used"):
        read_log(folder)


def write_for_ever(folder: Path, out: int) -> None:
    """Append events to a log and acknowledge each, in a process of its own."""
    log, loaded = SessionLog.open(folder)
    seq = loaded.records[-1].seq
    while True:
        seq += 1
        log.append(ev.Recorded(seq=seq, at=1.0, event=ev.NoteWritten(text="x" * (seq % 400))))
        os.write(out, f"{seq}\n".encode())


def test_killed_writers_lose_nothing_acknowledged(folder: Path) -> None:
    """Twenty writers killed with -9 at different moments: every acknowledged event is there, every lock free."""
    log = SessionLog.create(folder)
    log.append(sample()[0])
    log.close()
    for round_number in range(20):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            try:
                write_for_ever(folder, writer)
            finally:
                os._exit(1)
        os.close(writer)
        with os.fdopen(reader) as said:
            acknowledged = [int(said.readline()) for _ in range(1 + round_number)]
            os.kill(child, signal.SIGKILL)
            acknowledged += [int(line) for line in said if line.endswith("\n")]
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        loaded = read_log(folder)
        assert loaded.damaged == 0
        assert {record.seq for record in loaded.records} >= set(acknowledged)
        assert [record.seq for record in loaded.records] == list(range(1, len(loaded.records) + 1))


def test_second_writer_is_told_who_holds_it(folder: Path) -> None:
    """A session has one writer; the second is told the process and the host, and gets it when the first is done."""
    log = SessionLog.create(folder)
    log.append(sample()[0])
    with pytest.raises(SessionHeld, match=f"process {os.getpid()} on {os.uname().nodename}"):
        SessionLog.open(folder)
    log.close()
    log.close()
    again, _ = SessionLog.open(folder)
    again.close()


def test_full_disk(folder: Path) -> None:
    """On a device that is always full the append says so."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    full = os.open("/dev/full", os.O_WRONLY)
    log = SessionLog.create(folder, write=lambda _fd, line: os.write(full, line))
    with pytest.raises(StoreError, match="No space left"):
        log.append(sample()[0])
    log.close()
    os.close(full)


def test_a_number_that_no_float_holds_makes_a_line_damaged_not_one_that_cannot_be_written_again():
    line = b'{"seq":1,"at":1.0,"kind":"from_a_later_coach","seconds":1e999}\n'
    assert read_line(line) is None
    assert read_line(line.replace(b"1e999", b"1e9")) is not None
