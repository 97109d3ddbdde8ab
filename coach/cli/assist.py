"""The words of ``coach assist``."""

from coach.cli.options import Call, Commands, Parser, add, add_purpose, add_session, add_stop_at


def add_assist(commands: "Commands[Parser]") -> None:
    assist = add(commands, "assist", _assist, "run an assistant on the session and judge what it does")
    assist.add_argument(
        "name",
        nargs="?",
        default="",
        metavar="NAME",
        help="one of [tool.coach.assistants] (default: list them)",
    )
    assist.add_argument(
        "--budget", type=int, metavar="TOKENS", help="of the prompt (default: what is worth its tokens)"
    )
    add_purpose(assist)
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
    add_stop_at(assist)
    add_session(assist)


def _assist() -> Call:
    from coach.cli.commands.assist import assist

    return assist
