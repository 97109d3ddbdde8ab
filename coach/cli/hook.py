"""The words of ``coach hook``, which hosts of assistants call; see ``coach agents install``."""

from coach.cli.options import Call, Commands, Parser, add


def add_hook(commands: "Commands[Parser]") -> None:
    hook = add(commands, "hook", _hook, "answer a hook of an assistant's host (JSON on standard input)")
    # Any word is taken: a usage error ends with exit code 2, which hosts take for a refusal of the edit.
    hook.add_argument("host", nargs="?", default="", metavar="HOST", help="claude, codex or cursor")
    hook.add_argument("event", nargs="?", default="", metavar="EVENT", help="the event, as the host names it")


def _hook() -> Call:
    from coach.cli.commands.hook import hook

    return hook
