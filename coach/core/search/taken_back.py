"""The proof of a culprit: what the test said when the commit was taken back on top of the work tree of now."""

from typing import Literal

from coach.core.base.text import FilePath, Prose
from coach.core.base.value import Value

MAX_NAMED = 3


class TakenBack(Value):
    """What came of taking a commit back, in a copy."""

    how: Literal["green", "red", "conflict", "nothing", "not red", "unresolved"]
    """*green*: the commit is needed for the failure · *red*: the failure does not need it · *conflict*: later changes touched
    the same lines · *nothing*: none of its code is left · *not red*: the work tree of now passes in a copy with it as well ·
    *unresolved*: the code without it could not be judged."""
    conflicts: tuple[FilePath, ...] = ()
    why: Prose = ""
    """Of what is unresolved, why."""
    left_out: tuple[FilePath, ...] = ()
    """Files of the commit that stayed as they are: a conflict, in a file that no run of the test was seen to load."""

    @property
    def is_proven(self) -> bool:
        return self.how == "green"

    @property
    def sentence(self) -> str:
        said = self._said
        if not self.left_out:
            return said
        stays = "stays" if len(self.left_out) == 1 else "stay"
        return f"{said} ({_named(self.left_out)} {stays} as of now: in conflict, and not seen to be loaded by the test)"

    @property
    def _said(self) -> str:
        if self.how == "conflict":
            return f"it cannot be taken back cleanly (conflict in {_named(self.conflicts)})"
        if self.how == "unresolved":
            return f"whether taking it back helps could not be judged: {self.why}"
        return _SENTENCES[self.how]


def _named(paths: tuple[FilePath, ...]) -> str:
    more = f" and {len(paths) - MAX_NAMED} more" if len(paths) > MAX_NAMED else ""
    return f"{', '.join(paths[:MAX_NAMED])}{more}"


_SENTENCES = {
    "green": "taking it back turns the test green",
    "red": "taken back, the test is still red: the cause may be elsewhere or in two commits",
    "nothing": "none of its code is left in the work tree, so there is nothing to take back",
    "not red": "the work tree of now passes in a copy, with the commit and without it",
}
