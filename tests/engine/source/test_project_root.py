"""A project is found from where its tests lie, as pytest finds its root; links are not followed."""

from pathlib import Path

import pytest

from coach.engine.source.project_root import locate, project_of, relative_to
from coach.errors import UsageError


def write(top: Path, **files: str) -> None:
    for name, text in files.items():
        path = top / name.replace("__", "/").replace("_ini", ".ini").replace("_toml", ".toml").replace(
            "_cfg", ".cfg"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_the_project_is_the_nearest_folder_whose_settings_pytest_takes(tmp_path):
    """A settings file with a section of pytest's wins over one without; packages without any win over the repository."""
    inner = tmp_path / "packages" / "one" / "tests"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert project_of(inner) == tmp_path
    write(tmp_path, packages__one__setup_cfg="[metadata]\nname = one\n")
    assert project_of(inner) == tmp_path / "packages" / "one"
    write(tmp_path, pyproject_toml="[tool.pytest.ini_options]\n")
    assert project_of(inner) == tmp_path
    write(tmp_path, packages__one__tox_ini="[pytest]\n")
    assert project_of(inner) == tmp_path / "packages" / "one"
    write(tmp_path, packages__one__tests__pytest_ini="")
    assert project_of(inner) == tmp_path / "packages" / "one", "pytest finds these by itself from there"
    write(tmp_path, packages__tox_ini="[tox]\n", packages__one__tox_ini="[broken")
    assert project_of(inner) == tmp_path


def test_nothing_above_the_repository_counts(tmp_path):
    """A stray settings file above belongs to somebody else."""
    inner = tmp_path / "work" / "one"
    (inner / ".git").mkdir(parents=True)
    write(tmp_path, pytest_ini="")
    assert project_of(inner) == inner


def test_several_targets_belong_to_what_holds_them_all(tmp_path):
    """As pytest takes the folder that its arguments share."""
    write(tmp_path, a__pytest_ini="", b__pytest_ini="", a__test_x="", b__test_y="", pyproject_toml="")
    assert locate(["a/test_x"], tmp_path).project == tmp_path / "a"
    assert locate(["a/test_x", "b/test_y::test"], tmp_path).project == tmp_path
    assert locate(["nowhere/x.py", "a\0b", "x" * 5000], tmp_path / "b").project == tmp_path / "b"
    assert locate([], tmp_path, "a").project == tmp_path / "a"
    with pytest.raises(UsageError, match="no such folder"):
        locate([], tmp_path, "x" * 5000)


def test_a_path_is_named_as_it_was_typed(tmp_path):
    """Links inside stay; a link to the project itself, and one to its tests from elsewhere, lead to the same id."""
    write(tmp_path, app__pyproject_toml="", shared__test_area="", app__tests__test_one="")
    app = tmp_path / "app"
    (app / "suite").symlink_to("../shared")
    (tmp_path / "alias").symlink_to("app")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").symlink_to(app / "tests")
    place = locate(["app/suite/test_area"], tmp_path)
    assert place.project == app
    assert relative_to(app / "suite" / "test_area", place) == "suite/test_area"
    assert relative_to(tmp_path / "alias" / "suite" / "test_area", place) == "suite/test_area"
    assert relative_to(tmp_path / "elsewhere" / "mine" / "test_one", place) == "tests/test_one"
    assert relative_to(tmp_path / "shared" / "test_area", place) is None
    through = locate(["alias/tests/test_one"], tmp_path)
    assert relative_to(tmp_path / "alias" / "tests" / "test_one", through) == "tests/test_one"
    assert locate(["elsewhere/mine/test_one"], tmp_path).root == app
