"""The words of what the engineer writes down: the step, the target, notes, the end."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_step(commands: "Commands[Parser]") -> None:
    step = add(commands, "step", _step, "show the step, or go to the next or a named one")
    step.add_argument("step", nargs="?", default=None, metavar="STEP", help="`next` or a step's id")
    step.add_argument("--reason", default="", help="why a gate that is not met is passed")
    add_session(step)


def add_notes(commands: "Commands[Parser]") -> None:
    target = add(commands, "target", _target, "debug another test from here on")
    target.add_argument("target", nargs="+", metavar="TARGET", help="pytest node ids or files")
    add_session(target)
    budget = add(commands, "budget", _budget, "say how long the target may take: longer is red")
    budget.add_argument("seconds", type=float, metavar="SECONDS")
    add_session(budget)
    note = add(commands, "note", _note, "write a note, the root cause, the lesson or an answer")
    note.add_argument("text", nargs="?", default="", metavar="TEXT")
    note.add_argument("--root-cause", metavar="TEXT", help="what was wrong")
    note.add_argument("--where", default="", metavar="TEXT", help="where the root cause is")
    note.add_argument("--not-caught", default="", metavar="TEXT", help="why it was not caught")
    note.add_argument("--lesson", default="", metavar="TEXT", help="what to do differently")
    note.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="QUESTION=TEXT",
        help="a production question: fails-safely, visible, malformed, slow, rollback",
    )
    note.add_argument("--confirm", action="store_true", help="agree with the verification")
    add_session(note)
    close = add(commands, "close", _close, "end the session; its ending is computed")
    close.add_argument("--note", default="", metavar="TEXT")
    close.add_argument(
        "--draft",
        action="store_true",
        help="print a commit message and a docstring for the test; ends nothing",
    )
    add_session(close)


def _step() -> Call:
    from coach.cli.commands.notes import step

    return step


def _target() -> Call:
    from coach.cli.commands.notes import target

    return target


def _budget() -> Call:
    from coach.cli.commands.notes import budget

    return budget


def _note() -> Call:
    from coach.cli.commands.notes import note

    return note


def _close() -> Call:
    from coach.cli.commands.notes import close

    return close
