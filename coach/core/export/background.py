"""What is known beyond the failure: measurements, hypotheses, what was tried and ruled out.

Facts carry run numbers and stand apart from hypotheses; what was eliminated is kept as one line each, so that a fresh
reader does not propose it again.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from coach.core.decide.ways_out import standing_ways
from coach.core.experiments.hypothesis import Hypothesis
from coach.core.export.blocks import Block, Drop
from coach.core.export.measured import measured_blocks
from coach.core.export.purpose import Purpose
from coach.core.export.quoting import Cleaner
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.runs.run import Purpose as WhyRun
from coach.core.session.state import SessionState

RECENT = 6
"""Lines of runs that count as recent; older ones are the first to go."""
MAX_OLD = 60
MAX_EARLIER = 20
MAX_TOLD = 400
"""Runs that are looked at: nobody's budget holds more of them, and a session may have thousands."""
MAX_LOOPS = 4
_OF_THE_TARGET: frozenset[WhyRun] = frozenset({"reproduce", "feedback", "experiment", "confirm", "verify"})


def facts_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Tell what was measured and proven as facts, then hypotheses that still stand, then the engineer's notes."""
    supported = [each for each in state.hypotheses if each.verdict == "SUPPORTED"]
    before = [
        f"- Before the session: {clean.code(each.sentence, 160)}" for each in state.earlier[-MAX_EARLIER:]
    ]
    return (
        *measured_blocks(state, clean),
        Block("\n".join(before), drop=Drop.OLD_RUNS, what="what happened before the session"),
        Block("\n".join(_verification(state, clean)), drop=Drop.THE_REST, what="verification"),
        Block(
            "\n".join(_series(state, clean) if purpose == "reproduce" else ()),
            drop=Drop.THE_REST,
            what="the measured runs",
        ),
        _words(
            [f"- Supported: {_claim(each, clean)}; {clean.code(each.reason)}" for each in supported],
            "supported hypotheses",
        ),
        _words(
            [f"- Root cause, as written: {clean.code(state.root_cause, 600)}"] if state.root_cause else [],
            "root cause",
        ),
        _words(
            [
                f"- Open, not observed: {_claim(each, clean)}. Predicted: {clean.code(each.prediction.text)}"
                for each in state.open_hypotheses
            ],
            "open hypotheses",
        ),
        _words(
            [f"- Note after #{each.after_run}: {clean.code(each.text)}" for each in state.notes[-20:]],
            "notes",
        ),
    )


def _skipped(state: SessionState, old: Sequence[str]) -> list[str]:
    """Say what of the older runs is not told."""
    unseen = max(0, len(state.runs) - MAX_TOLD)
    more = f" and {unseen} runs before them" if unseen else ""
    hidden = max(0, len(old) - MAX_OLD)
    return [f"- … {hidden} earlier lines{more} left out …"] if hidden or unseen else []


def _words(lines: Sequence[str], what: str, drop: Drop = Drop.THE_REST) -> Block:
    return Block("\n".join(lines), "the engineer's words", "engineer", drop, what)


def _series(state: SessionState, clean: Cleaner) -> list[str]:
    """Tell the runs of a failure that does not always show, equal neighbours as one line."""
    return [_line(each, state, clean) for each in _groups(state, clean)][-RECENT:]


def _tried_lines(state: SessionState, purpose: Purpose, clean: Cleaner) -> list[str]:
    """Tell what was tried: runs after an edit and trials, and what came out otherwise than before. The rest says nothing new."""
    lines, before = [], ""
    for each in _groups(state, clean):
        is_news = (
            purpose != "reproduce" and before and each.outcome != before and each.purpose in _OF_THE_TARGET
        )
        if each.paths or is_news or each.purpose == "trial":
            lines.append(_line(each, state, clean))
        before = each.outcome
    return lines


class _Group(NamedTuple):
    """Runs in a row for the same purpose and with the same outcome, no edit between them."""

    purpose: WhyRun
    outcome: str
    first: int
    last: int
    paths: tuple[str, ...]
    """Edited before the first of them."""
    by: tuple[str, ...]


def _groups(state: SessionState, clean: Cleaner) -> Iterator[_Group]:
    edited, hands = _edits(state)
    over = [run for run in state.runs if run.is_over and not run.request.only_looks]
    grouped = groupby(
        over[-MAX_TOLD:],
        key=lambda run: (
            run.request.purpose,
            _outcome(run, state, clean),
            bool(edited.get(run.number - 1)) and run.number,
        ),
    )
    for (purpose, outcome, _), each in grouped:
        runs = list(each)
        first = runs[0].number
        paths = tuple(dict.fromkeys(edited.get(first - 1, ())))
        yield _Group(purpose, outcome, first, runs[-1].number, paths, tuple(hands.get(first - 1, ())))


def _line(each: _Group, state: SessionState, clean: Cleaner) -> str:
    numbers = f"#{each.first}" if each.first == each.last else f"#{each.first} to #{each.last}"
    saved = ", ".join(clean.code(path, 80) for path in each.paths[:4]) + (" …" if len(each.paths) > 4 else "")
    occasion = "" if each.purpose == "feedback" and each.paths else f" {PURPOSE_WORDS[each.purpose]}"
    trial = next((one for one in state.trials if one.run == each.first), None)
    if trial:
        occasion += f" ({clean.code(trial.trial.label, 160)})"
    after = (
        f"{',' if occasion else ''} after an edit of {saved}{_hands(each.by, clean)}" if each.paths else ""
    )
    return f"- {numbers}{occasion}{after}: {each.outcome}"


