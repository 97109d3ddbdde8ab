"""The recorded files that failed least: no weakened test counts, and nothing is offered that is no better."""

from coach.core.history.best_files import best_files
from coach.core.history.restore_goal import Goal, better_way, goal
from coach.core.loops.attempt import SourcePair
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from tests.core.driving import TEST, failure, green, red
from tests.core.history.test_restore import begun, ran

STRICT = "def test_total():\n    assert cart.total() == 10\n"


def failing(count, tree):
    tests = [f"tests/test_cart.py::test_{number}" for number in range(1, count)]
    return red(tree=tree, failures=(failure(), *(failure(test=each) for each in tests)))


def weaken(session, tree):
    """Weaken the pinned test until it passes."""
    before = session.state.last_run
    session.send(obs.TestSeen(test=TEST, path="tests/test_cart.py", digest="d", source="x", pin=True))
    session.send(obs.FilesSaved(paths=("tests/test_cart.py",)))
    session.send(cmd.RunTarget())
    session.ends(green(tree=tree))
    changes = Changes(base=before.report.tree, tree=tree, files=(FileChange(path="tests/test_cart.py"),))
    pair = SourcePair(path="tests/test_cart.py", before=STRICT, after=STRICT.replace("10", "9"))
    number = session.state.last_number
    session.send(obs.AttemptSeen(run=number, base_run=before.number, changes=changes, sources=(pair,)))
    assert session.state.standing_loop.pattern == "tamper"


def test_the_fewest_failures_are_best_and_of_several_the_newest():
    session = ran(begun(), failing(3, "t1"), cart="12")
    ran(session, failing(2, "t2"), cart="23")
    ran(session, failing(2, "t3"), cart="34")
    assert best_files(session.state) is not None  # the first run failed once
    assert best_files(session.state).number == 1
    ran(session, failing(1, "t4"), cart="45")
    assert best_files(session.state) is None


def test_where_nothing_passed_it_is_what_restoring_means():
    session = ran(begun(), failing(3, "t1"), cart="12")
    assert goal(session.state) == Goal(run=1)
    assert better_way(session.state) is None


def test_a_green_by_a_weaker_test_is_not_best():
    session = ran(begun(), failing(2, "t1"), cart="12")
    weaken(session, "t2")
    assert best_files(session.state).number == 1
    assert goal(session.state) == Goal(run=2)  # where the loop began: its green is no good file
    assert better_way(session.state) == Goal(run=1)
    session.send(obs.TreePutBack(tree="t1", before="t2", why="as in #2", paths=("tests/test_cart.py",)))
    ran(session, failing(3, "t3"), tax="12")
    assert best_files(session.state).number == 1
    ran(session, green(tree="t4"), tax="23")
    assert best_files(session.state) is None


def test_the_engineers_word_makes_a_changed_test_count():
    session = ran(begun(), failing(2, "t1"), cart="12")
    weaken(session, "t2")
    session.send(cmd.DismissLoop(pattern="tamper", reason="the price list changed"))
    assert best_files(session.state) is None
