"""``coach bisect --find-fix``: the commit since which it passes."""

from argparse import Namespace

import pytest

from coach.cli.commands.search import bisect
from coach.core.search.kinds import FixFound
from coach.errors import UsageError
from tests.engine.histories import History
from tests.engine.lab import command

CHECK = command("from shop import total", "assert total(3) == 6, total(3)")


def shop(rate: str) -> dict[str, str]:
    return {"shop": f"def total(amount):\n    return amount * {rate}\n"}


def test_the_commit_that_mended_it(lab, tmp_path):
    """The oldest commits cannot be asked: they have no such function."""
    history = History(tmp_path / "shop")
    steps = [
        ("none yet", {"shop": "x = 1\n"}),
        ("red", shop("3")),
        ("red too", shop("3 + 0")),
        ("mended", shop("2")),
    ]
    ids = history.commit_all([*steps, ("after", shop("2 + 0")), ("after that", {"notes": "y = 1\n"})])
    here = lab(history.root)
    result = here.search("fix", CHECK)
    assert isinstance(result.found, FixFound), result
    assert [each.id for each in result.found.commits] == [ids[3]]
    assert result.found.red.id == ids[2]
    assert "-    return amount * 3 + 0" in "".join(
        hunk.text for file in result.found.files for hunk in file.hunks
    )
    assert result.sentence == f"it was mended by {ids[3][:10]} (mended)"
    assert not result.found.blame(1).files  # what mended it is not to blame

    tried = tuple(each for seen in here.observed for each in seen.tried)
    named = here.search("fix", CHECK, base=ids[1], known=tried)
    assert named.found.commits == result.found.commits


def test_nothing_mended_it(lab, tmp_path):
    history = History(tmp_path / "shop")
    history.commit_all([("red", shop("3")), ("red too", shop("4"))])
    here = lab(history.root)
    assert "no commit has mended it yet" in here.search("fix", CHECK).sentence
    with pytest.raises(UsageError, match="the red commit"):
        here.search("fix", CHECK, base="main")


@pytest.mark.parametrize(("is_fix", "good", "red"), [(True, "v1", ""), (False, "", "v1")])
def test_the_old_end_of_the_other_search_is_refused(is_fix, good, red):
    with pytest.raises(UsageError, match="is not for this search"):
        bisect(Namespace(find_fix=is_fix, good=good, red=red))