def _edits(state: SessionState) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return run before the edits → files, and → by whom: as they were saved, or else as they were read between two runs."""
    files: dict[int, list[str]] = {}
    hands: dict[int, list[str]] = {}
    for edit in state.edits:
        files.setdefault(edit.after_run, []).extend(edit.paths)
        hands.setdefault(edit.after_run, []).append(edit.by)
    for attempt in state.attempts:
        if attempt.is_edit and attempt.run - 1 not in files:
            files[attempt.run - 1], hands[attempt.run - 1] = list(attempt.paths), [attempt.by]
    return files, hands


def _hands(names: Sequence[str], clean: Cleaner) -> str:
    """Say whose edits they were, as soon as somebody else than the engineer had a hand in them."""
    if not any(names):
        return ""
    return " by " + " and ".join(
        clean.line(each, 60) if each else "the engineer" for each in dict.fromkeys(names)
    )


def _outcome(run: Run, state: SessionState, clean: Cleaner) -> str:
    if run.judged is None or run.report is None:
        return "no result"
    counts = run.report.counts
    if run.judged.outcome == "PASS":
        return f"passes, {counts.passed} passed" + (f", {counts.skipped} skipped" if counts.skipped else "")
    if not run.failing:
        return f"unresolved: {clean.code(run.judged.reason)}"
    first = run.failing[0]
    tests = f" and {len(run.failing) - 1} more" if len(run.failing) > 1 else ""
    if run.shows(state.reference) and not run.judged.remark:
        return f"fails, the same failure{tests}"
    same = run.judged.remark or "another failure"
    said = clean.code(f"{first.exception}: {first.message}", 160)
    return f"fails ({same}): {said}{tests}"


def _verification(state: SessionState, clean: Cleaner) -> list[str]:
    if state.verification is None:
        return []
    found = state.verification
    is_plain = found.asked == found.checks and not any(each.answered for each in found.checks)
    said = found.verdict if is_plain else clean.line(found.sentence)  # the lines below say the rest
    lines = [f"- Verification after #{state.verified_at_run}: {said}"]
    lines += [
        f"  - {'holds' if each.passed else 'missing'}: {clean.line(each.title)}"
        + (f" ({clean.line(each.figure)})" if each.figure else "")
        for each in state.verification.asked
    ]
    return lines


def _claim(each: Hypothesis, clean: Cleaner) -> str:
    numbers = ", ".join(f"#{run}" for run in each.runs)
    runs = f" (run{'s' if len(each.runs) > 1 else ''} {numbers})" if numbers else ""
    return f"H{each.id}{runs}: {clean.code(each.claim)}"


def ruled_out_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Tell closed hypotheses, cleared places and what was tried in one line each, and gates that were passed unmet."""
    closed = [each for each in state.hypotheses if each.verdict in {"REFUTED", "INCONCLUSIVE"}]
    one_liners = [
        f"- {(each.verdict or '').capitalize()}: {_claim(each, clean)}; {clean.code(each.reason, 200)}"
        for each in closed
    ]
    one_liners += [
        f"- Not the place: {clean.code(key, 160)}: {clean.code(why)}" for key, why in state.ruled_out.items()
    ]
    gates = [
        f"- Gate of step {clean.code(step, 60)} passed without being met: {clean.line(why)}"
        for step, why in state.overrides.items()
    ]
    detail = [f"- H{each.id} had predicted: {clean.code(each.prediction.text)}" for each in closed]
    tried = _tried_lines(state, purpose, clean)
    old, recent = tried[:-RECENT], tried[-RECENT:]
    return (
        _words(one_liners, "what was ruled out", Drop.RULED_OUT),
        Block(
            "\n".join(_skipped(state, old) + old[-MAX_OLD:]),
            drop=Drop.OLD_RUNS,
            what=f"{len(old)} lines of older runs",
        ),
        Block("\n".join(recent), drop=Drop.RULED_OUT, what="what was tried"),
        _words(gates, "overridden gates"),
        Block("\n".join(_loops(state, clean)), drop=Drop.RULED_OUT, what="loops noticed"),
        Block(
            "\n".join(detail),
            "the engineer's words",
            "engineer",
            Drop.CLOSED_HYPOTHESES,
            "detail of closed hypotheses",
        ),
    )


def _loops(state: SessionState, clean: Cleaner) -> list[str]:
    """Name the circles that were gone round: who reads this begins afresh and need not go round again."""
    loud = [each for each in state.notices[-3 * MAX_LOOPS :] if each.loop.level != "note"]
    standing = state.standing_loop
    ways = standing_ways(state, standing) if standing else ()
    lines = dict.fromkeys(
        f"- Noticed at #{each.loop.run}, {each.loop.pattern}: {clean.code(each.loop.sentence)}"
        + (f"; answered: {clean.line(each.answer, 120)}" if each.answer else "")
        for each in loud
    )
    return [
        *list(lines)[-MAX_LOOPS:],
        *(f"- Would break it now: {clean.code(each.sentence)}" for each in ways if each.kind != "write"),
    ]
