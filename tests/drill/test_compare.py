"""What is played for a comparison: what has no result yet, in turns, and no more than was asked for."""

import pytest

from coach.core.drill.drill import Drill, DrillSet
from coach.core.drill.guidance import Guidance, guidance_of_spec
from coach.drills.compare import Bout, Player
from coach.drills.kept import add_result, keep_set, results_of
from coach.errors import CoachError, UsageError
from tests.drill.building import result

SPEC = guidance_of_spec("## Actual\nthe total is wrong\n\n## Scope\n- shop/*.py\n", "spec.md")
NOTHING = Player("no spec", "robot", Guidance())
WITH_SPEC = Player("spec.md", "robot", SPEC)


def drills(count):
    made = DrillSet(
        name="demo",
        root="/nowhere/shop",
        drills=tuple(
            Drill(number=each, source="planted", kind="k", right="a", wrong="b", causes=(), noticed=())
            for each in range(1, count + 1)
        ),
    )
    keep_set(made)
    return made


class Arena:
    """Plays as ``fixes`` says, and keeps results as a real play does."""

    def __init__(self, fixes):
        self.fixes, self.played = fixes, []

    def __call__(self, drill_set, number, player):
        self.played.append((number, player.label))
        fixed = self.fixes(number, player)
        if isinstance(fixed, CoachError):
            raise fixed
        found = result(
            number, fixed, player=player.assistant, guidance=player.guidance.digest, label=player.label
        )
        add_result(found)
        return found


def bout(count, fixes, pairs=8, second=WITH_SPEC):
    arena, said = Arena(fixes), []
    return Bout(drills(count), NOTHING, second, arena, said.append, pairs), arena, said


def only_with_what_is_actual(number, player):
    return bool(player.guidance.spec.actual)


def test_eight_pairs_are_played_in_turns_and_told_apart():
    made, arena, said = bout(12, only_with_what_is_actual)
    found = made.carried_out().comparison
    assert (found.fixed.wins, found.fixed.p) == (8, 2 / 2**8)
    assert [label for _, label in arena.played[:4]] == ["no spec", "spec.md", "spec.md", "no spec"]
    assert sorted(arena.played) == sorted(
        (each, label) for each in range(1, 9) for label in ("no spec", "spec.md")
    )
    assert "drill demo/1 with spec.md: fixed, 100 %" in said


def test_what_was_played_is_not_played_again():
    made, arena, _ = bout(12, only_with_what_is_actual)
    made.carried_out()
    arena.played.clear()
    assert made.carried_out().comparison.fixed.wins == 8
    assert arena.played == []


def test_results_that_are_there_count_whatever_came_out_and_more_of_them_than_were_asked_for():
    made, arena, _ = bout(12, only_with_what_is_actual, pairs=8)
    for number in range(3, 13):
        arena(made.drill_set, number, NOTHING)
        arena(made.drill_set, number, WITH_SPEC)
    arena.played.clear()
    assert [each.number for each in made.carried_out().comparison.pairs] == list(range(3, 13))
    assert arena.played == []


def test_a_drill_that_one_side_has_played_is_played_by_the_other_first():
    made, arena, _ = bout(12, only_with_what_is_actual, pairs=2)
    arena(made.drill_set, 7, WITH_SPEC)
    arena.played.clear()
    assert [each.number for each in made.carried_out().comparison.pairs] == [1, 7]
    assert arena.played[0] == (7, "no spec")


def test_a_pair_that_cannot_be_judged_is_made_up_for():
    made, _, _ = bout(12, lambda number, player: None if number == 2 else True)
    found = made.carried_out().comparison
    assert [each.number for each in found.pairs] == [1, 3, 4, 5, 6, 7, 8, 9]
    assert [each.number for each in found.not_paired] == [2]


def test_an_end_in_the_middle_keeps_what_was_played():
    stop = UsageError("robot did not start")
    made, arena, _ = bout(8, lambda number, player: stop if number == 4 else True)
    with pytest.raises(UsageError, match="did not start"):
        made.carried_out()
    assert len(results_of("demo")) == 6
    arena.fixes = only_with_what_is_actual
    arena.played.clear()
    made.carried_out()
    assert {number for number, _ in arena.played} == {4, 5, 6, 7, 8}


def test_each_section_is_left_out_on_the_same_drills():
    made, arena, _ = bout(12, only_with_what_is_actual)
    found = made.carried_out(leave_out=True)
    assert [(each.section, each.comparison.fixed.wins, each.tells) for each in found.costs] == [
        ("Actual", 8, True),
        ("Scope", 0, False),
    ]
    assert len(arena.played) == 32
    assert {number for number, _ in arena.played} == set(range(1, 9))


def test_the_only_section_left_out_is_no_spec_and_is_not_played_twice():
    only = Player("a.md", "robot", guidance_of_spec("## Actual\nwrong\n", "a.md"))
    made, arena, _ = bout(8, only_with_what_is_actual, second=only)
    assert [each.section for each in made.carried_out(leave_out=True).costs] == ["Actual"]
    assert len(arena.played) == 16


def test_too_few_drills_and_equal_sides_are_refused_before_anything_is_played():
    made, arena, _ = bout(5, only_with_what_is_actual)
    with pytest.raises(UsageError, match="5 drills, too few for 8 pairs"):
        made.carried_out()
    made, arena, _ = bout(8, only_with_what_is_actual, second=Player("empty.md", "robot", Guidance()))
    with pytest.raises(UsageError, match="both sides are the same"):
        made.carried_out()
    assert arena.played == []


def test_what_has_no_sections_cannot_be_left_out_and_nothing_is_played():
    made, arena, _ = bout(8, only_with_what_is_actual, second=Player("other", "other", Guidance()))
    with pytest.raises(UsageError, match="no sections to leave out"):
        made.carried_out(leave_out=True)
    assert arena.played == []
