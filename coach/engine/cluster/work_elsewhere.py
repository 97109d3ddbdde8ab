"""Work on a cluster as those who ask want it back: a probe of a search, judged here; a run in a copy, with what was seen of it."""

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import TypeVar

from coach.core.localize.spectrum import Coverage
from coach.core.protocol.effects import StartRun
from coach.core.protocol.observations import Observation
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.report import RunReport
from coach.core.runs.run import PURPOSE_WORDS
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.work import Reply
from coach.engine.search.candidate import Answer, Candidate, answer_of, unanswered
from coach.errors import CoachError, ScratchError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run showed there; its output is not yet kept."""

    report: RunReport
    seen: tuple[Observation, ...] = ()
    output: str = ""


def probe_elsewhere(cluster: Cluster, probe: Candidate, redactor: ObservationRedactor) -> "Future[Answer]":
    """Have a probe carried out; what cannot be is UNRESOLVED and says why. Cancelling the future ends it there."""
    try:
        replied = cluster.submit(cluster.work_of(probe.tree, probe.label, probe=probe))
    except CoachError as error:  # its tree is not whole here either
        answer: Future[Answer] = Future()
        answer.set_result(unanswered(str(error)))
        return answer
    return _passed_on(replied, lambda reply: _judged(probe, reply, redactor))


def ran_elsewhere(  # noqa: PLR0913, PLR0917 - a run, where it goes, and who hears of it
    cluster: Cluster,
    asked: StartRun,
    tree: str,
    coverage: Coverage | None = None,
    hear: Callable[[str], None] = lambda _: None,
    part: str = "",
) -> "Future[Ran]":
    """Have a run in a copy carried out, observed as it would be here. Its future raises ScratchError where it cannot be.

    ``hear`` takes what is seen meanwhile; ``part`` says which part of it this is. Raises GitError where the tree is not whole here
    either.
    """
    label = " ".join(filter(None, [PURPOSE_WORDS[asked.request.purpose], part]))
    work = cluster.work_of(tree, label, asked=asked, coverage=coverage)
    return _passed_on(cluster.submit(work, hear), _reported)


def _passed_on(replied: "Future[Reply]", convert: Callable[[Reply], T]) -> "Future[T]":
    """Return a future of what a reply means; cancelling it cancels the other."""
    answer: Future[T] = Future()

    def pass_on(done: "Future[Reply]") -> None:
        if done.cancelled() or answer.cancelled():
            answer.cancel()
            return
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile: nobody wants it
            try:
                answer.set_result(convert(done.result()))
            except InvalidStateError:
                raise
            except Exception as error:  # noqa: BLE001 - a defect must not leave anybody waiting
                answer.set_exception(error)

    def end(given: "Future[T]") -> None:
        if given.cancelled():
            given.set_running_or_notify_cancel()  # who waits for it sees no cancelled future before this
            replied.cancel()

    replied.add_done_callback(pass_on)
    answer.add_done_callback(end)
    return answer


def _judged(probe: Candidate, reply: Reply, redactor: ObservationRedactor) -> Answer:
    if reply.shown is None:
        return unanswered(redactor.text(reply.why))
    return answer_of(probe, reply.shown, redactor)


def _reported(reply: Reply) -> Ran:
    if reply.report is None:
        raise ScratchError("the run could not be carried out on the cluster", why=reply.why)
    return Ran(reply.report, reply.seen, reply.output)
