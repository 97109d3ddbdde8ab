"""What past sessions teach: the same failure is recognised in another session, offered with its cause and fix, and can be dismissed."""

import json
import threading
from pathlib import Path

import pytest

from coach.cli import main
from coach.core.decide import Decision, Refusal, decide
from coach.core.history.similar_failure import PastFailure
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.reports.metrics import Figures
from coach.core.reports.statistics import spread, statistics_of
from coach.core.runs.surroundings import Surroundings
from coach.core.session.fold import ahead
from coach.session.port import Update
from coach.session.similar_failures import Remembering, past_failures
from tests.core.building import Log, failure, keep, report
from tests.core.reports.test_reports import fixed_session

CAUSE = "share() lost its rounding"


def solved() -> Log:
    return fixed_session().add(ev.RootCauseWritten(text=CAUSE), ev.SessionClosed(ending="verified"))


def test_a_listener_looks_each_failure_up_once(state_home: Path) -> None:
    keep(state_home, "aaaaaaaa", solved())
    seen: list[obs.PastSeen] = []
    now = Log().enter("reproduce").run().state
    listener = Remembering(seen.append)  # type: ignore[arg-type]
    threads = set(threading.enumerate())
    listener(Update(now))
    listener(Update(now))
    for thread in set(threading.enumerate()) - threads:
        thread.join(timeout=20)
    (found,) = seen
    (candidate,) = found.candidates
    assert (candidate.session, candidate.how, candidate.root_cause) == ("aaaaaaaa", "the same failure", CAUSE)
    assert "+right = 3" in candidate.fix


def test_candidates_are_taken_in_dismissed_and_remembered(state_home: Path) -> None:
    log = Log().enter("reproduce").run()
    offered = PastFailure(session="aaaaaaaa", how="the same failure", root_cause=CAUSE)
    answer = decide(obs.PastSeen(run=1, candidates=(offered,)), log.state)
    assert isinstance(answer, Decision)
    assert "aaaaaaaa" in answer.notice
    known = ahead(log.state, *answer.events)
    assert known.past == (offered,)
    again = decide(obs.PastSeen(run=1, candidates=(offered,)), known)
    assert again == Decision()
    gone = decide(cmd.DismissPast(sessions=("aaaaaaaa",)), known)
    assert isinstance(gone, Decision)
    after = ahead(known, *gone.events)
    assert not after.past
    assert decide(obs.PastSeen(run=1, candidates=(offered,)), after) == Decision()
    assert isinstance(decide(cmd.DismissPast(sessions=()), after), Refusal)
    failing = log.state.runs[-1].failing
    keep(state_home, "aaaaaaaa", solved())
    assert past_failures(failing, "zzzzzzzz")
    log.add(*answer.events, *gone.events)
    keep(state_home, "bbbbbbbb", log)
    assert not past_failures(failing, "zzzzzzzz"), "a later session is not offered it either"


def test_seen_prints_cause_and_fix(state_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state_home, "aaaaaaaa", solved())
    keep(state_home, "bbbbbbbb", Log().enter("reproduce").run())
    assert main(["seen", "--session", "bb"]) == 0
    said = capsys.readouterr().out
    assert f"cause: {CAUSE}" in said
    assert "+right = 3" in said
    assert main(["seen", "--session", "bb", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["session"] == "aaaaaaaa"


def test_stats_sum_up_sessions(state_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(state_home, "aaaaaaaa", solved())
    keep(state_home, "bbbbbbbb", Log().enter("reproduce").run())
    assert main(["stats", "--since", "10000w", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["sessions"], found["endings"]) == (2, {"verified": 1, "open": 1})
    assert (found["reworked"], found["changed"]) == (1, 3)
    assert found["test"]["count"] == 1
    assert main(["stats", "--since", "10000w"]) == 0
    assert "1 of 3 written lines were taken back" in capsys.readouterr().out


def test_spreads_and_shares() -> None:
    assert [spread(each).middle for each in ([], [3.0], [1.0, None, 3.0])] == [0.0, 3.0, 2.0]
    fixed = Figures(
        fixed=60.0,
        fix_rank=2,
        suspects=9,
        fixed_by="assistant",
        loops=(("revert", "wrote H12"), ("guess", "")),
    )
    found = statistics_of([fixed, Figures(fixed=1.0, suspects=3), Figures()])
    assert found.fix_ranks == {"2-3": 1, "not among them": 1}
    assert found.ended_by == {"wrote a hypothesis": 1, "nothing": 1}
    assert found.fixed_by == {"assistant": 1, "the engineer": 1}


def test_passes_of_past_sessions_are_told_with_what_is_otherwise_now(
    state_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = Surroundings(python="3.11", packages=("numpy 1.26",))
    now = Surroundings(python="3.11", packages=("numpy 2.0",))
    past = Log().enter("reproduce").run().run(report(passed=3, surroundings=then)).run(report(passed=3))
    keep(state_home, "aaaaaaaa", past.add(ev.RootCauseWritten(text=CAUSE)))
    keep(state_home, "bbbbbbbb", Log().enter("reproduce").run(report(failure(), surroundings=now)))
    (found,) = past_failures(past.state.runs[0].failing, "zzzzzzzz", now)
    assert (found.green, found.around) == (2, "numpy 1.26 → 2.0")
    assert main(["seen", "--session", "bb"]) == 0
    assert "it passed there in 2 runs, last on " in (said := capsys.readouterr().out)
    assert "otherwise now: numpy 1.26 → 2.0" in said
