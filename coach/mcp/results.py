"""Parts of what an assistant is told: plain values, not yet redacted."""

from typing import Any, Literal

from coach.core.decide.assistant_limits import never_touched
from coach.core.decide.failure_age import newest_age
from coach.core.decide.ways_out import standing_ways
from coach.core.experiments.logpoint import LogpointRun
from coach.core.export.quoting import Cleaner
from coach.core.history.restore_goal import better_way, files_to_change, goal
from coach.core.localize.origins import Origins, chain
from coach.core.log.events import LoopNoticed
from coach.core.loops.attempt import Attempt
from coach.core.redact.redactor import Redactor
from coach.core.redact.stored import each_text
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.session.summary import summarise_run
from coach.core.workflow.action_ids import as_tools
from coach.core.workflow.gates import evaluate
from coach.core.workflow.way_words import tool_of

MAX_SUSPECTS = 12
MAX_ROWS = 20
LONGEST = 4_000
"""Characters of one text in an answer."""
Answer = dict[str, Any]


_LIMITS = {
    "scope": "may_touch",
    "protected": "never_touch",
    "constraints": "keep",
    "stop_and_ask": "stop_and_ask",
    "acceptance": "accepted_when",
}
"""Field of the spec → its name among the limits of a fix."""


def cleaned_answer(whole: Answer, clean: Cleaner, redactor: Redactor) -> Answer:
    """Return an answer with every text and every key of it made safe and free of secrets.

    A text is cleaned as the value of its key: it may be a secret that is none by itself.
    """
    cleaned: Answer = each_text(whole, lambda name, text: clean.named(name, _cut(text)))
    settled: Answer = each_text(cleaned, lambda _, text: redactor.settle(text))
    return settled


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… {len(text) - LONGEST:,} more characters"


def limits_answer(state: SessionState) -> Answer:
    """Return the limits of a fix; those that only a report names stand apart: they are others' words."""
    rules = state.rules
    spec = state.spec.model_copy(update={name: () for name in _LIMITS if state.spec.is_reported(name)})
    said = {
        word: list(getattr(state.spec, name))
        for name, word in _LIMITS.items()
        if state.spec.is_reported(name)
    }
    return {
        **({"evidence": {"limits_in_the_report": said}} if said else {}),
        "may_touch": list(spec.scope) or "not limited by the spec",
        "never_touch": list(never_touched(state)),
        "keep": [*spec.constraints, *rules.constraints],
        "stop_and_ask": [*spec.stop_and_ask, *rules.stop_and_ask],
        "accepted_when": [*spec.acceptance, *rules.acceptance],
        "documents": list(rules.files),
    }


def loop_answer(state: SessionState, loop: LoopNoticed) -> Answer:
    stop = "stop editing and say so to the engineer" if loop.level != "note" else ""
    return {
        "pattern": loop.pattern,
        "level": loop.level,
        "run": loop.run,
        "seen": loop.sentence,
        "move": loop.move,
        "do": stop,
        "ways_out": [
            {"kind": way.kind, "do": way.sentence, "with": tool_of(way)} for way in standing_ways(state, loop)
        ],
    }


def ways_back_answer(state: SessionState) -> Answer:
    """Name the recorded files one can go back to, with how many tests fail there and which files would change."""
    ways = {"last good": goal(state), "fewest failures, no test weakened": better_way(state)}
    shown = [
        {
            "what": what,
            "run": way.run,
            "failing": len(run.failing),
            "files_that_differ": list(files_to_change(state, way)),
        }
        for what, way in ways.items()
        if way and (run := state.run(way.run))
    ]
    return {"ways_back": shown}


def restored_answer(state: SessionState) -> Answer:
    """Say which files were put back, and what was left and why."""
    if state.restore_stopped or not state.restores:
        return {"restored": [], "why": state.restore_stopped}
    newest = state.restores[-1]
    return {"restored": list(newest.paths), "kept": [each.model_dump() for each in newest.kept]}


