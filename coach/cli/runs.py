"""The words of the commands that run the target: once, to reproduce, to pin the test, to prove the fix."""

from coach.cli.options import Call, Commands, Parser, add, add_new, add_on, add_session, add_target


def add_run(commands: "Commands[Parser]") -> None:
    run = add(commands, "run", _run, "run the target once; starts a session when none is open here")
    add_target(run)
    add_session(run)
    run.add_argument(
        "--scope",
        dest="reach",
        choices=["failures", "target", "related", "all"],
        help="run this much instead, and on save from here on (default: the target)",
    )
    add_new(run)
    reproduce = add(commands, "reproduce", _reproduce, "measure how often the target fails, in cold runs")
    add_target(reproduce)
    add_session(reproduce)
    add_new(reproduce)
    _add_failure(commands)
    _add_proof(commands)
    pin = add(commands, "pin", _pin, "pin the failing test by its content")
    pin.add_argument(
        "test", nargs="?", default="", metavar="TEST", help="a node id (default: the failing one)"
    )
    pin.add_argument("--off", metavar="REASON", help="unpin, with a reason")
    add_session(pin)


def _add_failure(commands: "Commands[Parser]") -> None:
    failure = add(
        commands,
        "failure",
        _failure,
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
        _verify,
        "prove the fix: green, red without it, wrong fixes noticed, nothing else broken",
    )
    verify.add_argument(
        "--accept", metavar="LINE", default="", help="say why a listed line is fine, with --reason"
    )
    verify.add_argument("--reason", default="", metavar="TEXT")
    verify.add_argument(
        "--yes", action="store_true", help="run acceptance commands that were not written here, now and later"
    )
    add_on(verify)
    add_session(verify)


def _run() -> Call:
    from coach.cli.commands.runs import run

    return run


def _reproduce() -> Call:
    from coach.cli.commands.runs import reproduce

    return reproduce


def _pin() -> Call:
    from coach.cli.commands.runs import pin

    return pin


def _failure() -> Call:
    from coach.cli.commands.runs import failure

    return failure


def _verify() -> Call:
    from coach.cli.commands.runs import verify

    return verify
