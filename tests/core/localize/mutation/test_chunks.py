"""A round in chunks tries what the whole round tries, in fair parts, and says the same of it."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.mutation.chunks import chunks, line_promises, merged
from coach.core.localize.mutation.mutants import Place, mutants
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
    """Places with lines of their own, most promising first or with nothing known."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6))
    knows = draw(st.booleans())
    found = []
    for index, name in enumerate(names):
        lines = draw(st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=9))
        promise = draw(st.floats(0.01, 1)) if knows else 0.0
        found.append(Place(f"{name}.py", f"f{index}", tuple(lines), promise))
    return tuple(found)


def lines_of(places):
    return [(place.path, place.function, line) for place in places for line in place.lines]


def outcome(path, function, line):
    """Return what the mutants of a line do; the same whoever tries them."""
    made = random.Random(f"{path} {function} {line}")
    return [made.choice(LETTERS) for _ in range(made.randrange(5))]


def tried(places, sought="t.py::test"):
    """Try all mutants of the places, as a worker would without end of time."""
    flips, letters, tallies, refusals = [], [], {}, []
    for path, function, line in lines_of(places):
        known = tallies.get((path, function), PlaceTally(path=path, function=function))
        seen = outcome(path, function, line)
        letters += seen
        refusals += [f"removes {path}"] * seen.count("X")
        counted = [each for each in seen if each != "X"]
        if counted:
            changed = counted.count("C")
            tallies[path, function] = PlaceTally(
                path=path,
                function=function,
                tried=known.tried + len(counted),
                changed=known.changed + changed,
                lines=tuple(sorted({*known.lines, *([line] if changed else [])})),
            )
        flips += [
            Flip(
                path=path, function=function, line=line, kind="constant", before=f"{line}", after=f"{index}0"
            )
            for index, each in enumerate(seen)
            if each == "P"
        ]
    count = Counter(letters)
    return Mutations(
        test=sought,
        tree="tree",
        tried=len(letters) - count["X"],
        planned=len(letters),
        hung=count["T"],
        baseline=0.5,
        flips=best_first(tuple(flips)),
        refused=count["X"],
        refusals=tuple(dict.fromkeys(refusals))[:5],
        tallies=tuple(tallies.values()),
    )


def in_no_order(result):
    """Return a result without the order that only says what was found first."""
    lists = {name: sorted(map(repr, getattr(result, name))) for name in ("flips", "refusals", "tallies")}
    return result.model_copy(update=lists)


@given(rounds(), st.integers(1, 12))
def test_chunks_say_together_what_the_whole_round_says(places, count):
    whole = tried(places)
    parts = [tried(each) for each in chunks(places, count)]
    if not parts:
        assert not places
        return
    together = merged(parts)
    if len(whole.refusals) == 5:
        together = together.model_copy(update={"refusals": whole.refusals})
    assert in_no_order(together) == in_no_order(whole)
    assert in_no_order(merged(parts[::-1])).flips == in_no_order(together).flips
    if len(parts) > 1:
        assert merged(parts[::-1]).flips == merged(parts).flips


@given(rounds())
def test_one_chunk_is_the_round_itself(places):
    assert chunks(places, 1) == ((places,) if places else ())
    assert chunks(places, 0) == chunks(places, 1)
    assert merged([tried(places)]) == tried(places)


@given(rounds(), st.integers(1, 12))
def test_every_line_is_in_one_chunk_and_the_chunks_are_fair(places, count):
    dealt = chunks(places, count)
    assert sorted(line for each in dealt for line in lines_of(each)) == sorted(lines_of(places))
    assert len(dealt) == min(count, len(lines_of(places)))
    numbers = [len(lines_of(each)) for each in dealt]
    assert max(numbers, default=0) - min(numbers, default=0) <= 1
    worth = dict(zip(lines_of(places), (one for row in line_promises(places) for one in row), strict=True))
    sums = [sum(worth[line] for line in lines_of(each)) for each in dealt]
    assert not sums or max(sums) - min(sums) <= max(worth.values()) + 1e-9


@given(rounds(), st.integers(1, 12))
def test_in_a_chunk_what_is_more_promising_stands_first(places, count):
    for chunk in chunks(places, count):
        assert [each.path for each in chunk] == [
            each.path for each in places if each.path in {own.path for own in chunk}
        ]
        for own in chunk:
            whole = next(each for each in places if each.path == own.path)
            assert own.promise == whole.promise
            where = [whole.lines.index(line) for line in own.lines]
            assert all(one < other for one, other in pairwise(where))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_the_mutants_of_the_chunks_are_those_of_the_round(count):
    places = (
        Place("shop.py", "total", (8, 4, 5, 7, 6, 9), 0.6),
        Place("shop.py", "other", (13, 14, 15), 0.3),
        Place("shop.py", "", (1,), 0.1),
    )
    sources, test = {"shop.py": SOURCE}, "from shop import total\ndef test(): assert total([1, 7]) == 8\n"
    whole = mutants(places, sources, test_source=test)
    parts = [mutants(each, sources, test_source=test) for each in chunks(places, count)]
    assert len(whole) > 50
    assert Counter(each for part in parts for each in part) == Counter(whole)


def result(**fields):
    return Mutations(test="t.py::test", **fields)


def test_what_became_of_a_chunk_is_said_and_the_rest_counts():
    lost = result(ended="impossible", why="worker b: it was lost while it ran this")
    together = merged([result(tried=4, planned=5, ended="budget", seconds=3), lost, result(seconds=4)])
    assert (together.tried, together.planned, together.seconds) == (4, 5, 4)
    assert together.ended == "budget"
    assert together.why == "part 2 of 3: worker b: it was lost while it ran this"


def test_what_all_chunks_say_is_said_once():
    green = result(ended="impossible", why="the failing test passes")
    assert merged([green, green]).why == "the failing test passes"
    many = merged([result(), *(result(why=f"no room {number}") for number in range(5))])
    assert many.why.startswith("part 2 of 6: no room 0; part 3 of 6")
    assert many.why.endswith("; 2 more parts did not end well")


def test_a_clean_flip_of_one_chunk_settles_the_round():
    assert merged([result(), result(is_settled=True), result(ended="stopped")]).is_settled
