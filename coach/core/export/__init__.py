"""A session as a small, precise prompt: what is wrong, what is known, what was tried, and one question.

A pure function of the state: the same log gives the same text, byte for byte. Order of work: gather, make safe and take
secrets out, fence, and only then cut to the budget, so that no cut leaves half a secret behind.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from coach.core.base.test_id import TestId
from coach.core.base.text import safe_line
from coach.core.export.blocks import Block, Document, Section, joined, usual
from coach.core.export.budget import DEFAULT, LEAST, TIERS, estimate, fit
from coach.core.export.purpose import PURPOSES, Chosen, Purpose, chosen
from coach.core.export.quoting import Cleaner, mark_for, suspicious_lines
from coach.core.export.render import RENDERERS, Style, section_text
from coach.core.export.sections import sections_of
from coach.core.redact.redactor import Private, Redactor
from coach.core.session.state import SessionState

__all__ = ["DEFAULT", "LEAST", "PURPOSES", "TIERS", "Export", "Purpose", "Render", "Style", "export"]

Render = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class Export:
    """The text, and what a person should see before it leaves."""

    text: str
    tokens: int
    """Estimated, of the whole text; never above the budget."""
    redactions: tuple[tuple[str, int], ...]
    """(rule, values taken out)."""
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
    """Foreign lines that read like instructions."""
    digest: str
    purpose: Purpose = "cause"
    why: str = ""
    """Why that is asked."""
    costs: tuple[tuple[str, int], ...] = ()
    """(section, its tokens), the header first."""
    budget: int = DEFAULT
    """The ceiling."""


def names_of(state: SessionState) -> tuple[str, ...]:
    """Return the files and tests that the session speaks of. A test's parameters and a command's words are values."""
    failures = [each for run in state.runs if run.report for each in run.report.failures]
    files = {frame.path for each in failures for frame in each.frames if frame.own}
    files |= {each.path for each in state.suspects}
    files |= {each.path for each in state.changes.files} if state.changes else set()
    files |= set(state.pin.paths if state.pin else ())
    if not state.target.can("select"):
        return tuple(sorted(files))
    tests = {TestId(word).function for word in (*state.target.words, *(each.test for each in failures))}
    return tuple(sorted(files | tests | {test.file for test in tests}))


def export(  # noqa: PLR0913 - what is told, to whom, in which form
    state: SessionState,
    *,
    budget: int | None = None,
    style: Style = "markdown",
    purpose: Purpose | None = None,
    private: Private | None = None,
    render: Render | None = None,
) -> Export:
    """Return the session as context for an assistant or a colleague.

    Args:
        state: the session.
        budget: most tokens, by our estimate, at least ``LEAST``; None: ``DEFAULT``, and nothing hardly worth its tokens.
        style: the form.
        purpose: what the reader is asked to do; None: what the facts allow.
        private: what to take out besides what the rules recognise.
        render: another way to write the same blocks; ``style`` does not matter then.

    Raises:
        ValueError: the budget is too small for what is never left out.

    """
    if budget is not None and budget < LEAST:
        raise ValueError(f"an export needs at least {LEAST:,} tokens, not {budget:,}")
    redactor = Redactor(replace(private or Private(), names=names_of(state)))
    asked = Chosen(purpose, "it was asked for") if purpose else chosen(state)
    whole = _whole(state, asked.purpose, redactor, budget)
    text, fitted = _fitted(whole, render or RENDERERS[style])
    why = redactor.settle(redactor.clean(safe_line(asked.why, limit=300)))
    return _told(text, whole, fitted, Chosen(asked.purpose, why))


def _told(text: str, whole: Document, fitted: Document, asked: Chosen) -> Export:
    tokens = estimate(text)
    return Export(
        text=text,
        tokens=tokens,
        redactions=whole.redactions,
        left_out=fitted.left_out,
        warnings=suspicious_lines(whole.sections, whole.title),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
        purpose=asked.purpose,
        why=asked.why,
        costs=tuple(_costs(fitted, tokens)),
        budget=whole.budget,
    )


def _whole(state: SessionState, purpose: Purpose, redactor: Redactor, budget: int | None) -> Document:
    """Return everything that may be told, before it is cut to the budget."""
    clean = Cleaner(redactor, state.opened.checkout.root if state.opened else "")
    title, origin = _title(state, clean), _origin(state, clean)
    sections = tuple(_settled(each, redactor) for each in sections_of(state, purpose, clean))
    if budget is None:
        sections = usual(sections)
    return Document(
        title=redactor.settle(title),
        origin=redactor.settle(origin),
        mark=mark_for(_seed(state), sections),
        sections=sections,
        budget=budget or DEFAULT,
        tokens=budget or DEFAULT,
        redactions=redactor.counts,
    )


def _costs(document: Document, tokens: int) -> Iterator[tuple[str, int]]:
    """Yield what each section costs; what is left is the header with the rule how to read evidence."""
    costs = [(each.title, estimate(section_text(each, document.mark))) for each in joined(document.sections)]
    yield "header", max(0, tokens - sum(cost for _, cost in costs))
    yield from costs


def _seed(state: SessionState) -> str:
    return f"{state.opened.session if state.opened else ''}\0{state.seq}"


def _fitted(document: Document, render: Render) -> tuple[str, Document]:
    def trial(sections: tuple[Section, ...], left_out: tuple[str, ...]) -> str:
        return render(replace(document, sections=joined(sections), left_out=left_out))

    sections, left_out = fit(document.sections, document.budget, trial)
    fitted = replace(document, sections=sections, left_out=left_out)
    text = trial(sections, left_out)
    # The header names the size, and no size has more digits than the budget it was fitted with.
    sized = replace(fitted, sections=joined(sections), tokens=min(document.budget, estimate(text)))
    return render(sized), fitted


def _settled(section: Section, redactor: Redactor) -> Section:
    return replace(section, blocks=tuple(_settled_block(block, redactor) for block in section.blocks))


def _settled_block(block: Block, redactor: Redactor) -> Block:
    return replace(
        block,
        text=redactor.settle(block.text),
        shorter=tuple(redactor.settle(each) for each in block.shorter),
        usual=block.usual and redactor.settle(block.usual),
        source=redactor.settle(block.source),
    )


def _title(state: SessionState, clean: Cleaner) -> str:
    """Name what it is about in quotes: the words are a report's, or those of a test."""
    return f"Debugging context: {clean.code(state.spec.title or state.target.label, 80)}"


def _origin(state: SessionState, clean: Cleaner) -> str:
    opened = state.opened
    if opened is None:
        return "From coach; the session has no opening record."
    checkout = opened.checkout
    commit = f"begun on commit {clean.line(checkout.commit[:12], 40)}" if checkout.commit else "no git"
    return f"From coach {clean.line(opened.coach, 20)}, session {clean.line(opened.session, 60)}, {commit}."
