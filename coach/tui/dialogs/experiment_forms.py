"""Forms of experiments: a logpoint, and a trial in a copy."""

import shlex
from pathlib import Path
from typing import Any, get_args

from coach.core.base.text import storable
from coach.core.experiments.hypothesis import Expects, Hypothesis
from coach.core.experiments.logpoint import MODES, Logpoint
from coach.core.experiments.trial_request import MAX_PATCH, Trial
from coach.core.protocol.commands import Look, Try
from coach.regular_files import read_bytes
from coach.tui.dialogs.form import Field, Form

NONE = "none"
_WHATS = ("package", "variable", "seed", "order", "command", "patch")


class LogpointForm(Form[Look]):
    TITLE_TEXT = "Look inside"

    def __init__(self, place: str, active: Hypothesis | None) -> None:
        super().__init__()
        self._place, self._active = place, active

    def question(self) -> str:
        return "Evaluated before the line runs, in the failing test and its neighbours. No file is edited."

    def fields(self) -> tuple[Field, ...]:
        tested = (f"H{self._active.id}", NONE) if self._active else (NONE,)
        return (
            Field("place", "file:line", self._place, hint="such as: shop/cart.py:42"),
            Field("expression", "expression", hint="such as: total"),
            Field("condition", "predicted to be true, if anything", hint="such as: total < 0"),
            Field("mode", "when", "once", choices=MODES),
            Field("hypothesis", "it tests", tested[0], choices=tested),
            Field("watch", "or a name: each of its changes in file:function", hint="such as: total"),
        )

    def make(self, values: dict[str, str]) -> Look | str:
        path, _, line = values["place"].strip().rpartition(":")
        expression, condition = values["expression"].strip(), values["condition"].strip()
        if watch := values["watch"].strip():
            if not path or not line.isidentifier():
                return "watch it in which function? file:function"
            return Look(logpoint=Logpoint(path=path, line=0, function=line, watch=watch))
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


class TrialForm(Form[Try]):
    """``root`` is the project's: a patch file is named from there."""

    TITLE_TEXT = "Try in a copy"

    def __init__(self, root: str, active: Hypothesis | None) -> None:
        super().__init__()
        self._root, self._active = root, active

    def question(self) -> str:
        return "One thing is changed and the target runs, in a copy of the work tree. The checkout stays as it is."

    def fields(self) -> tuple[Field, ...]:
        tested = (f"H{self._active.id}", NONE) if self._active else (NONE,)
        return (
            Field("what", "what is changed", _WHATS[0], choices=_WHATS),
            Field(
                "value",
                "to what",
                hint="such as: click==8.0.4 · TZ=Asia/Tokyo · 42 · nothing (reversed) · make check · fix.diff",
            ),
            Field("expects", "predicted", NONE, choices=(NONE, *get_args(Expects))),
            Field("exit", "of a command: exit code", hint="0"),
            Field("hypothesis", "it tests", tested[0], choices=tested),
        )

    def make(self, values: dict[str, str]) -> Try | str:
        what, value = values["what"], values["value"].strip()
        if not value and what != "order":
            return f"{what}: to what?"
        try:
            fields, words = self._changed(what, value)
        except (ValueError, OSError) as error:
            return f"{what}: {error}"
        expects = None if values["expects"] == NONE or words else values["expects"]
        code = values["exit"].strip()
        if words and code and not code.removeprefix("-").isdigit():
            return "an exit code is a number"
        tested = values["hypothesis"].removeprefix("H")
        is_predicted = expects is not None or bool(words and code)
        fields |= {"expects": expects, "exit_code": int(code) if words and code else None}
        fields["hypothesis"] = int(tested) if is_predicted and tested.isdigit() else 0
        return Try(trial=Trial.model_validate(fields), command=words)

    def _changed(self, what: str, value: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the trial's own fields, and the words of a command. Raises ValueError or OSError."""
        match what:
            case "command":
                return {"kind": "command"}, tuple(shlex.split(value))
            case "patch":
                raw = read_bytes(Path(self._root) / value, MAX_PATCH)
                return {"kind": "patch", "patch": storable(raw.decode("utf-8", "replace"))}, ()
            case "package":
                return {"kind": "environment", "packages": tuple(value.split())}, ()
            case "seed":
                return {"kind": "environment", "seed": int(value)}, ()
            case "variable":
                name, sign, text = value.partition("=")
                if not sign or not name.isidentifier():
                    raise ValueError("NAME=VALUE")
                return {"kind": "environment", "variables": ((name, text),)}, ()
            case _:
                return {"kind": "environment", "order": "reversed"}, ()
