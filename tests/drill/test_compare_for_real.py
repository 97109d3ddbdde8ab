"""Two specs compared by real plays: an assistant that succeeds only where the spec names the cause's area is told apart."""

import json
import shlex
import sys

import pytest

from coach.cli import main
from coach.core.base.test_id import FunctionId, TestId
from coach.core.drill.drill import Cause, Difficulty, Drill, DrillSet, Noticed
from coach.core.spec.document import write_spec
from coach.core.spec.spec import Spec
from coach.drills.kept import keep_set, results_of
from coach.engine.trees.tree_store import TreeStore
from coach.errors import EXIT_FINE
from coach.store.paths import project_home
from tests.engine.histories import History

NUMBERS = range(1, 7)
"""Six pairs are the fewest that the sign test can tell apart."""
AREA = "the cause is in shop/rates.py"
PLAYER = f"""
import pathlib, sys
if {AREA!r} in sys.stdin.read():
    file = pathlib.Path("shop/rates.py")
    file.write_text(file.read_text().replace("kind - 1", "kind"))
    print("cause: shop/rates.py")
"""
"""Mends what it is led to, and else gives up."""


def rates(wrong=0):
    return "\n\n".join(
        f"def rate_{each}(kind):\n    return kind{' - 1' if each == wrong else ''}\n" for each in NUMBERS
    )


TESTS = "from shop.cart import price\n\n\n" + "\n\n".join(
    f"def test_{each}():\n    assert price({each}, 5) == 10\n" for each in NUMBERS
)


@pytest.fixture
def project(tmp_path, state_home):
    """A project with a set of six drills, each a wrong function of the same file, and an assistant in its settings."""
    (tmp_path / "player.py").write_text(PLAYER)
    history = History(tmp_path / "shop")
    history.write(
        shop____init__="",
        shop__rates=rates(),
        shop__cart="from shop import rates\n\n\ndef price(number, kind):\n    return 2 * getattr(rates, f'rate_{number}')(kind)\n",
        tests__test_cart=TESTS,
    )
    command = shlex.join((sys.executable, str(tmp_path / "player.py")))
    (history.root / "pyproject.toml").write_text(
        f"[tool.coach.assistants]\nrobot = {json.dumps(command)}\n[tool.pytest.ini_options]\n"
    )
    (history.root / ".gitignore").write_text("__pycache__/\n")
    history.commit("the shop")
    trees = TreeStore(history.root, project_home(history.root))
    right, drills = trees.record(), []
    for number in NUMBERS:
        history.write(shop__rates=rates(number))
        test = TestId.of("tests/test_cart.py", f"test_{number}")
        drills.append(
            Drill(
                number=number,
                source="planted",
                kind="one off",
                right=right,
                wrong=trees.record(),
                causes=(Cause(path="shop/rates.py", function=FunctionId(f"rate_{number}")),),
                noticed=(Noticed(test=test, exception="AssertionError", path="tests/test_cart.py"),),
                difficulty=Difficulty(distance=1),
            )
        )
    history.write(shop__rates=rates())
    keep_set(DrillSet(name="six", root=str(history.root), python=sys.executable, drills=tuple(drills)))
    return history.root


def test_a_spec_that_names_the_area_is_told_apart_from_none_with_six_pairs(project, tmp_path, capfd):
    spec = tmp_path / "named.md"
    spec.write_text(write_spec(Spec(actual=f"a price is too low; {AREA}")))
    page = tmp_path / "page.html"
    words = [
        "drill",
        "compare",
        "none",
        str(spec),
        "--drills",
        "six",
        "--assistant",
        "robot",
        "--yes",
        "--pairs",
        "6",
    ]
    assert main([*words, "--json", "--out", str(page)]) == EXIT_FINE
    found = json.loads(capfd.readouterr().out)
    assert (found["fixed"]["wins"], found["fixed"]["losses"], found["fixed"]["ties"]) == (6, 0, 0)
    assert found["fixed"]["p"] == 2 / 2**6
    assert found["verdict"] == "“named.md” fixes more"
    assert found["score"]["told_apart"]
    assert "“named.md” fixed 6 drills that “no spec” did not" in page.read_text()
    assert len(results_of("six")) == 12

    # All is known now: the same again plays nothing, and says it in words.
    assert main([*words, "--out", str(tmp_path / "page.md")]) == EXIT_FINE
    told = capfd.readouterr()
    assert "Told apart: “named.md” fixed 6 drills" in told.out
    assert "with named.md" not in told.err
    assert len(results_of("six")) == 12
    assert "| fixed | 40 | 6 | 0 (0 to 39 %) | 6 (61 to 100 %) |" in (tmp_path / "page.md").read_text()
