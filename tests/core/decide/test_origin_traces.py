"""Where a value came from: asked of the failure, answered by a run that only looks, evidence for the ranking."""

import pytest

from coach.core.decide import Refusal, measurement_kinds
from coach.core.localize.origins import Origin, Origins, OriginsRequest
from coach.core.localize.spectrum import FunctionCount, LineCount, Spectrum
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.session.fold import replay
from tests.core.driving import TEST, opened, red, reproduced

ORIGIN = Origin(
    path="shop/money.py", line=46, function="Money.allocate", name="share", how="assigned", value="333"
)


def last_request(drive):
    return next(each.request for each in reversed(drive.effects) if isinstance(each, eff.StartRun))


def answered(drive, **more):
    number = drive.state.under_way[-1].number
    drive.ends(red())
    fields = {
        "test": TEST,
        "run": number,
        "expression": "total",
        "value": "19.98",
        "origins": (ORIGIN,),
        **more,
    }
    return drive.send(obs.OriginsSeen(run=number, origins=Origins(**fields)))


def test_without_a_word_it_is_asked_what_the_failing_line_compares():
    drive = reproduced()
    drive.send(cmd.TraceOrigins())
    request = last_request(drive)
    assert (request.purpose, request.focus, request.only_looks) == ("origins", TEST, True)
    frame = next(
        each for each in drive.state.last_failure.report.failures[0].own_frames if "assert" in each.source
    )
    assert (request.instrument.path, request.instrument.line) == (frame.path, frame.line)


def test_a_value_and_its_line_are_asked_as_they_were_named():
    drive = reproduced()
    drive.send(cmd.TraceOrigins(expression="self.rates['pen']", path="shop/cart.py", line=7))
    assert last_request(drive).instrument == OriginsRequest(
        expression="self.rates['pen']", path="shop/cart.py", line=7
    )


@pytest.mark.parametrize("words", ["total()", "[f(x) for x in y]", "total =", "(total := 3)"])
def test_what_would_have_to_be_run_is_not_asked(words):
    drive = reproduced()
    answer = drive.send(cmd.TraceOrigins(expression=words))
    assert isinstance(answer, Refusal)
    assert "name a value" in answer.reason


def test_it_takes_a_failing_test():
    drive = opened()
    drive.send(cmd.Begin())
    answer = drive.send(cmd.TraceOrigins())
    assert isinstance(answer, Refusal)


def test_the_answer_is_in_the_state_and_in_the_log():
    drive = reproduced()
    drive.send(cmd.TraceOrigins())
    decision = answered(drive)
    assert decision.notice == "total = 19.98 ← Money.allocate money.py:46"
    assert drive.state.origins.origins == (ORIGIN,)
    assert replay(drive.records).origins == drive.state.origins
    assert drive.state.runs[-1].judged.outcome == "UNRESOLVED"


def test_a_test_that_passed_meanwhile_is_said():
    drive = reproduced()
    drive.send(cmd.TraceOrigins())
    assert "passed while it was recorded" in answered(drive, failed=False).notice


SPECTRUM = Spectrum(
    test=TEST,
    passing=2,
    functions=tuple(
        FunctionCount(
            path=path,
            function=name,
            first=line,
            last=line + 9,
            size=9,
            lines=(LineCount(line=line, passing=2),),
        )
        for path, name, line in (("shop/a.py", "first", 3), ("shop/money.py", "Money.allocate", 41))
    ),
)


def measured(**more):
    """Let the lines be known, then the answer: two functions ran equally often, one of them made the value."""
    drive = reproduced()
    tree = drive.state.last_failure.report.tree
    drive.record(ev.SpectrumMeasured(spectrum=SPECTRUM.model_copy(update={"tree": tree})))
    drive.send(cmd.TraceOrigins())
    answered(drive, **more)
    return drive.state


def test_what_made_the_wrong_value_is_evidence():
    state = measured(is_of_failure=True, path="shop/cart.py", line=21)
    place = next(each for each in state.suspects if each.path == "shop/money.py")
    assert "total came from here: share" in place.reasons
    other = next(each for each in state.suspects if each.path == "shop/a.py")
    assert place.score > other.score
    assert measurement_kinds.is_done(state, measurement_kinds.BY_NAME["origins"])


def test_a_value_that_somebody_asked_about_is_no_evidence():
    state = measured(is_of_failure=False, path="shop/cart.py", line=21)
    assert not [each for each in state.suspects if any("came from here" in why for why in each.reasons)]
    assert state.origins is not None
    assert state.wrong_value is None
