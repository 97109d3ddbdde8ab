"""Drive any search over real runs: batches of probes on one executor, each content asked once, stopped at any moment.

What is known is not run again: the outcomes of earlier searches come from the log and go in as ``known``. Whatever
kills the process leaves disposable folders only, which ``TreeStore.leftovers`` lists.

Probes of a batch run beside each other, and may disturb each other: one port, one file, one database, one processor. So

* what came out in a way that may be the company's doing (unresolved, another failure than the one that is looked for) is
  judged again alone at once, and
* what an answer leans on is judged again alone before it is given (``SearchDriver.alone``).

What was forked (see ``forked``) counts as having had company. One that comes out otherwise alone raises ``Disturbed``: the
search begins again, one probe at a time, and keeps what was judged alone. A failure in company with the very words of the reference, and a pass, are believed until an answer leans on them.
"""

import functools
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from coach.core.base.test_id import TestId
from coach.core.runs.oracle import Outcome
from coach.core.search.ask_tell import AskTell
from coach.core.search.request import Tried
from coach.engine.copies.complete import Unrecorded
from coach.engine.process.other_runs import as_note, beside
from coach.engine.process.turn import Turn
from coach.engine.search import candidate
from coach.engine.search.candidate import Answer, Candidate, SearchContext, run_probe
from coach.engine.search.forked import Forking
from coach.engine.search.in_turns import in_turns

if TYPE_CHECKING:
    from coach.engine.cluster.cluster import Cluster

C = TypeVar("C")
R = TypeVar("R")

_WORDS: dict[Outcome, str] = {"FAIL": "failed", "PASS": "passed", "UNRESOLVED": "not judged"}
_OTHERWISE = "candidates come out otherwise in a forked process"
_LOOK = 0.2
"""Seconds between two looks whether other runs have ended."""
_TICK = 0.05
"""Seconds between two looks for a stop."""


class Stopped(Exception):
    """The search ended before its end. ``best`` is the last configuration that failed: the smallest so far, for ddmin."""

    def __init__(self, why: str, best: object = None) -> None:
        self.why, self.best = why, best
        super().__init__(why)


class Disturbed(Exception):
    """A probe came out otherwise alone than beside another: nothing that was judged in company holds."""


