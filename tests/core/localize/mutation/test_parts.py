"""A round in parts tries what the whole round tries, in fair parts, and says the same of it."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.mutation.mutants import Mutant, Place, mutants
from coach.core.localize.mutation.parts import WHOLE, merged, part_of
from coach.core.localize.mutation.results import Flip, Mutations, PlaceTally, best_first

LETTERS = "PCFTX"
SOURCE = """\
LIMIT = 5


def total(prices, most=3):
    found = 0
    for price in prices:
        found += price
    if len(prices) > most:
        found -= LIMIT
    return found


def other(x):
    while x > 0:
        x -= 1
    return x + 1
"""


@st.composite
def rounds(draw):
    """Mutants of lines of some files, several a line, in any order."""
    numbers = st.lists(st.integers(1, 4), max_size=14)
    every = [
        (chr(ord("a") + line % 3), line, number)
        for line, count in enumerate(draw(numbers))
        for number in range(count)
    ]
    draw(st.randoms(use_true_random=False)).shuffle(every)
    return tuple(mutant(*each) for each in every)


def mutant(name, line, number):
    return Mutant(
        path=f"{name}.py",
        function=f"f{line % 3}",
        line=line,
        kind="constant",
        start=(line, 0),
        end=(line, 1),
        text=str(number),
        before=str(line),
        after=str(number),
    )


def outcome(each):
    """Return what a mutant does; the same whoever tries it."""
    return random.Random(f"{each.path} {each.line} {each.text}").choice(LETTERS)


def tried(chosen):
    """Try mutants, as a worker would without end of time."""
    letters = [(each, outcome(each)) for each in chosen]
    tallies = []
    for place in dict.fromkeys((each.path, each.function) for each in chosen):
        own = [(each, seen) for each, seen in letters if (each.path, each.function) == place and seen != "X"]
        changed = [each.line for each, seen in own if seen == "C"]
        if own:
            tallies.append(
                PlaceTally(
                    path=place[0],
                    function=place[1],
                    tried=len(own),
                    changed=len(changed),
                    lines=tuple(sorted(set(changed))),
                )
            )
    count = Counter(seen for _, seen in letters)
    return Mutations(
        test="t.py::test",
        tree="tree",
        tried=len(letters) - count["X"],
        planned=len(letters),
        hung=count["T"],
        baseline=0.5,
        flips=best_first(tuple(flip(each) for each, seen in letters if seen == "P")),
        refused=count["X"],
        refusals=tuple(dict.fromkeys(f"removes {each.path}" for each, seen in letters if seen == "X")),
        tallies=tuple(tallies),
    )


def flip(each):
    return Flip(
        path=each.path,
        function=each.function,
        line=each.line,
        kind=each.kind,
        before=each.before,
        after=each.after,
    )


def in_no_order(result):
    """Return a result without the order that only says what was found first."""
    lists = {name: sorted(map(repr, getattr(result, name))) for name in ("flips", "refusals", "tallies")}
    return result.model_copy(update=lists)


def parts(chosen, count):
    return [part_of(chosen, (number, count)) for number in range(1, count + 1)]


@given(rounds(), st.integers(1, 12))
def test_parts_say_together_what_the_whole_round_says(chosen, count):
    seen = [tried(each) for each in parts(chosen, count)]
    together = merged(seen)
    assert in_no_order(together) == in_no_order(tried(chosen))
    if count > 1:
        assert merged(seen[::-1]).flips == together.flips


@given(rounds())
def test_one_part_is_the_round_itself(chosen):
    assert part_of(chosen, WHOLE) == chosen
    assert merged([tried(chosen)]) == tried(chosen)


@given(rounds(), st.integers(1, 12))
def test_every_line_is_in_one_part_and_the_parts_are_fair(chosen, count):
    dealt = parts(chosen, count)
    assert Counter(each for part in dealt for each in part) == Counter(chosen)
    lines = [{(each.path, each.line) for each in part} for part in dealt]
    assert sum(map(len, lines)) == len(set().union(*lines))
    numbers = sorted(map(len, dealt))
    most_of_line = max(Counter((each.path, each.line) for each in chosen).values(), default=0)
    assert numbers[-1] - numbers[0] <= most_of_line


@given(rounds(), st.integers(1, 12))
def test_in_a_part_what_is_more_promising_stands_first(chosen, count):
    for part in parts(chosen, count):
        where = [chosen.index(each) for each in part]
        assert where == sorted(where)


@given(rounds(), st.integers(1, 6))
def test_no_part_begins_much_later_than_another(chosen, count):
    lines = list(dict.fromkeys((each.path, each.line) for each in chosen))
    firsts = [lines.index((part[0].path, part[0].line)) for part in parts(chosen, count) if part]
    assert sorted(firsts) == list(range(min(count, len(lines))))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_limit_of_the_round_is_one_of_the_whole(count):
    places = (
        Place("shop.py", "total", (8, 4, 5, 7, 6, 9), 0.6),
        Place("shop.py", "other", (13, 14, 15), 0.3),
        Place("shop.py", "", (1,), 0.1),
    )
    test = "from shop import total\ndef test(): assert total([1, 7]) == 8\n"
    limited = mutants(places, {"shop.py": SOURCE}, most=40, test_source=test)
    assert len(limited) == 40
    assert Counter(each for part in parts(limited, count) for each in part) == Counter(limited)


def result(**fields):
    return Mutations(test="t.py::test", **fields)


def test_what_became_of_a_part_is_said_and_the_rest_counts():
    lost = result(ended="impossible", why="worker b: it was lost while it ran this")
    together = merged([result(tried=4, planned=5, ended="budget", seconds=3), lost, result(seconds=4)])
    assert (together.tried, together.planned, together.seconds) == (4, 5, 4)
    assert together.ended == "budget"
    assert together.why == "part 2 of 3: worker b: it was lost while it ran this"


def test_what_all_parts_say_is_said_once():
    green = result(ended="impossible", why="the failing test passes")
    assert merged([green, green]).why == "the failing test passes"
    many = merged([result(), *(result(why=f"no room {number}") for number in range(5))])
    assert many.why.startswith("part 2 of 6: no room 0; part 3 of 6")
    assert many.why.endswith("; 2 more parts did not end well")


def test_a_clean_flip_of_one_part_settles_the_round():
    assert merged([result(), result(is_settled=True), result(ended="stopped")]).is_settled
