"""The first two steps: the failure, and the test that shows it."""

from collections.abc import Iterator

from coach.core.base.formatting import count
from coach.core.runs.reproduction import Reproduction, others_beside, said_beside
from coach.core.session.entries import Pin
from coach.core.session.state import SessionState
from coach.core.spec.spec import Spec
from coach.core.workflow.advice import trouble_of
from coach.core.workflow.gates import pinnable
from coach.core.workflow.moves import measured_before_edits
from coach.tui.views import places
from coach.tui.views.failure_lines import differing, signature, with_values
from coach.tui.views.key_name import key_in, key_of
from coach.tui.views.line import BLANK, Line, Piece, elastic, heading, line, piece
from coach.tui.views.run_outcome import sign
from coach.tui.views.step_lines import StepLines
from coach.tui.views.view_state import VAST_FROM, ViewState

_FEW_ROWS = 2
"""Rows that an entry of the spec or the environment takes while others wait for room."""


def reproduce(state: SessionState, view: ViewState) -> StepLines:
    seen = signature(state, view)
    trouble = "" if seen else trouble_of(state)
    first = seen or ([line(("◐ ", "warn"), trouble, hang=2)] if trouble else [])
    both = view.width >= VAST_FROM
    found = places.shown(
        places.failed(state), places.failing_test(state), view.code_rows - 2 * view.is_narrow, both=both
    )
    code, values = with_values(found or (places.no_code(state),), state, view)
    if state.imported:  # nothing can be measured or written here, and no environment is known
        return StepLines(tuple(first), code, values)
    evidence = [*_rate(state), *values, BLANK, *_spec(state.spec), BLANK, *_environment(state)]
    return StepLines(tuple(first), code, tuple(evidence))


def _rate(state: SessionState) -> list[Line]:
    found = state.reproduction
    if found is None or not found.runs:
        running = tuple(state.runs_after(state.series_start - 1))[::-1] if state.series_start else ()
        marks = [piece(f"{sign(run)[0]} ", sign(run)[1]) for run in running]
        not_yet = key_in("not measured yet, {} measures", "reproduce")
        return [heading("How often"), line("  ", ("measuring ", "dim") if marks else not_yet, *marks)]
    said = [line("  ", (each, "dim"), hang=2) for each in said_beside(found)]
    said += _others(found)
    if measured_before_edits(state):
        said.append(line(("◐ ", "warn"), "measured before the newest edit", hang=2))
    return [heading("How often", _rate_figure(found)), _interval(found), _marks(state, found), *said]


def _others(found: Reproduction) -> Iterator[Line]:
    """Yield a row for each other red test, by its own name: its file is mostly the one that is named above."""
    others, more = others_beside(found)
    for each in others:
        figure = piece(f"{each.failures} of {found.runs}", "dim")
        yield line("  ", elastic(each.test.name, "dim"), figure=figure, fit="cut")
    if more:
        yield line("  ", (f"and {more} more red", "dim"))


def _rate_figure(found: Reproduction) -> Piece:
    kind = (
        "stable"
        if found.is_stable
        else "flaky"
        if found.is_reproduced and found.failures < found.runs
        else ""
    )
    return piece(f"{found.failures} of {found.runs}" + (f", {kind}" if kind else ""), "strong")


def _interval(found: Reproduction, width: int = 14) -> Line:
    """Draw where the true rate lies (95 %): the bar spans low to high, the rest is empty."""
    low, high = round(found.low * width), max(round(found.low * width) + 1, round(found.high * width))
    text = f"{found.low:.0%} to {found.high:.0%} of runs"
    return line(
        "  ",
        ("─" * low, "dim"),
        ("━" * (high - low), "accent"),
        ("─" * (width - high), "dim"),
        "  ",
        (text, "dim"),
    )


def _marks(state: SessionState, found: Reproduction) -> Line:
    parts: list[Piece] = []
    for number in found.evidence:
        run = state.run(number)
        mark, role = sign(run) if run else ("·", "dim")
        parts += [piece(mark, role), piece(f" #{number}  ", "dim")]
    return line("  ", *parts, hang=2)


