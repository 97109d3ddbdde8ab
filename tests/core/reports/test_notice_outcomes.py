"""What became of notices: counted from the events, whatever version of coach wrote them."""

from dataclasses import replace
from pathlib import Path

import pytest

from coach.cli.commands.loops import read_records
from coach.cli.commands.stats import _chart
from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint, LogpointRun, Observed
from coach.core.export.quoting import Cleaner
from coach.core.log import events as ev
from coach.core.loops.way import Way
from coach.core.protocol import commands as cmd
from coach.core.redact.redactor import Redactor
from coach.core.reports.html import page
from coach.core.reports.markdown import markdown
from coach.core.reports.metrics import figures_of
from coach.core.reports.model import tell
from coach.core.reports.notice_outcomes import counted
from coach.core.reports.statistics import as_json, statistics_of
from tests.core.driving import TEST, failure, green, red, reproduced

LOGS = Path(__file__).parents[2] / "loops"
LOOK = Way(kind="measure", sentence="Look at shop/cart.py:21.", action="logpoint", place="shop/cart.py:21")
TWO = red(failures=(failure(), failure(test="tests/test_cart.py::test_count")))


def noticed(level="banner", ways=(LOOK,), pattern="no-effect"):
    """A session in which a loop was noticed after its newest red run."""
    drive = reproduced()
    number = drive.state.last_target_run.number
    drive.record(
        ev.LoopNoticed(
            pattern=pattern,
            level=level,
            run=number,
            evidence=(number,),
            place=TEST,
            sentence="again",
            ways=ways,
        )
    )
    return drive


def looked(drive):
    drive.record(
        ev.LogpointSeen(
            seen=LogpointRun(
                run=1, logpoint=Logpoint(path="shop/cart.py", line=21), observed=Observed(test=TEST, way="x")
            )
        )
    )


def supposed(drive):
    drive.send(cmd.ProposeHypothesis(claim="rounding", prediction=Prediction(text="9", expects=None)))


def dismissed(drive):
    drive.send(cmd.DismissLoop(pattern="no-effect", reason="it is meant"))


def nothing(_drive):
    pass


def runs(drive, *reports):
    for each in reports:
        drive.saves()
        drive.ends(each)


def outcome(drive):
    return figures_of(drive.records).notices[0]


@pytest.mark.parametrize(
    ("response", "reports", "taken"),
    [
        (looked, (red(), green()), ("followed", "measurement", True, "green")),
        (supposed, (TWO,), ("followed", "hypothesis", False, "more")),
        (dismissed, (red(),), ("dismissed", "", False, "same")),
        (nothing, (TWO, red(), red()), ("ignored", "", False, "same")),
        (nothing, (), ("not known", "", False, "not known")),
    ],
)
def test_a_notice_is_followed_dismissed_or_ignored_and_what_came_after_is_told(response, reports, taken):
    drive = noticed()
    response(drive)
    runs(drive, *reports)
    found = outcome(drive)
    assert (found.reaction, found.how, found.was_offered, found.after) == taken


def test_what_comes_later_than_three_runs_is_no_answer():
    drive = noticed()
    runs(drive, red(), red(), red())
    looked(drive)
    runs(drive, green())
    assert (outcome(drive).reaction, outcome(drive).after) == ("ignored", "same")


def test_what_coach_measures_by_itself_and_a_green_after_green_count_for_nothing():
    drive = noticed()
    runs(drive, green())
    drive.record(
        ev.LoopNoticed(pattern="tamper", level="banner", run=drive.state.last_number, sentence="weaker")
    )
    runs(drive, green())
    assert figures_of(drive.records).notices[1].after == "same"


def test_logs_from_before_ways_were_offered_have_the_same_figures():
    """A recorded session, as a coach wrote it that offered nothing: each notice counts, and none as offered."""
    path = next(path for path in sorted(LOGS.glob("corpus/no-effect-straight-*.gz")))
    records = [
        replace(each, event=each.event.model_copy(update={"ways": ()}))
        if isinstance(each.event, ev.LoopNoticed)
        else each
        for each in read_records(path)
    ]
    figures = figures_of(records)
    assert len(figures.notices) == len(figures.loops) > 0
    assert not any(each.was_offered for each in figures.notices)


def test_sums_are_counts_that_add_up_and_say_nothing_about_cause():
    drives = [noticed(), noticed(), noticed("note")]
    looked(drives[0])
    runs(drives[0], green())
    runs(drives[1], red())
    figures = [figures_of(each.records) for each in drives]
    banner, note = sorted(
        counted(each for one in figures for each in one.notices), key=lambda row: -row["shown"]
    )
    assert (banner["shown"], banner["followed"], banner["ignored"], banner["as_offered"]) == (2, 1, 1, 1)
    assert banner["after"]["followed"]["green"] == banner["after"]["ignored"]["same"] == 1
    assert (note["level"], note["not_known"]) == ("note", 1)
    summed = statistics_of(figures)
    assert as_json(summed)["notices"] == summed.notices
    text = "\n".join(_chart(summed))
    assert "2 shown: 1 followed, 1 ignored (1 as offered)" in text
    assert "after followed: 1 green" in text
    assert "this says nothing about cause" in text
    assert "%" not in text.partition("notices and")[2]


def test_the_review_shows_it_at_the_notice():
    drive = noticed()
    looked(drive)
    runs(drive, green())
    story, clean = tell(drive.records), Cleaner(Redactor(), "/project")
    for shown in (page(story, clean), markdown(story, clean)):
        assert "Look at shop/cart.py:21." in shown
        assert "followed by a measurement, as offered; then green" in shown
