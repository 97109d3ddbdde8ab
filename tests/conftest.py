"""Every test has a state directory and settings of its own; nobody's real ones are read or written."""

import pytest


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory, monkeypatch):
    """A fresh state directory."""
    home = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("COACH_STATE_DIR", str(home))
    monkeypatch.setenv("COACH_CONFIG_DIR", str(home / "config"))
    return home
