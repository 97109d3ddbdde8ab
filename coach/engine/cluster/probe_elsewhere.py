"""A probe of a search, carried out on a cluster and judged here."""

import contextlib
from concurrent.futures import Future, InvalidStateError

from coach.core.redact.observation_redactor import ObservationRedactor
from coach.engine.cluster.cluster import Cluster
from coach.engine.cluster.work import Reply
from coach.engine.search.candidate import Answer, Candidate, answer_of, unanswered
from coach.errors import CoachError


def probe_elsewhere(cluster: Cluster, probe: Candidate, redactor: ObservationRedactor) -> "Future[Answer]":
    """Have a probe carried out; what cannot be is UNRESOLVED and says why. Cancelling the future ends it there."""
    answer: Future[Answer] = Future()
    try:
        replied = cluster.submit(cluster.work_of(probe.tree, probe.label, probe=probe))
    except CoachError as error:  # its tree is not whole here either
        answer.set_result(unanswered(str(error)))
        return answer

    def pass_on(done: "Future[Reply]") -> None:
        if done.cancelled() or answer.cancelled():
            answer.cancel()
            return
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile: nobody wants it
            try:
                answer.set_result(_judged(probe, done.result(), redactor))
            except InvalidStateError:
                raise
            except Exception as error:  # noqa: BLE001 - a defect must not leave the search waiting
                answer.set_exception(error)

    def end(given: "Future[Answer]") -> None:
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
