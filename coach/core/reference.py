"""The failure a session is about: what was reproduced stays it until the engineer takes another."""

from coach.core.failure import FailureSignature
from coach.core.text import Text
from coach.core.value import Value


class Reference(Value):
    """Which tests are red, and what they said when it was reproduced."""

    run: int
    """The run that shows it."""
    failing: tuple[FailureSignature, ...]
    """Never empty; the first one is the failure that the header, the prompt and the report tell."""

    @property
    def tests(self) -> tuple[Text, ...]:
        """The tests that are red: what is counted, searched and proven."""
        return tuple(dict.fromkeys(each.test for each in self.failing))

    @property
    def strict(self) -> tuple[str, ...]:
        """Strict signatures: whether another run says the very same."""
        return tuple(each.strict for each in self.failing)
