"""The words of ``coach allow``."""

from coach.cli.options import Call, Commands, Parser, add, add_session


def add_allow(commands: "Commands[Parser]") -> None:
    allow = add(commands, "allow", _allow, "answer what an assistant asks to evaluate in the running program")
    allow.add_argument("--yes", action="store_true", help="allow all that waits, for this session")
    allow.add_argument("--no", action="store_true", help="refuse all that waits")
    add_session(allow)


def _allow() -> Call:
    from coach.cli.commands.allow import allow

    return allow
