"""Rows 33, 34, 45, 46, 47, 54: odd clocks, long logs, no room for copies, what a repository brings along, odd words."""

import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from coach.cli.commands.durations import age
from coach.cli.commands.target_choice import target_from
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.reports.metrics import figures_of
from coach.core.session.fold import replay
from coach.engine.trees.tree_store import TreeStore
from coach.errors import ScratchError, TargetError
from coach.session.factory import open_review
from coach.session.replay import CHECKPOINTS, CLOSE, STEPS_BACK
from coach.store.log import SessionLog
from coach.store.paths import session_folder
from coach.tui.editor import editor_argv
from tests.tui import fakes
from tests.tui.seeing import EXPORTED, press, shown, text_of
from tests.tui.test_copying import Host

YEAR = 365 * 86_400.0


@pytest.mark.parametrize("jump", [YEAR, -YEAR, -3_600.0, None], ids=["on", "back", "summer time", "frozen"])
async def test_row_33_a_clock_that_jumps_makes_no_negative_time(jump):
    """Row 33: order is by sequence; no duration and no age is below zero."""
    port = fakes.FakeDoor(*fakes.story("partial"))
    half = len(port.records) // 2
    jumped = [
        replace(each, at=fakes.START if jump is None else each.at + (jump if each.seq > half else 0.0))
        for each in port.records
    ]
    port.records, port.state = jumped, replay(jumped)
    async with shown(port) as pilot:
        await press(pilot, "t")
        shown_runs = [line for line in text_of(pilot).splitlines() if " s " in line or " min" in line]
        assert shown_runs
        assert not [line for line in shown_runs if " -" in line]
    figures = figures_of(jumped)
    spans = [figures.seconds, figures.reproduced, figures.test, figures.cause, *dict(figures.steps).values()]
    assert all(each is None or each >= 0 for each in spans)
    assert age(4e9) == "now"


def test_row_34_a_long_log_is_looked_at_within_bounds(state_home):
    """Row 34: 20,000 events; a review keeps a bounded number of states, wherever one goes (seconds: benchmarks/library.py)."""
    log = SessionLog.create(session_folder("abcd2345"))
    first = fakes.FakeDoor(*fakes.story("reproduce")).records
    notes = (
        ev.Recorded(seq=seq, at=1.0, event=ev.NoteWritten(text="x")) for seq in range(len(first) + 1, 20_001)
    )
    log.append(*first, *notes)
    log.close()
    port = open_review("abcd2345")
    assert port.length == 20_000
    for position in (0, 20_000, 1, 19_999, 10_000, 9_999):
        port.seek(position)
        assert port.state.seq == position
    assert len(port._checkpoints) <= CHECKPOINTS + 1
    assert len(port._close) <= 2 * STEPS_BACK + CLOSE


def test_row_45_a_copy_that_has_no_room_is_taken_back(tmp_path):
    """Row 45: the disk is full half way through a copy; it stops, says so, and nothing stays."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "large.txt").write_bytes(os.urandom(400_000))
    trees = TreeStore(root, tmp_path / "state")
    tree = trees.record()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(ScratchError, match="could not be copied"), trees.materialise(tree):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "state/scratch").iterdir()) == []
    with trees.materialise(tree) as copy:
        assert (copy / "large.txt").stat().st_size == 400_000


PLANTED = "import pathlib\npathlib.Path({place!r}).write_text(__name__)\n"


def test_row_46_nothing_of_a_repository_runs_when_it_is_looked_at(tmp_path, state_home):
    """Row 46: tests, conftest, start-up hooks and configured programs are planted; looking and listing runs none of them."""
    root, ran = tmp_path / "project", tmp_path / "ran"
    root.mkdir()
    planted = PLANTED.format(place=str(ran))
    for name in (
        "conftest.py",
        "test_it.py",
        "sitecustomize.py",
        "usercustomize.py",
        "setup.py",
        "pytest.py",
    ):
        (root / name).write_text(planted)
    (root / "evil.sh").write_text(f"#!/bin/sh\ntouch {ran}\n")
    (root / "evil.sh").chmod(0o755)
    (root / "pyproject.toml").write_text(
        '[tool.coach]\npython = "./evil.sh"\n[tool.pytest.ini_options]\naddopts = "-p evil"\n'
    )
    log = SessionLog.create(session_folder("abcd2345"))
    target = {"words": ["test_it.py"]}
    opened = fakes.opened(session="abcd2345", target=target, checkout=ev.Checkout(root=str(root)))
    log.append(ev.Recorded(seq=1, at=1.0, event=opened))
    log.close()
    for words in (
        ["status"],
        ["sessions"],
        ["export"],
        ["suspects"],
        ["report"],
        ["workflows", "list"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "coach", *words],
            cwd=root,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert not ran.exists(), (words, ran.read_text())


@pytest.mark.parametrize(
    "word", ["-p evil", "--rootdir=/", "-c/etc/passwd", "$(touch x).py", "a\nb.py", "@args"]
)
def test_row_47_words_that_would_be_options_or_commands_are_refused_or_names(tmp_path, word):
    """Row 47: what looks like an option is refused; a name with a newline or a dollar is only a name."""
    with pytest.raises(TargetError):
        target_from([word], None, tmp_path, tmp_path)
    if not word.startswith("-"):
        (tmp_path / word).write_text("")
        assert target_from([word], None, tmp_path, tmp_path).words == (word,)


@pytest.mark.parametrize(
    "name", ["-p evil", "--upload-pack=touch x", "$(touch x)", "a\nb", "HEAD~1; touch x"]
)
def test_row_47_a_revision_is_never_an_option(tmp_path, state_home, name):
    """Row 47: a name of a commit that would be an option or a command is looked up as a name, and is none."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "test_it.py").write_text("def test_it():\n    assert 0\n")
    own = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)
    trees = TreeStore(root, tmp_path / "state")
    with pytest.raises(Exception, match=r"\S") as refused:
        trees.tree_of(name)
    assert "Error" in type(refused.value).__name__
    assert sorted(each.name for each in root.iterdir()) == [".git", "test_it.py"]


def test_row_54_an_editor_is_an_argv_and_never_a_shell(tmp_path):
    """Row 54: spaces, quotes and dollars in the variable are words; what cannot be read as words is no editor."""
    place = tmp_path / "a b.py"
    assert editor_argv({"EDITOR": "code --wait"}, place, 3) == ["code", "--wait", "--goto", f"{place}:3"]
    assert editor_argv({"EDITOR": "'/opt/my editor/vi' -n"}, place, 3)[0] == "/opt/my editor/vi"
    assert editor_argv({"EDITOR": "vi; touch x"}, place, 3)[:3] == ["vi;", "touch", "x"]
    assert editor_argv({"EDITOR": "vi 'unclosed"}, place, 3) == []


async def test_row_54_without_a_clipboard_the_text_is_in_a_file(tmp_path, monkeypatch):
    """Row 54: nobody knows whether a terminal took the text, so that it is in a file too, which is named."""
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        pilot.app.host = host = Host()
        await press(pilot, "x", "c")
        assert Path(host.places[-1]).name in text_of(pilot)
        assert host.texts() == [EXPORTED]
        assert [type(each) for each in port.commands] == [cmd.NoteExport]
