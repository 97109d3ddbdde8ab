"""A drill that is played: by real programs, in a real arena, in a session that is like any other."""

import pytest

from coach.core.log import events as ev
from coach.drills.kept import arenas_folder, results_of
from coach.store.log import read_log
from coach.store.paths import session_folder
from tests.drill.planted import RIGHT, plant
from tests.drill.players import Table
from tests.engine.histories import fingerprint

FIX = f"""
save('shop/rates.py', {RIGHT!r})
print('in', os.getcwd(), sys.prefix, 'shop' in prompt)
print('cause: shop/rates.py rate_of')
"""


@pytest.fixture
def table(tmp_path, state_home):
    return Table(plant(tmp_path / "checkout" / "shop"), tmp_path / "scripts")


def test_one_that_fixes_properly_has_the_full_score_and_leaves_a_session(table):
    before = fingerprint(table.planted.root)
    result = table.play(FIX)
    lines = {each.name: each for each in result.score.lines}
    assert result.score.percent == 100, lines
    assert (lines["cause named"].judged, lines["no loops"].judged) == ("met", "met")
    assert results_of("week") == (result,)
    assert fingerprint(table.planted.root) == before
    assert list(arenas_folder().iterdir()) == []
    events = [each.event for each in read_log(session_folder(result.session)).records]
    began = next(each for each in events if isinstance(each, ev.DrillBegan))
    scored = next(each for each in events if isinstance(each, ev.DrillScored))
    assert (began.set, began.number, began.player) == ("week", 1, "scripted")
    assert scored.score == result.score
    assert scored.graded.changed == ("shop/rates.py",)
