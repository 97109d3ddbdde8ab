"""Whether runs are confined is the engineer's to say; a repository may ask for more, not for less."""

import pytest

from coach.errors import UsageError
from coach.settings.confinement_choice import confine_for, is_refused
from coach.settings.project import load_settings


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("COACH_CONFINE", raising=False)
    root = tmp_path / "project"
    root.mkdir()

    def wants(confine):
        (root / "pyproject.toml").write_text(f'[tool.coach]\nconfine = "{confine}"\n' if confine else "")
        return root

    return wants


def said(root):
    return confine_for(root, load_settings(root))


def test_copies_are_confined_unless_somebody_says_otherwise(project):
    assert said(project("")) == "copies"
    assert said(project("all")) == "all"


def test_a_repository_cannot_switch_the_fence_off_by_itself(project):
    root = project("off")
    assert said(root) == "copies"
    assert is_refused(root, load_settings(root))


def test_the_engineer_agrees_by_variable_once_for_that_project(project, monkeypatch, tmp_path):
    root = project("off")
    monkeypatch.setenv("COACH_CONFINE", "off")
    assert said(root) == "off"
    monkeypatch.delenv("COACH_CONFINE")
    assert said(root) == "off"
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyproject.toml").write_text((root / "pyproject.toml").read_text())
    assert said(other) == "copies"


def test_a_variable_alone_is_no_agreement_for_later(project, monkeypatch):
    root = project("")
    monkeypatch.setenv("COACH_CONFINE", "off")
    assert said(root) == "off"
    monkeypatch.delenv("COACH_CONFINE")
    assert said(project("off")) == "copies"


def test_the_engineers_own_file_wins_over_projects_and_the_variable_over_both(
    project, monkeypatch, state_home
):
    own = state_home / "config"
    own.mkdir()
    (own / "config.toml").write_text('confine = "off"\n')
    assert said(project("all")) == "off"
    monkeypatch.setenv("COACH_CONFINE", "all")
    assert said(project("off")) == "all"


def test_another_word_is_refused(project):
    with pytest.raises(UsageError, match="confine"):
        load_settings(project("never"))
