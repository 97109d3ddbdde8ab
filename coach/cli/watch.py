"""The words of ``coach watch``."""

from coach.cli.options import Call, Commands, Parser, add, add_session, add_stop_at


def add_watch(commands: "Commands[Parser]") -> None:
    watch = add(commands, "watch", _watch, "say each run and loop while an assistant edits elsewhere")
    watch.add_argument("--assistant", metavar="NAME", default="assistant", help="whose edits these are")
    watch.add_argument(
        "--seconds", type=float, default=0.0, metavar="S", help="end after so long (default: never)"
    )
    add_stop_at(watch)
    add_session(watch, with_json=False)


def _watch() -> Call:
    from coach.cli.commands.watch import watch

    return watch
