"""A drill that is played: by real programs, in a real arena, in a session that is like any other."""

import sys

import pytest

from coach.core.drill.score import POINTS
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
from tests.drill.workplace import working_in
from tests.engine.histories import fingerprint

FIX = f"""
save('shop/rates.py', {RIGHT!r})
print('in', os.getcwd(), sys.prefix, 'shop' in prompt)
print('cause: shop/rates.py rate_of')
"""


@pytest.fixture(scope="module")
def of_play(tmp_path_factory):
    """A play by one who fixes properly: the table, the result, and what it left of the checkout."""
    folder = tmp_path_factory.mktemp("play") / "checkout"
    with working_in(folder):
        table = Table.laid(folder)
        before = fingerprint(table.planted.root)
        result = table.play(FIX)
        return folder, table, result, before == fingerprint(table.planted.root)


@pytest.fixture
def played(of_play):
    folder, *made = of_play
    with working_in(folder):
        yield made


def test_one_that_fixes_properly_has_the_full_score_and_leaves_a_session(played):
    _, result, is_untouched = played
    lines = {each.name: each.judged for each in result.score.lines}
    assert result.score.percent == 100, lines
    unjudged = {"test written", "asked"}
    assert lines == {name: "not judged" if name in unjudged else "met" for name in POINTS}
    assert results_of("week") == (result,)
    assert is_untouched
    assert list(arenas_folder().iterdir()) == []
    events = [each.event for each in read_log(session_folder(result.session)).records]
    began = next(each for each in events if isinstance(each, ev.DrillBegan))
    scored = next(each for each in events if isinstance(each, ev.DrillScored))
    assert (began.set, began.number, began.player) == ("week", 1, "scripted")
    assert scored.score == result.score
    assert scored.graded.changed == ("shop/rates.py",)


def test_a_session_in_an_arena_is_told_of_no_past_failure(played):
    """Whoever met the same failure before, and mended it, knows the answer; a person's session is told of no drill."""
    table, result, _ = played
    (table.planted.root / "shop/rates.py").write_text(WRONG)
    place = at(table.planted.root)
    with open_new(place, Target(words=(FOOD,)), load_settings(place.home, {"python": sys.executable})) as own:
        for command in (cmd.Begin(reproduce=False), cmd.RunTarget(purpose="experiment")):
            own.submit(command).result(30)
        assert own.wait_idle(60)
        own.submit(cmd.Close(note="met")).result(30)
        failing, ordinary = own.state.runs[-1].failing, own.state.opened.session
    assert [each.session for each in past_failures(failing, "")] == [ordinary]
    assert past_failures(failing, result.session) == ()


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
