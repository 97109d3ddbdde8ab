"""What a trial is asked to do: the part of it that a run request carries."""

import re
from typing import Literal

from coach.core.hypothesis import Expects
from coach.core.text import Text
from coach.core.value import Value


class Trial(Value):
    """One experiment in a copy. Of the fields only those of its kind matter."""

    kind: Literal["patch", "environment", "command"]
    patch: Text = ""
    """*patch*: a unified diff, as ``git diff`` or ``diff -u`` writes it."""
    variables: tuple[tuple[Text, Text], ...] = ()
    """*environment*: variables of the run, such as TZ."""
    seed: int | None = None
    order: Literal["", "reversed"] = ""
    """*environment*: the tests of the file before the target, turned round."""
    expects: Expects | None = None
    exit_code: int | None = None
    """*command*: what it is predicted to end with."""
    pattern: Text = ""
    """*command*: a regular expression that is predicted to match its output."""
    hypothesis: int = 0

    @property
    def is_prediction(self) -> bool:
        return self.expects is not None or self.exit_code is not None or bool(self.pattern)

    @property
    def label(self) -> str:
        """In a few words."""
        if self.kind == "patch":
            files = dict.fromkeys(re.findall(r"^\+\+\+ (?:b/)?(\S+)", self.patch, re.MULTILINE))
            return f"patch of {', '.join(files) or 'nothing'}"
        if self.kind == "command":
            return "command"
        parts = [f"{name}={value}" for name, value in self.variables]
        parts += [f"seed {self.seed}"] if self.seed is not None else []
        parts += [f"order {self.order}"] if self.order else []
        return " · ".join(parts) or "the same environment"
