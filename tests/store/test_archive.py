"""A session travels as one redacted file; what comes in is distrusted, marked for ever, and never half taken in."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from coach.cli import main
from coach.core.log import events as ev
from coach.core.runs.changes import Changes, FileChange
from coach.core.runs.report import Frame
from coach.core.verify.conclusion import Closing, RootCause
from coach.core.verify.negative_control import Control, Survivor
from coach.errors import CoachError, SessionError
from coach.session.factory import open_review
from coach.store import archive, artefacts, library
from coach.store.archive import unpack
from coach.store.lines import encode
from coach.store.log import SessionLog
from coach.store.paths import session_folder
from tests.core.building import Log, failure, report, shop_session

SECRET = "hunter2-is-a-secret"
KEY = "gh" + "p_" + "a1B2" * 9


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    return tmp_path / "state"


def keep(session: str, log: Log) -> None:
    folder = session_folder(session)
    folder.mkdir(parents=True)
    (folder / "log.jsonl").write_bytes(b"".join(map(encode, log.records)))


def told() -> Log:
    seen = report(failure(message=f"login with {SECRET} failed"))
    output = seen.output.model_copy(update={"artefact": artefacts.keep(f"Password: {SECRET}\nboom\n")})
    return shop_session("hypothesize").run(seen.model_copy(update={"output": output}))


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    keep("aaaaaaaa", told())
    assert main(["sessions", "export", "aaa", "-o", str(tmp_path / "one.coach")]) == 0
    return tmp_path / "one.coach"


def test_there_and_back(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(packed) as held:
        whole = b"".join(held.read(name) for name in held.namelist()).decode()
    assert SECRET not in whole
    assert "/home/ada" not in whole
    assert "boom" in whole
    assert main(["sessions", "import", str(packed)]) == 0
    (brought,) = [each for each in library.sessions() if each.imported]
    assert brought.id in capsys.readouterr().out
    assert "one.coach, session aaaaaaaa" in brought.imported
    before, after = open_review("aaaaaaaa"), open_review(brought.id)
    assert after.read_only.startswith("imported from one.coach")
    assert after.length == before.length
    assert [run.failing[0].strict for run in after.state.runs] == [
        run.failing[0].strict for run in before.state.runs
    ]
    assert "boom" in after.output_of(after.state.last_number)
    for path in session_folder(brought.id).iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def keyed() -> Log:
    """A session with keys where coach's own words usually stand: mutated source, names of values, a branch, a step."""
    frame = Frame(
        path="shop/x.py", line=1, function="x", own=True, locals=((KEY, "1"), ("password", "'tr0ub4dor'"))
    )
    survivor = Survivor(path="shop/x.py", line=3, before=f"key == '{KEY}'", after=f"key != '{KEY}'")
    change = FileChange(path=f"shop/{KEY}.py", before=KEY, after="f" * 40)
    closing = Closing(cause=RootCause(what="the key was logged"), answers={KEY: KEY})
    log = shop_session("verify").run(report(failure(f"tests/test_x.py::test_x[{KEY}]", KEY, frames=(frame,))))
    return log.add(
        ev.ControlMeasured(control=Control(run=1, tried=2, killed=1, survivors=(survivor,))),
        ev.ChangesRead(changes=Changes(base=KEY, tree="e" * 40, files=(change,))),
        ev.ClosingWritten(closing=closing),
        ev.SuspectRuledOut(suspect=f"shop/{KEY}.py:x", reason=f"see {KEY}"),
        ev.PinnedTestRead(digest=KEY, files=((f"data/{KEY}.json", "d" * 40),)),
        ev.TreeRestored(tree="c" * 40, before=KEY),
    )


def test_no_field_is_spared_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = keyed()
    keep("bbbbbbbb", log)
    assert main(["sessions", "export", "bbb", "-o", str(tmp_path / "two.coach")]) == 0
    assert "key" in capsys.readouterr().err
    whole = b"".join(members(tmp_path / "two.coach").values()).decode()
    assert KEY not in whole
    assert "tr0ub4dor" not in whole
    state = open_review(unpack(tmp_path / "two.coach", "two.coach").session).state
    assert state.last_number == log.state.last_number
    assert [run.strict for run in state.runs] == [run.strict for run in log.state.runs]
    assert state.step_id == log.state.step_id
    (path,) = [each.path for each in state.changes.files]
    assert any(path in each for each in state.ruled_out)  # equal names are still equal
    assert state.changes.files[0].after == "f" * 40
    assert state.runs[-1].failing[0].test == state.runs[-1].report.failures[0].test


def test_an_import_is_only_read(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brought = unpack(packed, "a colleague").session
    with pytest.raises(SessionError, match="imported"):
        SessionLog.open(session_folder(brought))
    assert main(["rerun", brought]) == 5
    assert main(["sessions", "close", brought]) == 1
    capsys.readouterr()


def test_a_file_that_is_there_is_not_overwritten(packed: Path) -> None:
    before = packed.read_bytes()
    assert main(["sessions", "export", "aaa", "-o", str(packed)]) == 2
    assert packed.read_bytes() == before


def members(packed: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(packed) as held:
        return {name: held.read(name) for name in held.namelist()}


def changed(packed: Path, kind: str) -> Path:
    """Make an archive that must be refused."""
    held = members(packed)
    extra = {
        "traversal": ("../../evil", b"x"),
        "absolute": ("/etc/evil", b"x"),
        "another name": ("README", b"x"),
        "wrong hash": (f"outputs/{'0' * 64}", b"x"),
        "bomb": (f"outputs/{hashlib.sha256(bytes(3_000_000)).hexdigest()}", bytes(3_000_000)),
    }
    if kind in extra:
        name, content = extra[kind]
        held[name] = content
    elif kind == "newer":
        held["session.json"] = json.dumps({"format": 99}).encode()
    elif kind == "no beginning":
        held["log.jsonl"] = held["log.jsonl"].split(b"\n", 1)[1]
    elif kind == "no log":
        del held["log.jsonl"]
    elif kind == "nested":
        held["session.json"] = b"[" * 60_000
    return written(packed.with_name("bad.coach"), held, kind)


def written(path: Path, held: dict[str, bytes], kind: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in held.items():
            made.writestr(name, content)
        if kind == "twice":
            with pytest.warns(UserWarning, match="Duplicate"):
                made.writestr("log.jsonl", b"{}")
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif kind == "no zip":
        path.write_bytes(b"hello")
    elif kind == "lies":
        content = path.read_bytes()
        path.write_bytes(content[:60] + b"\xff" * 9 + content[69:])
    return path


@pytest.mark.parametrize(
    "kind",
    ["traversal", "absolute", "another name", "wrong hash", "bomb", "newer", "no beginning", "no log", "nested", "twice",
     "cut", "no zip", "lies"],
)  # fmt: skip
def test_what_cannot_be_trusted_leaves_nothing_behind(packed: Path, state: Path, kind: str) -> None:
    path = changed(packed, kind)
    before = sorted(each.relative_to(state) for each in state.rglob("*"))
    with pytest.raises(CoachError):
        unpack(path, "x")
    assert sorted(each.relative_to(state) for each in state.rglob("*")) == before
    assert not (packed.parent / "evil").exists()


def test_sizes_are_bounded(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000)
    with pytest.raises(CoachError, match="unpacks to"):
        unpack(packed, "x")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    with pytest.raises(CoachError, match="members"):
        unpack(packed, "x")
