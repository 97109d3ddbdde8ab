"""Ids are what one can type, whatever pytest calls its root; the project is where the target lies."""

import pytest

RED = "def test_red():\n    assert 1 == 2\n\n\ndef test_green():\n    assert True\n"


@pytest.fixture
def elsewhere(lay):
    """A project whose pytest settings lie in a folder beside its tests, with two files of tests."""
    return lay(
        {
            "setup.py": "",
            "config/pytest.ini": "[pytest]\n",
            "tests/test_one.py": RED,
            "tests/test_two.py": RED.replace("1 == 2", "3 == 4"),
        }
    )


def test_ids_are_what_can_be_typed_when_the_settings_lie_beside_the_tests(elsewhere):
    """Two files whose tests pytest may call alike are told apart, and what is told can be typed again."""
    settings = {"PYTEST_ADDOPTS": "-c config/pytest.ini"}
    ids = elsewhere.red("tests/test_one.py", "tests/test_two.py", **settings)
    assert ids == ["tests/test_one.py::test_red", "tests/test_two.py::test_red"]
    assert elsewhere.red(ids[0], **settings) == ids[:1]
    pinned = elsewhere.coach("pin", "--json", **settings)
    assert pinned.code == 0, pinned.text
    assert "tests/test_one.py::test_red" in pinned.out


def test_ids_are_what_can_be_typed_when_the_root_of_pytest_is_far_away(elsewhere):
    """A root given by option lies inside or outside of the project."""
    outside = elsewhere.top.parent / "far"
    outside.mkdir()
    for root in (str(outside), "config"):
        ids = elsewhere.red("tests/test_two.py", PYTEST_ADDOPTS=f"--rootdir {root}")
        assert ids == ["tests/test_two.py::test_red"], root


def test_ids_of_workers_are_those_of_the_project(lay):
    """The controller of several workers knows node ids alone: they are read as what they are relative to."""
    top = lay(
        {"setup.py": "", "tests/pytest.ini": "[pytest]\naddopts = -p xdist -n 2\n", "tests/test_one.py": RED}
    )
    assert top.red("tests/test_one.py") == ["tests/test_one.py::test_red"]


def test_searches_find_the_test_whatever_pytest_calls_it(lay):
    """Lines, values and order are asked for by id: what looks closer knows the same ids."""
    top = lay(
        {
            "setup.py": "",
            "tests/pytest.ini": "[pytest]\n",
            "tests/test_one.py": "import shop\n\n\ndef test_first():\n    shop.limit = 0\n\n\n"
            "def test_red():\n    assert shop.price(3) == 3\n",
            "shop.py": "limit = 9\n\n\ndef price(x):\n    return min(x, limit)\n",
        }
    )
    top.commit("one")
    settings = {"PYTHONPATH": str(top.top)}
    assert top.red("tests/test_one.py", **settings) == ["tests/test_one.py::test_red"]
    traced = top.coach("suspects", "--json", **settings)
    assert traced.code in {0, 1}, traced.text
    assert "shop.py" in traced.out
    found = top.coach("reduce", "--order", "--json", **settings)
    assert "tests/test_one.py::test_first" in found.text, found.text
