"""What is read for a pin: the test as its newest red run told of it, and what the test reads besides."""

from collections.abc import Iterator

from coach.core.base.test_id import TestId
from coach.core.protocol.effects import ReadTest
from coach.core.runs.report import Failure, Written
from coach.core.session.state import SessionState


def to_be_pinned(state: SessionState, test: TestId) -> ReadTest:
    """Return the effect that reads a test so that it can be pinned."""
    known = tuple(_failures_of(state, test))
    written = next((each.written for each in known if each.written), None)
    files = next((each.reads for each in known if each.reads), ())
    return ReadTest(test=test, pin=True, written=written, files=files, is_known=bool(known))


def to_be_read_again(state: SessionState) -> ReadTest:
    """Return the effect that reads the pinned test, and what it reads, as they are now."""
    pin = state.pin
    assert pin is not None, "asked only with a pin"
    written = Written(path=pin.path, line=pin.line, name=pin.name) if pin.name else None
    files = tuple(path for path, _ in pin.files)
    return ReadTest(test=pin.test, written=written, files=files)


def _failures_of(state: SessionState, test: str) -> Iterator[Failure]:
    """Yield what red runs told of a test, the newest first."""
    for run in reversed(state.runs):
        if run.report is None or run.request.in_copy:
            continue
        own = (each for each in run.report.failures if each.test == test)
        yield from (each for each in own if each.phase != "collect")
