"""The parsers of what hands a session on: spec, export, and the doors for assistants."""

import argparse

from coach.cli.options import Commands, Parser, add, add_id, add_session


def add_handoff(commands: "Commands[Parser]") -> None:
    _add_spec(commands)
    _add_export(commands)
    _add_assist(commands)
    _add_watch(commands)
    _add_mcp(commands)
    _add_allow(commands)


def _add_spec(commands: "Commands[Parser]") -> None:
    spec = add(
        commands,
        "spec",
        "coach.cli.commands.specs:spec",
        "show or write what should happen, what happens, and the limits",
    )
    spec.add_argument(
        "action",
        nargs="?",
        choices=["show", "edit", "check"],
        default="show",
        help="`edit` opens $VISUAL or $EDITOR, `check` names what is missing and what that costs",
    )
    spec.add_argument(
        "--accept", action="store_true", help="write what the failure says into the fields nobody wrote"
    )
    spec.add_argument(
        "--issue", metavar="FILE", help="fill empty fields from a report; - reads what you paste"
    )
    for field in ("title", "expected", "actual", "since"):
        spec.add_argument(f"--{field}", metavar="TEXT")
    for field in (
        "constraint",
        "edge-case",
        "failure-mode",
        "non-goal",
        "acceptance",
        "scope",
        "protect",
        "stop-and-ask",
        "log",
        "question",
    ):
        spec.add_argument(f"--{field}", action="append", metavar="TEXT", help="may be given several times")
    add_session(spec)


def _add_export(commands: "Commands[Parser]") -> None:
    export = add(
        commands,
        "export",
        "coach.cli.commands.status:export",
        "print the session as a prompt for an assistant",
    )
    add_id(export, "the open one here")
    export.add_argument(
        "--budget",
        type=int,
        default=4000,
        metavar="TOKENS",
        help="1500, 4000, 12000 or any number (default: 4000)",
    )
    export.add_argument("--format", choices=["markdown", "xml", "json"], default="markdown")
    export.add_argument("--copy", action="store_true", help="to the clipboard instead of stdout")
    export.add_argument(
        "--template", metavar="FILE", help="a Jinja2 template for the wording (extra: templates)"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of stdout")


def _add_assist(commands: "Commands[Parser]") -> None:
    assist = add(
        commands,
        "assist",
        "coach.cli.commands.assist:assist",
        "run an assistant on the session and judge what it does",
    )
    assist.add_argument(
        "name",
        nargs="?",
        default="",
        metavar="NAME",
        help="one of [tool.coach.assistants] (default: list them)",
    )
    assist.add_argument(
        "--budget", type=int, default=4000, metavar="TOKENS", help="of the prompt (default: 4000)"
    )
    assist.add_argument("--show", action="store_true", help="print the prompt it would get, and run nothing")
    assist.add_argument("--yes", action="store_true", help="approve the command of this project's settings")
    assist.add_argument(
        "--timeout", type=float, default=1800.0, metavar="SECONDS", help="wall time (default: 1800)"
    )
    assist.add_argument(
        "--silence",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="time without a word or an edit (default: 600)",
    )
    _add_stop_at(assist)
    add_session(assist)


def _add_watch(commands: "Commands[Parser]") -> None:
    watch = add(
        commands,
        "watch",
        "coach.cli.commands.watch:watch",
        "say each run and loop while an assistant edits elsewhere",
    )
    watch.add_argument("--assistant", metavar="NAME", default="assistant", help="whose edits these are")
    watch.add_argument(
        "--seconds", type=float, default=0.0, metavar="S", help="end after so long (default: never)"
    )
    _add_stop_at(watch)
    add_session(watch, with_json=False)


def _add_stop_at(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stop-at",
        choices=["note", "banner", "card", "never"],
        default="banner",
        help="end at a loop of this level (default: banner)",
    )


def _add_allow(commands: "Commands[Parser]") -> None:
    allow = add(
        commands,
        "allow",
        "coach.cli.commands.allow:allow",
        "answer what an assistant asks to evaluate in the running program",
    )
    allow.add_argument("--yes", action="store_true", help="allow all that waits, for this session")
    allow.add_argument("--no", action="store_true", help="refuse all that waits")
    add_session(allow)


def _add_mcp(commands: "Commands[Parser]") -> None:
    mcp = add(
        commands, "mcp", "coach.mcp.server:serve", "serve assistants over MCP on standard input and output"
    )
    mcp.add_argument("--name", metavar="NAME", default="assistant", help="who asks: edits carry the name")
    add_session(mcp, with_json=False)
