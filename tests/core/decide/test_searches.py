"""Searches as the core sees them: refused or begun, told, ended, taken up again; and what they say about places."""

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.localize.leads import evidence_from_searches
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.changes import FileChange, Hunk
from coach.core.runs.target import Target
from coach.core.search.kinds import Commit, CommitFound, EditsFound, Lines
from coach.core.search.request import SearchResult, Tried
from coach.core.search.taken_back import TakenBack
from coach.core.session.fold import replay
from coach.core.workflow.advice import advise
from coach.store.lines import encode, read_line
from tests.core.building import Log, failure, report
from tests.core.driving import TEST, Drive, opening
from tests.core.driving import reproduced as red_before

HUNK = Hunk(old_start=4, old_lines=1, new_start=5, new_lines=2, text="-a\n+b\n+c")
EDITS = EditsFound(files=(FileChange(path="shop/cart.py", hunks=(HUNK,)),), of=3, base_label="#1")
COMMIT = CommitFound(
    commits=(Commit(id="c" * 40, subject="faster totals"),),
    good=Commit(id="d" * 40),
    of=9,
    files=(FileChange(path="shop/cart.py", hunks=(HUNK, HUNK)), FileChange(path="logo.png", change="binary")),
)


def reproduced() -> Drive:
    log = Log().enter("reproduce").reproduce()
    return Drive(log.state)


def over(number=1, found=None, how="found"):
    return obs.SearchOver(number=number, result=SearchResult(how=how, sentence="said", found=found, probes=7))


def tried(*keys):
    return tuple(Tried(key=key, outcome="PASS") for key in keys)


def test_a_search_begins_with_all_it_needs():
    drive = reproduced()
    assert isinstance(drive.send(cmd.BeginSearch(kind="commits", good="v1")), Decision)
    request = drive.effects[-1].request
    assert request.reference.strict == drive.state.expected
    assert request.reference.is_reproduced
    assert (request.kind, request.base, request.rate) == ("commits", "v1", 1.0)
    assert request.target == drive.state.target
    assert drive.state.search.request == request
    assert [each.path for each in request.places] == [
        each.path for each in drive.state.suspects if each.line
    ][:5]


def test_a_search_is_told_which_tree_was_red_unless_it_was_mended_since():
    log = Log().enter("reproduce").reproduce().run(report(failure(), tree="t8"))
    drive = Drive(log.state)
    drive.send(cmd.BeginSearch(kind="commits"))
    assert drive.effects[-1].request.red_tree == "t8"
    drive = Drive(log.run(report(passed=3, tree="t9")).state)
    drive.send(cmd.BeginSearch(kind="commits"))
    assert not drive.effects[-1].request.red_tree


def test_a_search_for_a_flake_is_told_how_runs_came_out_on_each_tree():
    log = Log().enter("reproduce").reproduce(*[report(failure(), tree="t1"), report(passed=3, tree="t1")] * 5)
    drive = Drive(log.run(report(passed=3, tree="t2")).state)
    drive.send(cmd.BeginSearch(kind="commits"))
    seen = {each.tree: (each.failed, each.passed) for each in drive.effects[-1].request.seen}
    assert seen == {"t1": (5, 5), "t2": (0, 1)}
    stable = reproduced()
    stable.send(cmd.BeginSearch(kind="commits"))
    assert not stable.effects[-1].request.seen


def test_a_commit_that_is_proven_counts_by_a_row_of_its_own():
    green = TakenBack(how="green")
    proven = COMMIT.model_copy(update={"taken_back": green})
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(over(found=proven))
    leads = evidence_from_searches(drive.state)
    assert {each.kind for each in leads} == {"proven"}
    assert all(green.sentence in each.reason for each in leads)


def test_the_changed_lines_are_the_place_and_not_those_around_them():
    around = Hunk(old_start=2, old_lines=5, new_start=3, new_lines=5, text=" x\n y\n-a\n+b\n z\n w")
    files = (FileChange(path="shop/cart.py", hunks=(around,)),)
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(over(found=COMMIT.model_copy(update={"files": files})))
    assert [(each.start, each.end) for each in evidence_from_searches(drive.state)] == [(5, 5)]
    drive.send(cmd.BeginSearch(kind="commits"))
    now = (Lines(path="shop/cart.py", start=21, end=21),)
    drive.send(over(2, COMMIT.model_copy(update={"files": files, "stands": now})))
    assert [(each.start, each.end) for each in evidence_from_searches(drive.state)] == [(21, 21)]


def test_a_search_for_one_of_the_tests_of_a_sibling_project_starts_in_that_projects_folder():
    """One test of several is searched for, and not in the folder of the session's own project."""
    drive = red_before(target=Target(words=("libs/cart/tests",), folder="libs/cart"))
    assert isinstance(drive.send(cmd.BeginSearch(kind="commits", good="v1")), Decision)
    assert drive.effects[-1].request.target == Target(words=(TEST,), folder="libs/cart")


@pytest.mark.parametrize("kind", ["commits", "edits", "input"])
def test_without_a_known_failure_there_is_nothing_to_search_for(kind):
    drive = Drive()
    drive.record(opening())
    answer = drive.send(cmd.BeginSearch(kind=kind, input="x"))
    assert isinstance(answer, Refusal)
    assert "reproduce" in answer.reason
    assert isinstance(drive.send(cmd.BeginSearch(kind="flake")), Decision)


