"""Forms of experiments and of the end: a logpoint, and what was learnt."""

from coach.core.closing import QUESTIONS, Closing, RootCause
from coach.core.commands import Look, WriteClosing
from coach.core.hypothesis import Hypothesis
from coach.core.logpoint import MODES, Logpoint
from coach.ui.screens.dialog import Field, Form

NONE = "none"


class LogpointScreen(Form[Look]):
    TITLE_TEXT = "Look inside"

    def __init__(self, place: str, active: Hypothesis | None) -> None:
        super().__init__()
        self._place, self._active = place, active

    def question(self) -> str:
        return "Evaluated before the line runs, in the failing test and its neighbours. No file is edited."

    def fields(self) -> tuple[Field, ...]:
        tested = (f"H{self._active.id}", NONE) if self._active else (NONE,)
        return (
            Field("place", "file:line", self._place, hint="shop/cart.py:42"),
            Field("expression", "expression", hint="total"),
            Field("condition", "predicted to be true, if anything", hint="total < 0"),
            Field("mode", "when", "once", choices=MODES),
            Field("hypothesis", "it tests", tested[0], choices=tested),
        )

    def make(self, values: dict[str, str]) -> Look | str:
        path, _, line = values["place"].strip().rpartition(":")
        expression, condition = values["expression"].strip(), values["condition"].strip()
        if not path or not line.isdigit():
            return "name a line: file:line"
        if not (expression or condition):
            return "look at what? An expression is needed"
        tested = values["hypothesis"].removeprefix("H")
        point = {
            "path": path,
            "line": int(line),
            "expression": expression or condition,
            "condition": condition,
            "mode": values["mode"],
            "hypothesis": int(tested) if condition and tested.isdigit() else 0,
        }
        return Look(logpoint=Logpoint.model_validate(point))


class ClosingScreen(Form[WriteClosing]):
    TITLE_TEXT = "What was learnt"

    def __init__(self, closing: Closing, root_cause: str) -> None:
        super().__init__()
        self._known, self._root_cause = closing, root_cause

    def fields(self) -> tuple[Field, ...]:
        cause, answers = self._known.cause, self._known.answers
        return (
            Field("what", "root cause: what was wrong?", cause.what or self._root_cause),
            Field("where", "where?", cause.where),
            Field("uncaught", "why was it not caught?", cause.uncaught),
            Field("lesson", "the lesson", self._known.lesson),
            *(
                Field(name, f"{question} (may stay open)", answers.get(name, ""))
                for name, question in QUESTIONS.items()
            ),
        )

    def make(self, values: dict[str, str]) -> WriteClosing | str:
        cause = RootCause(what=values["what"], where=values["where"], uncaught=values["uncaught"])
        if not cause.what.strip():
            return "a root cause is needed: what was wrong?"
        answers = {name: values[name] for name in QUESTIONS if values[name].strip()}
        return WriteClosing(closing=Closing(cause=cause, lesson=values["lesson"], answers=answers))
