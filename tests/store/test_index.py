"""The index follows the logs, can be thrown away at any time, and never shows a session that is not there."""

import os
import sqlite3
from pathlib import Path

import pytest

from coach.core.log import events as ev
from coach.core.verify.conclusion import Closing, RootCause
from coach.errors import SessionError
from coach.store import artefacts, library
from coach.store.index import Index
from coach.store.library import Query
from coach.store.lines import encode
from coach.store.lock import SessionLock
from coach.store.log import LOG_NAME, SessionLog
from coach.store.paths import IMPORTED, session_folder
from coach.store.survey import Survey
from tests.core.building import Log, failure, report, shop_session


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def keep(session: str, told: Log) -> Path:
    folder = session_folder(session)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOG_NAME).write_bytes(b"".join(map(encode, told.records)))
    return folder / LOG_NAME


def red(message: str, exception: str = "KeyError") -> Log:
    return Log().enter("reproduce").run(report(failure(message=message, exception=exception)))


def ids(**query: object) -> list[str]:
    return [each.id for each in library.search(Query(**query))[0]]  # type: ignore[arg-type]


def test_words_are_found_wherever_they_were_written() -> None:
    keep("aaaaaaaa", shop_session("done").add(ev.SessionClosed(ending="partial")))
    keep("bbbbbbbb", red("'pen' is not in the cart").add(ev.RootCauseWritten(text="a stale index")))
    assert ids(words="KeyError cart") == ["bbbbbbbb"]
    assert ids(words="keyerr CART") == ["bbbbbbbb"], "a beginning is enough, case is nothing"
    assert ids(words="rounding") == ["aaaaaaaa"], "the root cause"
    assert sorted(ids(words="test_total_of_three")) == ["aaaaaaaa", "bbbbbbbb"]
    assert ids(words="cart", is_open=True) == ["bbbbbbbb"]
    assert ids(words="cart", since=2_000_000_000.0) == []
    assert ids(words='") OR 1 --') == ids(words="* ^ NEAR(") == []


def test_a_cause_in_its_parts_is_a_cause() -> None:
    closing = Closing(
        cause=RootCause(what="a stale index", uncaught="no zebra was tested"), lesson="look twice"
    )
    keep("aaaaaaaa", red("'pen'").add(ev.ClosingWritten(closing=closing)))
    (listed,) = library.sessions()
    assert listed.root_cause.startswith("a stale index")
    assert ids(words="zebra") == ids(words="twice") == ["aaaaaaaa"]


def test_it_reads_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    told = red("'pen'")
    path = keep("aaaaaaaa", told)
    (before,) = library.sessions()
    added = len(told.records)
    told.add(ev.NoteWritten(text="look at the zebra")).run(
        report(failure(message="'zebra'", exception="IndexError"))
    )
    with path.open("ab") as file:
        file.write(b"".join(map(encode, told.records[added:])))
        file.write(b'{"seq":')
    taken: list[bytes] = []
    real = Survey.take
    monkeypatch.setattr(Survey, "take", lambda self, line: (taken.append(line), real(self, line))[1])
    (after,) = library.sessions()
    assert len(taken) == len(told.records) - added
    assert (after.events, after.runs) == (before.events + 3, before.runs + 1)
    assert after.failure == "IndexError: 'zebra'"
    assert after.flaws == "a cut-off last line"
    assert ids(words="zebra") == ids(words="pen") == ["aaaaaaaa"]


def test_a_log_that_was_replaced_is_read_anew_and_one_that_is_gone_is_forgotten() -> None:
    path = keep("aaaaaaaa", red("'pen'"))
    keep("bbbbbbbb", red("'ink'"))
    assert len(library.sessions()) == 2
    path.unlink()
    keep("aaaaaaaa", red("'paper'"))
    assert ids(words="pen") == []
    assert ids(words="paper") == ["aaaaaaaa"]
    path.unlink()
    path.parent.rmdir()
    assert ids() == ["bbbbbbbb"]


