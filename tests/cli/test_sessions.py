"""``coach sessions``: searched, closed in a batch when stale or when the target passes now, and thrown away."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach.cli import main
from coach.core.log import events as ev
from tests.core.building import Log, failure, keep, report, shop_session
from tests.engine.histories import linear
from tests.fork_server import run_coach

TEST = "tests/test_shop.py::test_total"


def test_sessions_are_searched_and_limited(state_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    red = Log().enter("reproduce").run(report(failure(message="'pen'", exception="KeyError")))
    keep(state_home, "aaaaaaaa", red)
    keep(state_home, "bbbbbbbb", shop_session("done").add(ev.SessionClosed(ending="partial")))
    assert main(["sessions", "KeyError", "cart", "--open", "--json"]) == 0
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (found["id"], found["failure"]) == ("aaaaaaaa", "KeyError: 'pen'")
    assert main(["sessions", "--limit", "1"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "1 of 2" in said.err
    assert main(["sessions", "zebra"]) == 0
    assert "no session matches" in capsys.readouterr().out
    assert main(["sessions", "--since", "soon"]) == 2


def test_what_of_a_log_is_lost_is_said(state_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state_home, "aaaaaaaa", Log().enter("reproduce"))
    with (state_home / "sessions/aaaaaaaa/log.jsonl").open("ab") as file:
        file.write(b"{broken}\n{torn")
    assert main(["sessions"]) == 0
    assert "1 damaged line, a cut-off last line" in capsys.readouterr().out


def test_prune_says_first_and_does_when_told(state_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = shop_session("done").add(ev.SessionClosed(ending="partial"))
    old.records = [
        ev.Recorded(seq=each.seq, at=each.at - 1_900_000_000, event=each.event) for each in old.records
    ]
    keep(state_home, "aaaaaaaa", old)
    keep(state_home, "bbbbbbbb", Log().enter("reproduce"))
    assert main(["sessions", "prune"]) == 0
    assert "nothing was" in capsys.readouterr().out
    assert (state_home / "sessions" / "aaaaaaaa").exists()
    assert main(["sessions", "prune", "--yes"]) == 0
    assert [each.name for each in (state_home / "sessions").iterdir()] == ["bbbbbbbb"]


def test_a_session_whose_target_passes_now_is_closed(tmp_path: Path) -> None:
    history, _ = linear(tmp_path / "shop", 3, 2)
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def coach(*words: str) -> subprocess.CompletedProcess[str]:
        return run_coach(*words, cwd=history.root, env=env)

    assert coach("run", TEST, "--python", sys.executable).returncode == 1
    stays = coach("sessions", "close", "--passing")
    assert "stays open" in stays.stdout, stays.stderr
    test = Path(history.root) / "tests" / "test_shop.py"
    test.write_text("def test_total():\n    pass\n")
    closed = coach("sessions", "close", "--passing")
    assert "closed: " in closed.stdout, closed.stderr
    assert "the target passes now" in closed.stdout
    assert coach("sessions", "--open", "--json").stdout == ""
