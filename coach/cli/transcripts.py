"""The words of ``coach import``, and of naming a transcript elsewhere."""

import argparse

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_import(commands: "Commands[Parser]") -> None:
    bring_in = add(commands, "import", _import, "take in transcripts of assistants as sessions to look at")
    bring_in.add_argument(
        "transcript", nargs="+", metavar="TRANSCRIPT", help="files, folders, or - for standard input"
    )
    add_base(bring_in)
    add_json(bring_in)


def add_base(parser: argparse.ArgumentParser) -> None:
    """Let the commit be named whose files a transcript began with."""
    parser.add_argument(
        "--base", metavar="COMMIT", default="", help="the commit it began at (default: the one it names)"
    )
    parser.add_argument(
        "--root",
        metavar="DIR",
        default="",
        help="the repository that has this commit; only git's objects are read",
    )


def add_transcript(parser: argparse.ArgumentParser) -> None:
    """Let a transcript stand in for a session, without keeping it."""
    parser.add_argument(
        "--transcript",
        metavar="FILE",
        default="",
        help="look at a transcript of an assistant, without keeping it",
    )
    add_base(parser)


def _import() -> Call:
    from coach.cli.commands.transcripts import bring_in

    return bring_in
