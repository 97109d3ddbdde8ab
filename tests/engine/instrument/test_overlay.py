"""Packages in front of the installed ones: what is given up or cannot be made leaves nothing behind."""

import pytest

from coach.engine.instrument.overlay import with_packages
from coach.errors import ScratchError


@pytest.fixture
def around(ground):
    laid = ground("passing")
    return laid, laid.surroundings()


def test_nothing_is_made_when_nothing_is_asked_for(around, tmp_path):
    laid, given = around
    assert with_packages((), given, laid.cancel, tmp_path) == (given, "")
    assert not (tmp_path / "overlay").exists()


def test_a_trial_that_is_given_up_is_not_installed(around, tmp_path):
    laid, given = around
    laid.cancel.set()
    assert with_packages(("thing==1",), given, laid.cancel, tmp_path) == (given, "")


def test_a_python_that_does_not_answer_is_said(around, tmp_path):
    laid, _ = around
    dead = tmp_path / "python"
    dead.write_text("#!/bin/sh\nexit 3\n")
    dead.chmod(0o755)
    with pytest.raises(ScratchError, match="did not say where its packages are"):
        with_packages(("thing==1",), laid.surroundings(python=str(dead)), laid.cancel, tmp_path)
