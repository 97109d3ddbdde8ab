"""Plan small mutations for one run, and read what came of them. The mutants themselves live and die in the target process."""

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from coach.core.base.test_id import TestId
from coach.core.base.text import storable
from coach.core.localize.mutation.mutants import Mutant, Place, mutants
from coach.core.localize.mutation.parts import WHOLE, part_of
from coach.core.localize.mutation.results import MAX_REFUSALS, Flip, Mutations, PlaceTally, best_first
from coach.core.protocol.effects import MutationPlace, StartRun, ToMend
from coach.core.protocol.observations import FlipSeen, MutantsSeen, Observation
from coach.core.runs.failure import innermost_own
from coach.core.runs.instrument import Mutate, MutateFix
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.instrument.flip_neighbours import neighbours_of, strangers
from coach.engine.instrument.observer import STOPPED, ObserverContext, ProbeObserver
from coach.engine.process.run_files import RunFiles
from coach.engine.process.supervise import Limits
from coach.engine.source.excerpts import read_sources

MutationT = TypeVar("MutationT", Mutate, MutateFix)

MAX_WORKERS = 2
"""Children that try mutants beside each other. Not for a control: a test disturbed by another one would count as noticed."""
REFUSED = "X"
"""The mutator's letter for a mutant that was refused something: how the test would have gone, nobody knows."""
CHANGED = "C"
"""Its letter for a test that fails with the same exception and another message."""
GRACE_SECONDS = 5.0
"""How long the run may go on behind its time before it is ended: a file that hangs while it is collected knows no limit."""
MAX_TOLD = 20
"""Flips of one round that are told while it goes on: what writes thousands of them is not the mutator."""
IMPORT_SHARE, LEAST_IMPORT_SHARE = 0.5, 0.1
"""Of the time for what runs at import, where nothing promises more; and what is too little to begin with: each such mutant
costs an import of all that the test needs."""
_ABOUT_TIME = re.compile(r"time[d ]*-?out|too (?:long|slow)|deadline", re.IGNORECASE)


def planned(
    places: Sequence[MutationPlace], root: Path, focus: str = "", why: str = ""
) -> tuple[Mutant, ...]:
    """Return the mutants of the places, as files are now, best first; ``focus`` is the failing test, ``why`` its exception."""
    file = TestId(focus).file
    sources = read_sources(root, sorted({place.path for place in places} | ({file} if file else set())))
    wanted = [Place(each.path, each.function, each.lines, each.promise) for each in places]
    return mutants(wanted, sources, test_source=sources.get(file, ""), died_of=why.rpartition(".")[2])


def import_share(chosen: Sequence[Mutant]) -> float:
    """Return how much of the time goes to what runs at import: the more, the likelier it is beside what runs in the test."""
    most = max((each.promise for each in chosen), default=0.0)
    at_import = max((each.promise for each in chosen if not each.function), default=0.0)
    share = IMPORT_SHARE * at_import / most if most else IMPORT_SHARE
    return share if share >= LEAST_IMPORT_SHARE else 0.0


def plan_text(
    request: RunRequest,
    chosen: Sequence[Mutant],
    root: Path,
    near: Mapping[tuple[str, int], tuple[str, ...]] | None = None,
    recorded: int = 0,
) -> str:
    """Return the plan as the mutator in the target process reads it; without ``near`` its file's tests are neighbours.

    ``recorded`` is when the tree in ``root`` was recorded: a file of the checkout that was not changed since has its content.
    """
    tests = dict.fromkeys(test for names in (near or {}).values() for test in names)
    number = {test: index for index, test in enumerate(tests)}
    rows = [
        {
            "id": index,
            "file": os.path.realpath(root / each.path),
            "shown": each.path,
            "function": each.function,
            "line": each.line,
            "start": each.start,
            "end": each.end,
            "text": each.text,
            "module": not each.function,
            "promise": each.promise,
            "silences": each.silences,
            "near": None if near is None else [number[test] for test in near.get((each.path, each.line), ())],
        }
        for index, each in enumerate(chosen)
    ]
    instrument = request.instrument
    assert isinstance(instrument, Mutate | MutateFix), "only runs of mutants have a plan of them"
    is_control = isinstance(instrument, MutateFix)
    wants = "F" if is_control else "P"
    workers = 1 if is_control else min(MAX_WORKERS, os.cpu_count() or 1)
    plan = {"test": request.focus, "budget": instrument.seconds, "wants": wants, "workers": workers}
    return json.dumps({**plan, "recorded": recorded, "tests": list(tests), "mutants": rows})


