"""The words of ``coach record``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_record(commands: "Commands[Parser]") -> None:
    record = add(commands, "record", _record, "take in a run of `pytest --coach`, which calls this itself")
    record.add_argument("folder", metavar="FOLDER", help="where the run left what coach's probe wrote")
    add_session(record)


def _record() -> Call:
    from coach.cli.commands.record import record

    return record
