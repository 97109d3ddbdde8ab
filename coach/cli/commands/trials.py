"""`coach try`: experiments in a copy of the work tree, headless."""

import sys
from argparse import Namespace
from pathlib import Path

from coach.cli.commands.console import VERDICT_CODES, put, put_json, say
from coach.cli.commands.open_session import ask, opened_session
from coach.core.base.text import safe_line, storable
from coach.core.experiments.trial import TrialRun
from coach.core.experiments.trial_request import MAX_PATCH, Trial
from coach.core.protocol import commands as cmd
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_UNRESOLVED, UsageError
from coach.regular_files import is_file, read_bytes, reason

_OUTCOMES = {"PASS": EXIT_FINE, "FAIL": EXIT_FAILURES, "UNRESOLVED": EXIT_UNRESOLVED}


def try_(args: Namespace) -> int:
    """Carry out a trial; 0 supported (or green), 1 refuted (or red), 3 inconclusive."""
    trial = _trial(args)
    with opened_session(args) as session:
        before = len(session.state.trials)
        ask(session, cmd.Try(trial=trial, command=tuple(args.command or ())))
        if len(session.state.trials) == before:
            last = session.state.runs[-1].judged
            raise UsageError("nothing was tried", why=last.reason if last else "")
        seen = session.state.trials[-1]
        if args.json:
            put_json(seen.model_dump(mode="json"))
        else:
            put(_line(seen))
            run = session.state.run(seen.run)
            for note in run.report.probe_notes if run and run.report and seen.trial.packages else ():
                say(safe_line(note))
        return VERDICT_CODES[seen.verdict] if seen.verdict else _OUTCOMES[seen.outcome]


def _line(seen: TrialRun) -> str:
    said = f"{seen.verdict}  {seen.reason}" if seen.verdict else seen.outcome
    return f"#{seen.run} {safe_line(seen.trial.label)}  {safe_line(said)}"


def _trial(args: Namespace) -> Trial:
    predicted = {"expects": args.expects, "hypothesis": args.hypothesis}
    if args.command is not None:
        return Trial(
            kind="command", exit_code=args.expect_exit, pattern=args.expect_output, hypothesis=args.hypothesis
        )
    if args.patch:
        return Trial.model_validate({"kind": "patch", "patch": _read(args.patch), **predicted})
    variables = [_pair(each) for each in args.env] + ([("TZ", args.tz)] if args.tz else [])
    packages = tuple(_package(each) for each in args.packages)
    if not (variables or packages or args.order or args.seed is not None):
        do = "coach try PATCH, --with NAME==1.2, --seed N, --order reversed, --tz ZONE, or a command after --"
        raise UsageError("try what?", do=do)
    fields = {"variables": tuple(variables), "packages": packages, "seed": args.seed, "order": args.order}
    return Trial.model_validate({"kind": "environment", **fields, **predicted})


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise UsageError(f"{text!r} is no variable", do="--env NAME=VALUE")
    return name, value


def _package(text: str) -> str:
    """Return a package; a file is named from here, and installed from where the project is."""
    here = Path(text)
    return str(here.absolute()) if is_file(here) else text


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read(MAX_PATCH + 1) if name == "-" else read_bytes(name, MAX_PATCH)
    except OSError as error:
        raise UsageError(f"the patch {name} cannot be read", why=reason(error)) from None
    if len(raw) > MAX_PATCH:
        raise UsageError(f"the patch {name} is larger than 2 MB", do="try less at once")
    return storable(raw.decode("utf-8", "replace"))
