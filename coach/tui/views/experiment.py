"""What the newest experiment showed: a logpoint's table, a trial's verdict, and drafts to begin with."""

from coach.core.base.formatting import count
from coach.core.base.symbols import VERDICTS
from coach.core.experiments.logpoint import LogpointRun, TestHits
from coach.core.experiments.suggestions import HypothesisDraft, drafts
from coach.core.experiments.trial import TrialRun
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_in, key_of
from coach.tui.views.line import BLANK, Line, elastic, heading, line

_MAX_TESTS = 4
_MAX_ROWS = 5
_MAX_DRAFTS = 3
_SIGNS = {"failing": ("✘ ", "bad"), "passing": ("✔ ", "good"), "skipped": ("○ ", "dim")}


def experiments(state: SessionState) -> tuple[Line, ...]:
    """Return the newest logpoint and the newest trial, the newer one first."""
    looked = [(each.run, _logpoint(each)) for each in state.logpoints[-1:]]
    tried = [(each.run, _trial(each)) for each in state.trials[-1:]]
    found = [lines for _, lines in sorted([*looked, *tried], key=lambda pair: -pair[0])]
    return tuple(part for lines in found for part in (BLANK, *lines))


def _logpoint(seen: LogpointRun) -> list[Line]:
    point = seen.logpoint
    what = f"{point.watch} in {point.function}" if point.watch else point.expression
    again = "  after the fix" if seen.after_fix else ""
    lines = [heading(f"{point.place}  {what}{again}", (f"#{seen.run}", "dim"))]
    if point.prediction:
        lines.append(line("  ", ("predicts  ", "dim"), point.prediction, hang=12))
    for each in seen.observed.tests[:_MAX_TESTS]:
        lines += _test(each, has_condition=bool(point.condition))
    more = seen.observed.unreached
    if more:
        lines.append(line("  ", (f"{more} more tests of the file never reach it", "dim")))
    if seen.verdict:
        sign, role = VERDICTS[seen.verdict]
        lines.append(
            line("  ", (f"{sign} ", role), (seen.verdict.lower(), "strong"), f"  {seen.reason}", hang=4)
        )
    elif seen.after_fix:
        lines.append(line("  ", seen.reason, hang=2))
    elif seen.observed.why:
        lines.append(line("  ", (seen.observed.why, "warn"), hang=2))
    return lines


def _test(each: TestHits, *, has_condition: bool) -> list[Line]:
    sign, role = _SIGNS[each.outcome]
    counted = count(each.hits, "hit") if each.hits else "never reached"
    if has_condition and each.hits:
        counted = f"true at {each.held:,} of {each.evaluated:,}"
    name = each.test.inside or each.test or "outside of tests"
    lines = [line("  ", (sign, role), elastic(name), figure=(counted, "dim"))]  # type: ignore[arg-type]
    for row in each.rows[:_MAX_ROWS]:
        holds = {True: ("✔ ", "accent"), False: ("· ", "dim"), None: ("  ", "dim")}[row.holds]
        lines.append(line("    ", (f"{row.hit:>5,} ", "dim"), holds, row.value, hang=12))  # type: ignore[arg-type]
    return lines


def _trial(seen: TrialRun) -> list[Line]:
    sign, role = VERDICTS[seen.verdict] if seen.verdict else ("·", "accent")
    said = f"{seen.verdict.lower()}, {seen.reason}" if seen.verdict else seen.outcome.lower()
    head = heading(f"tried: {seen.trial.label}", (f"#{seen.run}", "dim"))
    return [head, line("  ", (f"{sign} ", role), said, hang=4)]


def drafted(state: SessionState) -> tuple[Line, ...]:
    """Return drafts from the evidence, while nothing is claimed: places to begin, not answers."""
    found = drafts(state)[:_MAX_DRAFTS]
    if not found or any(not each.is_eliminated for each in state.hypotheses):
        return ()
    lines = [BLANK, heading("Drafts", key_in("{} takes one", "drafts"))]
    for each in found:
        lines.append(line("  ", ("○ ", "dim"), each.claim, hang=4))
        lines.append(line("    ", (each.because, "dim"), hang=4))
    return tuple(lines)


def draft_lines(found: tuple[HypothesisDraft, ...]) -> tuple[Line, ...]:
    """Return drafts with their number, to choose from."""
    lines: list[Line] = []
    for number, each in enumerate(found, start=1):
        key = str(number)
        lines.append(line((f" {number} ", "key"), "  ", (each.claim, "strong"), hang=5, key=key))
        lines.append(line("     ", ("predicts  ", "dim"), each.prediction, hang=15, key=key))
        lines.append(line("     ", ("because   ", "dim"), (each.because, "dim"), hang=15, key=key))
    return (*lines, BLANK, line(("Places to begin, not answers: reword what you take.", "dim")))


def ways_to_test() -> Line:
    """Return the experiments that need no edit, by their keys."""
    return line(
        ("Test it: ", "dim"),
        key_of("logpoint"),
        (" looks inside ", "dim"),
        key_of("try"),
        (" tries in a copy; or change one thing and save.", "dim"),
    )
