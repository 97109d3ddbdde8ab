"""The words of what packs, takes in and repeats a session."""

from coach.cli.options import Call, Commands, Parser, add, add_id


def add_archive(commands: "Commands[Parser]") -> None:
    export = add(commands, "sessions export", _export, "put a session into one redacted file")
    add_id(export, "the newest here")
    export.add_argument("-o", "--output", metavar="FILE", help="default: ID.coach")
    bring_in = add(commands, "sessions import", _bring_in, "take a session in from a file")
    bring_in.add_argument("file", metavar="FILE")
    rerun = add(commands, "rerun", _rerun, "repeat what a session of your own ran")
    add_id(rerun, "the newest here")


def _export() -> Call:
    from coach.cli.commands.sessions_archive import export

    return export


def _bring_in() -> Call:
    from coach.cli.commands.sessions_archive import bring_in

    return bring_in


def _rerun() -> Call:
    from coach.cli.commands.sessions_archive import rerun

    return rerun
