"""``coach sessions export`` and ``import``: a session as one file. ``coach rerun``: repeat what one's own session ran."""

from argparse import Namespace
from pathlib import Path

from coach import __version__
from coach.cli.commands.approval import be_sure_of_python
from coach.cli.commands.console import exit_code_of, put, run_line, say
from coach.cli.commands.open_session import ask, begun, newest_here, place_here
from coach.core.base.symbols import OUTCOMES
from coach.core.export import names_of
from coach.core.protocol import commands as cmd
from coach.core.redact.redactor import taken_out
from coach.core.runs.run import Run
from coach.core.runs.target import Target
from coach.core.session.state import SessionState
from coach.errors import EXIT_FINE, SessionError, UsageError
from coach.regular_files import bounded_lines, is_folder, kept_path, opened
from coach.session.dispatcher import Dispatcher
from coach.session.export_io import LogCleaner
from coach.session.factory import open_new, open_review
from coach.settings.project import load_settings
from coach.settings.workflow_files import load_workflow, workflow_paths
from coach.store import library
from coach.store.archive import pack, unpack
from coach.store.index import log_of
from coach.store.paths import MAX_LINE, unusable


def export(args: Namespace) -> int:
    """Write a session into one file, with secrets, names and home taken out."""
    listed = library.find(args.id) if args.id else newest_here()
    if listed.damage:
        raise SessionError(
            f"session {listed.id} is damaged", why=listed.damage, do="there is nothing to hand on"
        )
    path = Path(args.output or f"{listed.id}.coach")
    lines = _lines(log_of(listed.id))
    clean = LogCleaner(listed.project, _steps_that_ship(), names_of(open_review(listed.id).state))
    about = {"coach": __version__, "imported": listed.imported}
    events = pack(path, listed.id, lines, clean, about)
    say(
        f"{path}: {events:,} events, {path.stat().st_size / 1000:,.0f} kB; look into it before you hand it on"
    )
    if clean.counts:
        say(f"redacted: {taken_out(clean.counts)}")
    return EXIT_FINE


def _lines(log: Path) -> list[bytes]:
    try:
        with opened(log) as file:
            return [line for line, _ in bounded_lines(file, MAX_LINE)]
    except OSError as error:
        raise unusable(log, error) from error


def _steps_that_ship() -> frozenset[str]:
    paths = workflow_paths(Path())
    return frozenset(step.id for name in paths for step in load_workflow(name, paths).steps)


def bring_in(args: Namespace) -> int:
    """Take a session in from a file: to be read, for ever marked, never run."""
    path = Path(args.file)
    found = unpack(path, path.name)
    put(f"{found.session}  {found.events:,} events, {found.outputs} outputs: coach review {found.session}")
    return EXIT_FINE


def rerun(args: Namespace) -> int:
    """Run again, in a new session, every command that a session ran in the checkout; once each, in their order."""
    listed = library.find(args.id) if args.id else newest_here()
    if listed.imported:
        raise SessionError(
            f"session {listed.id} was imported",
            why="nothing of an imported session is run",
            do="coach review shows it",
        )
    if not is_folder(kept_path(listed.project)):
        raise SessionError(
            f"the project of session {listed.id} is gone", why=listed.project, do=f"coach review {listed.id}"
        )
    before = open_review(listed.id).state
    wanted = last_of_each(before)
    if not wanted:
        raise UsageError(f"session {listed.id} ran nothing", do="coach run TARGET")
    flags = {"python": None, "workflow": None, "timeout": None}
    place = place_here(before)
    be_sure_of_python(place.home, None)
    with begun(open_new(place, wanted[0].request.target, load_settings(place.home, flags))) as session:
        codes = [_again(session, run) for run in wanted]
        ask(session, cmd.Close(note=f"rerun of {listed.id}"))
    return max(codes, default=EXIT_FINE)


def last_of_each(state: SessionState) -> list[Run]:
    """Return the newest finished run of each target in the checkout, in the order in which they first ran."""
    found: dict[Target, Run] = {}
    for run in state.runs:
        if run.is_of_checkout:
            found[run.request.target] = run
    return list(found.values())


def _again(session: Dispatcher, run: Run) -> int:
    target = run.request.target
    if session.state.target != target:
        ask(session, cmd.Retarget(target=target))
    ask(session, cmd.RunTarget(purpose="experiment"))
    now = session.state.last_run
    then = OUTCOMES[run.judged.outcome][0] if run.judged else "?"
    put(f"{target.label}: {then} then, now {run_line(now) if now else 'nothing ran'}")
    return exit_code_of(now)
