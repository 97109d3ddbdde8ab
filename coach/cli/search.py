"""The words of the searches."""

import argparse

from coach.cli.options import Call, Commands, Parser, add, add_new, add_on, add_session, add_target


def add_search(commands: "Commands[Parser]") -> None:
    search = add(
        commands, "search", _search, "search for the cause: list the kinds of searches, or begin one"
    )
    search.add_argument(
        "kind",
        nargs="?",
        default="",
        metavar="KIND",
        help="without it: what each costs, and why one cannot begin now",
    )
    bisect = add(commands, "bisect", _bisect, "find the commit that brought the failure")
    _add_old_ends(search, bisect)
    reduce = add(commands, "reduce", _reduce, "find the edits, earlier tests or input that matter")
    what = reduce.add_mutually_exclusive_group()
    what.add_argument("--edits", action="store_true", help="the hunks since the last pass (the default)")
    what.add_argument("--order", action="store_true", help="the earlier tests without which it passes")
    for group in (search, what):
        group.add_argument(
            "--input",
            metavar="FILE[:LINE]",
            default="",
            help="the least of a file, or of the text on a line, that still fails",
        )
    stress = add(commands, "stress", _stress, "name what a flaky failure depends on")
    for parser in (search, stress):
        parser.add_argument(
            "-n",
            "--runs",
            type=int,
            default=0,
            metavar="N",
            help="runs under each condition at most (default: 3)",
        )
    for parser in (search, bisect, reduce, stress):
        _add_shared(parser, is_alone=parser is stress)


def _add_old_ends(search: argparse.ArgumentParser, bisect: argparse.ArgumentParser) -> None:
    bisect.add_argument(
        "--find-fix",
        action="store_true",
        help="find the commit that mended it: it passes now and failed once",
    )
    for parser in (search, bisect):
        parser.add_argument(
            "--good", metavar="COMMIT", default="", help="a commit known to pass (default: one is looked for)"
        )
        parser.add_argument(
            "--red",
            metavar="COMMIT",
            default="",
            help="for the commit that mended it: an older one known to fail (default: one is looked for)",
        )


def _add_shared(parser: argparse.ArgumentParser, *, is_alone: bool) -> None:
    add_target(parser)
    add_session(parser)
    add_new(parser)
    add_on(parser)
    says = "candidates at the same time (default: 2, with --on all workers); what the answer leans on is judged alone"
    if is_alone:
        says = "with --on: runs at the same time (default: all workers); here rates are measured one run at a time"
    parser.add_argument("--jobs", type=int, default=None, metavar="N", help=says)
    parser.add_argument("--most", type=int, default=0, metavar="N", help="end after so many candidates")


def _search() -> Call:
    from coach.cli.commands.search import search

    return search


def _bisect() -> Call:
    from coach.cli.commands.search import bisect

    return bisect


def _reduce() -> Call:
    from coach.cli.commands.search import reduce

    return reduce


def _stress() -> Call:
    from coach.cli.commands.search import stress

    return stress
