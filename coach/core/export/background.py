"""What is known beyond the current failure: changes, runs, hypotheses, what was ruled out.

Facts carry run numbers and stand apart from hypotheses; what was eliminated is kept as one line each, so that a fresh
reader does not propose it again.
"""

from collections.abc import Sequence
from itertools import groupby

from coach.core.experiments.hypothesis import Hypothesis
from coach.core.export.blocks import Block, Drop
from coach.core.export.quoting import Cleaner
from coach.core.runs.changes import FileChange
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.session.state import SessionState
from coach.core.session.suspect_list import describe_standing

RECENT = 6
"""Lines of runs that count as recent; older ones are the first to go."""
MAX_OLD = 60
MAX_EARLIER = 20
MAX_TOLD = 400
"""Runs that are looked at: nobody's budget holds more of them, and a session may have thousands."""
MAX_LISTED = 10
MAX_LOOPS = 4


def changes_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Hunks since the last pass, the most recently edited file first: a cut takes the older ones."""
    around = Block(clean.line(state.changed_around, 400), "installed versions and variables", "repository")
    changes = state.changes
    if changes is None or not changes.files:
        return (around,)
    last_edit = {path: edit.at for edit in state.edits for path in edit.paths}
    files = sorted(changes.files, key=lambda each: (-last_edit.get(each.path, 0.0), each.path))
    parts = [_file(each) for each in files]
    if changes.left_out:
        parts.append(f"… {changes.left_out} more files with large differences …")
    label = clean.line(changes.label or "the last pass", 80)
    whole = Block(
        clean.text("\n".join(parts)),
        f"git, since {label}",
        "repository",
        Drop.DIFF_TAIL,
        "the diff's tail",
        "diff",
    )
    return (around, whole)


def _file(file: FileChange) -> str:
    lines = [f"--- {file.path} ({file.change})"]
    for hunk in file.hunks:
        lines.append(
            f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@ {hunk.heading}".rstrip()
        )
        lines.append(hunk.text)
    return "\n".join(lines)


def facts_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Tell runs and verification as facts, then hypotheses that still stand, then the engineer's notes."""
    lines = _run_lines(state, clean)
    old, recent = lines[:-RECENT], lines[-RECENT:]
    supported = [each for each in state.hypotheses if each.verdict == "SUPPORTED"]
    before = [
        f"- Before the session: {clean.code(each.sentence, 160)}" for each in state.earlier[-MAX_EARLIER:]
    ]
    return (
        Block("\n".join(before), drop=Drop.OLD_RUNS, what="what happened before the session"),
        Block(
            "\n".join(_skipped(state, old) + old[-MAX_OLD:]),
            drop=Drop.OLD_RUNS,
            what=f"{len(old)} lines of older runs",
        ),
        Block("\n".join(recent), drop=Drop.THE_REST, what="recent runs"),
        Block("\n".join(_verification(state, clean)), drop=Drop.THE_REST, what="verification"),
        Block("\n".join(_ranked(state, clean)), drop=Drop.THE_REST, what="the list of suspects"),
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


def _ranked(state: SessionState, clean: Cleaner) -> list[str]:
    """Name the standing suspects and why they are; their code comes further below."""
    standing = describe_standing(state)
    if not standing:
        return []
    lines = [f"- Suspects from run #{state.suspects_run}, best first (a ranking, not a finding):"]
    lines += [
        f"  {place}. {clean.code(each.named, 160)}"
        + (f": {clean.line('; '.join(each.why), 160)}" if each.why else "")
        for place, each in enumerate(standing[:MAX_LISTED], 1)
    ]
    more = len(standing) - MAX_LISTED
    return [*lines, f"  … and {more} more"] if more > 0 else lines


def _words(lines: Sequence[str], what: str) -> Block:
    return Block("\n".join(lines), "the engineer's words", "engineer", Drop.THE_REST, what)


def _run_lines(state: SessionState, clean: Cleaner) -> list[str]:
    """One line per run, equal neighbours as one."""
    edited, hands = _edits(state)
    lines = []
    over = [run for run in state.runs if run.is_over and not run.request.only_looks]
    groups = groupby(
        over[-MAX_TOLD:],
        key=lambda run: (
            run.request.purpose,
            _outcome(run, state, clean),
            bool(edited.get(run.number - 1)) and run.number,
        ),
    )
    for (purpose, outcome, _), grouped in groups:
        runs = list(grouped)
        numbers = f"#{runs[0].number}" if len(runs) == 1 else f"#{runs[0].number} to #{runs[-1].number}"
        paths = list(dict.fromkeys(edited.get(runs[0].number - 1, ())))
        saved = ", ".join(clean.code(path, 80) for path in paths[:4]) + (" …" if len(paths) > 4 else "")
        occasion = "" if purpose == "feedback" and paths else f" {PURPOSE_WORDS[purpose]}"
        by = _hands(hands.get(runs[0].number - 1, ()), clean)
        after = f"{',' if occasion else ''} after an edit of {saved}{by}" if paths else ""
        lines.append(f"- {numbers}{occasion}{after}: {outcome}")
    return lines


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
    same = "the same failure" if run.shows(state.reference) else "another failure"
    if run.judged.remark:
        same = run.judged.remark
    tests = f" and {len(run.failing) - 1} more" if len(run.failing) > 1 else ""
    return f"fails ({same}): {clean.code(f'{first.exception}: {first.message}', 160)}{tests}; {counts.passed} passed"


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


def ruled_out_blocks(state: SessionState, clean: Cleaner) -> tuple[Block, ...]:
    """Tell closed hypotheses and suspects in one line each, their detail, and gates that were passed unmet."""
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
    return (
        _words(one_liners, "what was ruled out"),
        _words(gates, "overridden gates"),
        Block("\n".join(_loops(state, clean)), drop=Drop.THE_REST, what="loops noticed"),
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
    lines = dict.fromkeys(
        f"- Noticed at #{each.loop.run}, {each.loop.pattern}: {clean.code(each.loop.sentence)}"
        + (f"; answered: {clean.line(each.answer, 120)}" if each.answer else "")
        for each in loud
    )
    return list(lines)[-MAX_LOOPS:]
