"""argv → one call. No logic here, and nothing heavy: ``coach --help`` must not import what a session needs."""

import argparse
import gc
import importlib
import io
import sys
from collections.abc import Sequence
from types import ModuleType

from coach import __version__
from coach.cli.comfort import add_comfort
from coach.cli.handoff import add_handoff
from coach.cli.ledger import add_ledger
from coach.cli.loops import add_loops, add_steering
from coach.cli.parts import Commands as _Commands
from coach.cli.parts import Parser as _Parser
from coach.cli.parts import add as _add
from coach.cli.parts import add_session as _add_session
from coach.cli.parts import add_target as _add_target
from coach.cli.past import SHELF, add_past
from coach.errors import EXIT_CODES, CoachError, UsageError

_EPILOG = f"""\
start here:
  coach debug tests/test_cart.py::test_total    walk through a failing test
  coach debug -- make test                      the same for any command
  coach debug --demo                            try it on a small broken project

{EXIT_CODES}"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parse(sys.argv[1:] if argv is None else argv)
    if args.call is None:
        args.known.print_help()
        return 0
    module, _, function = args.call.partition(":")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    try:
        _refuse_windows()
        return int(getattr(_loaded(module), function)(args))
    except CoachError as error:
        print(f"coach: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _loaded(module: str) -> ModuleType:
    """Import what a command needs; all of it is there to stay, so no garbage is looked for meanwhile: a fifth of the time."""
    gc.disable()
    try:
        return importlib.import_module(module)
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
    if words[:1] == ["sessions"] and words[1:2] and words[1] in SHELF:
        words[:2] = [" ".join(words[:2])]
    known = parser()
    args = known.parse_args(words)
    args.command, args.known = command, known
    return args


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    known = _Parser(
        prog="coach",
        description="A coach for debugging: reproduce, failing test, isolate, hypothesize, verify.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    known.add_argument("--version", action="version", version=f"coach {__version__}")
    known.set_defaults(call=None)
    commands = known.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    _add_debug(commands)
    _add_runs(commands)
    _add_searches(commands)
    _add_notebook(commands)
    _add_sessions(commands)
    add_past(commands)
    _add_workflows(commands)
    add_loops(commands)
    add_handoff(commands)
    add_steering(commands)
    add_comfort(commands)
    return known


def _add_debug(commands: "_Commands[_Parser]") -> None:
    debug = _add(
        commands, "debug", "coach.headless.screen:debug", "open the screen on a failing test or command"
    )
    _add_target(debug)
    debug.add_argument(
        "--resume", nargs="?", const="", default=None, metavar="ID", help="take up a session again"
    )
    debug.add_argument(
        "--since",
        metavar="SPAN",
        help="late start: take in what happened before, such as 1h (git, saves, last failures)",
    )
    debug.add_argument(
        "--demo", action="store_true", help="make a small broken project in a scratch folder and debug it"
    )
    review = _add(
        commands, "review", "coach.headless.screen:review", "replay a session on the same screen, read-only"
    )
    review.add_argument(
        "id", nargs="?", default="", metavar="ID", help="id or unique prefix (default: the newest here)"
    )


def _add_runs(commands: "_Commands[_Parser]") -> None:
    run = _add(
        commands,
        "run",
        "coach.headless.running:run",
        "run the target once; starts a session when none is open here",
    )
    _add_target(run)
    _add_session(run)
    run.add_argument(
        "--scope",
        dest="reach",
        choices=["failures", "target", "related", "all"],
        help="run this much instead, and on save from here on (default: the target)",
    )
    run.add_argument("--new", action="store_true", help="start a new session even when one is open here")
    reproduce = _add(
        commands,
        "reproduce",
        "coach.headless.running:reproduce",
        "measure how often the target fails, in cold runs",
    )
    _add_target(reproduce)
    _add_session(reproduce)
    reproduce.add_argument(
        "--new", action="store_true", help="start a new session even when one is open here"
    )
    _add_proof(commands)
    pin = _add(commands, "pin", "coach.headless.running:pin", "pin the failing test by its content")
    pin.add_argument(
        "test", nargs="?", default="", metavar="TEST", help="a node id (default: the failing one)"
    )
    pin.add_argument("--off", metavar="REASON", help="unpin, with a reason")
    _add_session(pin)


def _add_proof(commands: "_Commands[_Parser]") -> None:
    verify = _add(
        commands,
        "verify",
        "coach.headless.running:verify",
        "prove the fix: green, red without it, wrong fixes noticed, nothing else broken",
    )
    verify.add_argument(
        "--accept", metavar="LINE", default="", help="say why a listed line is fine, with --reason"
    )
    verify.add_argument("--reason", default="", metavar="TEXT")
    verify.add_argument(
        "--yes", action="store_true", help="run acceptance commands that were not written here, now and later"
    )
    _add_session(verify)


def _add_searches(commands: "_Commands[_Parser]") -> None:
    bisect = _add(
        commands, "bisect", "coach.headless.searching:bisect", "find the commit that brought the failure"
    )
    bisect.add_argument(
        "--good", metavar="COMMIT", default="", help="a commit known to pass (default: one is looked for)"
    )
    reduce = _add(
        commands,
        "reduce",
        "coach.headless.searching:reduce",
        "find the edits, earlier tests or input that matter",
    )
    what = reduce.add_mutually_exclusive_group()
    what.add_argument("--edits", action="store_true", help="the hunks since the last pass (the default)")
    what.add_argument("--order", action="store_true", help="the earlier tests without which it passes")
    what.add_argument(
        "--input",
        metavar="FILE[:LINE]",
        default="",
        help="the least of a file, or of the text on a line, that still fails",
    )
    stress = _add(
        commands, "stress", "coach.headless.searching:stress", "name what a flaky failure depends on"
    )
    stress.add_argument(
        "-n", "--runs", type=int, default=0, metavar="N", help="runs under each condition (default: 3)"
    )
    for parser in (bisect, reduce, stress):
        _add_target(parser)
        _add_session(parser)
        parser.add_argument(
            "--new", action="store_true", help="start a new session even when one is open here"
        )
        parser.add_argument(
            "--jobs", type=int, default=2, metavar="N", help="probes at the same time (default: 2)"
        )
        parser.add_argument("--most", type=int, default=0, metavar="N", help="end after so many probes")


def _add_notebook(commands: "_Commands[_Parser]") -> None:
    step = _add(
        commands, "step", "coach.headless.notebook:step", "show the step, or go to the next or a named one"
    )
    step.add_argument("step", nargs="?", default=None, metavar="STEP", help="`next` or a step's id")
    step.add_argument("--reason", default="", help="why a gate that is not met is passed")
    _add_session(step)
    _add_suspects(commands)
    add_ledger(commands)
    _add_trace(commands)


def _add_suspects(commands: "_Commands[_Parser]") -> None:
    suspects = _add(
        commands, "suspects", "coach.headless.notebook:suspects", "list suspects, best first, or rule one out"
    )
    suspects.add_argument("--rule-out", metavar="KEY")
    suspects.add_argument("--restore", metavar="KEY")
    suspects.add_argument("--reason", default="", help="what you saw")
    suspects.add_argument(
        "--suite", action="store_true", help="compare with the whole suite, not only its file"
    )
    suspects.add_argument(
        "--mutate", action="store_true", help="try small mutations of the top suspects, in memory"
    )
    suspects.add_argument("--seconds", type=float, default=10.0, help="time for --mutate (10)")
    _add_session(suspects)


def _add_trace(commands: "_Commands[_Parser]") -> None:
    trace = _add(
        commands,
        "trace",
        "coach.headless.tracing:trace",
        "show who called whom with what in the failing test",
    )
    trace.add_argument(
        "--against",
        default="",
        metavar="pass|COMMIT",
        help="compare with the files of the last pass, or of a commit (default: tests that pass now)",
    )
    trace.add_argument("--depth", type=int, default=0, metavar="N", help="fold calls deeper than this")
    _add_session(trace)


def _add_sessions(commands: "_Commands[_Parser]") -> None:
    status = _add(
        commands, "status", "coach.headless.reading:status", "where the session stands and the next move"
    )
    _add_session(status)


def _add_workflows(commands: "_Commands[_Parser]") -> None:
    parser = _add(
        commands, "workflows", "coach.headless.reading:workflows", "list, show, check or begin workflows"
    )
    parser.add_argument("action", choices=["list", "show", "check", "new"], nargs="?", default="list")
    parser.add_argument("name", nargs="?", default="", metavar="NAME|FILE")
    parser.add_argument("--json", action="store_true", help="print JSON to stdout")
