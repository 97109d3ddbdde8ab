"""Bugs are tried beside each other and taken in order: what finishes first decides nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.core.base.test_id import TestId
from coach.core.drill.bug import Bug, ChangedFile
from coach.core.drill.drill import Difficulty, Drill, Noticed
from coach.engine.drill.checking import Checked
from coach.engine.drill.making import Making, Spread, in_words

RIGHT = "def a(x):\n    return x\n\n\ndef b(x):\n    return x\n"


def bug(number, function="a", kind="wrong", path="shop.py"):
    line = {"a": 2, "b": 6}[function]
    lines = RIGHT.split("\n")
    lines[line - 1] += f" + {number}"
    return Bug("planted", kind, f"tree {number}", (ChangedFile(path, RIGHT, "\n".join(lines)),))


def checked(one, why=""):
    drill = Drill(
        number=0,
        source=one.source,
        kind=one.kind,
        right="right",
        wrong=one.tree,
        causes=one.causes,
        noticed=(Noticed(test=TestId("t.py::t")),),
    )
    return Checked(one, None if why else drill, why)


class Scripted:
    """Answers for bugs as it is told, the later ones first where they wait for each other."""

    def __init__(self, answers, *, waits=False):
        self.answers, self.waits = answers, waits
        self.asked, self.second = [], threading.Event()

    def checked(self, one):
        self.asked.append(one.tree)
        if self.waits and len(self.asked) % 2:
            self.second.wait(5)
        self.second.set()
        return checked(one, self.answers.get(one.tree, ""))


def made(bugs, most=10, answers=(), width=2, seconds=60, wants=None, **scripted):
    checker = Scripted(dict(answers), **scripted)
    with ThreadPoolExecutor(width) as executor:
        making = Making(checker, executor, width, time.monotonic() + seconds)
        making.take(bugs, most, wants or (lambda _: True))
    return making


def trees(making):
    return [each.wrong for each in making.drills]


def test_drills_are_numbered_in_the_order_of_their_bugs_whichever_ends_first():
    making = made([bug(1), bug(2), bug(3), bug(4)], waits=True)
    assert trees(making) == ["tree 1", "tree 2", "tree 3", "tree 4"]
    assert [each.number for each in making.drills] == [1, 2, 3, 4]


def test_no_more_are_taken_than_are_wanted_also_where_more_were_tried_beside():
    assert trees(made([bug(1), bug(2), bug(3)], most=1)) == ["tree 1"]


def test_every_bug_that_is_none_is_counted_with_its_reason():
    making = made(
        [bug(1), "the compiler would tell", bug(2), bug(3)], answers={"tree 1": "no", "tree 3": "no"}
    )
    assert trees(making) == ["tree 2"]
    assert {each.why: each.count for each in making.reasons()} == {"no": 2, "the compiler would tell": 1}


def test_no_tree_is_tried_twice():
    making = made([bug(1), bug(2), bug(1)], answers={"tree 1": "no"})
    assert making.tried == 2
    assert making.reasons()[0].count == 1


def test_nothing_is_tried_when_the_time_is_over():
    assert made([bug(1)], seconds=-1).tried == 0


@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_spread_set_is_the_same_however_many_are_tried_at_a_time(width):
    bugs = [
        bug(1),
        bug(2),
        bug(3, "b"),
        bug(4, "b", "other"),
        bug(5, "a", "other", "more.py"),
        bug(6, "b", "x", "m.py"),
    ]
    checker = Scripted({})
    with ThreadPoolExecutor(width) as executor:
        making = Making(checker, executor, width, time.monotonic() + 60)
        making.take(bugs, 10, Spread(making, most_of_a_kind=2, most_of_a_file=2).wants)
    assert trees(making) == ["tree 1", "tree 3", "tree 5", "tree 6"]


def test_how_hard_a_drill_is_is_said_in_words():
    said = in_words(Difficulty(distance=1, files=2, lines=3, tests=4, rank=0))
    assert (
        said == "4 tests notice · 1 call between cause and failure · 2 files · 3 lines · not in the ranking"
    )
    assert in_words(Difficulty(rank=2)).startswith("1 test notices · 0 calls")