@dataclass(slots=True)
class SearchDriver:
    """Where probes run, and what they have shown so far."""

    context: SearchContext
    executor: Executor
    known: dict[str, Tried]
    on_tried: Callable[[Tried], None]
    on_doing: Callable[[str], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    most: int = 0
    """Probes after which the search is stopped; 0: no limit."""
    on_note: Callable[[str], None] = lambda _: None
    probes: int = 0
    again: int = 0
    """Probes that were judged again alone."""
    is_one_at_a_time: bool = False
    cluster: "Cluster | None" = None
    """What carries probes out instead of ``executor``."""
    forking: Forking | None = None
    """What forks probes; None: each is a fresh process."""
    patience: float = 60.0
    """Seconds that the whole search waits for other runs of the same project to end, before it judges a probe alone."""
    leaked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What probes of this search that watched saw changed, by key."""
    changed: dict[str, tuple[TestId, ...]] = field(default_factory=dict)
    """The tests that they saw change it."""
    counts_as_seen: bool = False
    """Whether each outcome counts as it came: where rates are measured, a second look is one more run."""
    unrecorded: Unrecorded | None = None
    """What copies hold besides their trees, listed once for all probes: in a large checkout git looks long."""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    _logged: set[str] = field(default_factory=set)
    """What the log knew, of what this search asked."""
    _has_company_named: bool = False
    _ran: set[str] = field(default_factory=set)
    _forked: dict[str, bool] = field(default_factory=dict)
    """What was judged in a forked process, and whether beside another one."""
    _believed: set[str] = field(default_factory=set)
    """What came out the same alone as in company: it need not be doubted again."""

    @property
    def from_log(self) -> int:
        """How many of the questions were answered by earlier searches."""
        return len(self._logged)

    def ask(self, probes: Sequence[Candidate]) -> tuple[Outcome, ...]:
        """Return the outcome of every probe; what is known is not run again. Raises Stopped, Disturbed."""
        new = {probe.key: probe for probe in probes if probe.key not in self.known}
        self._logged |= {probe.key for probe in probes} - set(new) - self._ran
        if new:
            if self.most and self.probes >= self.most:
                raise Stopped(f"ended after {self.probes} candidates")
            self._learn_all(tuple(new.values()))
        return tuple(self.known[probe.key].outcome for probe in probes)

    def alone(self, probe: Candidate) -> Outcome:
        """Return the outcome of a probe with no other beside it. Raises Stopped."""
        if not self._is_known_alone(probe):
            (answer,) = self.look((probe,))
            self._learn(probe, answer, alone=True)
        elif probe.key not in self._ran:
            self._logged.add(probe.key)
        return self.known[probe.key].outcome

    def _is_known_alone(self, probe: Candidate) -> bool:
        tried = self.known.get(probe.key)
        return tried is not None and tried.alone

    def go_alone(self) -> None:
        """Run one probe at a time from here on; what was judged beside another is not known any more."""
        self.is_one_at_a_time = True
        self.known = {key: tried for key, tried in self.known.items() if tried.alone}

    def disturbed(self, probe: Candidate, beside: Outcome, alone: Outcome) -> Disturbed:
        """Say that company changed an outcome, and go on alone."""
        here, said = "beside another one", "candidates that run beside each other disturb each other"
        if probe.key in self._forked:
            had_company = self._forked[probe.key]
            here = f"{here} in a forked process" if had_company else "in a forked process"
            said = f"{said}, or come out otherwise where they are forked" if had_company else _OTHERWISE
        words = f"{_WORDS[beside]} {here}, {_WORDS[alone]} alone"
        self.on_note(f"{said} ({probe.label or 'one'}: {words}): the search went on one at a time")
        self.go_alone()
        return Disturbed(words)

    def look(self, probes: Sequence[Candidate]) -> tuple[Answer, ...]:
        """Run probes for all that they show, whether their outcome is known or not. Raises Stopped."""
        if len(probes) > 1 and self.is_one_at_a_time:
            return tuple(self._run((probe,))[0] for probe in probes)
        return self._run(probes)

    def judge_alone(self, probes: Sequence[Candidate], width: int) -> None:
        """Judge probes with no other beside them; up to ``width`` are started beside each other, see ``in_turns``. Raises Stopped."""
        left = [each for each in probes if not self._is_known_alone(each)]
        for group in (left[at : at + width] for at in range(0, len(left), width)):
            if len(group) > 1 and self.forking is not None and all(map(self.forking.may_fork, group)):
                self._learn_in_turns(group)
            for probe in group:
                self.alone(probe)

    def _learn_in_turns(self, probes: Sequence[Candidate]) -> None:
        self._begin_asking(probes)
        self._await_quiet()
        cancel = candidate.cancellation(self.name)
        begins = [functools.partial(self._submit_turn, probe) for probe in probes]
        try:
            answers = in_turns(begins, lambda futures: self._wait(futures, cancel))
        finally:
            candidate.forget(self.name)
        self._count(probes)
        if answers:
            for probe, answer in zip(probes, answers, strict=True):
                self._learn(probe, answer, alone=True)

    def _submit_turn(self, probe: Candidate, turn: Turn) -> "Future[Answer]":
        run = functools.partial(
            run_probe, self.context, search=self.name, unrecorded=self.unrecorded, turn=turn
        )
        return self.executor.submit(run, probe)

    def _submit(self, probe: Candidate, *, may_fork: bool) -> "Future[Answer]":
        if self.cluster is not None:
            from coach.engine.cluster.work_elsewhere import probe_elsewhere  # only where a cluster is used

            return probe_elsewhere(self.cluster, probe, self.context.redactor)
        run = functools.partial(
            run_probe, self.context, search=self.name, unrecorded=self.unrecorded, may_fork=may_fork
        )
        return self.executor.submit(run, probe)

    def _run(self, probes: Sequence[Candidate], forked_by: "Forking | None" = None) -> tuple[Answer, ...]:
        if forked_by:
            forked_by.await_server(self.stop)
        self._begin_asking(probes)
        if len(probes) == 1 and self.cluster is None:
            self._await_quiet()
        cancel = candidate.cancellation(self.name)
        futures = [self._submit(probe, may_fork=forked_by is not None) for probe in probes]
        try:
            self._wait(futures, cancel)
        finally:
            candidate.forget(self.name)
        self._count(probes)
        if forked_by:
            forked_by.load_more()
        if self.cluster is not None and self.cluster.ended:
            raise Stopped(self.cluster.ended)
        return tuple(future.result() for future in futures)

    def _begin_asking(self, probes: Sequence[Candidate]) -> None:
        if self.stop.is_set():
            raise Stopped("stopped on request")
        self.on_doing(" · ".join(probe.label for probe in probes if probe.label))

    def _count(self, probes: Sequence[Candidate]) -> None:
        for probe in probes:
            if probe.key in self._ran:
                self.again += 1
            else:
                self.probes += 1
            self._ran.add(probe.key)

    def _wait(self, futures: Sequence[Future[Answer]], cancel: threading.Event) -> None:
        waiting = set(futures)
        while not self.stop.is_set():
            if not waiting:
                return
            _, waiting = wait(waiting, timeout=_TICK)
        cancel.set()
        for future in futures:
            future.cancel()
        wait(futures)
        raise Stopped("stopped on request")

    def _await_quiet(self) -> None:
        """Wait for runs of the same project to end, not for ever; name who runs tests all the same. Raises Stopped."""
        until = time.monotonic() + self.patience
        while company := beside(self.context.root, self.context.home / "scratch"):
            if not any(each.is_here for each in company) or time.monotonic() > until:
                break
            if self.stop.wait(_LOOK):
                raise Stopped("stopped on request")
        self.patience = max(0.0, min(self.patience, until - time.monotonic()))
        if company and not self._has_company_named:
            self._has_company_named = True
            self.on_note(as_note(company))

    def _learn_all(self, probes: Sequence[Candidate]) -> None:
        """Run probes and learn what they showed; what may be the doing of their company is judged again, alone."""
        forking = None if self.is_one_at_a_time else self.forking
        may_fork = forking is not None and all(map(forking.may_fork, probes))
        answers = self._run(probes, forking) if may_fork else self.look(probes)
        has_company = self._has_company(probes)
        forked = [each.key for each, seen in zip(probes, answers, strict=True) if seen.is_forked]
        self._forked |= dict.fromkeys(forked, has_company)
        doubted: list[tuple[Candidate, Answer]] = []
        for probe, answer in zip(probes, answers, strict=True):
            is_alone = not has_company and not answer.is_forked
            if is_alone or self.counts_as_seen or not answer.doubt or answer.doubt in self._believed:
                self._learn(probe, answer, alone=is_alone)
            else:
                doubted.append((probe, answer))
        for probe, answer in doubted:
            self._judge_again(probe, answer)

    def _has_company(self, probes: Sequence[Candidate]) -> bool:
        """Whether probes that are asked together run beside each other; each on a machine of its own does not."""
        is_apart = self.cluster is not None and not self.cluster.shares_hosts
        return len(probes) > 1 and not self.is_one_at_a_time and not is_apart

    def _judge_again(self, probe: Candidate, beside: Answer) -> None:
        """Raises Disturbed when it comes out otherwise."""
        (alone,) = self.look((probe,))
        self._learn(probe, alone, alone=True)
        if alone.judged.outcome != beside.judged.outcome:
            raise self.disturbed(probe, beside.judged.outcome, alone.judged.outcome)
        if alone.doubt == beside.doubt and alone.is_steady:
            self._believed.add(alone.doubt)

    def _learn(self, probe: Candidate, answer: Answer, *, alone: bool) -> None:
        judged = answer.judged
        is_again = alone and probe.key in self.known
        label = f"{probe.label}, alone" if is_again and probe.label else probe.label
        tried = Tried(key=probe.key, label=label, outcome=judged.outcome, reason=judged.reason, alone=alone)
        self.known[probe.key] = tried
        if probe.variation.order is not None and probe.variation.order.watch:
            self.leaked[probe.key] = answer.leaked
            self.changed[probe.key] = answer.changed
        self.on_tried(tried)

    def reason(self, probe: Candidate) -> str:
        """Say why a probe that was asked could not be judged."""
        tried = self.known.get(probe.key)
        return tried.reason if tried else ""


def drive(search: AskTell[C, R], probe_of: Callable[[C], Candidate], driver: SearchDriver) -> R:
    """Answer a search's questions until it returns. Raises Disturbed, and Stopped with the last configuration that failed."""
    best: C | None = None
    try:
        asked = next(search)
        while True:
            outcomes = driver.ask([probe_of(each) for each in asked])
            best = next(
                (each for each, outcome in zip(asked, outcomes, strict=True) if outcome == "FAIL"), best
            )
            asked = search.send(outcomes)
    except StopIteration as end:
        found: R = end.value
        return found
    except Stopped as stop:
        raise Stopped(stop.why, best) from None


def known_from(tried: Iterable[Tried]) -> dict[str, Tried]:
    """Return what need not be run again. What could not be judged is tried anew: the reason may have been the moment's."""
    return {each.key: each for each in tried if each.outcome != "UNRESOLVED"}
