"""What follows from what the engine saw: a run ended, files were saved, a test or a diff was read."""

from coach.core.decide.attempts import date_failure, follow_edit
from coach.core.decide.decision import Decision, Draft, Refusal, decide
from coach.core.decide.feedback import begin_feedback, follow_feedback
from coach.core.decide.past_passes import ask_past_pass
from coach.core.decide.run_start import start_run
from coach.core.decide.spec_in_force import follow_edited_test
from coach.core.decide.suspect_measurement import finish_trace, measure_lines, rank_suspects
from coach.core.decide.verification_runs import PLANNED, continue_plan, expect_next, go_on_without
from coach.core.experiments.prediction import judge_prediction
from coach.core.log import events as ev
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.runs.failure import is_structural
from coach.core.runs.imported_elsewhere import unrun_edits
from coach.core.runs.oracle import RULE, Judged
from coach.core.runs.pin_reading import to_be_read_again
from coach.core.runs.reference import is_of
from coach.core.runs.report import Ending, RunReport
from coach.core.runs.reproduction import RULE as MEASURED
from coach.core.runs.reproduction import SeriesRun, measure, needs_more
from coach.core.runs.run import Run
from coach.core.runs.workflow_oracle import judge_run
from coach.core.session.entries import Pin, changed_pairs
from coach.core.session.state import SessionState

TIME_BOX = 60.0
"""Seconds a reproduction may take before two resolved runs are enough."""

_STOPPED = {"cancelled", "superseded", "interrupted"}


@decide.register
def _(message: obs.RunEnded, state: SessionState) -> Decision | Refusal:
    run = state.run(message.number)
    if run is None or run.is_over:
        return Refusal(f"run #{message.number} is over already")
    draft = Draft(state)
    if run.request.only_looks:
        finish_trace(draft, run, message.report)
        return draft.done()
    _finish(draft, run, message.report)
    over = draft.state.run(message.number)
    if over is not None:
        date_failure(draft, over)
    if over is None or message.report.ending.kind in _STOPPED:
        _give_up(draft, message.report)
        return draft.done()
    follow_edited_test(draft, state)
    follow_edit(draft, over)
    _follow(draft, over)
    return draft.done()


def _finish(draft: Draft, run: Run, report: RunReport) -> None:
    failing, judged = judge_run(draft.state, run, report)
    draft.record(ev.RunFinished(number=run.number, report=report, failing=failing, judged=judged, rule=RULE))


def _give_up(draft: Draft, report: RunReport) -> None:
    """A cancelled run ends its series; a superseded one is replaced by the run that superseded it."""
    if report.ending.kind != "superseded" and draft.state.series_start is not None:
        _measure(draft)
    if draft.state.plan and report.ending.kind == "superseded" and draft.state.plan_on:
        continue_plan(draft)  # it was one of several, and another one has told enough
    elif draft.state.plan and not draft.state.awaited_runs:
        draft.record(ev.VerificationVoided(why=report.ending.sentence or report.ending.kind))


def _follow(draft: Draft, run: Run) -> None:
    purpose = run.request.purpose
    if purpose == "reproduce" and draft.state.series_start is not None:
        _continue_series(draft)
    elif draft.state.plan and purpose in PLANNED:
        continue_plan(draft)
    if purpose in {"feedback", "experiment", "confirm"} and run.request.covers == "target":
        _test_prediction(draft, run)
    if (
        not run.request.in_copy
        and run.failing
        and purpose not in {"suite", "baseline"}
        and not draft.state.is_in_series
    ):
        _look_for_suspects(draft, run)
    if purpose in {"feedback", "confirm"}:
        follow_feedback(draft, run)


def _series(state: SessionState) -> tuple[list[SeriesRun], float]:
    first = state.series_start or 0
    runs = [
        r
        for r in state.runs
        if r.number >= first and r.request.purpose == "reproduce" and r.report and r.judged
    ]
    seconds = sum(run.report.duration for run in runs if run.report)
    series = [
        SeriesRun(
            run=run.number,
            strict=run.strict,
            tests=tuple(each.test for each in run.failing),
            resolved=run.is_evidence and (bool(run.failing) or run.judged.outcome != "UNRESOLVED"),
        )
        for run in runs
        if run.judged
    ]
    return series, seconds


def _continue_series(draft: Draft) -> None:
    series, seconds = _series(draft.state)
    if needs_more(series, seconds, TIME_BOX):
        start_run(draft, "reproduce")
    else:
        _measure(draft)
        found = draft.state.reproduction
        if found and found.is_reproduced:
            measure_lines(draft)


def _measure(draft: Draft) -> None:
    series, _ = _series(draft.state)
    known = draft.state.reference
    found = measure(series, known if known and known.is_reproduced else None)
    draft.record(ev.ReproductionMeasured(reproduction=found, rule=MEASURED))
    if found.otherwise and not found.failures and known:
        draft.notice = (
            f"red in another way in {found.otherwise} of {found.runs} runs; {known.first.test} was not"
        )


