"""Putting files back: planned, said in the log, and only then done; what became of it is said in the log too."""

from coach.core.base.formatting import count
from coach.core.decide.assistant_limits import why_not_restored_by
from coach.core.decide.decision import CLOSED, Decision, Refusal, decide
from coach.core.history import kept_file
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.session.state import SessionState


@decide.register
def _(message: cmd.RestoreTree, state: SessionState) -> Decision | Refusal:
    if why_not := why_not_restored(state) or why_not_restored_by(message.by, message.run, state):
        return Refusal(why_not)
    run = state.run(message.run) if message.run else None
    if message.run and (run is None or run.report is None or not run.report.tree):
        return Refusal(f"run #{message.run} has no recorded files")
    if run and run.report:
        asked = eff.RestoreTree(tree=run.report.tree, why=f"as in #{run.number}", modes=run.report.modes)
        return _ask(asked, state)
    if not message.tree:
        return Refusal("which files? Name a run")
    if message.tree not in _known_trees(state):
        return Refusal("that tree was not recorded in this session")
    return _ask(_of_tree(message.tree, state), state)


def _ask(asked: eff.RestoreTree, state: SessionState) -> Decision:
    """Have files put back; what coach measures by itself gives way, as it does to a save."""
    gives_way = (eff.StopRuns(superseded=True),) if state.under_way else ()
    return Decision(effects=(*gives_way, asked))


def _of_tree(tree: str, state: SessionState) -> eff.RestoreTree:
    """Return the way to a tree: to finish or take back what was interrupted, to undo, or to go there."""
    cut = state.restoring
    if cut and tree == cut.tree:
        return eff.RestoreTree(
            tree=tree, why=cut.why, modes=cut.wanted_modes, since=cut.before, since_modes=cut.modes
        )
    if cut and tree == cut.before:
        return eff.RestoreTree(tree=tree, why="taken back", modes=cut.modes, written=cut.paths)
    if state.restores and state.restores[-1].before == tree:
        newest = state.restores[-1]
        return eff.RestoreTree(tree=tree, why="undo", modes=newest.modes, written=newest.paths)
    return eff.RestoreTree(tree=tree, why="as recorded")


def why_not_restored(state: SessionState) -> str:
    """Say why no files can be put back now, whichever; empty when they can."""
    if state.closed:
        return CLOSED.reason
    if state.restoring and not state.restoring.is_interrupted:
        return "files are being put back"
    return "a run is under way; ‹cancel› stops it" if state.awaited_runs else ""


def _known_trees(state: SessionState) -> set[str]:
    trees = {each.before for each in state.restores} | {each.tree for each in state.restores}
    trees |= {run.report.tree for run in state.runs if run.report}
    trees |= {state.restoring.tree, state.restoring.before} if state.restoring else set()
    opened = state.opened
    return trees | ({opened.checkout.tree} if opened else set()) - {""}


@decide.register
def _(message: obs.RestorePlanned, state: SessionState) -> Decision | Refusal:
    """Say in the log what will be done; the dispatcher does it once that is written."""
    do = message.put_back
    if why_not := why_not_restored(state):
        return Decision(notice=f"nothing was put back: {why_not}")
    if not message.paths:
        return _restored(
            obs.TreePutBack(
                tree=do.tree, before=do.before, why=do.why, kept=message.kept, modes=do.before_modes
            ),
            state,
        )
    begun = ev.RestoreBegun(
        tree=do.tree,
        before=do.before,
        why=do.why,
        paths=message.paths,
        modes=do.before_modes,
        wanted_modes=do.modes,
    )
    return Decision(events=(begun,), effects=(do,))


@decide.register
def _(message: obs.TreePutBack, state: SessionState) -> Decision | Refusal:
    return _restored(message, state)


def _restored(message: obs.TreePutBack, state: SessionState) -> Decision:
    """Record it; where saves are not watched, the change of the files is known only from here."""
    restored = ev.TreeRestored(
        tree=message.tree,
        before=message.before,
        why=message.why,
        paths=message.paths,
        kept=message.kept,
        modes=message.modes,
    )
    left = kept_file.said(message.kept)
    if not message.paths:
        said = "nothing was put back" if left else "the files were as asked already"
        return Decision(events=(restored,), notice="; ".join(filter(None, (said, left))))
    edited = () if state.watching else (ev.EditSeen(paths=message.paths),)
    said = f"{count(len(message.paths), 'file')} put back"
    return Decision(events=(restored, *edited), notice="; ".join(filter(None, (said, left))))


@decide.register
def _(message: obs.RestoreFailed, _state: SessionState) -> Decision | Refusal:
    stopped = ev.RestoreStopped(tree=message.tree, sentence=message.message)
    return Decision(events=(stopped,), notice=message.message)


@decide.register
def _(message: obs.RestoreFound, state: SessionState) -> Decision | Refusal:
    """Judge what a killed coach left: nothing, all of it, or a part that is to be finished or taken back."""
    aside = f"; saves of that moment are in {', '.join(message.aside)}" if message.aside else ""
    if message.paths and message.written == len(message.paths):
        done = obs.TreePutBack(
            tree=message.tree,
            before=message.before,
            why=message.why,
            paths=message.paths,
            modes=message.before_modes,
        )
        return _restored(done, state)
    if not message.written or message.is_over:
        if state.restoring is None and not aside:
            return Decision()
        said = "coach was killed before a file was put back" if not message.written else "coach was killed"
        return Decision(events=(ev.RestoreStopped(tree=message.tree, sentence=said + aside),))
    event = ev.RestoreInterrupted(
        tree=message.tree,
        before=message.before,
        why=message.why,
        paths=message.paths,
        written=message.written,
        aside=message.aside,
        modes=message.before_modes,
        wanted_modes=message.modes,
    )
    said = f"a restore was interrupted: {message.written} of {count(len(message.paths), 'file')} written"
    return Decision(events=(event,), notice=f"{said}; ‹restore› finishes it or takes it back{aside}")
