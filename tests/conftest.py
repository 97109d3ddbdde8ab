"""Every test has a state directory and settings of its own; nobody's real ones are read or written."""

import compileall
from pathlib import Path

import pytest


def pytest_configure(config):
    """Compile coach once: where python writes no bytecode, each of the programs that tests start would do it again."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(__file__).parent.parent / "coach", quiet=2)


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory, monkeypatch):
    """A fresh state directory. Runs of targets load no plugins of coach's own environment: importing them takes a second."""
    home = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("COACH_STATE_DIR", str(home))
    monkeypatch.setenv("COACH_CONFIG_DIR", str(home / "config"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return home
