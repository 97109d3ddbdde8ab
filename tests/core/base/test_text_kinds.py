"""What each string in events, commands and observations is for, and that secrets are taken out of prose alone."""

import json
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest

from coach.core.base.test_id import FunctionId, TestId
from coach.core.base.text import PROSE, TextKind
from coach.core.base.value import Value
from coach.core.experiments.logpoint import Observed
from coach.core.log.events import Event
from coach.core.loops.attempt import SourcePair
from coach.core.protocol.commands import Command
from coach.core.protocol.effects import Effect
from coach.core.protocol.observations import LogpointRead, Observation, RestoreFound
from coach.core.redact.observation_redactor import ObservationRedactor
from tests.core.filled import filled

SECRET = "hunter22-xyz"
SAID = f"{SECRET} and {SECRET}"
NEVER_RECORDED = {(SourcePair, "before"), (SourcePair, "after"), (SourcePair, "head")}
"""What edits are read from: exactly as it is."""

WHOLE = [*get_args(Event), *get_args(Command), *get_args(Effect), *get_args(Observation)]


def values_in(declared: Any) -> set[type[Value]]:
    """Return the kinds of values that a declared type can hold, itself included."""
    if isinstance(declared, type) and issubclass(declared, Value):
        return {declared}
    return {each for inner in get_args(declared) for each in values_in(inner)}


def all_values() -> list[type[Value]]:
    known: dict[type[Value], None] = {}
    waiting = list(WHOLE)
    while waiting:
        kind = waiting.pop()
        if kind not in known:
            known[kind] = None
            waiting += [each for field in kind.model_fields.values() for each in values_in(field.annotation)]
    return sorted(known, key=lambda kind: (kind.__module__, kind.__name__))


def without_a_kind(declared: Any, metadata: tuple[Any, ...]) -> bool:
    """Whether a string stands in a declared type of which nothing says what it is for."""
    origin, inner = get_origin(declared), get_args(declared)
    if declared is str:
        return not any(isinstance(each, TextKind) for each in metadata)
    if origin is Annotated:
        return without_a_kind(inner[0], inner[1:])
    if origin is Literal or declared in {Any, TestId, FunctionId}:
        return False
    return any(without_a_kind(each, ()) for each in inner)


def test_every_string_says_what_it_is_for():
    found = [
        f"{kind.__name__}.{name}"
        for kind in all_values()
        for name, field in kind.model_fields.items()
        if (kind, name) not in NEVER_RECORDED and without_a_kind(field.annotation, tuple(field.metadata))
    ]
    assert not found


@pytest.mark.parametrize("kind", get_args(Observation), ids=lambda kind: kind.__name__)
def test_a_secret_is_taken_out_of_prose_and_changes_nothing_that_names_something(kind):
    """Prose says the secret twice, everything else is spelt like it."""
    seen = kind.model_validate(filled(kind, lambda marks: SAID if PROSE in marks else SECRET))
    before = json.dumps(seen.model_dump(mode="json"))
    after = json.dumps(ObservationRedactor((SECRET,)).seen(seen).model_dump(mode="json"))
    assert after == before.replace(SAID, SAID.replace(SECRET, "[redacted:environment#1]"))


@pytest.mark.parametrize(
    "seen",
    [
        LogpointRead(run=1, observed=Observed(line=3, source="return undo(total)")),
        RestoreFound(tree="t1", before="t0", why="taken back"),
    ],
    ids=lambda seen: type(seen).__name__,
)
def test_what_is_compared_later_is_no_prose(seen):
    """A logpoint's line is found again by its text when lines move, and why files were put back is one of a few words."""
    assert ObservationRedactor(("undo(total)", "return", "taken back")).seen(seen) is seen
