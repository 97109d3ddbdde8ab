"""The quick look for an open session never says no where the slow one finds one, and says no where nothing is."""

import pytest

from coach.core.log import events as ev
from coach.store import library
from coach.store.open_here import may_be_open
from coach.store.paths import INDEX_NAME, new_session_id, sessions_folder, state_home
from tests.store.test_library import keep, opened


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def repository(tmp_path):
    for each in ("repository/.git", "repository/part/inner", "repository/other", "elsewhere"):
        (tmp_path / each).mkdir(parents=True)
    return tmp_path / "repository"


def begin(folder, *more):
    name = new_session_id()
    keep(name, opened(name, folder), *more)
    return name


def test_nothing_is_open_where_nothing_was_begun(repository):
    assert not may_be_open(repository)
    sessions_folder().mkdir(parents=True)
    assert not may_be_open(repository)


@pytest.mark.parametrize("is_indexed", [False, True])
def test_it_agrees_with_the_slow_look(repository, is_indexed):
    begin(repository / "part")
    if is_indexed:
        library.sessions()
    for folder in (repository, repository / "part", repository / "part/inner", repository / "other"):
        found = library.newest_open(folder, repository)
        assert may_be_open(folder) or found is None
    if is_indexed:
        assert not may_be_open(repository.parent / "elsewhere")


def test_closed_sessions_and_other_projects_cost_nothing_once_they_are_indexed(repository):
    closed = begin(repository, ev.SessionClosed(ending="abandoned"))
    begin(repository.parent / "elsewhere")
    assert may_be_open(repository)  # it is not known yet
    library.sessions()
    assert not may_be_open(repository)
    with (sessions_folder() / closed / "log.jsonl").open("ab") as log:
        log.write(b"\n")
    assert may_be_open(repository)  # it may have been resumed
    library.sessions()
    begin(repository)
    assert may_be_open(repository)


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_without_a_good_index_it_is_not_sure(repository, damage):
    begin(repository.parent / "elsewhere")
    library.sessions()
    place = state_home() / INDEX_NAME
    place.unlink()
    if damage is not None:
        place.write_bytes(damage)
    assert may_be_open(repository)
    assert place.exists() == (damage is not None)


def test_a_session_without_a_log_hides_none(repository):
    begin(repository)
    (sessions_folder() / new_session_id()).mkdir()
    library.sessions()
    assert may_be_open(repository)
