"""The story as Markdown, for a pull request or a wiki. Foreign text stands in code spans and fences it cannot close."""

from coach.core.base.formatting import clock, day, elapsed, seconds
from coach.core.export.quoting import Cleaner, code_fence
from coach.core.loops.attempt import attempt_words
from coach.core.reports.drill_part import drill_part
from coach.core.reports.markdown_text import plain
from coach.core.reports.model import Story, Try
from coach.core.reports.notice_outcomes import outcome_words
from coach.core.reports.parts import part_as_markdown

MAX_MOMENTS = 200


def markdown(story: Story, clean: Cleaner) -> str:
    """Return the document. ``clean`` takes out what must not leave this machine."""
    state = story.state
    lines = [f"# {clean.code(story.title, 160)}", ""]
    lines += [
        f"**{story.ending}** · {clean.code(state.target.label)} · {day(state.opened_at)} · {elapsed(story.figures.seconds)} at work"
    ]
    if story.imported:
        lines += ["", f"Imported from {clean.code(story.imported, 80)}."]
    for name, text in (
        ("Root cause", state.root_cause),
        ("Expected", state.spec.expected),
        ("Actual", state.spec.actual),
    ):
        if text:
            lines += ["", f"**{name}:** {plain(clean, text, 1_000)}"]
    if state.last_failure:
        first = state.last_failure.failing[0]
        lines += ["", f"**Failed with:** {clean.code(f'{first.exception}: {first.message}')}"]
    for section in (
        _figures(story),
        _timeline(story, clean),
        _attempts(story, clean),
        _hypotheses(story, clean),
    ):
        lines += section
    return "\n".join([*lines, *_loops(story, clean), *_proof(story, clean), *_drill(story, clean), ""])


def _drill(story: Story, clean: Cleaner) -> list[str]:
    part = drill_part(story.state)
    return (
        []
        if part.is_empty
        else ["", f"## {plain(clean, part.title, 200)}", "", *part_as_markdown(part, clean)]
    )


def _figures(story: Story) -> list[str]:
    figures = story.figures
    spans = {
        "reproduced": figures.reproduced,
        "failing test": figures.test,
        "cause": figures.cause,
        "proven": figures.fixed,
    }
    said = [f"{name} after {seconds(at)}" for name, at in spans.items() if at is not None]
    said += [f"{figures.attempts} attempts", f"{figures.hypotheses} hypotheses ({figures.refuted} refuted)"]
    said += [f"{figures.reworked} of {figures.changed} lines taken back"] if figures.changed else []
    return ["", "; ".join(said) + "."]


def _timeline(story: Story, clean: Cleaner) -> list[str]:
    lines = ["", "## Timeline", ""]
    left_out = story.left_out + max(0, len(story.moments) - MAX_MOMENTS)
    if left_out:
        lines.append(f"- … {left_out:,} earlier events are left out")
    for each in story.moments[-MAX_MOMENTS:]:
        sign, _, text = each.said
        lines.append(f"- {clock(each.at)} {sign} {plain(clean, text, 240)}")
    return lines


def _attempts(story: Story, clean: Cleaner) -> list[str]:
    lines = ["", "## Attempts"] if story.tries else []
    for each in story.tries:
        lines += ["", f"### Run #{each.attempt.run}: {each.outcome}{', the fix' if each.is_fix else ''}", ""]
        lines += [plain(clean, attempt_words(each.attempt), 160)]
        lines += [f"- tests H{one.id}: {plain(clean, one.claim, 300)}" for one in each.hypotheses]
        lines += _diff(each, clean)
    return lines


def _diff(each: Try, clean: Cleaner) -> list[str]:
    patch: list[str] = []
    for file in each.attempt.changes.files:
        patch.append(f"--- {file.path} ({file.change})")
        for hunk in file.hunks:
            head = (
                f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@ {hunk.heading}"
            )
            patch += [head.rstrip(), hunk.text]
    text = clean.text("\n".join(patch))
    fence = code_fence(text)
    return ["", f"{fence}diff", text, fence] if text else []


def _hypotheses(story: Story, clean: Cleaner) -> list[str]:
    lines = ["", "## Hypotheses", ""] if story.state.hypotheses else []
    for each in story.state.hypotheses:
        reason = f" {plain(clean, each.reason, 300)}" if each.reason else ""
        lines.append(
            f"- H{each.id} **{(each.verdict or 'open').lower()}**: {plain(clean, each.claim, 300)}.{reason}"
        )
    return lines


def _loops(story: Story, clean: Cleaner) -> list[str]:
    lines = ["", "## Going round in circles", ""] if story.state.notices else []
    for each, outcome in zip(story.state.notices, story.figures.notices, strict=False):
        answer = each.answer or "nothing was done about it"
        lines.append(
            f"- {each.loop.pattern.replace('-', ' ')}: {plain(clean, each.loop.sentence, 300)} ({plain(clean, answer, 120)}; "
            f"{outcome_words(outcome)})"
        )
        lines += [f"  - offered: {plain(clean, way.sentence, 300)}" for way in each.loop.ways]
    return lines


def _proof(story: Story, clean: Cleaner) -> list[str]:
    found = story.state.verification
    if found is None:
        return []
    lines = ["", f"## Verification: {found.verdict}", "", f"{plain(clean, found.sentence, 600)}.", ""]
    lines += [
        f"- [{'x' if each.passed else ' '}] {plain(clean, each.title, 200)}: {plain(clean, each.figure, 200)}"
        for each in found.asked
    ]
    return [*lines, "", "A person looked at this and agreed."] if story.state.is_confirmed else lines
