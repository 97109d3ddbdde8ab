"""A small shop with one planted bug, made by hand: the bug is in ``rates``, and shows in ``cart``."""

import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.base.test_id import TestId
from coach.core.drill.drill import Cause, Difficulty, Drill, DrillSet, Noticed
from coach.core.log.events import Interpreter
from coach.engine.drill.grading import Runs, runs_here
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.engine.trees.tree_store import TreeStore
from coach.store.paths import project_home
from tests.engine.histories import History
from tests.engine.lab import plain_environment

RIGHT = """\
# The rate of everything that is not reduced, in percent.
STANDARD = 19


def rate_of(kind):
    if kind in {"book", "food"}:
        return 7
    return STANDARD
"""
WRONG = RIGHT.replace('{"book", "food"}', '{"book"}')
CART = """\
from shop.rates import rate_of


def total(items):
    return sum(price * (100 + rate_of(kind)) // 100 for kind, price in items)


def label(name):
    return name.strip().title()
"""
TESTS = """\
from shop.cart import label, total


def test_book():
    assert total([("book", 100)]) == 107


class TestFood:
    def test_total(self):
        assert total([("food", 100)]) == 107


def test_label():
    assert label(" tea ") == "Tea"
"""
FOOD = TestId("tests/test_cart.py::TestFood::test_total")


@dataclass
class Planted:
    """A project with a drill, and what grades it."""

    root: Path
    trees: TreeStore
    made: DrillSet
    folder: str = ""
    """The project below the root, with a slash at its end."""
    env: dict[str, str] = field(default_factory=plain_environment)

    @property
    def drill(self) -> Drill:
        return self.made.drills[0]

    def around(self, python: str = sys.executable) -> RunContext:
        made = (Interpreter(path=python), Limits(wall=60), lambda _: "", LiveOutput(), self.env)
        return RunContext(self.root, *made, project=self.folder.rstrip("/"))

    @property
    def runs(self) -> Runs:
        return runs_here(self.trees, self.around(), threading.Event())

    def tree(self, **files: str | None) -> str:
        """Return the tree with the bug and these files instead; named as ``History.write`` does."""
        before = {path: path.read_text() for path in self.root.rglob("*.py") if ".git" not in path.parts}
        (self.root / f"{self.folder}shop/rates.py").write_text(WRONG)
        for name, text in files.items():
            path = self.root / (self.folder + name.replace("__", "/") + ".py")
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        tree = self.trees.record()
        for path in self.root.rglob("*.py"):
            if path not in before:
                path.unlink()
        for path, text in before.items():
            path.write_text(text)
        return tree


def plant(
    root: Path, *, held: bool = False, tests: str = TESTS, name: str = "week", folder: str = ""
) -> Planted:
    """Make the project below ``root`` and a set of one drill. ``held``: its test is kept out of the arena."""
    history, own = History(root), root / folder
    (own / "shop").mkdir(parents=True)
    (own / "tests").mkdir()
    (own / "shop/__init__.py").touch()
    (own / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    for path, text in {"shop/rates.py": WRONG, "shop/cart.py": CART, "tests/test_cart.py": tests}.items():
        (own / path).write_text(text)
    (root / ".gitignore").write_text("build/\n*.egg-info/\n__pycache__/\n")
    history.commit("the shop")
    (own / "shop/rates.py").write_text(RIGHT)
    history.commit("food is reduced, too")
    trees = TreeStore(root, project_home(root))
    right = trees.record()
    planted = Planted(
        root,
        trees,
        DrillSet(name=name, root=str(root), project=folder.rstrip("/"), python=sys.executable),
        folder,
    )
    food = FOOD.with_file(f"{folder}{FOOD.file}")
    drill = Drill(
        number=1,
        source="past fix",
        kind="abc1234",
        right=right,
        wrong=planted.tree(),
        causes=(Cause(path=f"{folder}shop/rates.py", function="rate_of", lines=(6,)),),
        noticed=(
            Noticed(
                test=food,
                exception="AssertionError",
                message="assert 119 == 107",
                path=food.file,
                line=10,
            ),
        ),
        held=(food,) if held else (),
        difficulty=Difficulty(distance=2),
    )
    planted.made = planted.made.model_copy(update={"drills": (drill,)})
    return planted
