"""The spec form: what should happen, what happens, and the limits of a fix."""

from coach.core.spec.spec import MAX_QUESTIONS, Spec
from coach.tui.dialogs.form import Field, Form

_LISTS = {
    "constraints": ("constraints", "what a fix must keep"),
    "unchanged": ("unchanged behaviour", "what must stay as it is: ids of tests, or sentences"),
    "also_failing": ("also failing", "other tests that fail for it, and must pass in the end"),
    "edge_cases": ("edge cases", "what else must work"),
    "failure_modes": ("failure modes", "what must not happen instead: wrong ways to make it green"),
    "non_goals": ("non-goals", "what a fix is not asked to do"),
    "acceptance": ("acceptance", "commands whose success means done"),
    "scope": ("files in scope", "patterns such as shop/*.py; empty means not limited"),
    "protected": ("protected files", "patterns of files nobody may touch"),
    "stop_and_ask": ("stop and ask", "when an assistant must not go on by itself"),
    "logs": ("log files", "written by the program; a trace shows what they gain during the test"),
    "questions": ("open questions", "at most three: those whose answer changes the fix"),
}


class SpecForm(Form[Spec]):
    TITLE_TEXT = "Spec"

    def __init__(self, spec: Spec, words: str = "") -> None:
        """Begin with ``spec``; ``words`` say where it comes from."""
        super().__init__()
        self._spec, self._words = spec, words

    def question(self) -> str:
        return self._words

    def fields(self) -> tuple[Field, ...]:
        spec = self._spec
        lists = (
            Field(name, f"{label}, one per line", "\n".join(getattr(spec, name)), hint, is_tall=True)
            for name, (label, hint) in _LISTS.items()
        )
        return (
            Field("title", "title", spec.title, "the defect in a few words"),
            Field("expected", "expected", spec.expected, "what should happen", is_tall=True),
            Field("actual", "actual", spec.actual, "what happens", is_tall=True),
            Field("since", "since", spec.since, "when it began: a commit, a release, a day"),
            *lists,
        )

    def make(self, values: dict[str, str]) -> Spec | str:
        """Return the spec; a field that was not typed into keeps its value to the letter."""
        offered = {each.id: each.value for each in self.fields()}
        typed = {name: text for name, text in values.items() if text != offered[name]}
        changed = {name: _lines(text) if name in _LISTS else text.strip() for name, text in typed.items()}
        if len(changed.get("questions", ())) > MAX_QUESTIONS:
            return f"at most {MAX_QUESTIONS} open questions"
        others = tuple(each for each in self._spec.reported if each not in changed)
        return Spec.model_validate({**self._spec.model_dump(), **changed, "reported": others})


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n") if part.strip())