@pytest.mark.parametrize("harm", ["garbage", "other version", "cut", "unwritable"])
def test_a_spoilt_index_is_no_loss(state: Path, harm: str) -> None:
    keep("aaaaaaaa", red("'pen'"))
    assert ids() == ["aaaaaaaa"]
    index = state / "library.sqlite3"
    assert index.stat().st_mode & 0o777 == 0o600
    if harm == "garbage":
        index.write_bytes(b"not a database" * 1000)
    elif harm == "cut":
        index.write_bytes(index.read_bytes()[:6000])
    elif harm == "other version":
        with sqlite3.connect(index) as base:
            base.execute("PRAGMA user_version = 99")
        base.close()
    else:
        index.unlink()
        index.mkdir()
    keep("bbbbbbbb", red("'ink'"))
    assert sorted(ids()) == ["aaaaaaaa", "bbbbbbbb"]
    assert ids(words="ink") == ["bbbbbbbb"]


def test_a_damaged_session_hides_nothing() -> None:
    keep("aaaaaaaa", red("'pen'"))
    path = keep("bbbbbbbb", red("'ink'"))
    path.write_bytes(b"\x00\xff garbage\n" * 3)
    session_folder("cccccccc").mkdir()
    listed = {each.id: each for each in library.sessions()}
    assert set(listed) == {"aaaaaaaa", "bbbbbbbb", "cccccccc"}
    assert [bool(listed[each].damage) for each in sorted(listed)] == [False, True, True]
    assert "aaaaaaaa" in ids(is_open=True)


def test_alike_failures_come_with_how_they_are_alike() -> None:
    cause = ev.RootCauseWritten(text="the index is built before the items")
    keep("aaaaaaaa", red("'pen'").add(cause))
    keep("bbbbbbbb", red("no item named zebra crossing in this basket").add(cause))
    keep("cccccccc", red("'pen'"))  # open and without a cause: it teaches nothing
    known = red("'pen'").state.runs[-1].failing
    found = library.alike(known, besides="zzzzzzzz")
    assert (found[0][0].id, found[0][1]) == ("aaaaaaaa", "the same failure")
    assert "cccccccc" not in [each.id for each, _ in found]
    other = failure(
        "tests/test_z.py::test_z",
        "no item named zebra crossing in this shelf",
        frames=(),
        exception="KeyError",
    )
    (similar,) = library.alike(Log().run(report(other)).state.runs[-1].failing)
    assert (similar[0].id, similar[1]) == ("bbbbbbbb", "a similar message")
    assert library.alike(known, besides="aaaaaaaa")[0][0].id != "aaaaaaaa"


def test_prune_takes_what_is_named_and_keeps_what_is_held(state: Path) -> None:
    used, unused = artefacts.keep("an output somebody names"), artefacts.keep("an orphan")
    told = red("'pen'")
    last = told.state.runs[-1].report
    assert last is not None
    told.run(last.model_copy(update={"output": last.output.model_copy(update={"artefact": used})}))
    for name in ("aaaaaaaa", "bbbbbbbb"):
        keep(name, told)
    for path in (state / "artefacts").glob("??/*"):
        os.utime(path, (1, 1))
    lock = SessionLock(session_folder("bbbbbbbb"))
    held, freed = library.prune(["aaaaaaaa", "bbbbbbbb"])
    lock.release()
    assert held == ["bbbbbbbb"]
    assert freed > 0
    assert ids() == ["bbbbbbbb"]
    assert artefacts.read(used)
    assert not artefacts.read(unused)


def test_an_imported_session_is_never_written_to() -> None:
    path = keep("aaaaaaaa", red("'pen'"))
    (path.parent / IMPORTED).write_text("a colleague\n")
    (listed,) = library.sessions()
    assert (listed.imported, listed.read_only) == ("a colleague", "imported from a colleague")
    with pytest.raises(SessionError, match="imported"):
        SessionLog.open(path.parent)


def test_ids_are_found_without_reading_the_others() -> None:
    keep("aaaaaaaa", red("'pen'"))
    keep("bbbbbbbb", red("'ink'"))
    assert library.find("b").failure == "KeyError: 'ink'"
    with Index.opened("aaaaaaaa") as index:
        assert index.count() == 2


def test_an_index_opened_while_an_error_is_handled_stays_open() -> None:
    keep("aaaaaaaa", shop_session())
    try:
        int("x")
    except ValueError:
        with Index.opened() as index:
            index.refresh()
