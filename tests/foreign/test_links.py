"""Paths are what was typed: links are not followed, and what is no path is refused in a sentence."""

import pytest

AREA = "from shapes import area\n\n\ndef test_area():\n    assert area(3, 4) == 12\n"
LIMIT = "from shapes import area\n\n\ndef test_limit(limit):\n    assert area(3, 4) < limit\n"


def fixture(limit: int) -> str:
    return f"import pytest\n\n\n@pytest.fixture\ndef limit():\n    return {limit}\n"


@pytest.fixture
def app(lay):
    """Tests reached by links: a folder from outside the project, and one file under two conftests."""
    top = lay(
        {
            "app/pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
            "app/shapes.py": "def area(w, h):\n    return w + h\n",
            "app/fast/conftest.py": fixture(100),
            "app/fast/test_limit.py": LIMIT,
            "app/slow/conftest.py": fixture(5),
            "shared/suite/test_area.py": AREA,
        }
    )
    (top.top / "app/suite").symlink_to("../shared/suite")
    (top.top / "app/slow/test_limit.py").symlink_to("../fast/test_limit.py")
    return top


def test_a_link_is_run_where_it_stands(app):
    """Its own conftest holds, as pytest has it; a link that leads out of the project is one of its tests."""
    assert app.red("slow/test_limit.py", at="app") == ["slow/test_limit.py::test_limit"]
    assert app.coach("pin", "--json", at="app").json["pinned"]["file"] == "slow/test_limit.py"
    green = app.coach("run", "fast/test_limit.py", "--new", at="app")
    assert green.code == 0, green.text
    area = app.red("suite/test_area.py::test_area", at="app")
    assert area == ["suite/test_area.py::test_area"]
    pin = app.coach("pin", "--json", at="app").json["pinned"]
    assert (pin["file"], pin["intact"]) == ("suite/test_area.py", True)
    assert app.red(str(app.top / "app/suite"), at="/") == area


def test_a_project_reached_through_a_link_is_the_same_one(app):
    """Ids, sessions and files are those of the project, whichever way somebody came."""
    (app.top / "alias").symlink_to("app")
    assert app.red("alias/slow/test_limit.py") == ["slow/test_limit.py::test_limit"]
    assert app.coach("status", at="app").code == 0


def test_ids_that_change_from_run_to_run_are_said_as_such(lay):
    """Random values and addresses in ids: the function is offered, in words and to programs."""
    top = lay(
        {
            "setup.py": "",
            "test_shop.py": """
                import os

                import pytest


                class Item:
                    pass


                @pytest.mark.parametrize("price", [os.urandom(8).hex()])
                def test_random(price):
                    assert not price


                class TestItems:
                    @pytest.mark.parametrize("item", [Item()], ids=repr)
                    def test_item(self, item):
                        assert not item
            """,
        }
    )
    for test in top.red("test_shop.py"):
        again = top.coach("run", test, "--new", "--json")
        function = test.partition("[")[0]
        if again.json["outcome"] == "FAIL":  # an address may come again
            continue
        assert "the ids of this test change from run to run" in again.json["sentence"]
        assert "check the path" not in again.text
        assert again.json["did_you_mean"] == [function]
        assert len(top.red(function)) == 1


@pytest.mark.parametrize(
    "word", ["x" * 5000, "test_a.py::" + "x" * 5000, "tests/\udcff.py", "-x", "a/" * 3000]
)
def test_a_word_that_is_no_test_is_refused_in_a_sentence(lay, word):
    """Too long for a name, no text, an option: what was typed is never a traceback."""
    top = lay({"test_a.py": "def test_a():\n    pass\n", "setup.py": ""})
    said = top.coach("run", word) if not word.startswith("-") else top.coach("run", "--", word)
    assert said.code in {1, 2, 3, 4}, said
    assert said.err or said.out
    assert max(map(len, said.text.splitlines())) < 2_000


@pytest.mark.parametrize(("folder", "at"), [("-p no", ""), ("-p no", "my shop"), ("a b, v1.2 ü", "")])
def test_a_file_is_one_whatever_its_folders_are_called(lay, folder, at):
    """What begins like an option or has spaces in it is run, measured and pinned, also below the top of a repository."""
    tests = {
        "pytest.ini": "[pytest]\n",
        f"{folder}/mod.py": "def size():\n    return 1\n",
        f"{folder}/test_size.py": "from mod import size\n\ndef test_size():\n    assert size() == 2\n",
    }
    laid = lay({"readme.txt": "x\n", **{f"{at}/{name}".lstrip("/"): text for name, text in tests.items()}})
    ran = laid.coach("run", f"./{folder}/test_size.py", at=at)
    assert ran.code == 1, ran.text
    pinned = laid.coach("pin", "--json", at=at).json["pinned"]
    assert pinned["file"].endswith(f"{folder}/test_size.py")
    assert "mod.py:2" in laid.coach("suspects", at=at).text
