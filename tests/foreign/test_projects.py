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


@pytest.fixture
def monorepo(lay):
    """Two packages in one repository. The third commit, in the sibling, breaks the one that is tested."""
    top = lay(
        {
            "pyproject.toml": '[project]\nname = "everything"\nversion = "0"\n',
            "packages/api/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src", "../common/src"]\n',
            "packages/api/src/api/__init__.py": "",
            "packages/api/src/api/cart.py": "from common.money import rounded\n\n\n"
            "def total(prices):\n    return rounded(sum(prices))\n",
            "packages/api/data/prices.txt": "1.114 2.224",
            "packages/api/tests/test_cart.py": "from pathlib import Path\n\nfrom api.cart import total\n\n\n"
            "def test_total():\n    prices = Path('data/prices.txt').read_text().split()\n"
            "    assert total(map(float, prices)) == 3.34\n\n\n"
            "def test_empty():\n    assert total([]) == 0\n",
            "packages/common/pyproject.toml": '[project]\nname = "common"\nversion = "0"\n',
            "packages/common/src/common/__init__.py": "",
            "packages/common/src/common/money.py": "def rounded(x):\n    return round(x, 2)\n",
        }
    )
    top.commit("one: right")
    top.commit("two: more", {"packages/api/src/api/tax.py": "RATE = 2\n"})
    top.commit(
        "three: common breaks it",
        {"packages/common/src/common/money.py": "def rounded(x):\n    return round(x, 1)\n"},
    )
    top.commit("four: more", {"packages/api/src/api/tip.py": "RATE = 3\n"})
    return top


TOTAL = "packages/api/tests/test_cart.py::test_total"


def test_a_package_of_many_is_worked_on_from_any_folder(monorepo):
    """Its tests run in its own folder, wherever somebody stands; a session is found from below and from above."""
    outside = {"at": "/"}
    assert monorepo.red(f"{monorepo.top}/packages/api/tests/test_cart.py::test_total", **outside) == [TOTAL]
    assert monorepo.red(f"{monorepo.top}/packages/api/tests", at="packages/common/src") == [TOTAL]
    status = monorepo.coach("status", at="packages/common/src")
    assert status.code in {2, 4, 5}, status
    assert "packages/api" in status.err, "the session of a sibling is not this one's, and is named"
    assert monorepo.red("packages/api/tests/test_cart.py") == [TOTAL]
    for at in ("packages/api/tests", "packages/api", ""):
        assert monorepo.coach("status", "--json", at=at).json["last_run"]["failures"][0]["test"] == TOTAL
    assert TOTAL in monorepo.coach("pin", "tests/test_cart.py::test_total", "--json", at="packages/api").out


def test_what_a_sibling_broke_is_found_from_inside_a_package(monorepo):
    """What is recorded, suspected and bisected is the whole repository."""
    assert monorepo.red("tests/test_cart.py::test_total", at="packages/api") == [TOTAL]
    suspects = monorepo.coach("suspects", at="packages/api")
    assert "packages/common/src/common/money.py" in suspects.out, suspects.text
    assert ".." not in suspects.out
    found = monorepo.coach("bisect", "--jobs", "1", "--json", at="packages/api")
    assert "three: common breaks it" in found.text, found.text
    assert monorepo.git("status", "--porcelain") == ""


def test_the_project_can_be_named(monorepo):
    """By flag or variable; a folder that is none is refused in a sentence."""
    named = monorepo.coach("run", "tests/test_cart.py", "--project", "packages/api", "--json")
    assert [each["test"] for each in named.json["failures"]] == [TOTAL]
    status = monorepo.coach("status", "--json", at="/", COACH_PROJECT=str(monorepo.top / "packages/api"))
    assert status.json["target"]["words"] == ["packages/api/tests/test_cart.py"], status.text
    refused = monorepo.coach("run", "--project", "packages/nowhere")
    assert refused.code == 2
    assert "no such folder" in refused.err


def test_a_command_runs_where_it_was_typed(lay):
    """A relative command of a sub-folder starts in that folder, in the checkout and in a copy."""
    top = lay(
        {
            "setup.py": "",
            "tools/check.sh": "#!/bin/sh\ncat here.txt\nexit 3\n",
            "tools/here.txt": "among the tools\n",
        }
    )
    (top.top / "tools/check.sh").chmod(0o755)
    top.commit("one")
    said = top.coach("run", "--json", "--", "./check.sh", at="tools")
    assert "among the tools" in said.json["failures"][0]["message"]
    assert top.coach("reproduce", at="tools").code == 1
    tried = top.coach("try", "--tz", "Asia/Tokyo", "--expects", "same failure", at="tools")
    assert "SUPPORTED" in tried.text or tried.code == 0, tried.text


def test_settings_among_the_tests_do_not_make_them_the_project(lay):
    """Files that tests open by a path from the project's top are found, as when a person runs pytest there."""
    top = lay(
        {
            "pyproject.toml": '[project]\nname = "one"\nversion = "0"\n',
            "tests/pytest.ini": "[pytest]\n",
            "tests/cases.txt": "2",
            "tests/test_one.py": "def test_red():\n    assert open('tests/cases.txt').read() == '3'\n",
        }
    )
    said = top.coach("run", "test_one.py", "--json", at="tests")
    assert said.json["failures"][0]["message"].startswith("assert '2' == '3'")


def test_code_that_is_loaded_from_elsewhere_is_named(lay):
    """A stale copy in an environment, or a build folder, runs instead of what is edited; an editable source does not."""
    shop = "def price(x):\n    return x + 1\n"
    test = "import shop\n\n\ndef test_price():\n    assert shop.price(1) == 1\n"
    top = lay(
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "0"\n',
            "src/shop/__init__.py": shop.replace(" + 1", ""),
            "build/lib/shop/__init__.py": shop,
            "tests/test_shop.py": test,
        }
    )
    other = lay({"site-packages/shop/__init__.py": shop}, "environment")
    installed = other.top / "site-packages"
    for stale, shown in (
        (installed, f"{installed}/shop"),
        (top.top / "build/lib", "build/lib/shop, not from src/shop"),
    ):
        said = top.coach("run", "tests/test_shop.py", "--new", PYTHONPATH=str(stale))
        assert said.code == 1
        assert f"the tests import shop from {shown}" in said.text
    fine = top.coach("run", "tests/test_shop.py", "--new", PYTHONPATH=str(top.top / "src"))
    assert fine.code == 0, fine.text
    assert "do not run" not in fine.text
