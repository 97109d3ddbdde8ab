"""Sessions are found by id and listed; names that lead elsewhere are refused; one damaged file hides nothing."""

from pathlib import Path

import pytest

from coach.core.log import events as ev
from coach.core.log.recorded_request import RecordedRequest
from coach.core.runs.target import Target
from coach.core.spec.spec import Spec
from coach.core.workflow.workflow import Workflow
from coach.errors import SessionError, StoreError
from coach.store import artefacts, library
from coach.store.log import LOG_NAME, SessionLog
from coach.store.paths import is_id, new_session_id, session_folder, sessions_folder, state_home


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def opened(session: str, root: Path) -> ev.SessionOpened:
    return ev.SessionOpened(
        session=session,
        coach="0",
        target=Target(words=("tests/test_a.py::test_a",)),
        workflow=Workflow(name="debug"),
        interpreter=ev.Interpreter(path="python"),
        checkout=ev.Checkout(root=str(root)),
    )


def keep(session: str, *events: ev.Event, start: float = 100.0) -> Path:
    log = SessionLog.create(session_folder(session))
    for seq, event in enumerate(events, 1):
        log.append(ev.Recorded(seq=seq, at=start + seq, event=event))
    log.close()
    return log.path


@pytest.mark.parametrize(
    "name",
    ["../x", "../../x", "/etc", "abcd2345\n", "ABCD2345", "abcd234", "abcd23456", "", ".", "..", "abcd234l",
     "１２３４５６７８", "a" * 300, "abc/2345", "abcd234\0", "-bcd2345é"],
)  # fmt: skip
def test_names_that_are_no_ids_are_refused(state: Path, name: str) -> None:
    """Nothing is opened for a name that is not an id."""
    with pytest.raises(SessionError):
        session_folder(name)
    with pytest.raises(SessionError):
        library.find(name)


def test_links_out_of_the_store_are_refused(state: Path, tmp_path: Path) -> None:
    """An id whose folder is a link to elsewhere is no session, whatever its name."""
    (tmp_path / "elsewhere").mkdir()
    sessions_folder().mkdir(parents=True)
    (sessions_folder() / "abcd2345").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SessionError):
        session_folder("abcd2345")
    assert library.sessions() == []


def test_new_ids_are_ids() -> None:
    """Ids have the shape that is accepted, and do not repeat."""
    made = {new_session_id() for _ in range(200)}
    assert len(made) == 200
    assert all(map(is_id, made))


def test_listing_shows_what_the_log_says(state: Path, tmp_path: Path) -> None:
    """A list entry holds the columns of the newest state."""
    request = RecordedRequest.model_validate({"number": 1, "purpose": "suite", "target": Target()})
    keep(
        "abcd2345",
        opened("abcd2345", tmp_path),
        ev.StepEntered(step="reproduce"),
        ev.SpecWritten(spec=Spec(title="wrong total")),
        ev.RunStarted(request=request),
        ev.NoteWritten(text="\u2028 x"),
        ev.StepEntered(step="isolate"),
    )
    (listed,) = library.sessions()
    assert (listed.id, listed.title, listed.step, listed.runs) == ("abcd2345", "wrong total", "isolate", 1)
    assert (listed.project, listed.target) == (str(tmp_path), "tests/test_a.py::test_a")
    assert (listed.opened_at, listed.last_at, listed.events) == (101.0, 106.0, 6)
    assert listed.state == "open"
    assert not listed.damage + listed.flaws


def test_newest_open_of_a_project(state: Path, tmp_path: Path) -> None:
    """A project goes on with its most recent session that is neither closed, damaged nor another project's."""
    here, there = tmp_path / "here", tmp_path / "there"
    closed = ev.SessionClosed(ending="verified")
    keep("aaaaaaaa", opened("aaaaaaaa", here), start=100)
    keep("bbbbbbbb", opened("bbbbbbbb", here), closed, ev.SessionResumed(), start=200)
    keep("cccccccc", opened("cccccccc", here), closed, start=300)
    keep("dddddddd", opened("dddddddd", there), start=400)
    assert [each.id[0] for each in library.sessions()] == ["d", "c", "b", "a"]
    newest = library.newest_open(here)
    assert newest is not None
    assert newest.id == "bbbbbbbb"
    assert library.newest_open(tmp_path) is None


def test_prefixes(state: Path, tmp_path: Path) -> None:
    """A unique beginning of an id is enough; an ambiguous one names the candidates."""
    for session in ("abcd2345", "abcz2345", "zzzz2345"):
        keep(session, opened(session, tmp_path))
    assert library.find("Z").id == "zzzz2345"
    assert library.find("abcd").id == "abcd2345"
    with pytest.raises(SessionError, match="abcd2345, abcz2345"):
        library.find("abc")
    with pytest.raises(SessionError, match="no session 'q'"):
        library.find("q")


def test_damage_is_listed_and_hides_nothing(state: Path, tmp_path: Path) -> None:
    """Damaged, empty, missing and newer logs are listed with their reason beside the healthy one."""
    keep("aaaaaaaa", opened("aaaaaaaa", tmp_path))
    with keep("bbbbbbbb", opened("bbbbbbbb", tmp_path)).open("ab") as file:
        file.write(b"garbage\n\0\0\n{torn")
    keep("cccccccc")
    (sessions_folder() / "dddddddd" / LOG_NAME).mkdir(parents=True)
    (sessions_folder() / "eeeeeeee").mkdir()
    with keep("ffffffff", opened("ffffffff", tmp_path)).open("ab") as file:
        file.write(b'{"seq":2,"at":1,"kind":"from_the_future"}\n')
    (sessions_folder() / "not a session").mkdir()
    (sessions_folder() / "gggggggg").write_text("a file")
    listed = {each.id[0]: each for each in library.sessions()}
    assert not listed["a"].damage + listed["a"].flaws
    assert listed["b"].damage == ""
    assert listed["b"].flaws == "2 damaged lines, a cut-off last line"
    assert "first event" in listed["c"].damage
    assert listed["d"].damage
    assert listed["e"].damage
    assert "newer" in listed["f"].read_only
    assert "".join(sorted(listed)) == "abcdef"


def test_missing_state_directory_is_empty(state: Path) -> None:
    """Before the first session there is nothing, and that is no error."""
    assert library.sessions() == []


def test_state_directory_that_is_a_file(state: Path) -> None:
    """A state directory that cannot be one is said with the way out."""
    state.write_text("")
    with pytest.raises(StoreError, match="COACH_STATE_DIR"):
        library.sessions()
    with pytest.raises(StoreError, match="COACH_STATE_DIR"):
        SessionLog.create(session_folder("abcd2345"))


def test_state_directory_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable wins over the platform's place."""
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "mine"))
    assert state_home() == tmp_path / "mine"
    monkeypatch.setenv("COACH_STATE_DIR", " ")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_home().name == "coach"


def test_artefacts_keep_by_content(state: Path) -> None:
    """The same text is one private file; what is gone or no hash reads as empty."""
    text = "a\udcff\r\n\u2028 ⏎"
    name = artefacts.keep(text)
    assert artefacts.keep(text) == name
    assert artefacts.read(name) == "a\\udcff\r\n\u2028 ⏎"
    (place,) = (each for each in (state / "artefacts").rglob("*") if each.is_file())
    assert place.stat().st_mode & 0o777 == 0o600
    place.unlink()
    assert artefacts.read(name) == ""
    assert artefacts.read("../../etc/passwd") == ""
    assert artefacts.read(name + "\n") == ""
