"""The last two steps: the ledger of hypotheses and the checklist of the fix."""

from collections.abc import Sequence

from coach.core.base.symbols import VERDICTS
from coach.core.experiments.hypothesis import Hypothesis
from coach.core.runs.run import PURPOSE_WORDS
from coach.core.session.state import SessionState
from coach.core.verify.verification import Verification, VerificationCheck
from coach.core.workflow.gates import edited_since_verification
from coach.tui.views import places
from coach.tui.views.diff import diff
from coach.tui.views.experiment import drafted, experiments, ways_to_test
from coach.tui.views.failure_lines import differing, with_values
from coach.tui.views.key_name import key_in, key_of
from coach.tui.views.line import BLANK, Line, heading, line, paragraphs, piece
from coach.tui.views.selecting import selected_hypothesis
from coach.tui.views.step_lines import StepLines
from coach.tui.views.suspects import suspects
from coach.tui.views.view_state import VAST_FROM, ViewState

_MAX_OBJECTIONS = 4


def hypothesize(state: SessionState, view: ViewState) -> StepLines:
    first = _hypotheses(state, view)
    rows = view.code_rows - min(4, view.code_rows // 4) if view.is_narrow else view.code_rows
    place = places.suspected(state, view) or places.failed(state)
    shown = places.shown(place, places.failing_test(state), rows, both=view.width >= VAST_FROM)
    waiting = (ways_to_test(),) if state.open_hypotheses or not state.hypotheses else ()
    code, values = with_values(shown or (places.no_code(state),), state, view)
    evidence = [*waiting, *drafted(state), *experiments(state), BLANK, *differing(state, view), *values]
    return StepLines(tuple(first), code, (*evidence, BLANK, *suspects(state, view)))


def _hypotheses(state: SessionState, view: ViewState) -> list[Line]:
    if not state.hypotheses:
        return [
            line(
                "No hypothesis yet. ",
                key_of("hypothesis"),
                (" writes a claim and what you will see if it holds.", "dim"),
            )
        ]
    chosen = selected_hypothesis(state, view)
    standing = [each for each in reversed(state.hypotheses) if not each.is_eliminated]
    lines = [part for each in standing for part in _entry(each, is_chosen=each == chosen)]
    eliminated = [each for each in state.hypotheses if each.is_eliminated]
    if eliminated:
        lines += [BLANK] if standing else []
        lines.append(heading("Eliminated"))
        for each in eliminated:
            lines += _eliminated(each)
    return lines


def _entry(each: Hypothesis, *, is_chosen: bool) -> list[Line]:
    mark, role = VERDICTS[each.verdict]
    key = f"hypothesis:{each.id}"
    pointer = piece("▸" if is_chosen else " ", "accent")
    verdict = each.verdict.lower() if each.verdict else "open"
    lines = [
        line(
            pointer,
            (f"{mark} ", role),
            (f"H{each.id} ", "strong"),
            each.claim,
            figure=(verdict, role),
            hang=6,
            key=key,
        )
    ]
    expects = f"next run: {each.prediction.expects}" if each.prediction.expects else ""
    predicts = " · ".join(part for part in (each.prediction.text, expects) if part)
    lines.append(line("   ", ("predicts  ", "dim"), predicts, hang=13, key=key))
    if each.verdict:
        lines.append(
            line(
                "   ", ("seen      ", "dim"), each.reason, figure=(_runs(each.runs), "dim"), hang=13, key=key
            )
        )
    else:
        lines.append(
            line("   ", (f"only a run after #{each.after_run} can test it", "dim"), hang=13, key=key)
        )
    return lines


def _eliminated(each: Hypothesis) -> list[Line]:
    key = f"hypothesis:{each.id}"
    claim = line(
        " ",
        ("✘ ", "bad"),
        (f"H{each.id} ", "dim"),
        (each.claim, "dim"),
        figure=(_runs(each.runs), "dim"),
        hang=6,
        key=key,
    )
    reasons = [f"before: {was.verdict.lower()}, {was.reason}" for was in each.overruled]
    reasons += [each.reason] if each.reason else []
    return [claim, *(line("      ", (reason, "dim"), hang=6, key=key) for reason in reasons)]


def verify(state: SessionState, _view: ViewState) -> StepLines:
    lines = [*_verdict(state), BLANK]
    if state.verification:
        lines += [each for check in state.verification.checks for each in _checked(check)] + [BLANK]
    lines += [heading("Root cause"), *_root_cause(state), BLANK, heading("Agreement"), _agreement(state)]
    return StepLines(tuple(lines), (heading("The fix"), *diff(state)), ())


def _verdict(state: SessionState) -> list[Line]:
    if state.plan:
        plan = ", ".join(
            f"{state.plan.count(purpose)} × {PURPOSE_WORDS[purpose]}" for purpose in dict.fromkeys(state.plan)
        )
        return [line(("◌ ", "accent"), ("Verifying", "strong"), (f"  {plan}", "dim"))]
    if state.verification is None:
        return [
            line(
                "Nothing is verified yet. ",
                key_of("verify"),
                (" proves the fix: green with it, red without it, nothing else broken.", "dim"),
            )
        ]
    if edited_since_verification(state):
        return [
            line(
                ("◐ ", "warn"),
                ("Out of date", "strong"),
                key_in("  files were edited since, {} verifies again", "verify"),
            )
        ]
    if state.verification.verdict == "verified":
        return _proven(state, state.verification)
    missing = len(state.verification.missing)
    answers = key_in("{} says why one is fine", "answer") if state.verification.standing else ""
    return [
        line(
            ("◐ ", "warn"),
            ("Partial", "strong"),
            (f"  {missing} of {len(state.verification.asked)} not shown", "dim"),
            figure=answers,
        )
    ]


def _proven(state: SessionState, found: Verification) -> list[Line]:
    asked = len(found.asked)
    figure = f"{asked} of {asked} · #{state.verified_at_run}"
    sentence = found.sentence.removeprefix("verified: ")
    head = line(("✔ ", "good"), ("Verified", "strong"), figure=(figure, "dim"))
    return [head, line("  ", (sentence, "dim"), hang=2)]


def _check(each: VerificationCheck) -> Line:
    if not each.asked:
        return line(("[–] ", "dim"), (each.title, "dim"), figure=(each.figure, "dim"), hang=4)
    box = piece("[✔] ", "good") if each.passed else piece("[ ] ", "warn")
    runs = f"  {_runs(each.runs)}" if each.runs and "#" not in each.figure else ""
    return line(box, each.title, figure=(piece(each.figure), piece(runs, "dim")), hang=4)


def _checked(check: VerificationCheck) -> list[Line]:
    """A line of the checklist, and under it what still speaks against it."""
    is_said = bool(check.figure) and any(check.figure in each.text for each in check.objections)
    standing = [] if is_said else [each for each in check.objections if not each.answer]
    lines = [
        _check(check),
        *(line("    ", ("· ", "warn"), each.text, hang=6) for each in standing[:_MAX_OBJECTIONS]),
    ]
    more = len(standing) - _MAX_OBJECTIONS
    return [*lines, line("    ", (f"and {more} more", "dim"))] if more > 0 else lines


def answerable(found: Verification) -> tuple[tuple[str, str], ...]:
    """Return what speaks against the fix, by what an answer names it, and its text; then all of a line at once."""
    offered = [(each.key, each.text) for each in found.standing]
    for check in found.missing:
        standing = sum(not each.answer for each in check.objections)
        if standing > 1:
            offered.append((check.name, f"all {standing} at once: {check.title}"))
    return tuple(offered)


def objection_lines(offered: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """Return what can be answered with its number, to choose from."""
    return tuple(
        line((f"{number:>2} ", "key"), "  ", text, hang=5, key=str(number))
        for number, (_, text) in enumerate(offered, start=1)
    )


def _root_cause(state: SessionState) -> list[Line]:
    if state.root_cause.strip():
        return list(paragraphs(state.root_cause, indent=2))
    return [
        line(
            "  ",
            key_of("root-cause"),
            (" writes it: what was wrong, and why it was not caught.", "dim"),
            hang=6,
        )
    ]


def _agreement(state: SessionState) -> Line:
    if state.is_confirmed:
        return line("  ", ("✔ ", "good"), "a person looked at the checks and agrees")
    return line("  ", ("○ ", "dim"), ("not confirmed yet, ", "dim"), key_of("confirm"), (" confirms", "dim"))


def _runs(numbers: tuple[int, ...]) -> str:
    if len(numbers) > 3:
        return f"#{numbers[0]} … #{numbers[-1]}"
    return " ".join(f"#{number}" for number in numbers)
