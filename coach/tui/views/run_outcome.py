"""What a run says, as a sign and a few words. Colour only repeats the sign."""

from collections.abc import Sequence

from coach.core.runs.description import describe_run
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.session.state import SessionState
from coach.tui.views.line import Piece, Role, piece

RUNNING = "◌"


def sign(run: Run) -> tuple[str, Role]:
    """Return the sign of a run. Any failing test is red, also when it is not the failure being debugged."""
    if not run.is_over:
        return RUNNING, "accent"
    if has_looked(run):
        return "·", "dim"
    described = describe_run(run)
    return described.sign, described.role


def run_label(state: SessionState, run: Run) -> str:
    """Say what a run showed, compared with the ones before it."""
    if run.report is None:
        return "running" if run in state.under_way else "never ended"
    if said := _label_beside_the_target(run):
        return said
    if run.failing:
        twin = same_failure_before(state, run)
        return f"same as #{twin.number}" if twin else _failure_label(state, run)
    if run.judged and run.judged.outcome == "PASS":
        return "passed"
    return _unresolved_label(run)


def _label_beside_the_target(run: Run) -> str:
    """Return the words of a suite, of a run that only looked, and of a command; empty for a run of the target."""
    if run.request.is_whole:
        return _suite_label(run)
    if has_looked(run):
        return PURPOSE_WORDS[run.request.purpose]
    ending = run.report.ending if run.report else None
    is_over = run.request.tries_command and ending is not None and ending.kind == "completed"
    return f"exit {ending.exit_code}" if is_over and ending else ""


def has_looked(run: Run) -> bool:
    """Whether a run that only looks came to its end: it says nothing of red or green."""
    return run.request.only_looks and run.report is not None and run.report.ending.is_complete


def reason(run: Run) -> str:
    """Return why a run is unresolved; empty when it is clear."""
    if run.judged is None or run.judged.outcome != "UNRESOLVED":
        return ""
    return run.judged.reason


def same_failure_before(state: SessionState, run: Run) -> Run | None:
    """Return the newest earlier run with the same strict failing set."""
    return _TWINS.of(state.runs).failures.get(run.number)


def same_tree_before(state: SessionState, run: Run) -> Run | None:
    """Return an earlier, not adjacent run on the same tree: the edits led back to it."""
    return _TWINS.of(state.runs).trees.get(run.number)


REACH = 500
"""Runs in which an equal one is looked for."""


class _Twins:
    """Which run equals which earlier one, worked out once per change of the runs instead of once per line."""

    def __init__(self) -> None:
        self.failures: dict[int, Run] = {}
        self.trees: dict[int, Run] = {}
        self._runs: Sequence[Run] = ()

    def of(self, runs: Sequence[Run]) -> "_Twins":
        if runs is not self._runs:
            self._runs, self.failures, self.trees = runs, {}, {}
            self._look(runs[-REACH:])
        return self

    def _look(self, runs: Sequence[Run]) -> None:
        failed: dict[tuple[str, ...], Run] = {}
        stood: dict[str, list[Run]] = {}
        for run in runs:
            if run.failing:
                if run.strict in failed:
                    self.failures[run.number] = failed[run.strict]
                failed[run.strict] = run
            tree = run.report.tree if run.report else ""
            if not tree:
                continue
            earlier = stood.setdefault(tree, [])
            twin = next((each for each in reversed(earlier[-3:]) if each.number < run.number - 1), None)
            if twin:
                self.trees[run.number] = twin
            if not run.request.only_looks:
                earlier.append(run)


_TWINS = _Twins()


def pieces_of(state: SessionState, run: Run) -> tuple[Piece, ...]:
    mark, role = sign(run)
    return piece(f"{mark} ", role), piece(run_label(state, run))


def _failure_label(state: SessionState, run: Run) -> str:
    if run.judged and run.judged.remark in {"broken edit", "another failure"}:
        return run.judged.remark
    seen = any(each.failing for each in state.runs if each.number < run.number)
    return "new failure" if seen else "failed"


def _suite_label(run: Run) -> str:
    name = "suite" if run.request.purpose == "suite" else "baseline"
    resolved = run.failing or (run.judged and run.judged.outcome == "PASS")
    return name if resolved else f"{name} {_unresolved_label(run)}"


_SHORT = {
    "cancelled": "cancelled",
    "superseded": "superseded",
    "timeout": "timed out",
    "silence": "went silent",
    "not_started": "not started",
    "no_tests": "no tests",
    "interrupted": "interrupted",
    "unknown": "not known",
}


def _unresolved_label(run: Run) -> str:
    word = _SHORT.get(run.report.ending.kind, "unresolved") if run.report else "unresolved"
    return f"{PURPOSE_WORDS[run.request.purpose]} {word}" if run.request.only_looks else word
