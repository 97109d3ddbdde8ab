"""A session in a few fields: what `coach status` prints, what every `--json` answer carries, and the notice at its opening."""

from collections.abc import Sequence
from typing import Any

from coach.core.decide.ways_out import standing_ways
from coach.core.log import events as ev
from coach.core.log.describe import say
from coach.core.runs.failure import signature_of
from coach.core.runs.report import Failure
from coach.core.runs.run import Run
from coach.core.search.request import Search
from coach.core.session.state import SessionState
from coach.core.workflow.action_ids import as_commands
from coach.core.workflow.advice import advise
from coach.core.workflow.gates import evaluate
from coach.core.workflow.way_words import command_of


def summarise(state: SessionState) -> dict[str, Any]:
    """Return the state as plain JSON values. Keys are an API: they are added to, not renamed."""
    opened = state.opened
    advice = advise(state)
    return {
        "session": opened.session if opened else "",
        "project": opened.checkout.root if opened else "",
        "target": {"kind": state.target.kind, "words": list(state.target.words)},
        "workflow": state.workflow.name,
        "step": state.step_id,
        "state": state.closed.ending if state.closed else "open",
        "steps": [_step(state, index) for index in range(len(state.workflow.steps))],
        "next": {"text": as_commands(advice.text), "action": advice.action},
        "scope": state.scope,
        "reproduction": _reproduction(state),
        "failure": _reference(state),
        "pinned": _pin(state),
        "held_by": state.held_by,
        "seen_before": [each.model_dump(mode="json") for each in state.past],
        "runs": len(state.runs),
        "last_run": summarise_run(state.last_run) if state.last_run else None,
        "suspects": len(state.standing_suspects),
        "searches": [_search(each) for each in state.searches],
        "loop": _loop(state),
        "hypotheses": [each.model_dump(mode="json") for each in state.hypotheses],
        "verification": _verification(state),
        "root_cause": state.root_cause,
        "confirmed": state.is_confirmed,
        "spec": state.spec.model_dump(mode="json"),
    }


def summarise_run(run: Run) -> dict[str, Any]:
    """Return one run as plain JSON values."""
    report = run.report
    told = {signature_of(each).strict: each for each in report.failures} if report and run.failing else {}
    return {
        "number": run.number,
        "purpose": run.request.purpose,
        "target": list(run.request.target.words),
        "warm": run.is_warm,
        "cold_because": report.cold_because if report else "",
        "covers": run.request.covers,
        "outcome": run.judged.outcome if run.judged else None,
        "reason": run.judged.reason if run.judged else "",
        "remark": run.judged.remark if run.judged else "",
        "ending": report.ending.kind if report else "under way",
        "sentence": report.ending.sentence if report else "",
        "did_you_mean": list(report.ending.meant) if report else [],
        "exit_code": report.ending.exit_code if report else None,
        "seconds": round(report.duration, 3) if report else None,
        "counts": report.counts.model_dump() if report else None,
        "tree": report.tree if report else "",
        "stale": list(report.changed_during) if report else [],
        "other_start": report.other_start if report else "",
        "notes": list(report.probe_notes) if report else [],
        "elsewhere": [each.model_dump() for each in report.elsewhere] if report else [],
        "failures": [
            {
                "test": each.test,
                "exception": each.exception,
                "message": each.message,
                "signature": each.strict,
                **_behind(told.get(each.strict)),
            }
            for each in run.failing
        ],
    }


def _behind(failure: Failure | None) -> dict[str, Any]:
    """Return where the compared values part, and the exceptions behind the failure with their own frames."""
    if failure is None:
        return {"difference": [], "causes": []}
    return {
        "difference": [each.model_dump() for each in failure.difference],
        "causes": [
            {
                "kind": each.kind,
                "exception": each.exception,
                "message": each.message,
                "frames": [frame.place for frame in each.frames if frame.own],
            }
            for each in failure.causes
        ],
    }


def _loop(state: SessionState) -> dict[str, Any] | None:
    """Return the loop that stands, with what leads out of it now; None where none stands."""
    loop = state.standing_loop
    if loop is None:
        return None
    ways = [{**way.model_dump(mode="json"), "command": command_of(way)} for way in standing_ways(state, loop)]
    kept = {"pattern", "level", "run", "evidence", "place", "sentence", "move", "restore_run"}
    return {**loop.model_dump(mode="json", include=kept), "ways": ways}


def _search(search: Search) -> dict[str, Any]:
    result = search.result
    return {
        "number": search.request.number,
        "kind": search.request.kind,
        "how": result.how if result else "under way",
        "sentence": result.sentence if result else search.doing,
        "probes": result.probes if result else len(search.tried),
        "notes": list(result.notes if result else search.notes),
        "found": result.found.model_dump(mode="json") if result and result.found else None,
    }


def _step(state: SessionState, index: int) -> dict[str, Any]:
    step = state.workflow.steps[index]
    checks = evaluate(state, step)
    return {
        "id": step.id,
        "title": step.title,
        "done": all(each.passed for each in checks),
        "overridden": state.overrides.get(step.id, ""),
        "checks": [
            {
                "check": each.name,
                "title": each.title,
                "passed": each.passed,
                "figure": as_commands(each.figure),
            }
            for each in checks
        ],
    }


def _reproduction(state: SessionState) -> dict[str, Any] | None:
    found = state.reproduction
    if found is None:
        return None
    return {
        "failures": found.failures,
        "runs": found.runs,
        "low": round(found.low, 4),
        "high": round(found.high, 4),
        "reproduced": found.is_reproduced,
        "stable": found.is_stable,
        "test": found.test,
        "passes": found.passes,
        "otherwise": found.otherwise,
        "messages": found.messages,
        "others": [each.model_dump() for each in found.others],
    }


def _reference(state: SessionState) -> dict[str, Any] | None:
    found = state.reference
    if found is None:
        return None
    first = found.first
    return {
        "run": found.run,
        "tests": list(found.tests),
        "exception": first.exception,
        "message": first.message,
        "reproduced": found.is_reproduced,
    }


def _pin(state: SessionState) -> dict[str, Any] | None:
    pin = state.pin
    if pin is None:
        return None
    return {
        "test": pin.test,
        "digest": pin.digest,
        "intact": pin.is_intact,
        "red": pin.red,
        "file": pin.path,
        "reads": [path for path, _ in pin.files],
        "broken": pin.broken,
    }


def _verification(state: SessionState) -> dict[str, Any] | None:
    found = state.verification
    if found is None:
        return None
    checks = [each.model_dump(mode="json") for each in found.checks]
    return {"verdict": found.verdict, "sentence": found.sentence, "checks": checks}


JUST_NOW = 20.0
"""Seconds for which a session counts as opened just now."""
_MOST = 100
"""Events that are looked at: opening makes a handful."""


def left_behind(records: Sequence[ev.Recorded]) -> str:
    """Return what was ended when the session was opened just now; empty when nothing was. Holds foreign text."""
    for record in records[-_MOST:]:
        if isinstance(record.event, ev.LeftBehindEnded) and records[-1].at - record.at < JUST_NOW:
            return "⚠ " + say(record.event)[2]
    return ""
