"""The real command line, in this process."""

import os

import pytest

from coach.cli import main


@pytest.fixture
def coach_in(monkeypatch, capsys):
    """Return what runs headless commands in a folder; each returns what it said. ``code`` None: any exit code is right."""
    for name in [each for each in os.environ if each.startswith(("PYTEST_", "GIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*words, code=0):
        capsys.readouterr()
        returned = main(words)
        said = capsys.readouterr()
        assert code is None or returned == code, said
        return said

    def of(folder):
        monkeypatch.chdir(folder)
        return run

    return of