def _spec(spec: Spec) -> list[Line]:
    if not spec.says_what_is_wrong:
        return [
            heading("Spec"),
            line("  ", key_of("spec"), (" writes what should happen and what happens.", "dim")),
        ]
    lines = [heading("Spec"), *([_named("title", spec.shown_title)] if spec.title.strip() else [])]
    lines += [_named("expected", spec.expected), _named("actual", spec.actual)]
    lists = {
        "since": (spec.since,) if spec.since else (),
        "constraints": spec.constraints,
        "stays": spec.unchanged,
        "also failing": spec.also_failing,
        "edge cases": spec.edge_cases,
        "no fix is": spec.failure_modes,
        "non-goals": spec.non_goals,
        "acceptance": spec.acceptance,
        "in scope": spec.scope,
        "protected": spec.protected,
        "stop and ask": spec.stop_and_ask,
        "log files": spec.logs,
        "questions": spec.questions,
    }
    return lines + [_named(name, " · ".join(values)) for name, values in lists.items() if values]


def _environment(state: SessionState) -> list[Line]:
    if state.opened is None:
        return []
    python, checkout = state.opened.interpreter, state.opened.checkout
    version = f"  {python.version}" if python.version else ""
    lines = [heading("Environment")]
    lines.append(line("  ", ("python".ljust(14), "dim"), elastic(python.path + version), hang=16))
    if python.why:
        lines.append(line("  ", ("because".ljust(14), "dim"), python.why, hang=16))
    lines.append(_named("pytest", python.pytest or "none in this python"))
    dirty = f", {count(checkout.dirty_files, 'changed file')}" if checkout.dirty_files else ", clean"
    where = (
        f"{checkout.branch or 'detached'} at {checkout.commit[:9]}{dirty}"
        if checkout.commit
        else "no commit"
        if checkout.tree
        else "not read: no tree can be compared"
    )
    lines.append(_named("git", where))
    lines.append(line("  ", ("project".ljust(14), "dim"), elastic(checkout.root), hang=16))
    return lines


def _named(name: str, value: str) -> Line:
    return line("  ", (name.ljust(14), "dim"), value, hang=16, most=_FEW_ROWS)


def failing_test(state: SessionState, view: ViewState) -> StepLines:
    found = places.shown(
        places.failing_test(state), places.failed(state), view.code_rows, both=view.width >= VAST_FROM
    )
    first = _proposal(state) if state.pin is None else _pinned(state.pin)
    code, values = with_values(found or (places.no_code(state),), state, view)
    return StepLines(tuple(first), code, (*differing(state, view), *values))


def _pinned(pin: Pin) -> list[Line]:
    mark = piece("✔ ", "good") if pin.is_intact else piece("⚠ ", "warn")
    lines = [line(mark, elastic(pin.test, "strong"), figure=(pin.digest[:7], "dim"))]
    kind = "fails by behaviour" if pin.red == "behavioural" else "cannot run: import, fixture or syntax"
    lines.append(line("  ", (f"pinned after run #{pin.at_run}, {kind}", "dim"), hang=2))
    if not pin.is_intact:
        what = "is gone" if not pin.seen_digest else "changed"
        lines.append(
            line(
                "  ",
                (f"The test {what} since it was pinned. ", "warn"),
                key_of("unpin"),
                (" unpins it with a reason.", "dim"),
                hang=2,
            )
        )
    return lines


def _proposal(state: SessionState) -> list[Line]:
    test = pinnable(state)
    if not test:
        return [
            line(
                "No failing test yet. ",
                key_of("reproduce"),
                (" reproduces the failure; its test can then be pinned.", "dim"),
            ),
        ]
    return [
        line(("○ ", "dim"), elastic(test, "strong")),
        line("  ", key_of("pin"), " pins it by content: the goal can no longer move unnoticed.", hang=6),
    ]
