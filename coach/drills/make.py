"""Make a set of drills from a project: what is asked for, the means, the sources of bugs, and what is kept of it."""

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from coach.core.base.formatting import count
from coach.core.drill.bug import Bug
from coach.core.drill.drill import DrillSet
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.target import Target
from coach.drills.kept import keep_set, set_names
from coach.engine.cluster.clusters import Clusters
from coach.engine.drill.baseline import Baseline, measured
from coach.engine.drill.checking import Checker
from coach.engine.drill.kept_trees import keep_trees
from coach.engine.drill.making import Making, Spread
from coach.engine.drill.oracle_run import Oracle
from coach.engine.drill.past_fixes import PastFixes
from coach.engine.drill.planted_bugs import Plantable, PlantedBugs
from coach.engine.drill.tree_runs import TreeRuns, stopped_at_end
from coach.engine.search.candidate import SearchContext
from coach.engine.source.project_root import Located
from coach.engine.trees.compose import Composer, composing
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import CoachError, ScratchError
from coach.session.project_context import clusters_of, context_of, interpreter_of, secrets_of
from coach.settings.project import Settings
from coach.store.paths import narrow_state, project_home

Kind = Literal["past", "two", "planted"]
KINDS: tuple[Kind, ...] = ("past", "two", "planted")
MAX_WIDTH = 4
"""Bugs that are tried at a time on this machine: more of them disturb each other."""
_ALIKE = 4
"""Of a set at most every so many-th drill is of one kind."""
_PAIRS = 6
"""Of a set every so many-th drill is two past fixes at once, where they are found."""
_SHARE = 0.5
"""Of the time, that past fixes may take where other sources are asked for as well."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a set."""

    name: str
    count: int = 12
    seed: int = 1
    kinds: tuple[Kind, ...] = KINDS
    """Sources of bugs, in this order."""
    tests: tuple[str, ...] = ()
    """Ids and paths that pytest is given for the whole suite, relative to the root; empty: what it takes by itself."""
    writes_test: bool = False
    minutes: float = 10.0
    on: str = ""
    """The cluster that carries runs out, as its address was typed; empty: this machine."""


@dataclass(frozen=True, slots=True)
class Means:
    """What making drills needs of a project."""

    place: Located
    trees: TreeStore
    context: SearchContext
    clusters: Clusters


def means_of(place: Located, settings: Settings) -> Means:
    """Find the interpreter and the trees of a project. Raises CoachError where there can be no copies."""
    narrow_state()
    trees, why = open_trees(place.root, project_home(place.root))
    if trees is None:
        raise ScratchError(
            "drills are made in copies of the project", why=why, do="run git init and commit once"
        )
    interpreter = interpreter_of(place, settings, Target())
    context = context_of(place, interpreter, settings, ObservationRedactor(secrets_of(place)))
    return Means(place, trees, context, clusters_of(trees, context, place, settings))


def new_name(place: Located) -> str:
    """Return the first free name after the project's own."""
    word = "".join(each if each.isascii() and each.isalnum() else "-" for each in place.project.name.lower())
    base = word.strip("-")[:30] or "drills"
    taken = set(set_names())
    return next(name for number in range(1, 10**6) if (name := f"{base}-{number}") not in taken)


def make_set(means: Means, wish: Wish, tell: Callable[[str], None] = lambda _: None) -> DrillSet:
    """Make a set of drills and keep it; fewer than asked for where no more are found in time. Raises CoachError.

    Ctrl-C ends the search; what there is by then is kept, and the interrupt goes on.
    """
    until = time.monotonic() + wish.minutes * 60
    tree, width = means.trees.record(), _width()
    runs = TreeRuns(means.trees, means.context, wish.tests)
    tell("running the tests as they are, three times cold, and once with their lines recorded")
    try:
        with stopped_at_end(runs.stop):
            baseline = measured(runs, tree, width)
            tell(
                f"{count(len(baseline.tests), 'test')} green, {len(baseline.red)} left out, {baseline.seconds:.1f} s"
            )
            return _made(means, wish, runs, baseline, until, tell)
    finally:
        means.clusters.close()


