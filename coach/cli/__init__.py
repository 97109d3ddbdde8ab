"""argv → one call. No logic here, and nothing heavy: ``coach --help`` must not import what a session needs."""

import argparse
import contextlib
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Container, Iterator, Sequence

from coach import __version__
from coach.cli.agents import add_agents
from coach.cli.allow import add_allow
from coach.cli.assist import add_assist
from coach.cli.cluster import add_cluster
from coach.cli.completion import add_completion
from coach.cli.doctor import add_doctor
from coach.cli.drill import add_drill
from coach.cli.hook import add_hook
from coach.cli.hypotheses import add_hypothesis
from coach.cli.investigate import add_investigate
from coach.cli.leftovers import add_leftovers
from coach.cli.logpoints import add_logpoint
from coach.cli.loops import add_loops
from coach.cli.mcp import add_mcp
from coach.cli.notes import add_notes, add_step
from coach.cli.options import Call, OverviewFormatter, Parser, parsers_of
from coach.cli.record import add_record
from coach.cli.report_page import add_report
from coach.cli.restore import add_restore
from coach.cli.runs import add_run
from coach.cli.screen import add_screen
from coach.cli.search import add_search
from coach.cli.seen import add_seen
from coach.cli.sessions import ACTIONS as SESSIONS_ACTIONS
from coach.cli.sessions import add_sessions
from coach.cli.sessions_archive import add_archive
from coach.cli.specs import add_spec
from coach.cli.stats import add_stats
from coach.cli.status import add_export, add_status
from coach.cli.suspects import add_suspects
from coach.cli.trace import add_trace
from coach.cli.transcripts import add_import
from coach.cli.trials import add_try
from coach.cli.watch import add_watch
from coach.cli.who import add_who
from coach.cli.worker import add_worker
from coach.cli.workflows import add_workflows
from coach.errors import EXIT_CODES, CoachError, UsageError, exhausted
from coach.interrupts import stopped_quietly

PROJECT_VARIABLE = "COACH_PROJECT"
"""As ``engine.locating`` reads it, which is too heavy to be asked here."""

COMMANDS = (
    add_screen,
    add_run,
    add_search,
    add_step,
    add_suspects,
    add_investigate,
    add_hypothesis,
    add_logpoint,
    add_try,
    add_notes,
    add_trace,
    add_who,
    add_status,
    add_sessions,
    add_archive,
    add_import,
    add_report,
    add_stats,
    add_seen,
    add_workflows,
    add_loops,
    add_spec,
    add_export,
    add_assist,
    add_drill,
    add_watch,
    add_record,
    add_agents,
    add_mcp,
    add_hook,
    add_allow,
    add_restore,
    add_worker,
    add_cluster,
    add_doctor,
    add_leftovers,
    add_completion,
)
"""Every command, in the order of ``--help``: each adds its words; what it calls is loaded once it is typed."""

MAX_SAID = 1_500
"""Characters of a sentence about an error."""

_EPILOG = f"""\
start here:
  coach debug tests/test_cart.py::test_total    walk through a failing test
  coach debug -- make test                      the same for any command
  coach debug --demo                            try it on a small broken project

{EXIT_CODES}"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a mistyped word is answered with what it may have been."""
    _hold_streams()
    _keep_own_rights()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except CoachError as error:
        from coach.cli.did_you_mean import meant_instead

        _say(error)
        again = meant_instead(words, error) if error.meant and error.typed in words else None
        return error.exit_code if again is None else main(again)
    except BrokenPipeError:
        return _unread()
    except (OSError, MemoryError, RuntimeError) as error:
        if said := _surroundings(error):
            print(f"coach: {said}", file=sys.stderr)
            return said.exit_code
        raise


def _surroundings(error: BaseException) -> CoachError | None:
    """Say what around coach is at fault: the folder it stands in is gone, or the machine gives no more of something."""
    if isinstance(error, FileNotFoundError):
        try:
            os.getcwd()  # noqa: PTH109 - pathlib is not needed for --help
        except FileNotFoundError:
            return UsageError("the folder you are in is gone", do="go to one that is there: cd, or cd .")
    return exhausted(error)


