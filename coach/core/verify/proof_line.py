"""The lines of a verification, as they are put together: held by runs, by a person's answer, or not asked at all."""

from collections.abc import Iterable

from coach.core.base.text import safe_line
from coach.core.runs.run import Run
from coach.core.session.state import SessionState
from coach.core.verify.verification import Objection, VerificationCheck

MAX_OBJECTIONS = 50


def line(  # noqa: PLR0913 - the fields of one line
    name: str,
    title: str,
    figure: str,
    *,
    passed: bool,
    runs: tuple[int, ...] = (),
    objections: tuple[Objection, ...] = (),
) -> VerificationCheck:
    return VerificationCheck(
        name=name, title=title, passed=passed, figure=figure, runs=runs, objections=objections
    )


def not_asked(name: str, title: str, reason: str) -> VerificationCheck:
    """Return a line that this kind of target cannot give: it neither passes nor blocks."""
    return VerificationCheck(
        name=name, title=title, passed=True, asked=False, figure=f"not asked: {safe_line(reason)}"
    )


def objection(state: SessionState, check: str, key: str, text: str) -> Objection:
    return Objection(key=key, text=text, answer=state.answers.get((check, key), ""))


def objected(  # noqa: PLR0913, PLR0917 - the fields of one line
    state: SessionState,
    name: str,
    title: str,
    figure: str,
    found: Iterable[tuple[str, str]],
    runs: tuple[int, ...] = (),
) -> VerificationCheck:
    """Return a line that does not hold for these reasons (key, text), unless a person answered each of them."""
    kept: dict[str, str] = {}
    for key, text in found:
        kept.setdefault(key, text)
    unique = list(kept.items())
    objections = tuple(objection(state, name, key, text) for key, text in unique[:MAX_OBJECTIONS])
    holds = len(unique) <= MAX_OBJECTIONS and all(each.answer for each in objections)
    if holds:
        figure = f"{figure}; fine: {safe_line(objections[0].answer)}"
    return line(name, title, figure, passed=holds, runs=runs, objections=objections)


def answerable(  # noqa: PLR0913 - the fields of one line
    state: SessionState, name: str, key: str, title: str, figure: str, *, held: bool, run: Run | None
) -> VerificationCheck:
    """Return a line with one run behind it. Its only objection is that it does not hold; the figure has the answer."""
    numbers = (run.number,) if run else ()
    if held:
        return line(name, title, figure, passed=True, runs=numbers)
    return objected(state, name, title, figure, [(key, f"{key}: {figure}")], numbers)