def steps_answer(state: SessionState) -> Answer:
    step = state.step
    checks = evaluate(state, step) if step else ()
    spec = state.spec
    reported = {
        name: getattr(spec, name)
        for name in ("title", "expected", "actual", "since")
        if spec.is_reported(name)
    }
    evidence = run_answer(state.last_run) if state.last_run else {}
    return {
        "target": state.target.label,
        "steps": [each.id for each in state.workflow.steps],
        "gate": [
            {"check": each.title, "passed": each.passed, "figure": as_tools(each.figure)} for each in checks
        ],
        "expected": "" if "expected" in reported else state.spec.expected,
        "actual": "" if "actual" in reported else state.spec.actual,
        "evidence": {**evidence, "report": reported} if reported else evidence or None,
    }


def run_answer(run: Run) -> Answer:
    whole = summarise_run(run)
    wanted: tuple[
        Literal["number", "purpose", "outcome", "reason", "sentence", "seconds", "failures"], ...
    ] = (
        "number",
        "purpose",
        "outcome",
        "reason",
        "sentence",
        "seconds",
        "failures",
    )
    return {key: whole[key] for key in wanted}


def attempt_answer(run: Run, attempt: Attempt | None) -> Answer:
    """Tell a run with what was edited before it, and what the syntax trees show of that."""
    files = attempt.changes.files if attempt else ()
    findings = attempt.findings if attempt else ()
    return {
        **run_answer(run),
        "changed_since_the_run_before": [{"path": each.path, "change": each.change} for each in files],
        "findings": [f"{each.kind}: {each.path}:{each.line} {each.text}" for each in findings],
        "frames": frames_answer(run),
    }


def frames_answer(run: Run) -> list[Answer]:
    failures = run.report.failures if run.report else ()
    return [
        {
            "place": each.place,
            "source": each.source,
            "values": dict(each.locals[:12]),
        }
        for each in (failures[0].own_frames[-6:] if failures else ())
    ]


def suspects_answer(state: SessionState) -> Answer:
    listed = [
        {
            "key": each.key,
            "place": f"{each.path}:{each.line}",
            "function": each.function,
            "probability": each.probability,
            "score": each.score,
            "reasons": list(each.reasons),
            "ruled_out": state.ruled_out.get(each.key, ""),
        }
        for each in state.suspects[:MAX_SUSPECTS]
    ]
    return {"suspects": listed, "more": max(0, len(state.suspects) - MAX_SUSPECTS)}


def investigation_answer(state: SessionState) -> Answer:
    """Return what an investigation came to: what it says, what it measured, and the places, best first."""
    found = state.investigation
    measured = [
        {"name": each.name, "why": each.why, "how": each.how, "said": each.said, "seconds": each.seconds}
        for each in (found.measurements if found else ())
    ]
    return {
        "isolated": found is not None and found.ending == "isolated",
        "sentence": as_tools(found.sentence or "the engineer paused the investigation")
        if found
        else newest_age(state),
        "measurements": measured,
        "evidence": suspects_answer(state),
    }


def origins_answer(found: Origins) -> Answer:
    shown = {"steered_by": found.conditions, "places": found.origins}
    lists = {name: [each.model_dump(mode="json") for each in values] for name, values in shown.items()}
    return {
        "evidence": {
            "answer": chain(found),
            **lists,
            "not_seen_into": found.opaque,
            "left_out": found.left_out,
        }
    }


def hypotheses_answer(state: SessionState) -> Answer:
    return {
        "hypotheses": [each.model_dump(mode="json") for each in state.hypotheses],
        "ruled_out": dict(state.ruled_out),
        "root_cause": state.root_cause,
    }


def logpoint_answer(seen: LogpointRun) -> Answer:
    """Return what a logpoint showed: the first moments of each test that came by."""
    return {
        "verdict": seen.verdict,
        "reason": seen.reason,
        "source": seen.observed.source,
        "tests": [
            {
                "test": each.test,
                "outcome": each.outcome,
                "hits": each.hits,
                "held": each.held,
                "error": each.error,
                "values": [row.value for row in each.rows[:MAX_ROWS]],
            }
            for each in seen.observed.tests[:4]
        ],
    }
