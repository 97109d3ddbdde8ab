"""Make small wrong versions of a fix for one run, and read which of them the regression test noticed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from coach.core.localize.mutation.equivalents import informative
from coach.core.localize.mutation.mutants import Mutant, Place, mutants
from coach.core.localize.outline import Outline
from coach.core.protocol.effects import MutationPlace
from coach.core.protocol.observations import ControlSeen, Observation
from coach.core.runs.instrument import MutateFix
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.core.verify.negative_control import MAX_SURVIVORS, Control, Survivor
from coach.engine.instrument.mutate import REFUSED, MutantObserver, events_in, newest, plan_text, refusals_of
from coach.engine.source.excerpts import read_sources

MAX_WRONG_FIXES = 120
REACH = "reach"
_NOTICED = ("F", "T")
"""Failed, or ran so long that it was ended. No letter at all: the process died, so the wrong fix was noticed."""


def wrong_fixes(places: Sequence[MutationPlace], root: Path) -> tuple[Mutant, ...]:
    """Return small mutations of the lines, whatever functions they stand in, or none."""
    sources = read_sources(root, sorted({place.path for place in places}))
    found = []
    for place in places:
        outline = Outline(sources.get(place.path, ""))
        named = [(owner.name if (owner := outline.at(line)) else "", line) for line in place.lines]
        for function, lines in groupby(sorted(named), key=lambda pair: pair[0]):
            found.append(Place(place.path, function, tuple(line for _, line in lines)))
    return informative(mutants(found, sources, MAX_WRONG_FIXES), sources)


def with_reach(chosen: Sequence[Mutant]) -> tuple[Mutant, ...]:
    """Add for every line one mutant that raises: where even that goes unnoticed, the test never runs the line."""
    widest: dict[tuple[str, int], Mutant] = {}
    for each in chosen:
        known = widest.get((each.path, each.line))
        is_value = each.text.startswith("(")
        if is_value and (known is None or (known.end, each.start) < (each.end, known.start)):
            widest[each.path, each.line] = each
    return (*chosen, *(replace(each, kind=REACH, text=_raising(each)) for each in widest.values()))


def _raising(mutant: Mutant) -> str:
    """Return a value that raises and keeps every other line where it was."""
    return "(1 / 0" + "\n" * (mutant.end[0] - mutant.start[0]) + ")"


def control_of(run: int, chosen: Sequence[Mutant], said: str, report: RunReport) -> Control:
    """Read what the mutator said of a control; a mutant that could not be applied counts for nothing.

    Where other code than the copy's ran, no mutant was tried: what it changed may never have run.
    """
    if why := report.not_about_the_code:
        planned = sum(each.kind != REACH for each in chosen)
        return Control(run=run, planned=planned, ended="impossible", why=why)
    events = events_in(said)
    end = newest(events, "ended")
    known = [each for each in events if each["event"] == "mutant" and _is_known(each.get("id"), len(chosen))]
    stopped = [each for each in known if each.get("result") == REFUSED and chosen[each["id"]].kind != REACH]
    results = {each["id"]: str(each.get("result", "")) for each in known if each.get("result") != REFUSED}
    ended_by = {number: result for number, result in results.items() if result != "N"}
    unreached = {
        (chosen[number].path, chosen[number].line)
        for number, result in ended_by.items()
        if chosen[number].kind == REACH and result == "P"
    }
    wrong = [number for number, each in enumerate(chosen) if each.kind != REACH]
    tried = {number: ended_by[number] for number in wrong if number in ended_by}
    passed = [number for number, result in tried.items() if result and not result.endswith(_NOTICED)]
    alive = [number for number in passed if not chosen[number].is_told]
    tried = {number: result for number, result in tried.items() if number in alive or number not in passed}
    ended = end.get("ended")
    return Control(
        run=run,
        tried=len(tried),
        killed=len(tried) - len(alive),
        planned=len(wrong) - sum(number in results and number not in tried for number in wrong),
        ended=ended if ended in {"all", "budget", "stopped", "impossible"} else "stopped",
        why=str(end.get("why", ""))
        or ("" if end else report.ending.sentence or "the mutator gave no answer"),
        refused=len(stopped),
        refusals=refusals_of(stopped),
        survivors=tuple(_survivor(chosen[number], unreached) for number in alive[:MAX_SURVIVORS]),
    )


def _is_known(number: object, count: int) -> bool:
    return isinstance(number, int) and 0 <= number < count


def _survivor(mutant: Mutant, unreached: Collection[tuple[str, int]]) -> Survivor:
    return Survivor(
        path=mutant.path,
        function=mutant.function,
        line=mutant.line,
        before=mutant.before,
        after=mutant.after,
        ran=(mutant.path, mutant.line) not in unreached,
    )


class FixMutator(MutantObserver[MutateFix]):
    """Mutates the lines of a fix. Answered whatever happened to the run."""

    def prepare(self, request: RunRequest, root: Path, recorded: int = 0, /) -> RunRequest:
        self.chosen = with_reach(wrong_fixes(self.asked.places, root))
        self.plan = plan_text(request, self.chosen, root, None, recorded)
        return request

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        return [ControlSeen(control=control_of(request.number, self.chosen, self.said, report))]
