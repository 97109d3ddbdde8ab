"""The parsers of the way through the five steps, and of the workflows that name them."""

from coach.cli.experiments import add_ledger
from coach.cli.options import Commands, Parser, add, add_id, add_json, add_new, add_session, add_target


def add_steps(commands: "Commands[Parser]") -> None:
    _add_debug(commands)
    _add_runs(commands)
    _add_searches(commands)
    _add_notebook(commands)
    _add_status(commands)


def _add_debug(commands: "Commands[Parser]") -> None:
    debug = add(
        commands, "debug", "coach.cli.commands.screen:debug", "open the screen on a failing test or command"
    )
    add_target(debug)
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
    review = add(
        commands,
        "review",
        "coach.cli.commands.screen:review",
        "replay a session on the same screen, read-only",
    )
    add_id(review, "the newest here")


def _add_runs(commands: "Commands[Parser]") -> None:
    run = add(
        commands,
        "run",
        "coach.cli.commands.run:run",
        "run the target once; starts a session when none is open here",
    )
    add_target(run)
    add_session(run)
    run.add_argument(
        "--scope",
        dest="reach",
        choices=["failures", "target", "related", "all"],
        help="run this much instead, and on save from here on (default: the target)",
    )
    add_new(run)
    reproduce = add(
        commands,
        "reproduce",
        "coach.cli.commands.run:reproduce",
        "measure how often the target fails, in cold runs",
    )
    add_target(reproduce)
    add_session(reproduce)
    add_new(reproduce)
    _add_failure(commands)
    _add_proof(commands)
    pin = add(commands, "pin", "coach.cli.commands.run:pin", "pin the failing test by its content")
    pin.add_argument(
        "test", nargs="?", default="", metavar="TEST", help="a node id (default: the failing one)"
    )
    pin.add_argument("--off", metavar="REASON", help="unpin, with a reason")
    add_session(pin)


def _add_failure(commands: "Commands[Parser]") -> None:
    failure = add(
        commands,
        "failure",
        "coach.cli.commands.run:failure",
        "show the failure the session is about, or say that it is another one from here on",
    )
    failure.add_argument(
        "--take",
        nargs="?",
        type=int,
        const=0,
        default=None,
        metavar="RUN",
        help="what this run showed (default: the newest red one)",
    )
    failure.add_argument("--test", default="", metavar="TEST", help="with --take: one of the tests red in it")
    add_session(failure)


def _add_proof(commands: "Commands[Parser]") -> None:
    verify = add(
        commands,
        "verify",
        "coach.cli.commands.run:verify",
        "prove the fix: green, red without it, wrong fixes noticed, nothing else broken",
    )
    verify.add_argument(
        "--accept", metavar="LINE", default="", help="say why a listed line is fine, with --reason"
    )
    verify.add_argument("--reason", default="", metavar="TEXT")
    verify.add_argument(
        "--yes", action="store_true", help="run acceptance commands that were not written here, now and later"
    )
    add_session(verify)


def _add_searches(commands: "Commands[Parser]") -> None:
    bisect = add(
        commands, "bisect", "coach.cli.commands.search:bisect", "find the commit that brought the failure"
    )
    bisect.add_argument(
        "--good", metavar="COMMIT", default="", help="a commit known to pass (default: one is looked for)"
    )
    reduce = add(
        commands,
        "reduce",
        "coach.cli.commands.search:reduce",
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
    stress = add(
        commands, "stress", "coach.cli.commands.search:stress", "name what a flaky failure depends on"
    )
    stress.add_argument(
        "-n", "--runs", type=int, default=0, metavar="N", help="runs under each condition (default: 3)"
    )
    for parser in (bisect, reduce, stress):
        add_target(parser)
        add_session(parser)
        add_new(parser)
        says = "probes at the same time (default: 2); what the answer leans on is judged alone"
        if parser is stress:
            says = "not used: rates are measured one run at a time"
        parser.add_argument("--jobs", type=int, default=2, metavar="N", help=says)
        parser.add_argument("--most", type=int, default=0, metavar="N", help="end after so many probes")


def _add_notebook(commands: "Commands[Parser]") -> None:
    step = add(
        commands, "step", "coach.cli.commands.notes:step", "show the step, or go to the next or a named one"
    )
    step.add_argument("step", nargs="?", default=None, metavar="STEP", help="`next` or a step's id")
    step.add_argument("--reason", default="", help="why a gate that is not met is passed")
    add_session(step)
    _add_suspects(commands)
    add_ledger(commands)
    _add_trace(commands)


def _add_suspects(commands: "Commands[Parser]") -> None:
    suspects = add(
        commands,
        "suspects",
        "coach.cli.commands.suspects:suspects",
        "list suspects, best first, or rule one out",
    )
    suspects.add_argument("--rule-out", metavar="KEY")
    suspects.add_argument("--restore", metavar="KEY")
    suspects.add_argument("--reason", default="", help="what you saw")
    suspects.add_argument(
        "--suite", action="store_true", help="compare with the whole suite, not only its file"
    )
    suspects.add_argument(
        "--mutate", action="store_true", help="try small mutations of the top suspects, in a copy"
    )
    suspects.add_argument("--seconds", type=float, default=10.0, help="time for --mutate (10)")
    add_session(suspects)


def _add_trace(commands: "Commands[Parser]") -> None:
    trace = add(
        commands,
        "trace",
        "coach.cli.commands.trace:trace",
        "show who called whom with what in the failing test",
    )
    trace.add_argument(
        "--against",
        default="",
        metavar="pass|COMMIT",
        help="compare with the files of the last pass, or of a commit (default: tests that pass now)",
    )
    trace.add_argument("--depth", type=int, default=0, metavar="N", help="fold calls deeper than this")
    add_session(trace)


def _add_status(commands: "Commands[Parser]") -> None:
    status = add(
        commands, "status", "coach.cli.commands.status:status", "where the session stands and the next move"
    )
    add_session(status)


def add_workflows(commands: "Commands[Parser]") -> None:
    parser = add(
        commands,
        "workflows",
        "coach.cli.commands.workflows:workflows",
        "list, show, check or begin workflows",
    )
    parser.add_argument("action", choices=["list", "show", "check", "new"], nargs="?", default="list")
    parser.add_argument("name", nargs="?", default="", metavar="NAME|FILE")
    add_json(parser)
