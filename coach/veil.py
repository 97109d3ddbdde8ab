"""What is recorded holds no secret of this machine: exact values go before an event is written or an output is kept.

Only values that are known to be secret (secret-named environment variables, ``.env``) are taken out here, with
numbers that stay the same for the same set of secrets. Everything that merely looks like one stays until an export:
who debugs a login must see the token that is wrong.
"""

from collections.abc import Sequence
from typing import Any

from coach.core.effects import ChangesSeen, Observation, RunEnded
from coach.core.redact import Private, Redactor


class Veil:
    """Takes known secrets out of texts and observations."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._redactor = Redactor(Private(secrets=tuple(secrets)))
        for value in sorted(secrets):
            self._redactor.exact(value)

    def text(self, text: str) -> str:
        return self._redactor.exact(text)

    def seen(self, observation: Observation) -> Observation:
        """Return what was seen without the secrets; the same object when there are none in it."""
        if not isinstance(observation, RunEnded | ChangesSeen):
            return observation
        whole = observation.model_dump_json()
        if self.text(whole) == whole:
            return observation
        return type(observation).model_validate(self._each(observation.model_dump(mode="json")))

    def _each(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._each(each) for key, each in value.items()}
        return [self._each(each) for each in value] if isinstance(value, list) else value
