"""The effects of a restore, and what is found of one that a kill cut off."""

import logging
from dataclasses import replace

from coach.core.base.text import storable
from coach.core.protocol.effects import PutBack, RestoreTree
from coach.core.protocol.observations import (
    Observation,
    RestoreFailed,
    RestoreFound,
    RestorePlanned,
    TreePutBack,
)
from coach.core.session.state import SessionState
from coach.engine.ports import Trees
from coach.engine.restore.restores import Interrupted, Wanted
from coach.errors import CoachError

_DIAGNOSTICS = logging.getLogger("coach")


def restored(effect: RestoreTree | PutBack, trees: Trees) -> Observation:
    """Answer either effect. Raises StoreError where nothing is begun yet."""
    return plan_restore(effect, trees) if isinstance(effect, RestoreTree) else put_back(effect, trees)


def plan_restore(effect: RestoreTree, trees: Trees) -> RestorePlanned:
    """Answer the effect. Raises StoreError: it cannot be done, and nothing is changed."""
    wanted = replace(trees.wanted(effect.tree, effect.modes), written=effect.written)
    made = trees.restores.planned(wanted)
    before, before_modes = wanted.before, wanted.before_modes
    if effect.since and trees.restores.is_part_of(Wanted(wanted.tree, effect.since), before):
        before, before_modes = effect.since, effect.since_modes
    asked = PutBack(
        tree=effect.tree,
        now=wanted.before,
        before=before,
        why=effect.why,
        written=effect.written,
        modes=wanted.modes,
        now_modes=wanted.before_modes,
        before_modes=before_modes,
    )
    paths = (*made.paths, *(made.remove if made.is_empty else ()))
    return RestorePlanned(put_back=asked, paths=tuple(map(storable, paths)), kept=made.kept)


def put_back(effect: PutBack, trees: Trees) -> TreePutBack | RestoreFailed:
    """Answer the effect: whatever goes wrong, its end is told."""
    wanted = Wanted(trees.kept_as(effect.tree), effect.now, effect.modes, effect.now_modes, effect.written)
    try:
        paths, kept = trees.restores.put_back(wanted, effect.why)
    except CoachError as error:
        return RestoreFailed(tree=effect.tree, message=str(error))
    except Exception as error:  # noqa: BLE001 - a defect must not leave a restore without an end
        _DIAGNOSTICS.exception("could not put files back")
        return RestoreFailed(tree=effect.tree, message=f"a defect of coach: {type(error).__name__}: {error}")
    return TreePutBack(
        tree=effect.tree,
        before=effect.before,
        why=effect.why,
        paths=tuple(map(storable, paths)),
        kept=kept,
        modes=effect.before_modes,
    )


def found_restore(state: SessionState | None, trees: Trees) -> RestoreFound | None:
    """Look for a restore that a killed coach began, in this session or another one of the project. Raises StoreError."""
    restores, cut = trees.restores, state.restoring if state else None
    found = restores.interrupted()
    is_over = found is None
    if found is None:
        if cut is None:
            return None
        found = restores.state_of(Wanted(cut.tree, cut.before, cut.wanted_modes, cut.modes), cut.why)
    elif cut and cut.is_interrupted and _is_known(found, cut.tree, cut.before, cut.written):
        return None
    if found.written in {0, len(found.paths)}:
        restores.settle()
    return RestoreFound(
        tree=found.wanted.tree,
        before=found.wanted.before,
        why=found.why,
        paths=tuple(map(storable, found.paths)),
        written=found.written,
        aside=tuple(map(storable, found.aside)),
        modes=found.wanted.modes,
        before_modes=found.wanted.before_modes,
        is_over=is_over,
    )


def _is_known(found: Interrupted, tree: str, before: str, written: int) -> bool:
    return (found.wanted.tree, found.wanted.before, found.written) == (
        tree,
        before,
        written,
    ) and not found.aside
