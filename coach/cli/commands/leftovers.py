"""``coach leftovers``: what killed coaches left behind, and its removal."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from coach.cli.commands.console import put, put_json, say
from coach.core.base.formatting import count
from coach.core.base.text import safe_line
from coach.engine.process.orphans import clear_left_behind, end_left_behind, folders_left_behind, orphans
from coach.engine.process.process_tree import Survivor
from coach.errors import EXIT_FAILURES, EXIT_FINE
from coach.store.paths import state_home


def leftovers(args: Namespace) -> int:
    """Print every process and folder; exit code 1 when something resists its removal."""
    state = state_home()
    processes, folders = orphans(), folders_left_behind(state)
    if args.json:
        put_json({"processes": [str(each) for each in processes], "folders": [str(each) for each in folders]})
    else:
        for each in (*processes, *folders):
            put(safe_line(str(each)))
    found = described(processes, folders)
    if not args.remove:
        say(f"{found}; --remove clears them away" if found else "nothing of killed coaches")
        return EXIT_FINE
    end_left_behind()
    resisting = clear_left_behind(state)
    if resisting:
        say(f"could not be removed: {', '.join(safe_line(str(each)) for each in resisting)}")
        return EXIT_FAILURES
    say(f"{found} removed" if found else "nothing of killed coaches")
    return EXIT_FINE


def described(processes: Sequence[Survivor], folders: Sequence[Path]) -> str:
    """Return how much there is; empty when there is nothing."""
    told = (
        count(len(processes), "stray run") if processes else "",
        count(len(folders), "folder") if folders else "",
    )
    return ", ".join(filter(None, told))
