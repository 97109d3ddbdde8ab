"""The story as one HTML page that needs nothing else: no network, no script, readable on paper and by keyboard.

Every text of the session goes through ``Words``: secrets out, made safe, escaped.
"""

from html import escape

from coach.core.base.formatting import clock, count, day, elapsed, seconds
from coach.core.base.symbols import VERDICTS, Role
from coach.core.export.quoting import Cleaner
from coach.core.loops.attempt import attempt_words
from coach.core.reports.drill_part import drill_part
from coach.core.reports.html_document import Words, bar, document, table
from coach.core.reports.model import Moment, Story, Try
from coach.core.reports.notice_outcomes import WINDOW, outcome_words
from coach.core.reports.parts import part_as_html
from coach.core.reports.plots import effort_plot, failing_plot, steps_plot
from coach.core.runs.changes import FileChange

MAX_DIFF_LINES = 400
_KINDS = {"+": "add", "-": "del"}
_ENDINGS: dict[str, tuple[str, Role]] = {
    "verified": ("✔ verified", "good"),
    "partial": ("◐ partial", "warn"),
    "abandoned": ("○ abandoned", "dim"),
    "open": ("● still open", "accent"),
}
_OUTCOMES: dict[str, tuple[str, Role]] = {
    "passed": ("✔", "good"),
    "the same failure": ("✘", "bad"),
    "another failure": ("✘", "bad"),
    "unresolved": ("◐", "warn"),
    "not run": ("○", "dim"),
}


def page(story: Story, clean: Cleaner) -> str:
    """Return the page. ``clean`` takes out what must not leave this machine."""
    words, drill = Words(clean), drill_part(story.state)
    sections = [
        ("story", "What happened", _summary(story, words)),
        ("timeline", "Timeline", _timeline(story, words)),
        ("attempts", f"Attempts ({len(story.tries)})", _attempts(story, words)),
        ("hypotheses", "Hypotheses", _hypotheses(story, words)),
        ("loops", "Going round in circles", _loops(story, words)),
        ("proof", "Verification", _proof(story, words)),
        ("drill", words.line(drill.title), part_as_html(drill, clean)),
    ]
    return document(words.line(story.title, 120), _head(story, words), sections, _foot(story, words))


def _head(story: Story, words: Words) -> str:
    state, opened = story.state, story.state.opened
    label, role = _ENDINGS.get(story.ending, (escape(story.ending), "dim"))
    place = opened.checkout if opened else None
    said = [day(state.opened_at), f"{elapsed(story.figures.seconds)} at work", count(len(state.runs), "run")]
    if place and place.commit:
        said.append(f"on {words.code(place.branch or 'detached', 60)} at {words.code(place.commit[:9])}")
    imported = f" · imported from {words.line(story.imported, 80)}" if story.imported else ""
    return (
        f"{bar('debugging report')}"
        f'<h1>{words.line(story.title, 200)}</h1><p><span class="badge {role}">{label}</span></p>'
        f'<p class="meta">{words.code(state.target.label)}</p><p class="meta">{" · ".join(filter(None, said))}{imported}</p>'
    )


def _foot(story: Story, words: Words) -> str:
    opened = story.state.opened
    if opened is None:
        return ""
    python = f"Python {words.line(opened.interpreter.version, 20)}, pytest {words.line(opened.interpreter.pytest, 20)}"
    machine = words.line(opened.platform, 60)
    return (
        f"<footer>Session {words.line(opened.session, 60)} · {python} · {machine} · coach {words.line(opened.coach, 20)}. "
        "Names, messages and diffs are taken from the project as they were; secrets that could be recognised are taken out."
        "</footer>"
    )


def _summary(story: Story, words: Words) -> str:
    state = story.state
    parts = []
    if state.root_cause:
        parts.append(
            f'<div class="card cause"><h3>Root cause</h3><p>{words.line(state.root_cause, 2_000)}</p></div>'
        )
    elif state.closed is None:
        parts.append('<p class="dim">The root cause is not written yet.</p>')
    said = [("Expected", state.spec.expected), ("Actual", state.spec.actual)]
    cards = "".join(
        f'<div class="card"><h3>{name}</h3><p>{words.line(text, 1_000)}</p></div>'
        for name, text in said
        if text
    )
    parts.append(f'<div class="two" style="margin-top:.9rem">{cards}</div>' if cards else "")
    failure = state.last_failure
    if failure:
        first = failure.failing[0]
        place = f" in {words.code(first.place)}" if first.place else ""
        parts.append(f"<p>Failed with {words.code(f'{first.exception}: {first.message}')}{place}.</p>")
    parts += [_figures(story), _plots(story, words)]
    return "".join(parts)


def _figures(story: Story) -> str:
    figures = story.figures
    rank = f"no. {figures.fix_rank} of {figures.suspects}" if figures.fix_rank else ""
    rows = [
        ("reproduced after", _span(figures.reproduced)),
        ("failing test after", _span(figures.test)),
        ("cause after", _span(figures.cause)),
        ("proven after", _span(figures.fixed)),
        ("attempts", f"{figures.attempts}" if figures.attempts else ""),
        ("hypotheses", f"{figures.hypotheses}, {figures.refuted} refuted" if figures.hypotheses else ""),
        ("lines taken back", f"{figures.reworked} of {figures.changed}" if figures.changed else ""),
        ("fix among suspects", rank),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows if value)
    return f'<dl class="figures">{shown}</dl>' if shown else ""