def _test_prediction(draft: Draft, run: Run) -> None:
    """Judge the newest open hypothesis by the first run after an edit (or an experiment) that followed its prediction."""
    if not (run.is_current_evidence and run.is_evidence) or run.judged is None:
        return
    waiting = [
        each
        for each in draft.state.open_hypotheses
        if each.prediction.expects and each.after_run < run.number
    ]
    if not waiting:
        return
    hypothesis = next((each for each in waiting if each == draft.state.active_hypothesis), waiting[-1])
    paths = [
        path for edit in draft.state.edits if edit.after_run >= hypothesis.after_run for path in edit.paths
    ]
    if not paths and run.request.purpose != "experiment":
        return
    expects = hypothesis.prediction.expects
    assert expects is not None
    verdict, reason = judge_prediction(expects, run)
    if run.report and (unrun := unrun_edits(paths, run.report.elsewhere)):
        verdict, reason = "INCONCLUSIVE", unrun
    draft.record(ev.HypothesisJudged(id=hypothesis.id, verdict=verdict, reason=reason, runs=(run.number,)))


def _look_for_suspects(draft: Draft, run: Run) -> None:
    """Rank at once from the frames; the hunks since the last pass follow when they are read."""
    assert run.report is not None
    rank_suspects(draft)
    base, label = _base(draft.state)
    if base and run.report.tree:
        draft.perform(eff.ReadChanges(base=base, tree=run.report.tree, label=label))
    ask_past_pass(draft)


def _base(state: SessionState) -> tuple[str, str]:
    """The tree to compare with: the last pass of the target, else the commit the session opened on."""
    passed = state.last_pass
    if passed and passed.report and passed.report.tree:
        return passed.report.tree, f"it passed in #{passed.number}"
    commit = state.opened.checkout.commit if state.opened else ""
    return commit, "the last commit"


@decide.register
def _(message: obs.ChangesSeen, state: SessionState) -> Decision | Refusal:
    draft = Draft(state)
    seen = (message.changes, message.lowered, message.unloaded)
    if seen != (state.changes, state.lowered, state.unloaded):
        draft.record(
            ev.ChangesRead(changes=message.changes, lowered=message.lowered, unloaded=message.unloaded)
        )
    run = state.last_failure
    if run and run.report and not state.plan:
        rank_suspects(draft)
    expect_next(draft, draft.state)
    return draft.done()


@decide.register
def _(message: obs.FilesSaved, state: SessionState) -> Decision | Refusal:
    if state.closed:
        return Refusal("the session is closed")
    draft = Draft(state)
    draft.record(ev.EditSeen(paths=message.paths))
    if state.plan:
        draft.record(ev.VerificationVoided(why=f"{message.paths[0]} was edited"))
    if state.pin and not set(state.pin.paths).isdisjoint(message.paths):
        draft.perform(to_be_read_again(state))
    if state.watching:
        begin_feedback(draft)
    return draft.done()


@decide.register
def _(message: obs.WatchSeen, state: SessionState) -> Decision | Refusal:
    if message.watching == state.watching and message.note == state.watch_note:
        return Decision()
    return Decision(
        events=(ev.WatchingChanged(watching=message.watching, note=message.note),), notice=message.note
    )


@decide.register
def _(message: obs.TestSeen, state: SessionState) -> Decision | Refusal:
    if message.pin:
        return _pin(message, state)
    pin = state.pin
    if pin is None or message.test != pin.test:
        return Decision()
    parts = _parts_now(pin, message)
    if (message.digest, message.files, parts) == (pin.seen_digest, pin.seen_files, pin.seen_parts):
        return Decision()
    known = dict(pin.files)
    read = ev.PinnedTestRead(
        digest=message.digest,
        source=message.source,
        files=message.files,
        changed=tuple(path for path, digest in message.files if known.get(path) != digest),
        parts=parts,
        changed_parts=changed_pairs(pin.parts, parts),
    )
    return Decision(events=(read,))


def _parts_now(pin: Pin, seen: obs.TestSeen) -> tuple[tuple[str, str], ...]:
    """Return the parts as they are, and the gone ones without a digest; none of a pin that was made without them."""
    if not pin.parts:
        return ()
    now = dict(seen.parts)
    gone = tuple((name, "") for name, _ in pin.parts if name not in now)
    return (*seen.parts, *gone)


def _pin(message: obs.TestSeen, state: SessionState) -> Decision:
    if not message.digest:
        refused = () if message.test in state.unpinnable else (ev.PinRefused(test=message.test),)
        return Decision(
            events=refused, notice=f"the source of {message.test} was not found; nothing is pinned"
        )
    failed = state.last_failure
    failures = (
        [each for each in failed.report.failures if is_of(message.test, each.test)]
        if failed and failed.report
        else []
    )
    pinned = ev.TestPinned(
        test=message.test,
        path=message.path,
        line=message.line,
        source=message.source,
        digest=message.digest,
        name=message.name,
        files=message.files,
        parts=message.parts,
        red="structural" if any(is_structural(each) for each in failures) else "behavioural",
    )
    return Decision(events=(pinned,), notice=f"pinned {message.test}")


@decide.register
def _(message: obs.EffectFailed, state: SessionState) -> Decision | Refusal:
    """What the engine could not do ends as a run that was not started, or as a word to the engineer."""
    run = state.run(message.run)
    if run is None or run.is_over:
        return Decision(notice=message.message)
    report = RunReport(ending=Ending(kind="not_started", sentence=message.message))
    judged = Judged(outcome="UNRESOLVED", reason=message.message)
    draft = Draft(state)
    draft.record(ev.RunFinished(number=run.number, report=report, judged=judged))
    if draft.state.series_start is not None:
        _measure(draft)
    if draft.state.plan:
        go_on_without(draft, run, message.message)
    draft.notice = message.message
    if over := draft.state.run(run.number):
        date_failure(draft, over)
    return draft.done()
