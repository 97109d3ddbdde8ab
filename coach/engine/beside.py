"""What else runs tests on this machine: another coach's runs, a run of the session itself, pytest in the same project.

A probe that is judged alone has no other probe of its search beside it. Who else shares ports, files and the processor
with it cannot be helped, and can be named. Linux only; elsewhere nobody is named.
"""

import os
from contextlib import suppress
from pathlib import Path

from coach.core.figures import count
from coach.engine.left_behind import HOLDER, holder_mark
from coach.engine.processes import RUN_ID, living, variables

_MOST_NAMED = 3
_WORDS_LOOKED_AT = 6


def beside(root: Path, scratch: Path) -> tuple[str, ...]:
    """Name who runs tests now, in words that are the same for all processes of one run. Call it while no probe of ours runs.

    Args:
        root: the checkout.
        scratch: where our copies lie: what a probe of ours left there is not beside us.

    """
    found: dict[str, int] = {}
    around_us, ourselves = os.environ.get(RUN_ID), holder_mark()
    for each in living():
        folder, seen = _folder(each.pid), variables(each.pid)
        run = seen.get(RUN_ID)
        if run and run == around_us:
            continue  # the run that this coach is part of
        if seen.get(HOLDER) == ourselves and folder.startswith(str(scratch)):
            continue
        if run:
            said = f"a run that coach started in {folder or 'another folder'}"
        elif folder and Path(folder).is_relative_to(root) and _is_pytest(each.pid):
            said = f"pytest in {folder}"
        else:
            continue
        found[said] = found.get(said, 0) + 1
    names = list(found)[:_MOST_NAMED]
    more = [f"{count(len(found) - _MOST_NAMED, 'other run')}"] if len(found) > _MOST_NAMED else []
    return (*names, *more)


def _folder(pid: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - text
    return ""


def _is_pytest(pid: int) -> bool:
    """Whether a process was started as pytest: by its program, or by ``python -m pytest``."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:_WORDS_LOOKED_AT]
        return any(os.path.basename(each) in {b"pytest", b"py.test"} for each in words)  # noqa: PTH119 - bytes
    return False
