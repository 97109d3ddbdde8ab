"""Make small wrong versions of a fix for one run, and read which of them the regression test noticed."""

import ast
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from coach.core.control import MOST_SURVIVORS, Control, Survivor
from coach.core.effects import MutationPlace
from coach.core.isolate.mutants import Mutant, Place, mutants
from coach.core.isolate.outline import Outline
from coach.engine.mutating import events_in, newest
from coach.engine.source_files import read_sources

MOST_WRONG_FIXES = 120
_COMMUTATIVE = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.BitXor)
_NOTICED = ("F", "T")
"""Failed, or ran so long that it was ended. No letter at all: the process died, which nobody can miss."""


def wrong_fixes(places: Sequence[MutationPlace], root: Path) -> tuple[Mutant, ...]:
    """Return small mutations of the lines, whatever functions they stand in, or none."""
    sources = read_sources(root, sorted({place.path for place in places}))
    found = []
    for place in places:
        outline = Outline(sources.get(place.path, ""))
        named = [(owner.name if (owner := outline.at(line)) else "", line) for line in place.lines]
        for function, lines in groupby(sorted(named), key=lambda pair: pair[0]):
            found.append(Place(place.path, function, tuple(line for _, line in lines)))
    return tuple(each for each in mutants(found, sources, MOST_WRONG_FIXES) if not _is_the_same(each))


def _is_the_same(mutant: Mutant) -> bool:
    """Whether a mutant can change nothing: equal text, or swapped operands where their order means nothing to numbers."""
    if mutant.before == mutant.after:
        return True
    if mutant.kind != "operands":
        return False
    try:
        node = ast.parse(mutant.before, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return True  # shortened for display: which operands were swapped cannot be told
    return isinstance(node, ast.BinOp) and isinstance(node.op, _COMMUTATIVE)


def control_of(run: int, chosen: Sequence[Mutant], said: str, trouble: str) -> Control:
    """Read what the mutator said of a control; a mutant that could not be applied counts for nothing."""
    events = events_in(said)
    end = newest(events, "ended")
    known = [each for each in events if each["event"] == "mutant" and _is_known(each.get("id"), len(chosen))]
    results = {each["id"]: str(each.get("result", "")) for each in known}
    tried = {number: result for number, result in results.items() if result != "N"}
    alive = [number for number, result in tried.items() if result and not result.endswith(_NOTICED)]
    ended = end.get("ended")
    return Control(
        run=run,
        tried=len(tried),
        killed=len(tried) - len(alive),
        planned=len(chosen) - (len(results) - len(tried)),
        ended=ended if ended in {"all", "budget", "stopped", "impossible"} else "stopped",
        why=str(end.get("why", "")) or ("" if end else trouble or "the mutator gave no answer"),
        survivors=tuple(_survivor(chosen[number]) for number in alive[:MOST_SURVIVORS]),
    )


def _is_known(number: object, count: int) -> bool:
    return isinstance(number, int) and 0 <= number < count


def _survivor(mutant: Mutant) -> Survivor:
    return Survivor(
        path=mutant.path,
        function=mutant.function,
        line=mutant.line,
        before=mutant.before,
        after=mutant.after,
    )