def test_an_order_needs_one_test_and_takes_it_from_a_red_suite():
    log = Log().enter("reproduce")
    log.add(ev.TargetChanged(target=log.state.target.model_copy(update={"words": ()})))
    drive = Drive(log.state)
    assert isinstance(drive.send(cmd.BeginSearch(kind="order")), Refusal)
    log.run(purpose="suite")
    drive = Drive(log.state)
    drive.send(cmd.BeginSearch(kind="order"))
    request = drive.effects[-1].request
    assert request.target.is_one_test
    assert request.reference.strict == log.state.runs[-1].strict


def test_the_edit_is_compared_with_the_last_pass_or_the_commit():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="edits"))
    assert drive.effects[-1].request.base == drive.state.opened.checkout.commit
    log = Log().enter("reproduce").run(report(passed=3, tree="t7")).reproduce()
    drive = Drive(log.state)
    drive.send(cmd.BeginSearch(kind="edits"))
    request = drive.effects[-1].request
    assert (request.base, request.base_label) == ("t7", "#1, which passed")


def test_what_was_tried_is_kept_and_handed_to_the_next():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(obs.SearchAdvanced(number=1, tried=tried("a", "b"), doing="4 back"))
    assert drive.state.search.doing == "4 back"
    drive.send(cmd.StopSearch())
    assert isinstance(drive.effects[-1], eff.StopSearch)
    drive.send(over(how="stopped"))
    assert drive.state.search is None
    drive.send(obs.SearchAdvanced(number=1, tried=tried("c")))
    drive.send(cmd.BeginSearch(kind="commits"))
    assert [each.key for each in drive.effects[-1].known] == ["a", "b", "c"]
    assert isinstance(drive.send(over(number=1)), Decision)
    assert drive.state.searches[0].result.how == "stopped"


def test_another_search_supersedes():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(cmd.BeginSearch(kind="flake", rounds=5))
    assert [type(each) for each in drive.effects] == [eff.RunSearch, eff.StopSearch, eff.RunSearch]
    assert drive.state.searches[0].result.sentence == "superseded by another search"
    assert drive.state.search.request.rounds == 5


@pytest.mark.parametrize("event", [ev.SessionResumed(), ev.SessionInterrupted(by="SIGTERM")])
def test_a_search_that_was_cut_off_is_over_and_can_go_on(event):
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(obs.SearchAdvanced(number=1, tried=tried("a")))
    drive.record(event)
    assert drive.state.search is None
    drive.send(cmd.BeginSearch(kind="commits"))
    assert [each.key for each in drive.effects[-1].known] == ["a"]


def test_the_log_says_it_all_again():
    log = Log().enter("reproduce").reproduce()
    drive = Drive(log.state)
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(obs.SearchAdvanced(number=1, tried=tried("a")))
    drive.send(over(found=COMMIT))
    lines = [encode(record) for record in drive.records]
    again = replay([read_line(line) for line in lines])
    assert again.searches == drive.state.searches
    assert again.searches[0].result.found == COMMIT
    assert again.unknown_events == 0


def test_no_search_begins_in_a_closed_session_and_none_is_stopped_that_is_not_there():
    drive = reproduced()
    assert isinstance(drive.send(cmd.StopSearch()), Refusal)
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(cmd.Close())
    assert eff.StopSearch() in drive.effects
    assert drive.state.search is None
    assert isinstance(drive.send(cmd.BeginSearch(kind="commits")), Refusal)


def test_what_a_search_found_leads_the_suspects_and_the_advice():
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="edits"))
    drive.send(over(1, EDITS))
    first = drive.state.suspects[0]
    assert "without this change it passes" in first.reasons[0]
    assert first.path == "shop/cart.py"
    drive.send(cmd.GoToStep(step="hypothesize", reason="to see"))
    assert advise(drive.state).text.startswith(
        "Say what is wrong at shop/cart.py:5: without this change it passes."
    )


def test_places_that_searches_point_at():
    drive = reproduced()
    assert evidence_from_searches(drive.state) == ()
    drive.send(cmd.BeginSearch(kind="edits"))
    drive.send(over(1, EDITS))
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(over(2, COMMIT))
    leads = evidence_from_searches(drive.state)
    assert [(each.path, each.start, each.end) for each in leads] == [
        ("shop/cart.py", 5, 6),
        ("shop/cart.py", 5, 6),
        ("shop/cart.py", 5, 6),
        ("logo.png", 0, 0),
    ]
    assert "without this change it passes" in leads[0].reason
    assert "faster totals" in leads[1].reason
    assert leads[1].share == pytest.approx(1 / 2)  # two places of code; the picture holds no cause
    drive.clock += 100
    drive.record(ev.EditSeen(paths=("shop/cart.py",)))
    assert all("commit" in each.reason for each in evidence_from_searches(drive.state))
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(over(3, how="stopped"))
    assert evidence_from_searches(drive.state) != ()
    drive.send(cmd.BeginSearch(kind="commits"))
    drive.send(over(4, how="nothing"))
    assert evidence_from_searches(drive.state) == ()