def _span(at: float | None) -> str:
    """Say a span: below a minute to the second, then as long as a meeting is."""
    return "" if at is None else seconds(at) if at < 60 else elapsed(at)


def _plots(story: Story, words: Words) -> str:
    steps = [(words.line(title, 14), spent, _span(spent)) for title, spent in story.figures.steps]
    plots = [
        (failing_plot(story.points), "Tests failing in each run of the target"),
        (steps_plot(steps), "Time at work in each step"),
        (effort_plot(story.points), "Attempts (line) against hypotheses (dashed)"),
    ]
    shown = "".join(
        f'<figure class="card">{plot}<figcaption>{caption}</figcaption></figure>'
        for plot, caption in plots
        if plot
    )
    return f'<div class="two" style="margin-top:1rem">{shown}</div>' if shown else ""


def _timeline(story: Story, words: Words) -> str:
    more = f'<li class="dim">… {story.left_out:,} earlier events are left out</li>' if story.left_out else ""
    return f'<ol class="time">{more}{"".join(_moment(each, words) for each in story.moments)}</ol>'


def _moment(each: Moment, words: Words) -> str:
    sign, role, text = each.said
    kind = ' class="step"' if text.startswith("step ") else ""
    return (
        f'<li{kind}><time>{clock(each.at)}</time> <span class="{role}" aria-hidden="true">{escape(sign)}</span> '
        f"<span>{words.line(text)}</span></li>"
    )


def _attempts(story: Story, words: Words) -> str:
    return "".join(_try(each, words) for each in story.tries)


def _try(each: Try, words: Words) -> str:
    sign, role = _OUTCOMES[each.outcome]
    attempt = each.attempt
    paths = ", ".join(words.code(path, 80) for path in attempt.paths[:4]) + (
        " …" if len(attempt.paths) > 4 else ""
    )
    tested = "".join(
        f'<p class="dim">tests H{one.id}: {words.line(one.claim)}</p>' for one in each.hypotheses
    )
    found = "".join(f'<p class="warn">⚠ {words.line(one.text)}</p>' for one in attempt.findings)
    fix = ' <span class="badge good">the fix</span>' if each.is_fix else ""
    files = "".join(_file(file, words) for file in attempt.changes.files)
    return (
        f'<details{" open" if each.is_fix else ""}><summary><span class="{role}">{sign}</span> run #{attempt.run}: {each.outcome}'
        f'{fix} <span class="dim">· {words.line(attempt_words(attempt), 120)} ·</span> {paths}</summary>'
        f"<div>{tested}{found}{files or '<p>No difference was kept.</p>'}</div></details>"
    )


def _file(file: FileChange, words: Words) -> str:
    rows: list[str] = []
    for hunk in file.hunks:
        rows.append(_row(f"@@ line {hunk.new_start} {words.line(hunk.heading, 120)}", "at"))
        rows += [_row(line, _KINDS.get(line[:1], "")) for line in words.text(hunk.text).split("\n")]
    if len(rows) > MAX_DIFF_LINES:
        rows[MAX_DIFF_LINES:] = [_row(f"… {len(rows) - MAX_DIFF_LINES:,} more lines", "at")]
    body = f"<pre>{''.join(rows)}</pre>" if rows else ""
    return f'<h3>{words.code(file.path)} <span class="dim">{escape(file.change)}</span></h3>{body}'


def _row(line: str, kind: str) -> str:
    """Return a line of a diff; its newline is drawn where rows are no blocks, and adds none where they are."""
    named = f' class="{kind}"' if kind else ""
    return f"<span{named}>{line}\n</span>"


def _hypotheses(story: Story, words: Words) -> str:
    rows = []
    for each in story.state.hypotheses:
        sign, role = VERDICTS[each.verdict]
        verdict = f'<span class="{role}">{sign} {(each.verdict or "open").lower()}</span>'
        runs = ", ".join(f"#{run}" for run in each.runs)
        rows.append(
            (
                f"H{each.id}",
                words.line(each.claim),
                words.line(each.prediction.text),
                verdict,
                words.line(each.reason),
                runs,
            )
        )
    return table(("", "Claim", "Prediction", "Verdict", "Seen", "Runs"), rows)


def _loops(story: Story, words: Words) -> str:
    rows = [
        (
            clock(each.at),
            words.line(each.loop.pattern.replace("-", " ")),
            words.line(each.loop.sentence),
            "<br>".join(words.line(way.sentence) for way in each.loop.ways),
            words.line(each.answer) or "nothing was done about it",
            outcome_words(outcome),
        )
        for each, outcome in zip(story.state.notices, story.figures.notices, strict=False)
    ]
    return table(("At", "Pattern", "Seen", "Offered", "What ended it", f"Within {WINDOW} runs"), rows)


def _proof(story: Story, words: Words) -> str:
    found = story.state.verification
    if found is None:
        return '<p class="dim">Nobody verified a fix.</p>'
    rows = [
        (
            '<span class="good">✔ holds</span>' if each.passed else '<span class="warn">◐ missing</span>',
            words.line(each.title),
            words.line(each.figure),
            ", ".join(f"#{run}" for run in each.runs),
        )
        for each in found.asked
    ]
    told = f"<p>{words.line(found.sentence)}.</p>"
    confirmed = "<p>✔ A person looked at this and agreed.</p>" if story.state.is_confirmed else ""
    return told + table(("", "Check", "Figure", "Runs"), rows) + confirmed