def about_failure(sought: ToMend | None) -> dict[str, Any]:
    """Return what the plan says of the failure that is to be mended: why the test fails, and which others are red."""
    if sought is None:
        return {}
    failure, frame = sought.failure, innermost_own(sought.failure)
    place = [frame.path, frame.line] if frame else None
    reason = {"exception": failure.exception, "message": failure.message, "place": place}
    is_timeout = bool(_ABOUT_TIME.search(f"{failure.exception} {failure.message}"))
    return {"red": list(sought.red), "failure": reason, "is_timeout": is_timeout}


def mutations_of(request: RunRequest, report: RunReport, chosen: Sequence[Mutant], said: str) -> Mutations:
    """Read what came of mutations that look for the place of a defect; nothing, where other code than the copy's ran."""
    seconds = round(report.duration, 3)
    if why := report.not_about_the_code:
        return Mutations(
            test=request.focus,
            tree=report.tree,
            planned=len(chosen),
            seconds=seconds,
            ended="impossible",
            why=why,
        )
    events = events_in(said)
    told = [event for event in events if event["event"] == "mutant"]
    tried = [event for event in told if event.get("result") != REFUSED]
    flips = [_flip(chosen[event["id"]], event) for event in tried if _is_flip(event, len(chosen))]
    end = newest(events, "ended")
    baseline = newest(events, "baseline")
    ended = end.get("ended")
    return Mutations(
        test=request.focus,
        tree=report.tree,
        tried=len(tried),
        planned=len(chosen),
        hung=sum(event.get("result") == "T" for event in tried),
        seconds=seconds,
        baseline=float(baseline.get("seconds", 0.0)),
        ended=ended if ended in {"all", "budget", "stopped", "impossible"} else "stopped",
        why=str(end.get("why", "")),
        is_settled=bool(flips) and bool(newest(events, "settled")),
        refused=len(told) - len(tried),
        refusals=refusals_of(told),
        flips=best_first(tuple(flips)),
        tallies=_tallies(chosen, tried),
    )


def _tallies(chosen: Sequence[Mutant], tried: Sequence[Mapping[str, Any]]) -> tuple[PlaceTally, ...]:
    """Count for each place what its mutants changed of the failure; places that changed nothing count where parts are put together."""
    known = [(chosen[each["id"]], each.get("result")) for each in tried if _is_known(each, len(chosen))]
    rows = {}
    for place in dict.fromkeys((mutant.path, mutant.function) for mutant, _ in known):
        own = [(mutant, result) for mutant, result in known if (mutant.path, mutant.function) == place]
        lines = sorted(mutant.line for mutant, result in own if result == CHANGED)
        rows[place] = PlaceTally(
            path=place[0],
            function=place[1],
            tried=len(own),
            changed=len(lines),
            lines=tuple(dict.fromkeys(lines)),
        )
    return tuple(rows.values())


