"""A secret that is spelt like a part of a file or a test stays there on every way out, and goes everywhere else."""

import json
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from coach.cli import main
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.target import Target
from coach.mcp.tools import Tools
from coach.session.export_io import export_session, private_of, tell_session
from coach.session.factory import open_review
from coach.store.archive import unpack
from tests.core.building import Log, failure, keep, report

SECRET = "postgres"
TEST = "tests/postgres/test_total.py::test_total"
CODE = "shop/postgres/pool.py"
"""A file that no frame is in: it was changed, and is suspected."""
SAID = f"password authentication failed: {SECRET}!"


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("POSTGRES_PASSWORD", SECRET)
    log = Log(Target(words=(TEST,))).enter("isolate").run(report(failure(TEST, SAID)))
    change = FileChange(path=CODE)
    log.add(ev.ChangesRead(changes=Changes(base="t0", tree="t1", files=(change,))))
    log.add(ev.SuspectsRanked(run=1, suspects=(Suspect(path=CODE, function="connect", line=3),)))
    keep(tmp_path / "state", "aaaaaaaa", log)
    return log


def _export(log: Log, _folder: Path) -> str:
    return export_session(log.state, 8_000, "markdown").text


def _report(log: Log, _folder: Path) -> str:
    return tell_session(log.records, "markdown")[0]


def _page(log: Log, _folder: Path) -> str:
    return tell_session(log.records, "html")[0]


def _archive(_log: Log, folder: Path) -> str:
    assert main(["sessions", "export", "aaaaaaaa", "-o", str(folder / "one.coach")]) == 0
    state = open_review(unpack(folder / "one.coach", "one.coach").session).state
    assert state.target.is_one_test
    assert state.reference is not None
    assert state.reference.names(TEST)
    with zipfile.ZipFile(folder / "one.coach") as held:
        return held.read("log.jsonl").decode()


def _assistant(_log: Log, _folder: Path) -> str:
    @contextmanager
    def opened():
        yield open_review("aaaaaaaa")

    tools = Tools(opened, lambda _target: opened(), private_of(None), "an assistant")
    return json.dumps(
        [tools.status(), tools._look(lambda state: {"evidence": [SAID, TEST, state.suspects[0].path]})]
    )


@pytest.mark.parametrize("way", [_export, _report, _page, _archive, _assistant])
def test_files_and_tests_keep_their_names_on_every_way_out(session: Log, tmp_path: Path, way) -> None:
    told = way(session, tmp_path)
    assert TEST in told
    assert CODE in told or way in {_report, _page}
    assert "tests/[redacted" not in told
    assert "shop/[redacted" not in told
    assert f"failed: {SECRET}" not in told
