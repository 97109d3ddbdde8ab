"""Headless commands that write down what a person says: the step, the target and its budget, notes, the end."""

from argparse import Namespace
from pathlib import Path

from coach.cli.commands.console import put, put_json, show
from coach.cli.commands.open_session import ask_all, place_here, read_session
from coach.cli.commands.target_choice import retargeted
from coach.core.base.text import safe
from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command
from coach.core.verify.commit_message import commit_message, docstring_of_test
from coach.core.verify.conclusion import Closing, RootCause
from coach.errors import EXIT_FINE, UsageError


def step(args: Namespace) -> int:
    """Show the step, or go to one."""
    if args.step is None:
        return show(args, read_session(args.session))
    name = "" if args.step == "next" else args.step
    return ask_all(args, cmd.GoToStep(step=name, reason=args.reason))


def target(args: Namespace) -> int:
    """Debug another test from here on; it is reproduced at once."""
    state = read_session(args.session)
    chosen = retargeted(args, state.target, place_here(state), Path.cwd())
    return ask_all(args, cmd.Retarget(target=chosen))


def budget(args: Namespace) -> int:
    """Say how long a run of the target may take."""
    return ask_all(args, cmd.SetBudget(seconds=args.seconds))


def note(args: Namespace) -> int:
    """Write a note, the parts of the end, or confirm the fix."""
    commands: list[Command] = []
    cause = RootCause(what=args.root_cause or "", where=args.where, uncaught=args.not_caught)
    closing = Closing(cause=cause, lesson=args.lesson, answers=dict(_answer(each) for each in args.answer))
    if closing != Closing():
        commands.append(cmd.WriteClosing(closing=closing))
    if args.text:
        commands.append(cmd.WriteNote(text=args.text))
    if args.confirm:
        commands.append(cmd.ConfirmFix())
    if not commands:
        raise UsageError("nothing to write", do="coach note 'TEXT', --root-cause 'TEXT' or --confirm")
    return ask_all(args, *commands)


def _answer(text: str) -> tuple[str, str]:
    name, sign, answer = text.partition("=")
    if not sign or not answer.strip():
        raise UsageError(f"{text!r} answers nothing", do="--answer rollback='revert the commit'")
    return name.strip(), answer


def close(args: Namespace) -> int:
    """End the session, or print what its log gives for the commit and the test."""
    if not args.draft:
        return ask_all(args, cmd.Close(note=args.note))
    state = read_session(args.session)
    message, docstring = commit_message(state), docstring_of_test(state)
    if args.json:
        put_json({"commit_message": message, "test_docstring": docstring})
    else:
        put(safe(f"{message}\n\n--- for the regression test ---\n\n{docstring}"))
    return EXIT_FINE
