"""A transcript while a format's reader puts it together."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from coach.core.base.text import storable
from coach.core.log.imported_event import Lack
from coach.core.transcripts.foreign_json import text_of
from coach.core.transcripts.model import Action, By, Ran, Said, Step, Transcript

TALK_CHARACTERS = 400
MOST_STEPS = 100_000


@dataclass
class Draft:
    """Steps in order, and a count of what could not be read, by kind."""

    assistant: str = ""
    title: str = ""
    root: str = ""
    began: float | None = None
    base_commit: str = ""
    submission: str = ""
    steps: list[Step] = field(default_factory=list)
    lacks: Counter[str] = field(default_factory=Counter)

    def add(self, action: Action, at: float | None = None, by: By = "assistant") -> None:
        """Append a step."""
        if len(self.steps) >= MOST_STEPS:
            self.lack(f"steps past the first {MOST_STEPS:,}")
            return
        self.steps.append(Step(action=action, at=at, by=by))

    def go_on(
        self, row: int, output: str, exit_code: int | None, *, is_over: bool, is_cut: bool | None = None
    ) -> None:
        """Add to a command what it printed after its first answer, since it was still running then.

        Args:
            row: which of ``steps`` it is.
            output: what was printed since.
            exit_code: its own, where it ended.
            is_over: it ended by itself.
            is_cut: what is now known of that; None: what was known before.

        """
        ran = self.steps[row].action
        assert isinstance(ran, Ran)
        more = {
            "output": text_of("\n".join(each for each in (ran.output, output) if each)),
            "exit_code": exit_code if is_over else None,
            "is_ended_early": not is_over,
            "is_cut": ran.is_cut if is_cut is None else is_cut,
        }
        self.steps[row] = self.steps[row].model_copy(update={"action": ran.model_copy(update=more)})

    def say(self, text: str, at: float | None = None, by: By = "assistant") -> None:
        """Append talk: its first characters; nothing for blank text."""
        if text.strip():
            self.add(Said(text=storable(text.strip()[:TALK_CHARACTERS])), at, by)

    def lack(self, what: str, count: int = 1) -> None:
        """Count something that the transcript does not tell, or that could not be read."""
        if count > 0:
            self.lacks[what] += count

    def finish(self, format_name: str) -> Transcript:
        """Return the transcript."""
        times = [step.at for step in self.steps if step.at is not None]
        fields: dict[str, Any] = {
            "format": format_name,
            "assistant": self.assistant[:200],
            "title": self.title.strip()[:TALK_CHARACTERS],
            "root": self.root,
            "began": self.began if self.began is not None else min(times, default=None),
            "base_commit": self.base_commit,
            "submission": self.submission,
            "steps": tuple(self.steps),
            "lacks": tuple(Lack(what=what, count=number) for what, number in self.lacks.most_common()),
        }
        return Transcript(**fields)
