"""A run on a cluster whatever its workers do: a clean flip ends the round, a lost part is said, a stop reaches all of them."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest

from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.protocol.effects import MutationPlace, StartRun
from coach.core.protocol.observations import ControlSeen, FlipSeen, MutantsSeen
from coach.core.runs.instrument import Mutate, MutateFix
from coach.core.runs.report import Counts, Ending, RunReport
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.verify.negative_control import Control
from coach.engine.cluster.run_elsewhere import run_elsewhere
from coach.engine.cluster.work import Reply
from coach.errors import CoachError, ScratchError

FOCUS = "tests/test_shop.py::test_total"


@dataclass
class Sent:
    """What one worker was given, and how it may answer."""

    label: str
    asked: StartRun
    hear: object
    future: "Future[Reply]" = field(default_factory=Future)

    @property
    def lines(self):
        """The lines it tries, if each line has one mutant and they are dealt in turn."""
        number, count = self.asked.part
        return [line for place in self.asked.places for line in place.lines][number - 1 :: count]

    def answers(self, *, output="", ending="completed", **fields):
        report = RunReport(ending=Ending(kind=ending), counts=Counts(selected=1), duration=len(self.lines))
        seen = (MutantsSeen(mutations=Mutations(test=FOCUS, tree="theirs", **fields)),)
        self.future.set_result(Reply("w", report=report, seen=seen, output=output))


class Cluster:
    """Workers that a test answers for, as soon as they were given everything."""

    def __init__(self, width, act):
        self.width, self._act = width, act
        self.sent = []

    def work_of(self, tree, label, asked, coverage):
        self.tree, self.coverage = tree, coverage
        return label, asked

    def submit(self, work, hear):
        self.sent.append(Sent(*work, hear))
        if len(self.sent) == self.awaited(work[1]):
            threading.Thread(target=self._act, args=(self.sent,)).start()
        return self.sent[-1].future

    def awaited(self, asked):
        return self.width if isinstance(asked.request.instrument, Mutate) else 1


class Trees:
    def record(self):
        return "now"

    def without(self, base, keep):
        return f"now without {base} but {keep}"


def mutate(*lines, instrument=None, **fields):
    request = RunRequest(
        number=7,
        purpose="mutants",
        target=Target(words=(FOCUS,)),
        focus=FOCUS,
        instrument=instrument or Mutate(seconds=60),
        on="local:2",
        **fields,
    )
    return StartRun(request=request, places=(MutationPlace(path="shop.py", function="total", lines=lines),))


def flip(line, **fields):
    return Flip(path="shop.py", function="total", line=line, kind="constant", before="1", after="2", **fields)


def carried_out(asked, cluster, cancel=None):
    told, kept = [], []

    def keep(text):
        kept.append(text)
        return f"kept {len(kept)}"

    report, seen = run_elsewhere(
        asked,
        cluster,
        trees=Trees(),
        coverage=None,
        cancel=cancel or threading.Event(),
        tell=told.append,
        keep=keep,
    )
    return report, seen, told, kept


def test_every_worker_has_a_part_of_the_whole_round_and_the_round_is_one():
    def act(sent):
        for number, each in enumerate(sent):
            each.answers(tried=4, planned=5, flips=(flip(each.lines[0]),), output=f"said by {number}")

    cluster = Cluster(3, act)
    report, seen, _, kept = carried_out(mutate(*range(1, 9)), cluster)
    assert [each.asked.part for each in cluster.sent] == [(1, 3), (2, 3), (3, 3)]
    assert {each.asked.places for each in cluster.sent} == {mutate(*range(1, 9)).places}
    assert [each.label for each in cluster.sent] == [f"small mutations {number} of 3" for number in (1, 2, 3)]
    (found,) = seen
    assert (found.mutations.tried, found.mutations.planned, found.mutations.tree) == (12, 15, "now")
    assert {each.line for each in found.mutations.flips} == {1, 2, 3}
    assert (report.tree, report.duration, report.output.artefact) == ("now", 3, "kept 1")
    assert kept == ["said by 0"]


def test_a_clean_flip_ends_the_other_parts_and_what_they_told_of_counts():
    def act(sent):
        told = FlipSeen(run=7, flip=flip(sent[1].lines[0]))
        sent[1].hear(told.model_dump_json())
        sent[1].hear(told.model_dump_json())
        sent[1].hear("{}")
        sent[0].answers(tried=2, planned=9, is_settled=True, flips=(flip(sent[0].lines[0], green=0),))

    cluster = Cluster(2, act)
    report, seen, told, _ = carried_out(mutate(1, 2, 3, 4), cluster)
    assert report.ending.is_complete
    assert cluster.sent[1].future.cancelled()
    found = seen[0].mutations
    assert (found.is_settled, found.why) == (True, "")
    assert [each.line for each in found.flips] == [1, 2]
    assert [each.flip.line for each in told] == [2]


def test_a_part_that_is_lost_is_said_and_the_rest_counts():
    def act(sent):
        sent[0].answers(tried=3, planned=3)
        sent[1].future.set_result(Reply("w2", why="worker w2: it was lost while it ran this"))

    report, seen, _, _ = carried_out(mutate(1, 2, 3, 4), Cluster(2, act))
    found = seen[0].mutations
    assert (found.tried, found.ended) == (3, "stopped")
    assert found.why.startswith("part 2 of 2: the run could not be carried out on the cluster: worker w2")
    assert report.ending.is_complete
    assert any("w2" in each for each in report.probe_notes)


def test_a_round_that_nobody_tried_is_an_error():
    def act(sent):
        for each in sent:
            each.future.set_result(Reply("", why="the scheduler is gone"))

    with pytest.raises(ScratchError, match="the scheduler is gone"):
        carried_out(mutate(1, 2, 3), Cluster(2, act))


def test_what_cannot_be_sent_ends_what_was():
    class Lacking(Cluster):
        def submit(self, work, hear):
            if self.sent:
                raise CoachError("the tree is not whole")
            return super().submit(work, hear)

    cluster = Lacking(2, lambda _: None)
    with pytest.raises(CoachError, match="not whole"):
        carried_out(mutate(1, 2), cluster)
    assert cluster.sent[0].future.cancelled()


def test_a_stop_reaches_every_part_and_what_is_over_counts():
    cancel = threading.Event()

    def act(sent):
        sent[2].answers(tried=2, planned=2, flips=(flip(3),))
        cancel.set()

    cluster = Cluster(3, act)
    report, seen, _, _ = carried_out(mutate(1, 2, 3), cluster, cancel)
    assert [each.future.cancelled() for each in cluster.sent] == [True, True, False]
    assert (report.tree, report.ending.kind) == ("now", "cancelled")
    assert [each.line for each in seen[0].mutations.flips] == [3]
    assert seen[0].mutations.ended == "stopped"


def test_a_stop_that_comes_when_all_is_over_stops_nothing():
    cancel = threading.Event()

    def act(sent):
        for each in sent:
            each.answers(tried=2, planned=2)
        cancel.set()

    report, seen, _, _ = carried_out(mutate(1, 2, 3), Cluster(3, act), cancel)
    assert (report.ending.kind, seen[0].mutations.ended) == ("completed", "all")


def test_a_stop_before_any_answer_leaves_it_to_who_asked_what_that_means():
    cancel = threading.Event()
    report, seen, _, _ = carried_out(mutate(1, 2), Cluster(2, lambda _: cancel.set()), cancel)
    assert (report.ending.kind, seen) == ("cancelled", None)


def test_the_negative_control_is_one_run_whatever_the_workers():
    def act(sent):
        report = RunReport(ending=Ending())
        control = ControlSeen(control=Control(run=7, tried=9, killed=9, planned=9))
        sent[0].future.set_result(Reply("w", report=report, seen=(control,)))

    cluster = Cluster(4, act)
    _, seen, _, _ = carried_out(mutate(1, 2, 3, 4, instrument=MutateFix(seconds=8)), cluster)
    assert [each.lines for each in cluster.sent] == [[1, 2, 3, 4]]
    assert seen[0].control.killed == 9


def test_the_tree_without_the_fix_is_made_here():
    cluster = Cluster(1, lambda sent: sent[0].answers())
    carried_out(mutate(1, without="old"), cluster)
    assert cluster.tree == f"now without old but {FOCUS}"