def refusals_of(told: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return what mutants that were stopped were refused, each once."""
    acts = (str(each.get("why", "")) for each in told if each.get("result") == REFUSED)
    return tuple(storable(each) for each in islice(dict.fromkeys(acts), MAX_REFUSALS))


def events_in(said: str) -> list[dict[str, Any]]:
    """Return what the mutator said. Lines of others (the test process can write there too) are dropped by their shape."""
    return [event for line in said.splitlines() if (event := _event(line)) is not None]


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def newest(events: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    return next((event for event in reversed(events) if event["event"] == name), {})


def _is_flip(event: Mapping[str, Any], count: int) -> bool:
    return event.get("result") == "P" and _is_known(event, count)


def _is_known(event: Mapping[str, Any], count: int) -> bool:
    number = event.get("id")
    return isinstance(number, int) and 0 <= number < count


def _flip(mutant: Mutant, event: Mapping[str, Any]) -> Flip:
    return Flip(
        path=mutant.path,
        function=mutant.function,
        line=mutant.line,
        kind=mutant.kind,
        before=mutant.before,
        after=mutant.after,
        neighbours=int(event.get("neighbours", 0)),
        green=int(event.get("green", 0)),
        silences=mutant.silences,
        siblings=int(event.get("siblings", 0)),
        mended=int(event.get("mended", 0)),
    )


class MutantObserver(ProbeObserver[MutationT]):
    """Tries mutants, in a copy of the work tree: what they do, nobody knows."""

    setting = "mutants"
    chosen: tuple[Mutant, ...] = ()

    def options(self, files: RunFiles) -> list[str]:
        """Put every mutant's temporary folders in one place that goes with the run."""
        return [f"--basetemp={files.folder / 'temporary'}"]


class SuspectMutator(MutantObserver[Mutate]):
    """Mutates suspicious places. A change that makes the failing test pass is checked with tests that run the same line.

    The seconds are those of the whole round: what the copy took is taken off, and the process that knows no end is ended.
    """

    def __init__(self, instrument: Mutate, asked: StartRun, context: ObserverContext) -> None:
        super().__init__(instrument, asked, context)
        self._began = time.monotonic()
        self._heard = self._told = 0

    def prepare(self, request: RunRequest, root: Path, recorded: int = 0, /) -> RunRequest:
        focus, sought = request.focus, self.asked.to_mend
        whole = planned(self.asked.places, root, focus, sought.failure.exception if sought else "")
        self.chosen = part_of(whole, self.asked.part)
        known = self.context.known_coverage(self.asked.coverage)
        near = neighbours_of(known, whole, focus) if focus in known.tests else None
        plan = json.loads(plan_text(request, self.chosen, root, near, recorded))
        plan |= about_failure(sought)
        likely = {(each.path, each.function): each.promise for each in self.asked.places}
        for row, each in zip(plan["mutants"], self.chosen, strict=True):
            row["likely"] = likely.get((each.path, each.function), 0.0)
        spent = time.monotonic() - self._began
        plan["import_share"], plan["more"] = import_share(whole), self.instrument.more
        plan["budget"] = max(self.instrument.seconds - spent, self.instrument.seconds / 2)
        self.plan = json.dumps(plan)
        words = (*request.target.words, *strangers(near or {}, focus, sought.red if sought else ()))
        return request.model_copy(update={"target": request.target.only(*words)})

    def heard(self, files: RunFiles, /) -> None:
        """Tell of each flip as soon as the mutator says it."""
        lines, self._heard = files.traced_since(self._heard)
        for event in map(_event, lines):
            if not event or event["event"] != "mutant" or not _is_flip(event, len(self.chosen)):
                continue
            self._told += 1
            if self._told <= MAX_TOLD:
                flip = _flip(self.chosen[event["id"]], event)
                self.context.tell(FlipSeen(run=self.asked.request.number, flip=flip))

    def limits(self, limits: Limits, /) -> Limits:
        wall = self.instrument.seconds + self.instrument.more + GRACE_SECONDS
        return replace(limits, wall=min(limits.wall or wall, wall))

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        """Read the mutants that were tried; what was stopped before the first of them shows nothing."""
        found = mutations_of(request, report, self.chosen, self.said)
        if not found.tried and report.ending.kind in STOPPED:
            return []
        has_some = bool(self.chosen) or self.asked.part == WHOLE
        if has_some and not found.tried and not found.why and not found.refused:
            why = report.ending.sentence or "the mutator gave no answer"
            found = found.model_copy(update={"why": why})
        return [MutantsSeen(mutations=found)]
