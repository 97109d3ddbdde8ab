"""What changed around the project since the target was green last: versions and variables, never values."""

from coach.core.runs.surroundings import Surroundings, changed
from coach.tui.views.suspects import isolate
from coach.tui.views.view_state import ViewState
from tests.core.building import Log, failure, report

OLD = Surroundings(
    python="3.11.7", packages=("attrs 23.1", "numpy 1.26.4"), variables=(("PYTHONPATH", "aa"), ("TZ", "bb"))
)
NEW = Surroundings(
    python="3.12.1", packages=("numpy 2.0.1", "rich 13.0"), variables=(("LANG", "dd"), ("PYTHONPATH", "cc"))
)
SAID = (
    "python 3.11.7 → 3.12.1, attrs 23.1 is gone, numpy 1.26.4 → 2.0.1, rich 13.0 is new, LANG is new, "
    "PYTHONPATH changed and 1 more"
)


def test_every_difference_is_said_and_nothing_where_there_is_none():
    assert changed(OLD, OLD) == ()
    assert [each.split()[0] for each in changed(OLD, NEW)] == [
        "python", "attrs", "numpy", "rich", "LANG", "PYTHONPATH", "TZ",
    ]  # fmt: skip


def test_a_red_run_is_compared_with_the_last_green_one():
    """A report holds them only where they are others than before."""
    log = Log().run(report(passed=3, surroundings=OLD)).run(report(passed=3)).run(report(failure()))
    assert not log.state.changed_around
    log.run(report(failure(), surroundings=NEW)).run(report(failure()))
    assert log.state.changed_around == f"since #2 green: {SAID}"
    lines = isolate(log.state, ViewState()).evidence
    assert any("numpy 1.26.4 → 2.0.1" in each.plain for each in lines)
    log.run(report(passed=3))
    assert not log.state.changed_around


def test_without_a_green_run_nothing_is_claimed():
    assert not Log().run(report(failure(), surroundings=NEW)).state.changed_around
