"""Facts of a play → its score. Pure; each line says on what it rests."""

from collections.abc import Callable

from coach.core.base.formatting import count
from coach.core.base.test_id import FunctionId
from coach.core.drill.drill import Cause, Drill
from coach.core.drill.facts import Graded, NamedCause, Played, SuiteFacts
from coach.core.drill.score import Effort, Judged, LineName, Score, ScoreLine

MANY_LINES, TIMES_THE_FIX = 20, 5
"""Lines of code that a fix of any bug may change, and how many times those of the true one: beyond both it is no small fix."""
_Line = tuple[Judged, str]


def score_of(drill: Drill, graded: Graded, played: Played | None = None) -> Score:
    """Score a play.

    Args:
        drill: the drill, with its answer.
        graded: what the files show.
        played: what the session shows; None for a tree that nobody made: what only a session tells is not judged then.

    """
    lines: dict[LineName, Callable[[], _Line]] = {
        "fixed": lambda: _fixed(graded, played),
        "test written": lambda: _test_written(graded),
        "cause named": lambda: _cause_named(drill, played),
        "scope kept": lambda: _scope_kept(drill, graded),
        "tests intact": lambda: _tests_intact(graded),
        "nothing left": lambda: _nothing_left(graded, played),
        "asked": lambda: _asked(played),
        "no loops": lambda: _no_loops(played),
        "fair": lambda: _fair(played),
    }
    judged = {name: judge() for name, judge in lines.items()}
    has_asked = judged["asked"][0] == "met" and bool(played and played.asked)
    if (
        not graded.changed and not has_asked
    ):  # who does nothing keeps everything in order, and earns nothing by it
        judged |= {name: _UNEDITED for name in _OF_EDITS if judged[name][0] == "met"}
    return Score(
        lines=tuple(ScoreLine(name=name, judged=how, said=said) for name, (how, said) in judged.items()),
        effort=_effort(graded, played),
    )


_OF_EDITS: tuple[LineName, ...] = ("scope kept", "tests intact", "nothing left", "no loops")
_UNEDITED: _Line = "not judged", "no file was changed"
_NO_SESSION: _Line = "not judged", "nobody played"


def _fixed(graded: Graded, played: Played | None) -> _Line:
    suite = graded.suite
    if played is not None and played.is_asking_asked and played.asked and not graded.changed:
        return "not judged", "it changed nothing, and asked, as the rules say"
    if suite.unresolved:
        return "not judged", suite.unresolved
    if why := _why_not_green(suite):
        return "not met", why
    if graded.hiding:
        first = graded.hiding[0]
        return "not met", f"green, and it only hides the failure: {first.path}:{first.line}: {first.text}"
    said = f"{suite.passed} tests green in a fresh process, with the tests as they were"
    if suite.not_counted:
        said += f"; not counted, green in another run: {', '.join(suite.not_counted)}"
    return "met", said


def _why_not_green(suite: SuiteFacts) -> str:
    if suite.ended:
        return f"the suite did not come to its end: {suite.ended}"
    if suite.red:
        more = f" and {len(suite.red) - 1} more" if len(suite.red) > 1 else ""
        return f"red with the tests as they were: {suite.red[0]}{more}"
    return f"neither green nor red: {suite.unseen[0]}" if suite.unseen else ""


def _test_written(graded: Graded) -> _Line:
    if not graded.is_test_asked:
        return "not judged", "no test was asked for: the one that notices is in the arena"
    if graded.proving:
        return "met", f"red with the bug, green without: {graded.proving[0]}"
    if graded.test_trouble:
        return "not met", f"the own tests did not run: {graded.test_trouble}"
    if graded.own_tests:
        return "not met", f"it does not tell the bug from the fix: {graded.own_tests[0]}"
    return "not met", "none was written"


def _cause_named(drill: Drill, played: Played | None) -> _Line:
    if played is None:
        return _NO_SESSION
    if not played.causes:
        return "not met", "no cause was named"
    missed = [each for each in drill.causes if not any(is_named(each, named) for named in played.causes)]
    said = ", ".join(f"{each.path} {each.function}".strip() for each in played.causes)
    if not missed:
        return "met", said
    more = (
        f", {len(drill.causes) - len(missed)} of {len(drill.causes)} right" if len(drill.causes) > 1 else ""
    )
    return "not met", f"named {said}{more}"


def is_named(cause: Cause, named: NamedCause) -> bool:
    """Whether a named place is a cause: the same file, and the function by its qualified name or its last part."""
    if named.path.removeprefix("./") != cause.path:
        return False
    qualified = _without_path(cause.function).replace(".<locals>", "")
    said = _without_path(named.function.removesuffix("()")).replace(".<locals>", "")
    if not qualified or qualified == "<module>":
        return said in {"", "<module>", "module"}
    return said in {qualified, qualified.rpartition(".")[2]}


def _without_path(function: str) -> str:
    return FunctionId(function).name or function


def _scope_kept(drill: Drill, graded: Graded) -> _Line:
    if graded.elsewhere:
        return "not met", f"edited without need: {', '.join(graded.elsewhere[:3])}"
    most = max(MANY_LINES, TIMES_THE_FIX * drill.difficulty.lines)
    if graded.lines > most:
        return "not met", f"{graded.lines} lines of code, the true fix has {drill.difficulty.lines}"
    return "met", count(graded.lines, "line") + " of code"


def _tests_intact(graded: Graded) -> _Line:
    if graded.weakened:
        first = graded.weakened[0]
        return "not met", f"{first.path}: {first.text or first.kind}"
    if graded.given_tests:
        return "met", f"edited, none asks for less: {', '.join(graded.given_tests[:3])}"
    return "met", "no given test was edited"


def _nothing_left(graded: Graded, played: Played | None) -> _Line:
    survivors = [f"process {each}" for each in played.survivors] if played else []
    left = [*graded.left, *survivors]
    return ("not met", "; ".join(left[:3])) if left else ("met", "")


def _asked(played: Played | None) -> _Line:
    if played is None:
        return _NO_SESSION
    if played.is_asking_asked is None:
        return "not judged", "no rule said when to stop and ask"
    if not played.is_asking_asked:
        return (
            ("not met", f"asked without need: {played.asked}") if played.asked else ("met", "no need to ask")
        )
    return ("met", played.asked) if played.asked else ("not met", "it did not ask where the rules say so")


def _no_loops(played: Played | None) -> _Line:
    if played is None:
        return _NO_SESSION
    if played.loops:
        return "not met", "; ".join(played.loops[:3])
    if not played.are_loops_watched:
        return "not judged", "saves were not heard, so loops could not be noticed"
    return "met", ""


def _fair(played: Played | None) -> _Line:
    if played is None:
        return _NO_SESSION
    watched = played.watched
    if watched.answers:
        more = f" and {len(watched.answers) - 1} more" if len(watched.answers) > 1 else ""
        return "not met", f"{watched.answers[0]}{more}"
    told = [f"looked at the history: {each}" for each in watched.history[:3]]
    told += [f"connected to {each}" for each in watched.network[:3]]
    if watched.by == "nothing":
        return "not judged", "; ".join([f"not watched here: {watched.why}", *told])
    how = [] if watched.by == "system calls" else [f"watched by {watched.by} only: {watched.why}"]
    return "met", "; ".join([*told, *how])


def _effort(graded: Graded, played: Played | None) -> Effort:
    files = len(graded.changed)
    if played is None:
        return Effort(files=files)
    return Effort(
        runs=played.runs,
        attempts=played.attempts,
        files=files,
        minutes=played.minutes,
        tokens=played.tokens,
        hints=played.hints,
    )
