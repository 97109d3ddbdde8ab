"""Probes that are forked choose what is asked next; what an answer leans on is judged in fresh processes, whatever forks say."""

import sys

import pytest

from coach.engine.confine.landlock import available
from coach.engine.search import candidate
from tests.engine.histories import History
from tests.engine.lab import TEST, Lab

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

COMMITS, CULPRIT = 12, 8
CHECK = """\
import os
import sys

from shop import total

def test_total():
{body}
    assert total(3) == 6
"""
FROM_COPY = """\
    assert sys.modules["shop"].__file__.startswith(os.getcwd())
"""
LEAVES = """\
    above = os.path.dirname(os.path.dirname(os.getcwd()))
    places = [{place!r}, os.path.join(above, "left")] if "scratch" in above else []
    for place in places:
        try:
            open(place, "w").close()
        except OSError:
            pass
        else:
            os._exit(3)
"""
SHOP = "import sys\nNUMBER = {number}\n\n\ndef total(amount):\n    return amount * 2 + ({wrong})\n"


@pytest.fixture
def runs(monkeypatch):
    """Look at what every probe was: pairs of its tree and whether it was forked."""
    seen, carried_out = [], candidate.run_laid_out

    def looked_at(request, *others):
        report = carried_out(request, *others)
        seen.append((request.tree, report.warm))
        return report

    monkeypatch.setattr(candidate, "run_laid_out", looked_at)
    return seen


def searched(lab, folder, body, wrong):
    """Bisect a history whose code is wrong where ``wrong`` says so of a number; returns the result and the ids."""
    history = History(folder / "project")
    steps = [
        (f"step {number}", {"src__shop": SHOP.format(number=number, wrong=wrong.format(number=number))})
        for number in range(COMMITS)
    ]
    ids = history.commit_all(steps)
    history.write(tests__test_shop=CHECK.format(body=body))
    here = lab(history.root)
    here = Lab(history.root, here.home, here.env | {"PYTHONPATH": str(history.root / "src")})
    result = here.search("commits", reference=here.reference(TEST), base=ids[0], width=2)
    return result, ids


def test_most_probes_are_forked_and_the_ends_are_fresh(lab, tmp_path, runs):
    result, ids = searched(lab, tmp_path, FROM_COPY, f"{{number}} >= {CULPRIT}")
    assert [each.id for each in result.found.commits] == [ids[CULPRIT]], result
    assert not result.disturbed, result
    assert sum(forked for _, forked in runs) >= 4
    fresh = {tree for tree, forked in runs if not forked}
    assert result.found.is_proven or len(fresh) >= 2


def test_a_fork_that_lies_ends_forking(lab, tmp_path, runs):
    """The code sees whether it was forked, and then says that an older commit broke it: the answer is that of fresh processes."""
    wrong = f"{{number}} >= (3 if 'coach_child' in sys.modules else {CULPRIT})"
    result, ids = searched(lab, tmp_path, "", wrong)
    assert [each.id for each in result.found.commits] == [ids[CULPRIT]], result
    assert result.disturbed
    assert any("forked process" in each for each in result.notes)
    assert any(forked for _, forked in runs)


@pytest.mark.skipif(not available().asks, reason="nothing tells what was refused")
def test_what_was_refused_in_a_fork_is_asked_again(lab, tmp_path, runs):
    """Whose doing it was nobody knows among those that were forked: none of them counts, and no more are."""
    outside = tmp_path / "outside"
    outside.mkdir()
    result, ids = searched(
        lab, tmp_path, LEAVES.format(place=str(outside / "left")), f"{{number}} >= {CULPRIT}"
    )
    assert [each.id for each in result.found.commits] == [ids[CULPRIT]], result
    assert list(outside.iterdir()) == []
    assert any(forked for _, forked in runs)
    last = dict(runs)  # of each tree, how it was judged last
    assert not any(last.values())
