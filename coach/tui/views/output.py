"""Output of a run as lines. The text is the program's own; only well-known pytest marks get a role."""

from collections.abc import Iterable

from coach.core.base.formatting import count, seconds
from coach.core.base.test_id import TestId
from coach.core.base.text import SafeText, safe, safe_line
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.run import PURPOSE_WORDS, Run
from coach.core.session.state import SessionState
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Piece, Role, line, piece
from coach.tui.views.run_outcome import run_label, sign

MAX_LINES = 20_000
"""Lines of a finished run shown at once: its head and tail are what was kept anyway."""
LIVE_LINES = 400
"""Newest lines of a run under way: more than any screen is high."""


def nothing() -> tuple[Line, ...]:
    return (line("No output yet. ", key_of("run"), (" runs the target.", "dim")),)


def title(state: SessionState, run: Run) -> Line:
    mark, role = sign(run)
    figure = seconds(run.report.duration) if run.report else ""
    purpose = PURPOSE_WORDS[run.request.purpose]
    return line(
        (f"{mark} ", role),
        (f"#{run.number} ", "strong"),
        run_label(state, run),
        (f"  {purpose}" if purpose != run_label(state, run) else "", "dim"),
        figure=(figure, "dim"),
        fit="cut",
    )


def finished(state: SessionState, run: Run, text: str) -> tuple[Line, ...]:
    """Return the kept output of a run that is over."""
    kept = text.rstrip("\n") or (run.report.output.tail.rstrip("\n") if run.report else "")
    if not kept:
        return title(state, run), BLANK, line(("This run printed nothing.", "dim"))
    lines = safe(kept).split("\n")
    shown = lines[-MAX_LINES:]
    head = [title(state, run), BLANK]
    if len(lines) > len(shown):
        head.append(line((f"… {count(len(lines) - len(shown), 'earlier line')} not shown", "dim")))
    return (*head, *_lines(shown))


def live(state: SessionState, run: Run, snapshot: LiveSnapshot) -> tuple[Line, ...]:
    """Return the newest lines of the run under way."""
    head = [title(state, run), BLANK]
    if snapshot.dropped:
        head.append(
            line(
                (
                    f"… {count(snapshot.dropped, 'earlier line')}, kept in the output of the finished run",
                    "dim",
                )
            )
        )
    lines = [part for text in snapshot.lines for part in safe(text).split("\n")]
    return (*head, *_lines(lines)) if lines else (*head, line(("No output so far.", "dim")))


def progress(snapshot: LiveSnapshot) -> str:
    """Say how far the run under way has come."""
    if not snapshot.selected:
        return "starting"
    failed = f", {snapshot.failed} failed" if snapshot.failed else ""
    return f"{snapshot.finished:,}/{snapshot.selected:,}{failed}"


def running(state: SessionState, snapshot: LiveSnapshot, now: float) -> Line:
    """Say on one line what runs, how far it is, how fast, and how to stop it."""
    run = state.awaited_runs[-1]
    spent = max(0.0, now - run.started)
    said = [f"#{run.number} {PURPOSE_WORDS[run.request.purpose]}"]
    if snapshot.run == run.number and snapshot.selected:
        said.append(f"{snapshot.finished:,} of {count(snapshot.selected, 'test')}")
        if snapshot.failed:
            said.append(
                f"{snapshot.failed} failed" + (f": {safe_line(snapshot.failure)}" if snapshot.failure else "")
            )
        if spent >= 1 and snapshot.finished >= spent and not snapshot.silent:
            said.append(f"{snapshot.finished / spent:,.0f} tests/s")
    if snapshot.run == run.number and snapshot.silent:
        test = safe_line(TestId(snapshot.current_test).name)
        said.append(f"silent {snapshot.silent} s" + (f" in {test}" if test else ""))
    said.append(f"{spent:.0f} s" if spent < 60 else seconds(spent))
    return line(
        (" ◌ ", "accent"),
        " · ".join(said),
        figure=(key_of("cancel"), piece(" stops it ", "dim")),
        fit="cut",
    )


def _lines(texts: Iterable[str]) -> list[Line]:
    return [Line((Piece(SafeText(text), _role(text)),), fit="long") for text in texts]


def _role(text: str) -> Role:
    if text.startswith(("E  ", "FAILED ", "ERROR ")):
        return "bad"
    if text.startswith("> "):
        return "strong"
    if text.startswith(("====", "____", "----", "_ _ ")):
        return "dim"
    return "plain"