def _made(  # noqa: PLR0913, PLR0917 - what a set is made with
    means: Means, wish: Wish, runs: TreeRuns, baseline: Baseline, until: float, tell: Callable[[str], None]
) -> DrillSet:
    with contextlib.ExitStack() as stack:
        stop = runs.stop
        cluster = stack.enter_context(means.clusters.on(wish.on, stop)) if wish.on else None
        width = cluster.width if cluster else _width()
        runs = runs.for_bugs(baseline.seconds, cluster)
        composer = stack.enter_context(composing(means.trees))
        executor = stack.enter_context(ThreadPoolExecutor(width))
        stack.enter_context(stopped_at_end(stop))
        oracle = Oracle(runs, baseline, _set_of(means, wish, baseline))
        checker = Checker(runs, baseline, composer, wish.seed, oracle, wish.writes_test)
        making = Making(checker, executor, width, until, tell)
        try:
            _fill(making, wish, means, composer)
        except KeyboardInterrupt:
            if making.drills:
                _keep(means, wish, baseline, making)
                tell(f"stopped; {count(len(making.drills), 'drill')} kept as {wish.name}")
            raise
    return _keep(means, wish, baseline, making)


def _set_of(means: Means, wish: Wish, baseline: Baseline) -> DrillSet:
    """Return the set before there are drills."""
    return DrillSet(
        name=wish.name,
        root=str(means.place.root),
        project=means.place.folder,
        python=means.context.interpreter.path,
        seed=wish.seed,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        tests=wish.tests,
        red=baseline.red,
    )


def _width() -> int:
    return max(1, min(MAX_WIDTH, os.cpu_count() or 1))


def _fill(making: Making, wish: Wish, means: Means, composer: Composer) -> None:
    """Take drills from each source in turn; past fixes leave room and time for the others that are asked for."""
    pairs = math.ceil(wish.count / _PAIRS) if "two" in wish.kinds else 0
    rest = wish.count // 2 if "planted" in wish.kinds else 0
    if wish.kinds != ("planted",):
        past = PastFixes(means.context.root, means.trees, composer, making.checker.baseline, wish.seed)
        is_kept = "past" in wish.kinds
        alone = making if is_kept else making.beside()
        most = max(1 if is_kept else 2, wish.count - rest - pairs)
        _undo(alone, past, most, share=_SHARE if rest or pairs else 1.0)
        if "two" in wish.kinds:
            making.take(past.pairs(alone.bugs), wish.count - rest - len(making.drills), lambda _: True)
    if "planted" in wish.kinds:
        _plant(making, wish, composer)


def _undo(making: Making, past: PastFixes, most: int, share: float) -> None:
    """Take fixes out of the tree, within a share of the time that there is."""
    spread = Spread(making, most_of_a_kind=1, most_of_a_file=most)
    whole, now = making.until, time.monotonic()
    making.until = now + (whole - now) * share
    making.take((past.bug(each) for each in past.found()), most, spread.wants)
    making.until = whole


def _plant(making: Making, wish: Wish, composer: Composer) -> None:
    """Plant bugs: at first few of a kind and file, then whatever else there is."""
    planted = PlantedBugs(composer, making.checker.baseline, wish.seed)
    options = dict.fromkeys(planted.found(), "")
    most = max(2, math.ceil(wish.count / _ALIKE))
    for spread in (Spread(making, most, most), Spread(making, wish.count, wish.count)):
        making.take(_bugs(planted, options, spread), wish.count - len(making.drills), spread.wants)


def _bugs(planted: PlantedBugs, options: dict[Plantable, str], spread: Spread) -> Iterator[Bug | str]:
    """Make bugs of the edits that are wanted and were not tried; ``options`` holds the tree that was made of each."""
    for each, tree in tuple(options.items()):
        edit = each.edit
        if tree in spread.making.asked or not spread.has_room({(edit.path, edit.function)}, edit.kind):
            continue
        bug = planted.bug(each)
        if isinstance(bug, str):
            del options[each]
        else:
            options[each] = bug.tree
        yield bug


def _keep(means: Means, wish: Wish, baseline: Baseline, making: Making) -> DrillSet:
    if not making.drills:
        reasons = ", ".join(f"{each.why}: {each.count}" for each in making.reasons()[:4])
        raise CoachError(
            "no drill could be made",
            why=reasons or "the tests run no code that can be changed",
            do="give it more time (--minutes), or other tests (--tests)",
        )
    made = _set_of(means, wish, baseline).model_copy(
        update={"drills": tuple(making.drills), "dropped": making.reasons()}
    )
    keep_trees(means.trees, made)
    keep_set(made)
    return made
