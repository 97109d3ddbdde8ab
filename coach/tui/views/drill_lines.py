"""A drill that a person plays: its clock in the header, what is asked and what hints cost, and the debrief when it is over."""

from coach.core.base.formatting import count
from coach.core.drill.debrief import Debrief, EvidencePath
from coach.core.drill.ended import is_over
from coach.core.drill.hints import hints_of
from coach.core.drill.score import HINT_POINTS, POINTS, Score, ScoreLine
from coach.core.session.entries import DrillPlay
from coach.core.session.state import SessionState
from coach.tui.views.diff import file_lines
from coach.tui.views.key_name import key_of
from coach.tui.views.line import BLANK, Line, Role, elastic, heading, line, paragraphs, piece
from coach.tui.views.link import Open

_SIGNS: dict[str, tuple[str, Role]] = {
    "met": ("✔", "good"),
    "not met": ("✘", "bad"),
    "not judged": ("○", "dim"),
}
_HINT_KEYS = (
    ("spectrum", "suspects: the lines it runs, against those of tests that pass"),
    ("mutants", "mutations: small changes that turn it green"),
    ("calls", "divergence: where its calls part from those of a test that passes"),
    ("origins", "origin: which places made the wrong value"),
)


def drill_clock(state: SessionState, played: float) -> str:
    """Return the clock of a drill with what hints cost so far; when it is over, its score. ``played``: seconds."""
    drill = state.drill
    assert drill is not None
    if drill.scored:
        return f"drill {drill.scored.score.percent} % in {minutes(played)}"
    if drill.is_of_person and is_over(state):
        return f"drill {minutes(played)} · being graded"
    hints = len(hints_of(state.runs)) if drill.is_of_person else 0
    cost = f" · {count(hints, 'hint')} −{hints * HINT_POINTS}" if hints else ""
    return f"drill {minutes(played)}{cost}"


def minutes(seconds: float) -> str:
    """Return a time as a clock shows it: ``4:05``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def drill_title(state: SessionState) -> str:
    drill = state.drill
    assert drill is not None
    name = f"Drill {drill.began.set}/{drill.began.number}"
    return f"{name}: {drill.scored.score.percent} %" if drill.scored else name


def drill_lines(state: SessionState, played: float) -> tuple[Line, ...]:
    """Return what a drill asks, or its debrief. ``played``: seconds."""
    drill = state.drill
    assert drill is not None
    if drill.scored is None:
        return _playing(state, drill, played)
    lines = [*_score(drill.scored.score, played)]
    if drill.debrief:
        lines += [BLANK, *_answer(drill.debrief), BLANK, *_paths(drill.debrief)]
    return tuple(lines)


def _playing(state: SessionState, drill: DrillPlay, played: float) -> tuple[Line, ...]:
    hints = hints_of(state.runs)
    used = f"{', '.join(hints)}: −{len(hints) * HINT_POINTS} points" if hints else "none"
    return (
        *_task(drill.began.task),
        BLANK,
        line(("time   ", "dim"), minutes(played)),
        line(("hints  ", "dim"), used, hang=7),
        BLANK,
        heading(f"Hints: coach measures when you ask for it, each −{HINT_POINTS} points"),
        *(line("  ", key_of(action), f" {said}") for action, said in _HINT_KEYS),
        line(("  Runs, logpoints, trials and reading cost nothing.", "dim")),
        BLANK,
        heading("How it ends"),
        line(
            "  ",
            key_of("root-cause"),
            " writes the cause; its field “where” is judged: FILE FUNCTION",
            hang=4,
        ),
        line("  ", key_of("verify"), " verifies: verified, and the cause written, it is graded", hang=4),
        line("  ", key_of("close"), " closes: it is graded as it is", hang=4),
    )


def _task(task: str) -> list[Line]:
    """Return the task, whose Markdown is little: headings, and marks around what is quoted."""
    lines: list[Line] = []
    for each in task.replace("`", "").strip().split("\n"):
        if each.startswith("#"):
            lines.append(heading(each.lstrip("# ")))
        elif each.strip():
            lines += paragraphs(each)
    return lines


def _score(score: Score, played: float) -> list[Line]:
    lines = [_score_line(each) for each in score.lines]
    hints = score.effort.hints
    if hints:
        lines.append(line(("✘ ", "bad"), "hints", figure=(f"−{len(hints) * HINT_POINTS}", "bad"), fit="cut"))
        lines.append(line("    ", (", ".join(hints), "dim"), hang=4))
    effort = score.effort
    took = [
        minutes(played),
        count(effort.runs, "run") if effort.runs is not None else "",
        count(effort.attempts, "attempt") if effort.attempts is not None else "",
        f"{count(effort.files, 'file')} touched" if effort.files is not None else "",
    ]
    return [
        heading("Score", (f"{score.percent} %", "strong")),
        *lines,
        line((" · ".join(filter(None, took)), "dim")),
    ]


def _score_line(each: ScoreLine) -> Line:
    sign, role = _SIGNS[each.judged]
    points = POINTS[each.name]
    met = (
        f"{points if each.judged == 'met' else 0} of {points}"
        if each.judged != "not judged" and points
        else ""
    )
    return line((f"{sign} ", role), f"{each.name:<13} ", (each.said, "dim"), figure=(met, "dim"), hang=16)


def _answer(debrief: Debrief) -> list[Line]:
    lines = [heading("The cause")]
    for cause in debrief.causes:
        first = cause.lines[0] if cause.lines else 0
        place = f"{cause.path}:{first}" if first else cause.path
        lines.append(
            line("  ", elastic(place, "strong", Open(cause.path, first)), f" {cause.function}", fit="cut")
        )
    lines += [BLANK, heading("The fix")]
    return lines + [part for each in debrief.fix.files for part in file_lines(each)[1:]]


def _paths(debrief: Debrief) -> list[Line]:
    lines = [heading("The shortest path that the evidence allowed")]
    if not debrief.is_measured:
        return [
            *lines,
            line(("  ◌ ", "accent"), "being measured: which evidence names the right function first"),
        ]
    if debrief.why_not:
        return [*lines, line(("  not measured: ", "warn"), debrief.why_not, hang=4)]
    shortest = debrief.shortest
    lines.append(line("  ", (_shortest_words(shortest), "strong"), hang=2))
    lines += [_path(each, is_shortest=each == shortest) for each in debrief.paths]
    return lines


def _shortest_words(shortest: EvidencePath | None) -> str:
    if shortest is None:
        return "no evidence of coach's puts the right function first: it had to be read or looked at."
    if not shortest.hints:
        return "the traceback alone names the right function first: no hint was needed."
    cost = len(shortest.hints) * HINT_POINTS
    return f"{' and '.join(shortest.hints)} would have named the right function first, for {cost} points."


def _path(each: EvidencePath, *, is_shortest: bool) -> Line:
    name = " + ".join(each.hints) or "traceback"
    where = "first" if each.names_it else f"place {each.rank}" if each.rank else "not among the suspects"
    role: Role = "good" if each.names_it else "dim"
    took = f"{each.seconds:.1f} s" if each.hints else ""
    pointer = piece("▸ " if is_shortest else "  ", "accent")
    return line(pointer, f"{name:<32} ", (where, role), figure=(took, "dim"), fit="cut")
