"""What is asked of a run is written flat and read back as it was: the words on disk are those of every version."""

import pytest

from coach.core.base.test_id import TestId
from coach.core.experiments.logpoint import Logpoint
from coach.core.experiments.trial_request import Trial
from coach.core.localize.call_trace import CallsRequest
from coach.core.localize.origins import OriginsRequest
from coach.core.log.recorded_request import RecordedRequest
from coach.core.runs.instrument import Mutate, MutateFix, Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.runs.variation import AS_USUAL, Order, Variation

POINT = Logpoint(path="shop.py", line=3, condition="total < 0", hypothesis=2)
TRIAL = Trial(kind="environment", variables=(("TZ", "UTC"),), packages=("a==1",), seed=7, order="reversed")
VARIED = Variation(
    seed=7, order=Order(TestId("t.py::a"), is_reversed=True), variables=(("TZ", "UTC"),), packages=("a==1",)
)
ORIGINS = OriginsRequest(expression="total", path="shop.py", line=3)
ASKED = [
    ("suite", None, {}),
    ("trace", Trace(scope="suite"), {"trace": True, "scope": "suite"}),
    ("mutants", Mutate(seconds=7.0), {"mutate": 7.0}),
    ("mutants", Mutate(seconds=7.0, more=3.0), {"mutate": 7.0, "mutate_more": 3.0}),
    ("control", MutateFix(seconds=8.0), {"mutate": 8.0, "control": True}),
    ("logpoint", POINT, {"logpoint": POINT}),
    ("calls", CallsRequest(logs=("app.log",)), {"calls": CallsRequest(logs=("app.log",))}),
    ("origins", ORIGINS, {"origins": ORIGINS}),
    ("trial", TRIAL, {"trial": TRIAL}),
]


@pytest.mark.parametrize(("purpose", "instrument", "fields"), ASKED, ids=[each[0] for each in ASKED])
def test_a_request_is_read_back_as_it_was(purpose, instrument, fields):
    shared = {"number": 4, "purpose": purpose, "target": Target(words=("t.py",)), "focus": "t.py::a"}
    variation = VARIED if purpose == "trial" else AS_USUAL
    asked = RunRequest(**shared, hash_seed=9, instrument=instrument, variation=variation)
    recorded = RecordedRequest.of(asked)
    assert recorded == RecordedRequest(**shared, hash_seed=9, **fields)
    assert RecordedRequest.model_validate_json(recorded.model_dump_json()).request() == asked
