"""Lines of the channel are checked data: what does not belong is dropped and counted."""

import json

import pytest

from coach.core.runs.report import Frame
from coach.engine.channel.failures import most_informative
from coach.engine.channel.report_reader import MAX_FAILURES, Channel


@pytest.fixture
def channel(tmp_path):
    return Channel(tmp_path / "events", "nonce", tmp_path)


def write(tmp_path, *events, raw=b""):
    with (tmp_path / "events").open("ab") as file:
        for event in events:
            file.write(json.dumps({"pid": 10, "nonce": "nonce"} | event).encode() + b"\n")
        file.write(raw)


def test_events_become_counts_and_failures(channel, tmp_path):
    """What the probe wrote is read once, as it grows."""
    write(tmp_path, {"event": "begin"}, {"event": "collected", "selected": 2, "deselected": 1})
    write(tmp_path, {"event": "test_start", "test": "a"})
    assert channel.read()
    assert (channel.selected, channel.deselected, channel.current_test) == (2, 1, "a")
    assert not channel.read()
    failure = {"phase": "call", "exception": "E", "message": "m", "frames": [], "sections": [["out", "x"]]}
    write(
        tmp_path,
        {"event": "test_end", "test": "a", "outcome": "failed", "duration": 1, "failures": [failure]},
    )
    write(tmp_path, {"event": "test_end", "test": "b", "outcome": "xfailed", "duration": 0.5})
    write(tmp_path, {"event": "end", "exitstatus": 1, "loaded": ["x.py"]})
    assert channel.read()
    assert (channel.counts.failed, channel.counts.xfailed, channel.counts.reported) == (1, 1, 2)
    assert channel.failures[0].sections[0].text == "x"
    assert (channel.skipped, channel.loaded, channel.current_test) == (["b"], ("x.py",), "")


def test_a_forged_line_is_dropped_and_counted(ground):
    """Wrong nonce, wrong process, wrong schema and oversize lines change nothing but the notes."""
    report = ground("forges").run()
    assert report.counts.passed == 1
    assert report.counts.reported == 1
    assert report.probe_notes == (
        "dropped 1 channel lines with a foreign nonce",
        "dropped 1 channel lines from another process",
        "dropped 4 channel lines that are not events of the probe",
        "dropped 1 channel lines longer than 64 kB",
    )


def test_a_torn_line_waits_for_its_rest(channel, tmp_path):
    """Half a line is not an error until the run is over."""
    line = json.dumps({"event": "begin", "pid": 1, "nonce": "nonce", "python": "3.8.1"}).encode()
    write(tmp_path, raw=line[:20])
    channel.read()
    assert channel.began is None
    assert channel.notes == ("the last channel line was torn",)
    write(tmp_path, raw=line[20:] + b"\n")
    channel.read()
    assert channel.began.python == "3.8.1"
    assert channel.notes == ()


def test_only_the_newline_byte_ends_a_line(channel, tmp_path):
    """U+2028 and a lone surrogate inside a name are part of the name, and storable."""
    write(tmp_path, {"event": "begin"}, {"event": "test_start", "test": "t[\u2028\udcff]"})
    channel.read()
    assert channel.current_test == "t[\u2028\\udcff]"


def test_failures_beyond_the_limit_are_counted(channel, tmp_path):
    """One event keeps 200 failures; the others are not lost without a word."""
    write(tmp_path, {"event": "begin"})
    write(
        tmp_path,
        *({"event": "test_end", "test": f"t{n}", "outcome": "failed"} for n in range(MAX_FAILURES + 5)),
    )
    channel.read()
    assert (len(channel.failures), channel.failures_left_out, channel.failed) == (200, 5, 205)


def test_own_frames_are_kept_before_others():
    """Of many frames the own ones stay, in their order."""
    frames = [Frame(path=str(n), line=n, function="f", own=n % 10 == 0) for n in range(100)]
    kept = most_informative(frames, 15)
    assert [frame.line for frame in kept] == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 96, 97, 98, 99]


def test_environments_inside_the_root_are_not_own(channel, tmp_path):
    """A frame in the project's .venv is named by its place but is nobody's suspect."""
    frames = [
        {"file": str(tmp_path / name), "line": 1} for name in ("app.py", ".venv/lib/site-packages/lib.py")
    ]
    failure = {"phase": "call", "frames": [*frames, {"file": "/usr/lib/python3/ast.py", "line": 1}]}
    write(
        tmp_path,
        {"event": "begin"},
        {"event": "test_end", "test": "t", "outcome": "error", "failures": [failure]},
    )
    channel.read()
    assert [(frame.path, frame.own) for frame in channel.failures[0].frames] == [
        ("app.py", True),
        (".venv/lib/site-packages/lib.py", False),
        ("/usr/lib/python3/ast.py", False),
    ]
