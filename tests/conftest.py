"""Every test has a state directory of its own; nobody's real sessions are read or written."""

import pytest


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory, monkeypatch):
    """A fresh state directory."""
    home = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("COACH_STATE_DIR", str(home))
    return home
