"""Headless commands that restore files and say who edits."""

from argparse import Namespace

from coach.cli.commands.console import put, put_json, say, show
from coach.cli.commands.open_session import ask, opened_session, read_session, wait
from coach.core.base.formatting import count
from coach.core.base.text import safe_line
from coach.core.history.best_files import best_files
from coach.core.history.kept_file import Kept
from coach.core.history.restore_goal import Goal, better_way, files_to_change, goal
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.errors import EXIT_FINE, StoreError, UsageError
from coach.session.factory import refuse_imported
from coach.store import library


def restore(args: Namespace) -> int:
    """List the files that a restore would change; with ``--yes`` put them back."""
    if not args.yes:
        if args.session:
            refuse_imported(library.find(args.session))
        state = read_session(args.session)
        wanted = _wanted(state, args)
        _list(args, state, wanted, files_to_change(state, wanted))
        _say_better(args, state, wanted)
        say("nothing is changed yet: add --yes")
        return EXIT_FINE
    with opened_session(args) as session:
        wait(session)  # what a killed coach left is told first
        wanted = _wanted(session.state, args)
        known = len(session.state.restores)
        ask(session, cmd.RestoreTree(run=wanted.run, tree=wanted.tree))
        if len(session.state.restores) == known:
            why = session.state.restore_stopped
            raise StoreError(why or "nothing was put back", do="" if why else "see the message above")
        done = session.state.restores[-1]
        _list(args, session.state, wanted, done.paths, done.kept)
        if done.paths and done.before:
            say("coach restore --yes puts back what was there")
    return EXIT_FINE


def _wanted(state: SessionState, args: Namespace) -> Goal:
    cut = state.restoring
    if args.back:
        if cut is None or not cut.is_interrupted:
            raise UsageError("no restore was interrupted", do="coach restore --yes undoes the newest")
        return Goal(tree=cut.before)
    if args.best:
        best = best_files(state)
        if best is None:
            raise UsageError("no recorded files are better than these", do="name a run: coach restore 3")
        return Goal(best.number)
    wanted = Goal(args.run) if args.run else goal(state)
    if wanted is None:
        raise UsageError("no earlier good files are recorded", do="name a run: coach restore 3")
    if wanted.run and state.run(wanted.run) is None:
        raise UsageError(f"there is no run #{wanted.run}")
    return wanted


def _say_better(args: Namespace, state: SessionState, wanted: Goal) -> None:
    """Name the files that failed least where they are others than those that would be put back."""
    other = better_way(state)
    run = state.run(other.run) if other and other != wanted else None
    if run and not args.json:
        say(f"#{run.number} has the fewest failures, {count(len(run.failing), 'test')}: coach restore --best")


def _list(
    args: Namespace, state: SessionState, wanted: Goal, paths: tuple[str, ...], kept: tuple[Kept, ...] = ()
) -> None:
    if args.json:
        left = [each.model_dump() for each in kept]
        about = {
            "run": wanted.run,
            "tree": wanted.tree,
            "files": list(paths),
            "restored": args.yes,
            "kept": left,
        }
        put_json(about)
        return
    cut = state.restoring
    if cut and cut.is_interrupted and not args.yes:
        say(f"{safe_line(cut.said)}: --yes finishes it, --back --yes takes it back")
    whose = f"#{wanted.run}" if wanted.run else "before the last restore"
    say(f"{count(len(paths), 'file')} {'put back' if args.yes else 'differ'}: as {whose}")
    for path in paths:
        put(safe_line(path))
    for each in kept:
        say(f"kept as it is: {safe_line(each.path)}: {safe_line(each.why)}")


def hand(args: Namespace) -> int:
    """Say who edits from here on."""
    if bool(args.to) == args.back:
        raise UsageError("handed to whom?", do="coach hand NAME, or coach hand --back")
    with opened_session(args) as session:
        ask(session, cmd.HandBack() if args.back else cmd.HandOver(to=args.to))
        return show(args, session.state)
