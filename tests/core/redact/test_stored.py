"""Secrets in a stored event: none stays, whatever the field is called that it stands in, and the event is still read."""

import json
from typing import get_args

import pytest

from coach.core.base.text import OWN
from coach.core.log import events as ev
from coach.core.redact.redactor import Redactor
from coach.core.redact.stored import redacted
from tests.core.filled import filled

KEY = "gh" + "p_" + "a1B2" * 9
HASH = "3b67a2e0d9c8b7a6"
KINDS = {each.model_fields["kind"].default: each for each in get_args(ev.Event)}


class Cleaning:
    """The rules, and outputs that are named anew."""

    known = frozenset({"isolate"})

    def __init__(self):
        self.redactor = Redactor()

    def text(self, text):
        return self.redactor.settle(self.redactor.clean(text))

    def named(self, name, text):
        return self.redactor.settle(self.redactor.named(name, text))

    def output(self, name):
        return name[::-1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("own", [KEY, HASH])
def test_no_field_of_any_event_keeps_a_key(kind, own):
    """``own`` stands in every field of coach's own, the key in all that is foreign."""
    fields = filled(KINDS[kind], lambda marks: own if OWN & set(marks) else KEY)
    raw = {"seq": 1, "at": 1.5, **fields}
    raw |= {"before": KEY, "after": [KEY], "base": {KEY: KEY}, "id": {"id": [[KEY]]}, KEY: 1}
    raw |= fields
    cleaned = redacted(raw, Cleaning())
    assert KEY not in json.dumps(cleaned)
    assert json.dumps(cleaned).count(HASH) == json.dumps(raw).count(HASH)
    read = ev.event_from({name: each for name, each in cleaned.items() if name not in {"seq", "at"}})
    assert type(read) is KINDS[kind]
    assert cleaned["seq"] == 1


def test_an_event_of_an_unknown_kind_is_cleaned_whole():
    raw = {"seq": 4, "at": 2.0, "kind": "told_by_a_newer_coach", "id": KEY, "tree": {KEY: [{"digest": KEY}]}}
    cleaned = redacted(raw, Cleaning())
    assert KEY not in json.dumps(cleaned)
    assert cleaned["kind"] == "told_by_a_newer_coach"


@pytest.mark.parametrize("shape", [[KEY], {"a": KEY}, {KEY: 1}, [[KEY]], 3, None, KEY])
def test_what_does_not_fit_its_declared_type_is_cleaned_all_the_same(shape):
    for kind, declared in KINDS.items():
        for name in declared.model_fields:
            if name != "kind":
                assert KEY not in json.dumps(redacted({"kind": kind, name: shape}, Cleaning()))


def test_the_value_of_a_name_is_read_behind_it():
    """Alone neither value is known by its form."""
    frame = {
        "path": "a.py",
        "line": 1,
        "function": "f",
        "own": True,
        "locals": [["password", "'tr0ub4dor'"], ["n", "'tr1angle4'"]],
    }
    failing = {"test": "t", "frames": [frame]}
    raw = {"kind": "run_finished", "report": {"failures": [failing]}, "raw": {"api_key": "Zk3j9dfk20sl"}}
    told = json.dumps(redacted(raw, Cleaning()))
    assert "tr0ub4dor" not in told
    assert "Zk3j9dfk20sl" not in told
    assert "tr1angle4" in told


def test_the_same_text_is_replaced_by_the_same_and_keys_stay_apart():
    clean = Cleaning()
    table = {f"{KEY}": 1, f"{KEY}0": 2, "plain": 3}
    cleaned = redacted({"kind": "x", "table": table, "again": KEY}, clean)
    assert sorted(cleaned["table"].values()) == [1, 2, 3]
    assert cleaned["again"] in cleaned["table"]


def test_ids_that_coach_gives_out_stay_whatever_a_secret_is_called():
    """A secret of the environment may be spelt like the name of a step."""

    class Everything(Cleaning):
        def text(self, text):
            return "gone"

        named = None

    cleaned = redacted({"kind": "gate_overridden", "step": "isolate", "reason": "isolate"}, Everything())
    assert cleaned == {"kind": "gate_overridden", "step": "isolate", "reason": "gone"}
