"""What runs write into the checkout makes no other tree for measurements; what somebody edits does, whatever file it is."""

import json

import pytest

from coach.engine.trees.checkout import is_source
from coach.engine.trees.written_by_runs import WrittenByRuns


class Checkout:
    """Trees that are written as what they hold: ``code results``."""

    def __init__(self):
        self.now = {"app.py": 0, "results.csv": 0}
        self.seen = WrittenByRuns(self.differ, is_source)

    def leave(self):
        """End coach and begin it again."""
        kept = json.loads(json.dumps(self.seen.as_kept()))
        self.seen = WrittenByRuns(self.differ, is_source)
        self.seen.remember(kept)

    def differ(self, one, other):
        pairs = zip(self.now, one.split(), other.split(), strict=True)
        return [name for name, before, after in pairs if before != after]

    @property
    def tree(self):
        return " ".join(str(each) for each in self.now.values())

    def edit(self, name="app.py"):
        self.now[name] += 1

    def run(self, *written, late=()):
        """Run; files in ``late`` are written before its first tree is recorded. Returns its tree and what is said of it."""
        for name in late:
            self.edit(name)
        tree = self.tree
        for name in written:
            self.edit(name)
        found = self.seen.seen(tree, self.tree, lambda name: name in late)
        return tree, found.same_as, found.left


def test_a_table_that_every_run_writes_makes_no_other_tree():
    checkout = Checkout()
    assert checkout.run("results.csv") == ("0 0", "", ""), "one run: it may have been edited meanwhile"
    assert checkout.run("results.csv") == ("0 1", "0 0", "0 2")
    assert checkout.run("results.csv") == ("0 2", "0 0", "0 3")
    assert checkout.run(late=("results.csv",)) == ("0 4", "0 0", "")
    checkout.leave()
    assert checkout.run("results.csv") == ("0 4", "0 0", "0 5")
    checkout.edit()
    assert checkout.run("results.csv") == ("1 5", "", "1 6"), "an edit is another tree"
    assert checkout.run() == ("1 6", "1 5", "")


@pytest.mark.parametrize("name", ["app.py", "results.csv"])
def test_an_edit_is_never_taken_for_what_runs_write(name):
    checkout = Checkout()
    for _ in range(3):
        checkout.run("results.csv")
    checkout.leave()
    before = checkout.tree
    checkout.edit(name)
    tree, same_as, _ = checkout.run("results.csv")
    assert tree != before
    assert same_as == ""


def test_code_that_runs_write_is_another_tree_each_time():
    checkout = Checkout()
    assert [checkout.run("app.py")[1:] for _ in range(4)] == [("", "")] * 4


@pytest.mark.parametrize("kept", [None, [], {}, {"base": "a", "last": "b", "during": {"x": "many"}}, "words"])
def test_what_was_not_kept_is_not_known(kept):
    seen = WrittenByRuns(lambda _one, _other: (), is_source)
    seen.remember(kept)
    assert seen.as_kept() == {}
