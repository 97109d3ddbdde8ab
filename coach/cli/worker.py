"""The words of ``coach worker``."""

from coach.cli.options import Call, Commands, Parser, add


def add_worker(commands: "Commands[Parser]") -> None:
    worker = add(commands, "worker", _worker, "carry out searches of other machines here, until Ctrl-C")
    worker.add_argument(
        "address",
        metavar="ADDRESS",
        help="the scheduler: tls://HOST:PORT, or `cluster` for that of the settings",
    )
    worker.add_argument(
        "--root", metavar="DIR", default="", help="a checkout of the project here: less has to travel"
    )
    worker.add_argument("--python", metavar="PATH", default="", help="the target's interpreter here")
    worker.add_argument(
        "--name", metavar="NAME", default="", help="what it is called (default: host and process)"
    )
    for name, what in (
        ("ca", "certificate of the authority"),
        ("cert", "own certificate"),
        ("key", "its key"),
    ):
        worker.add_argument(
            f"--{name}", metavar="FILE", default="", help=f"{what} (default: of the settings)"
        )
    worker.add_argument(
        "--insecure",
        action="store_true",
        help="use a tcp:// address beyond this machine although others can listen and answer",
    )


def _worker() -> Call:
    from coach.cli.commands.worker import worker

    return worker
