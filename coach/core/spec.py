"""The bug's spec: what should happen, what happens, and the limits of a fix."""

from coach.core.text import Text
from coach.core.value import Value


class Spec(Value):
    """What the engineer knows and demands. Empty fields mean "not said", never "none"."""

    title: Text = ""
    expected: Text = ""
    actual: Text = ""
    constraints: tuple[Text, ...] = ()
    edge_cases: tuple[Text, ...] = ()
    non_goals: tuple[Text, ...] = ()
    acceptance: tuple[Text, ...] = ()
    """Commands whose success means done."""
    scope: tuple[Text, ...] = ()
    """Files (glob patterns, posix, relative to the root) that a fix may touch; empty means not limited."""
    stop_and_ask: tuple[Text, ...] = ()

    @property
    def says_what_is_wrong(self) -> bool:
        return bool(self.expected.strip() and self.actual.strip())