def _say(error: CoachError) -> None:
    """Print what is wrong: names of files and words of settings are foreign text, of any length and with any character."""
    from coach.core.base.text import safe

    print(f"coach: {safe(str(error), limit=MAX_SAID)}", file=sys.stderr)


def _run(words: Sequence[str]) -> int:
    with _told_in_full():
        args = parse(words)
        if args.load is None:
            args.known.print_help()
            return 0
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    _refuse_windows()
    with _project(getattr(args, "project", "")):
        call = _loaded(args.load)
        with stopped_quietly():
            return call(args)


@contextlib.contextmanager
def _told_in_full() -> Iterator[None]:
    """Write what argparse said, however it ends: at Python's own end a reader that is gone would be told of in words."""
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            from coach.cli.commands.console import lead_nowhere

            lead_nowhere(sys.stdout)


def _hold_streams() -> None:
    """Give a standard stream that was closed (``2>&-``) a place: the next file that is opened would get its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - to the end of the program
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def _keep_own_rights() -> None:
    """Let the user read the files that coach makes: a umask that forbids even that would lose every log."""
    before = os.umask(0o077)
    os.umask(before & 0o077)


def _unread() -> int:
    """End as programs do whose output nobody reads any more; what Python still holds goes nowhere, without a word."""
    from coach.cli.commands.console import lead_nowhere

    for stream in (sys.stdout, sys.stderr):
        lead_nowhere(stream)
    return 128 + signal.SIGPIPE


@contextlib.contextmanager
def _project(named: str) -> Iterator[None]:
    """Let everything that looks for the project find the one that was named on the command line."""
    before = os.environ.get(PROJECT_VARIABLE)
    if named:
        os.environ[PROJECT_VARIABLE] = os.path.abspath(named)  # noqa: PTH100 - pathlib is not needed for --help
    try:
        yield
    finally:
        if named:
            os.environ.pop(PROJECT_VARIABLE)
        if named and before is not None:
            os.environ[PROJECT_VARIABLE] = before


def _loaded(load: Callable[[], Call]) -> Call:
    """Import what a command needs; all of it is there to stay, so no garbage is looked for meanwhile: a fifth of the time."""
    gc.disable()
    try:
        return load()
    finally:
        gc.freeze()
        gc.enable()


def _refuse_windows() -> None:
    """Say it before an import fails for it: locks, sockets and process groups are those of POSIX."""
    if sys.platform == "win32":
        raise UsageError(
            "coach does not run on Windows itself", do="run it in WSL, with the project in there"
        )


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the words of a command line; those after ``--`` are the target's own. Raises SystemExit on a word unknown."""
    words = list(argv)
    command = None
    if "--" in words:
        position = words.index("--")
        words, command = words[:position], words[position + 1 :]
    if words[:1] == ["sessions"] and words[1:2] and words[1] in SESSIONS_ACTIONS:
        words[:2] = [" ".join(words[:2])]
    # A completion script has the words of all commands.
    known = parser(None if words[:1] == ["completion"] else words)
    args = known.parse_args(words)
    args.command, args.known = command, known
    return args


def parser(typed: Container[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands; with ``typed``, of those that are among these words, and the others by name."""
    known = Parser(
        prog="coach",
        description="A coach for debugging: reproduce, failing test, isolate, hypothesize, verify.",
        epilog=_EPILOG,
        formatter_class=OverviewFormatter,
        allow_abbrev=False,
    )
    known.add_argument("--version", action="version", version=f"coach {__version__}")
    known.set_defaults(load=None)
    made = Parser if typed is None else parsers_of(typed)
    commands = known.add_subparsers(title="commands", metavar="COMMAND", parser_class=made)
    for add in COMMANDS:
        add(commands)
    return known
