"""The parsers of hypotheses and of the experiments that test them. As light as ``cli``."""

import argparse

from coach.cli.options import Commands, Parser, add, add_session

_EXPECTS = ["pass", "same failure", "another failure"]


def add_ledger(commands: "Commands[Parser]") -> None:
    _add_hypothesis(commands)
    _add_logpoint(commands)
    _add_try(commands)
    _add_goal(commands)
    _add_end(commands)


def _add_hypothesis(commands: "Commands[Parser]") -> None:
    parser = add(
        commands, "hypothesis", "coach.cli.commands.hypothesis:hypothesis", "list, write or judge hypotheses"
    )
    parser.add_argument("claim", nargs="?", default="", metavar="CLAIM", help="what is wrong")
    parser.add_argument("--predict", default="", metavar="TEXT", help="what will be seen if it holds")
    parser.add_argument("--expects", choices=_EXPECTS, help="what the next run will do")
    parser.add_argument("--judge", type=int, metavar="N", help="give H<N> a verdict")
    parser.add_argument("--verdict", choices=["SUPPORTED", "REFUTED", "INCONCLUSIVE"])
    parser.add_argument("--reason", default="", help="what was observed")
    parser.add_argument("--teaches", default="", metavar="TEXT", help="what is known now")
    parser.add_argument("--activate", type=int, metavar="N", help="work on H<N>: the next run judges it")
    parser.add_argument("--revise", type=int, metavar="N", help="predict anew, before an experiment has run")
    parser.add_argument("--drafts", action="store_true", help="list drafts drawn from the evidence")
    parser.add_argument("--take", "--draft", type=int, metavar="N", help="write draft N down as a hypothesis")
    add_session(parser)


def _add_logpoint(commands: "Commands[Parser]") -> None:
    parser = add(
        commands,
        "logpoint",
        "coach.cli.commands.logpoints:logpoint",
        "look at values in the running code, and test a prediction about them; no file is edited",
    )
    parser.add_argument(
        "place", nargs="?", default="", metavar="FILE:LINE", help="with --watch: FILE:FUNCTION"
    )
    parser.add_argument(
        "expression", nargs="?", default="", metavar="EXPRESSION", help="evaluated before the line"
    )
    parser.add_argument(
        "--expect", metavar="CONDITION", default="", help="what is predicted to be true there"
    )
    parser.add_argument("--mode", choices=["once", "always", "never", "only-failing"], default="once")
    _add_for(parser)
    parser.add_argument("--watch", metavar="NAME", default="", help="every change of a name in the function")
    parser.add_argument("--pdb", action="store_true", help="stop there in pdb, in this terminal")
    parser.add_argument(
        "--again", action="store_true", help="look once more; the line is followed by its text"
    )
    add_session(parser)


def _add_try(commands: "Commands[Parser]") -> None:
    parser = add(
        commands,
        "try",
        "coach.cli.commands.trials:try_",
        "try a patch, another environment or a command (after --) in a copy of the work tree",
    )
    parser.add_argument(
        "patch", nargs="?", default="", metavar="PATCH", help="a diff file; - reads it from stdin"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="PYTHONHASHSEED")
    parser.add_argument(
        "--order", choices=["reversed"], default="", help="the tests of its file before it, turned round"
    )
    parser.add_argument("--tz", metavar="ZONE", default="", help="the time zone, such as Asia/Tokyo")
    parser.add_argument(
        "--env", metavar="NAME=VALUE", action="append", default=[], help="may be given several times"
    )
    parser.add_argument(
        "--with",
        dest="packages",
        metavar="PACKAGE==VERSION",
        action="append",
        default=[],
        help="another version of a dependency, installed by pip for this run alone; may be given several times",
    )
    parser.add_argument("--expects", choices=_EXPECTS, help="what the target is predicted to do")
    parser.add_argument(
        "--expect-exit", type=int, metavar="CODE", help="what the command is predicted to end with"
    )
    parser.add_argument(
        "--expect-output", metavar="PATTERN", default="", help="what its output is predicted to hold"
    )
    _add_for(parser)
    add_session(parser)


def _add_goal(commands: "Commands[Parser]") -> None:
    target = add(commands, "target", "coach.cli.commands.notes:target", "debug another test from here on")
    target.add_argument("target", nargs="+", metavar="TARGET", help="pytest node ids or files")
    add_session(target)
    budget = add(
        commands,
        "budget",
        "coach.cli.commands.notes:budget",
        "say how long the target may take: longer is red",
    )
    budget.add_argument("seconds", type=float, metavar="SECONDS")
    add_session(budget)


def _add_end(commands: "Commands[Parser]") -> None:
    note = add(
        commands,
        "note",
        "coach.cli.commands.notes:note",
        "write a note, the root cause, the lesson or an answer",
    )
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
    close = add(
        commands, "close", "coach.cli.commands.notes:close", "end the session; its ending is computed"
    )
    close.add_argument("--note", default="", metavar="TEXT")
    close.add_argument(
        "--draft",
        action="store_true",
        help="print a commit message and a docstring for the test; ends nothing",
    )
    add_session(close)


def _add_for(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hypothesis", type=int, metavar="N", default=0, help="let the verdict be that of H<N>"
    )
