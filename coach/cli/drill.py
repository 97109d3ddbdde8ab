"""The words of ``coach drill``."""

import argparse

from coach.cli.options import Call, Commands, Parser, add, add_on


def add_drill(commands: "Commands[Parser]") -> None:
    drill = add(commands, "drill", _list, "plant a bug in a copy, and see whether it is found")
    actions = drill.add_subparsers(title="what to do", metavar="ACTION", parser_class=Parser)
    _add_new(actions)
    _add_run(actions)
    _add_compare(actions)
    listed = _action(actions, "list", _list, "the sets of drills, and how they went")
    listed.add_argument("--json", action="store_true")
    show = _action(actions, "show", _show, "a set, a drill of it, or how a session of it went")
    show.add_argument("drill", metavar="SET[/N]")
    show.add_argument("--answer", action="store_true", help="say what is wrong, and the true fix")
    show.add_argument("--json", action="store_true")
    clean = _action(actions, "clean", _clean, "remove arenas, and sets that are named")
    clean.add_argument("sets", nargs="*", metavar="SET")


def _action(actions: "Commands[Parser]", name: str, load: object, summary: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(load=load)
    return parser


def _add_new(actions: "Commands[Parser]") -> None:
    new = _action(actions, "new", _new, "make a set of drills from this project")
    new.add_argument("name", nargs="?", default="", metavar="SET")
    new.add_argument("--count", type=int, default=12, metavar="N", help="drills to make (default: 12)")
    new.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed makes the same drills")
    new.add_argument(
        "--source",
        action="append",
        choices=["past", "two", "planted"],
        help="where bugs come from (default: all, past fixes first)",
    )
    new.add_argument(
        "--tests",
        nargs="+",
        default=[],
        metavar="PATH",
        help="what pytest is given (default: what it takes by itself)",
    )
    new.add_argument(
        "--write-test",
        action="store_true",
        help="keep the tests that notice outside: writing one is part of the drill",
    )
    new.add_argument(
        "--minutes", type=float, default=10, metavar="N", help="stop looking after so long (default: 10)"
    )
    new.add_argument("--json", action="store_true")
    add_on(new)


def _add_run(actions: "Commands[Parser]") -> None:
    run = _action(actions, "run", _run, "play a drill, or a set with an assistant")
    run.add_argument("drill", metavar="SET[/N]")
    run.add_argument(
        "--assistant",
        default="",
        metavar="NAME",
        help="who plays: one of [tool.coach.assistants]; without it you do, on the screen",
    )
    guidance = run.add_mutually_exclusive_group()
    guidance.add_argument("--spec", metavar="FILE", default="", help="the spec that the player is given")
    guidance.add_argument("--rules", metavar="FILE", default="", help="the rules that the player is given")
    run.add_argument(
        "--timeout", type=float, default=1_800, metavar="SECONDS", help="for each drill (default: 1800)"
    )
    run.add_argument("--yes", action="store_true", help="agree to run the assistant's command")
    run.add_argument("--json", action="store_true")
    add_on(run)


def _add_compare(actions: "Commands[Parser]") -> None:
    compare = _action(
        actions, "compare", _compare, "the same drills with two specs, rules or assistants, in pairs"
    )
    compare.add_argument("first", metavar="A", help="a file with a spec or rules, an assistant, or `none`")
    compare.add_argument("second", metavar="B")
    compare.add_argument("--drills", required=True, metavar="SET")
    compare.add_argument("--assistant", default="", metavar="NAME", help="who plays, where A and B are files")
    compare.add_argument("--pairs", type=int, default=8, metavar="N", help="pairs at least (default: 8)")
    compare.add_argument(
        "--leave-out", action="store_true", help="also try B with each of its sections left out"
    )
    compare.add_argument("--out", metavar="FILE", default="", help="write a page: .html or .md")
    compare.add_argument(
        "--timeout", type=float, default=1_800, metavar="SECONDS", help="for each drill (default: 1800)"
    )
    compare.add_argument("--yes", action="store_true", help="agree to run the assistant's command")
    compare.add_argument("--json", action="store_true")
    add_on(compare)


def _new() -> Call:
    from coach.cli.commands.drill_sets import new

    return new


def _list() -> Call:
    from coach.cli.commands.drill_sets import list_sets

    return list_sets


def _show() -> Call:
    from coach.cli.commands.drill_sets import show

    return show


def _clean() -> Call:
    from coach.cli.commands.drill_sets import clean

    return clean


def _run() -> Call:
    from coach.cli.commands.drill_run import run

    return run


def _compare() -> Call:
    from coach.cli.commands.drill_compare import compare

    return compare
