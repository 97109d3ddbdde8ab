"""A drill that is played: by real programs, in a real arena, in a session that is like any other."""

import sys

import pytest

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.drills.kept import arenas_folder, results_of
from coach.engine.source.project_root import at
from coach.session.factory import open_new
from coach.session.similar_failures import past_failures
from coach.settings.project import load_settings
from coach.store.log import read_log
from coach.store.paths import session_folder
from tests.drill.planted import FOOD, RIGHT, TESTS, WRONG, plant
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


def test_a_session_in_an_arena_is_told_of_no_past_failure(table):
    """Whoever met the same failure before, and mended it, knows the answer; a person's session is told of no drill."""
    played = table.play(FIX).session
    (table.planted.root / "shop/rates.py").write_text(WRONG)
    place = at(table.planted.root)
    with open_new(place, Target(words=(FOOD,)), load_settings(place.home, {"python": sys.executable})) as own:
        for command in (cmd.Begin(reproduce=False), cmd.RunTarget(purpose="experiment")):
            own.submit(command).result(30)
        assert own.wait_idle(60)
        own.submit(cmd.Close(note="met")).result(30)
        failing, ordinary = own.state.runs[-1].failing, own.state.opened.session
    assert [each.session for each in past_failures(failing, "")] == [ordinary]
    assert past_failures(failing, played) == ()


def test_a_project_below_the_top_of_its_repository_is_played_where_it_is(tmp_path, state_home):
    table = Table(
        plant(tmp_path / "checkout" / "all", folder="services/shop/", held=True), tmp_path / "scripts"
    )
    (table.planted.root / "secret.txt").write_text("of a sibling, not tracked yet\n")
    own_test = TESTS.replace('("food", 100)]) == 107', '("food", 200)]) == 214')
    result = table.play(
        f"save('shop/rates.py', {RIGHT!r})\nsave('tests/test_cart.py', {own_test!r})\n"
        "print(os.getcwd())\nprint('cause: services/shop/shop/rates.py rate_of')\n"
    )
    assert result.score.percent == 100, (result.score.lines, table.said)
    assert any(line.endswith("/all/services/shop") for line in table.said)
