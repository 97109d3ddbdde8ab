"""What is to be carried out on a cluster says so from the command to the effect, the log and the words; and a fix is repeated there."""

import pytest

from coach.core.log.describe import say
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.report import Ending, RunReport
from coach.core.search.request import SearchResult, Tried
from coach.core.session.fold import replay
from coach.store.lines import encode, read_line
from tests.core.building import Log, report
from tests.core.decide.test_investigation import failed
from tests.core.decide.test_searches import reproduced
from tests.core.decide.test_suspect_measurement import function, measured
from tests.core.driving import CHANGES, Drive, green, red

ON = "local:4"


def started(drive: Drive) -> list[tuple[str, str]]:
    asked = (each.request for each in drive.effects if isinstance(each, eff.StartRun))
    return [(each.purpose, each.on) for each in asked]


def words(drive: Drive) -> list[str]:
    return [say(each.event)[2] for each in drive.records]


@pytest.mark.parametrize(("asked", "width"), [(0, 0), (200, 200), (-3, 0), (10**9, 10_000)])
def test_a_search_says_where_and_takes_as_many_workers_as_there_are(asked, width):
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits", on=ON, width=asked))
    request = drive.effects[-1].request
    assert (request.on, request.width) == (ON, width)
    assert "search 1 began: bisect the commits, on local:4" in words(drive)
    again = tuple(read_line(encode(each)) for each in drive.records)
    assert again[-1].event.search.on == ON


def test_here_the_width_is_what_it_was():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits", width=0))
    assert (drive.effects[-1].request.on, drive.effects[-1].request.width) == ("", 1)
    assert words(drive)[-1].endswith("bisect the commits")


def test_probes_that_disturbed_each_other_here_may_run_beside_each_other_there():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    disturbed = SearchResult(how="nothing", sentence="", disturbed=True)
    drive.send(obs.SearchOver(number=1, result=disturbed))
    drive.send(cmd.BeginSearch(kind="commits", on=ON, width=0))
    assert drive.effects[-1].request.width == 0
    drive.send(cmd.BeginSearch(kind="commits", width=2))
    assert drive.effects[-1].request.width == 1


def test_a_search_begun_here_goes_on_there():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    tried = (Tried(key="k1", outcome="PASS"),)
    drive.send(obs.SearchAdvanced(number=1, tried=tried))
    drive.send(cmd.BeginSearch(kind="commits", on=ON))
    assert drive.effects[-1].known == tried


def test_mutations_are_tried_where_they_are_asked_for():
    drive = measured(function("total", 0))
    drive.send(cmd.TryMutants(on=ON))
    assert started(drive)[-1] == ("mutants", ON)
    assert words(drive)[-1].endswith("small mutations, on local:4")
    drive.send(cmd.TryMutants())
    assert started(drive)[-1] == ("mutants", "")


def test_an_investigation_hands_its_cluster_to_searches_and_mutations_and_to_nothing_else():
    bench = failed(auto=False)
    bench.send(cmd.Investigate(on=ON))
    bench.rest()
    found = bench.drive.state.investigation
    assert found.on == ON
    on = {purpose: on for purpose, on in started(bench.drive) if purpose != "experiment"}
    assert on == {"trace": "", "calls": "", "origins": "", "mutants": ON}
    searches = [each.request for each in bench.drive.effects if isinstance(each, eff.RunSearch)]
    assert {(each.on, each.width) for each in searches} == {(ON, 0)}
    assert replay(bench.drive.records) == bench.drive.state
    bench.send(cmd.RunTarget())
    bench.answer()
    bench.send(cmd.Investigate())
    assert bench.drive.state.investigation.on == ""


# A fix


def flaky(of: int = 3) -> Drive:
    """A fix of a failure that showed in one of some runs: it takes repeats to say that it is gone."""
    answers = [report(*red().failures), *[report(passed=3)] * (of - 1)]
    log = Log().enter("reproduce").reproduce(*answers * 3)
    return Drive(log.state)


def verify(drive: Drive, on: str = ON) -> None:
    drive.send(cmd.Verify(on=on))
    drive.send(obs.ChangesSeen(changes=CHANGES))


def answer(drive: Drive, result: RunReport) -> None:
    """Let the oldest run under way end."""
    drive.send(obs.RunEnded(number=drive.state.under_way[0].number, report=result))


def under_way(drive: Drive) -> list[tuple[str, str]]:
    return [(each.request.purpose, each.request.on) for each in drive.state.under_way]


def ended(kind: str) -> RunReport:
    return RunReport(ending=Ending(kind=kind, sentence=kind))


def test_the_fix_is_green_here_first_and_then_as_often_as_its_rate_asks_there():
    drive = flaky()
    verify(drive)
    assert under_way(drive) == [("verify", "")]
    needed = drive.state.plan.count("verify")
    assert needed > 9
    answer(drive, green())
    assert under_way(drive) == [("verify", ON)] * 8
    for _ in range(needed - 1):
        assert {purpose for purpose, _ in under_way(drive)} == {"verify"}
        answer(drive, green())
    assert set(under_way(drive)) == {("reverted", ON)}
    assert not any(isinstance(each, eff.StopRuns) for each in drive.effects)


def test_one_red_run_without_the_fix_is_enough_and_ends_those_beside_it():
    drive = flaky()
    verify(drive)
    while {purpose for purpose, _ in under_way(drive)} == {"verify"}:
        answer(drive, green())
    beside = len(under_way(drive))
    assert beside > 1
    answer(drive, red())
    assert isinstance(drive.effects[-1], eff.StopRuns)
    for _ in range(beside - 1):
        answer(drive, ended("superseded"))
    assert drive.state.plan
    assert "reverted" not in dict(under_way(drive))


def test_a_repeat_that_is_red_there_ends_the_verification_with_that():
    drive = flaky()
    verify(drive)
    answer(drive, green())
    answer(drive, red())
    while drive.state.under_way:
        answer(drive, ended("superseded"))
    assert not drive.state.plan
    assert drive.state.verification.verdict == "partial"
    green_now = next(each for each in drive.state.verification.checks if each.name == "green-now")
    assert len(green_now.runs) == 2


def test_what_a_lost_cluster_left_undone_is_run_here():
    drive = flaky()
    verify(drive)
    needed = drive.state.plan.count("verify")
    answer(drive, green())
    for number, run in enumerate(drive.state.under_way):
        lost = obs.EffectFailed(effect="StartRun", message="the cluster is gone", run=run.number)
        drive.send(obs.RunEnded(number=run.number, report=green()) if number < 2 else lost)
    assert drive.state.plan
    made = 3
    while {purpose for purpose, _ in under_way(drive)} == {"verify"}:
        assert under_way(drive) == [("verify", "")]
        answer(drive, green())
        made += 1
    assert made == needed
    assert {on for _, on in under_way(drive)} == {""}


def test_without_a_cluster_a_verification_is_what_it_was():
    drive = flaky()
    verify(drive, on="")
    while drive.state.plan and {purpose for purpose, _ in under_way(drive)} == {"verify"}:
        assert len(under_way(drive)) == 1
        answer(drive, green())
    assert {on for _, on in started(drive)} == {""}
    assert "on local" not in " ".join(words(drive))
