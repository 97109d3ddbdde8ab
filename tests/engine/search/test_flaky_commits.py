"""A failure that shows only sometimes: how sure the named commit is, and what earlier runs of the checkout add."""

from coach.core.search.request import SeenTree
from tests.engine.histories import History
from tests.engine.lab import command

CHECK = command("from shop import total", "assert total(3) == 6, total(3)")


def test_the_named_commit_is_told_with_how_sure_it_is(lab, tmp_path):
    history = History(tmp_path / "shop")
    rates = ["2", "2 + 0", "3"]
    ids = history.commit_all(
        [(f"step {rate}", {"shop": f"def total(amount):\n    return amount * ({rate})\n"}) for rate in rates]
    )
    here = lab(history.root)
    trees = [history.git("rev-parse", f"{each}^{{tree}}") for each in ids]
    asked = {"reference": here.reference(CHECK), "base": ids[0], "rate": 0.6, "red_tree": trees[2]}
    result = here.search("commits", CHECK, **asked)
    assert [each.id for each in result.found.commits] == [ids[2]], result
    assert 0.9 < result.found.belief < 1
    assert "sure" in result.sentence
    assert result.found.is_proven

    tried = tuple(each for seen in here.observed for each in seen.tried)
    seen = (SeenTree(tree=trees[1], passed=10), SeenTree(tree="0" * 40, failed=3))
    again = here.search("commits", CHECK, known=tried, seen=seen, **asked)
    assert again.found.belief > result.found.belief
