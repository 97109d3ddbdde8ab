"""What ran is held against what was edited: edits of a source that another copy runs instead of tell nothing."""

import pytest

WRONG = "def price(x):\n    return x + 1\n"
RIGHT = WRONG.replace(" + 1", "")
TEST = "import shop\n\n\ndef test_price():\n    assert shop.price(1) == 1\n"
PROJECT = '[project]\nname = "shop"\nversion = "0"\n'


@pytest.fixture
def installed(lay):
    """An installed copy outside of the project, and the source among packages of the project's ``src``."""
    other = lay({"site-packages/shop/__init__.py": WRONG}, "environment").top / "site-packages"
    top = lay({"pyproject.toml": PROJECT, "src/shop/__init__.py": WRONG, "tests/test_shop.py": TEST})
    top.commit("one")
    return top, {"PYTHONPATH": str(other)}, "src/shop/__init__.py", f"{other}/shop"


@pytest.fixture
def built(lay):
    """A build folder of the project itself, and the source as a single file at its top; two workers run the tests."""
    top = lay(
        {
            "pyproject.toml": PROJECT,
            "pytest.ini": "[pytest]\naddopts = -p xdist -n 1 --import-mode=importlib\n",
            "shop.py": WRONG,
            "build/lib/shop.py": WRONG,
            "tests/test_shop.py": TEST,
            "tests/conftest.py": "import sys\n\nsys.path.insert(0, 'build/lib')\n",
        }
    )
    top.commit("one")
    return top, {}, "shop.py", "build/lib/shop.py"


@pytest.mark.parametrize("way", ["installed", "built"])
def test_edits_that_do_not_run_tell_nothing(way, request):
    top, env, source, imported = request.getfixturevalue(way)
    lies = source.removesuffix("/__init__.py")
    ran = top.coach("run", "tests/test_shop.py", "--json", **env)
    assert ran.code == 1, ran.text
    assert ran.json["elsewhere"] == [{"name": "shop", "imported": imported, "lies": lies}]
    assert f"not from {lies}: edits there do not run" in ran.json["notes"][0]
    claimed = top.coach(
        "hypothesis", "price adds one", "--predict", "the test passes", "--expects", "pass", **env
    )
    assert claimed.code == 0, claimed.text
    top.write({source: RIGHT})
    top.coach("run", "--json", **env)
    said = f"our edits in {lies} do not run: the tests import {imported}"
    status = top.coach("status", "--json", **env).json
    assert said in status["next"]["text"], status
    judged = status["hypotheses"][0]
    assert judged["verdict"] == "INCONCLUSIVE", judged
    assert said in judged["reason"]
    suspects = top.coach("suspects", "--json", **env)
    assert source not in str(suspects.json[:1]).replace("build/lib/shop.py", ""), suspects.text
    top.write({source: WRONG, "pytest.ini": "[pytest]\npythonpath = src .\n", "tests/conftest.py": ""})
    top.coach("run", "--json")
    assert "do not run" not in top.coach("status", "--json").json["next"]["text"]
