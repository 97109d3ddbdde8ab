"""What the parsers of all commands share. As light as ``cli``: nothing but argparse."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Collection, Container, Sequence

from coach.errors import UsageError

TYPE_CHECKING = False
"""As in ``typing``, which takes as long to import as half of argparse."""
if TYPE_CHECKING:
    from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    def parse_known_args(  # type: ignore[override]  # argparse has overloads
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse an option that is not known before its value is taken for an argument, and blamed in its place."""
        if self._subparsers is None:
            for word in args or ():
                self._refuse_unknown(word)
        return super().parse_known_args(args, namespace)

    def _refuse_unknown(self, word: str) -> None:
        name = word.partition("=")[0]
        known = self._option_string_actions
        if not name.startswith("--") or " " in name or name in known or name == "--":
            return  # argparse, too, takes a word with a blank for a value
        if meant := _near(name, known):
            raise UsageError(f"{self.prog} knows no {name!r}", typed=name, meant=meant)
        self.error(f"unrecognized arguments: {name}")

    def error(self, message: str) -> "NoReturn":
        """End with what is wrong. Raises UsageError where a word is nearly one that is known."""
        if found := re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message):
            known = [each.strip("' ") for each in found[2].split(",")]
            if meant := _near(found[1], known):
                raise UsageError(f"{self.prog} knows no {found[1]!r}", typed=found[1], meant=meant)
        sys.stderr.write(f"coach: {message}. `{self.prog} --help` lists what is known\n")
        raise SystemExit(2)


def _near(word: str, known: Collection[str]) -> tuple[str, ...]:
    """Return what a word may have been meant to be, nearest first."""
    from difflib import get_close_matches

    return tuple(get_close_matches(word, known))


class NotTyped:
    """Stands for the parser of a command that was not typed: it takes the command's words and keeps none of them.

    To make all forty parsers takes longer than Python needs to start.
    """

    def __getattr__(self, _name: str) -> "NotTyped":
        return self

    def __call__(self, *_args: object, **_named: object) -> "NotTyped":
        return self

    def __contains__(self, _word: object) -> bool:
        return True


def parsers_of(typed: Container[str]) -> "Any":
    """Return what makes the parser of a command for argparse: a real one where the command is among these words."""

    def made(prog: str, **named: "Any") -> Parser | NotTyped:
        return Parser(prog, **named) if prog.removeprefix("coach ") in typed else NotTyped()

    return made


class OverviewFormatter(argparse.RawDescriptionHelpFormatter):
    """Formats the overview of all commands. argparse asks ``shutil`` for the width, and that loads three compressions."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the columns of the terminal, as ``shutil.get_terminal_size`` does."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


Call = Callable[[argparse.Namespace], int]
"""What a command does; it returns the exit code."""
EXPECTS = ["pass", "same failure", "another failure"]


def add(
    commands: "Commands[Parser]", name: str, load: Callable[[], Call], summary: str
) -> argparse.ArgumentParser:
    """Add a command; ``load`` imports what it calls, once it is known that this command was typed."""
    parser = commands.add_parser(
        name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(load=load)
    return parser


def add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", nargs="*", metavar="TARGET", help="pytest node ids or files; or any command after --"
    )
    parser.add_argument(
        "--junit",
        metavar="FILE",
        help="where the command writes its JUnit XML: its tests get names and messages",
    )
    parser.add_argument(
        "--from-junit",
        metavar="PATH",
        help="start from the first failure of a CI report, or of a folder of reports",
    )
    parser.add_argument("--python", metavar="PATH", help="the target's interpreter")
    parser.add_argument(
        "--as",
        dest="started",
        choices=("pytest", "python -m pytest"),
        help="how pytest is started (default: python -m pytest, which puts the folder on sys.path)",
    )
    parser.add_argument("--workflow", metavar="NAME", help="the steps to walk through (default: debug)")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="wall time of one run")
    add_project(parser)


def add_project(parser: argparse.ArgumentParser) -> None:
    """Let the project be named; harmless when another part has done so."""
    if "--project" not in parser._option_string_actions:  # noqa: SLF001 - argparse has no public way to ask
        parser.add_argument(
            "--project",
            metavar="FOLDER",
            default="",
            help="the project's folder (default: where the target lies, else where you stand)",
        )


def add_session(parser: argparse.ArgumentParser, *, with_json: bool = True) -> None:
    parser.add_argument(
        "--session",
        metavar="ID",
        default="",
        help="a session by id or unique prefix (default: the open one here)",
    )
    add_project(parser)
    if with_json:
        add_json(parser)


def add_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--on",
        metavar="ADDRESS",
        default="",
        help="carry it out on a cluster: tls://HOST:PORT, local:4 (processes here), or `cluster` (the one in the settings)",
    )
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="use a tcp:// address beyond this machine although others can listen and answer",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON to stdout")


def add_id(parser: argparse.ArgumentParser, default: str) -> None:
    """Let a session be named; ``default`` says in words which one it is otherwise."""
    parser.add_argument(
        "id", nargs="?", default="", metavar="ID", help=f"id or unique prefix (default: {default})"
    )
    add_project(parser)


def add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--new", action="store_true", help="start a new session even when one is open here")


def add_purpose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--for",
        dest="purpose",
        choices=["reproduce", "test", "cause", "fix", "review", "handover"],
        help="what the reader is asked to do (default: what the facts allow)",
    )


def add_for_hypothesis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hypothesis", type=int, metavar="N", default=0, help="let the verdict be that of H<N>"
    )


def add_stop_at(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stop-at",
        choices=["note", "banner", "card", "never"],
        default="banner",
        help="end at a loop of this level (default: banner)",
    )
