"""Drafts of what is written at the end, made of the log alone: a commit message, and a docstring for the regression test."""

import textwrap

from coach.core.base.text import safe, safe_line
from coach.core.session.state import SessionState
from coach.core.verify.conclusion import QUESTIONS

WIDTH = 72
_SUBJECT = 60


def commit_message(state: SessionState) -> str:
    """Return a message in git's shape: a subject, the cause, and the evidence with its run numbers."""
    parts = [_subject(state), *_cause(state), *_evidence(state)]
    lesson = safe_line(state.closing.lesson)
    if lesson:
        parts.append(_wrapped(f"Lesson: {lesson}"))
    answers = [
        f"- {QUESTIONS[name]} {safe_line(text)}"
        for name, text in state.closing.answers.items()
        if name in QUESTIONS
    ]
    if answers:
        parts.append("\n".join(_wrapped(each, "  ") for each in answers))
    return "\n\n".join(part for part in parts if part)


def _subject(state: SessionState) -> str:
    title = safe_line(state.spec.title)
    if not title and state.last_failure:
        first = state.last_failure.failing[0]
        title = safe_line(f"{first.exception}: {first.message}" if first.message else first.exception)
    return f"Fix {title or safe_line(state.target.label)}"[:_SUBJECT].rstrip()


def _cause(state: SessionState) -> list[str]:
    found = [_wrapped(safe_line(line)) for line in safe(state.root_cause).splitlines() if line.strip()]
    if state.spec.says_what_is_wrong:
        found.append(
            _wrapped(f"Expected: {safe_line(state.spec.expected)}. It was: {safe_line(state.spec.actual)}.")
        )
    return found


def _evidence(state: SessionState) -> list[str]:
    lines = []
    measured = state.reproduced
    if measured:
        lines.append(f"It failed in {measured.failures} of {measured.runs} cold runs before.")
    if state.pin:
        lines.append(f"Regression test: {safe_line(state.pin.test)}")
    if state.verification:
        shown = state.verification
        lines.append(f"Verification: {shown.figure} checks hold; {safe_line(shown.sentence)}.")
        lines += [f"Not shown: {each.title} ({safe_line(each.figure)})." for each in shown.missing]
    refuted = [f"- {safe_line(each.claim)}" for each in state.hypotheses if each.is_eliminated]
    if refuted:
        lines += ["Ruled out on the way:", *refuted]
    return ["\n".join(_wrapped(each, "  ") for each in lines)] if lines else []


def docstring_of_test(state: SessionState) -> str:
    """Return a docstring for the regression test: what must hold, and which defect it keeps away."""
    expected = safe_line(state.spec.expected) or "This holds"
    lines = [f'"""{_sentence(expected)}']
    actual = safe_line(state.spec.actual)
    cause = safe_line(state.closing.cause.what or state.root_cause.partition("\n")[0])
    rest = [f"It once did not: {_sentence(actual)}"] if actual else []
    rest += [f"The cause: {_sentence(cause)}"] if cause else []
    if rest:
        lines += ["", *(_wrapped(each) for each in rest), '"""']
        return "\n".join(lines)
    return f'{lines[0]}"""'


def _sentence(text: str) -> str:
    text = text.replace('"""', "'''").replace("\\", "/").strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
