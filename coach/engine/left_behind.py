"""End the runs of a coach that was killed: nobody supervises them any more, and they may run in the checkout for ever.

Every process of a run carries who started it: process number, when it began, and the space its number is of. A number alone
says nothing: it is given away again, and means another process in another container. Linux only.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from coach.engine.processes import RUN_ID, Survivor, living, started_at, variables

HOLDER = "COACH_HOLDER"
_SECONDS = 2.0
_SAME = ("COACH_STATE_DIR", "XDG_STATE_HOME", "HOME")
"""What decides where state is kept: runs of a coach with another state directory are that one's to end and to tell of."""


def holder_mark() -> str:
    """Return who we are, as runs carry it; empty where it cannot be told."""
    space = _space()
    return f"{os.getpid()}-{started_at(os.getpid())}-{space}" if space else ""


def end_left_behind() -> tuple[Survivor, ...]:
    """Kill the processes of runs whose coach is gone; returns which. Those of a living coach are left alone."""
    ended: dict[int, Survivor] = {}
    deadline = time.monotonic() + _SECONDS
    while (found := list(_orphans())) and time.monotonic() < deadline:
        for each in found:
            ended[each.pid] = each
            with suppress(OSError):
                os.kill(each.pid, signal.SIGKILL)
        time.sleep(0.005)
    return tuple(ended.values())


def end_own() -> None:
    """Kill every process of our own runs, now: somebody does not want to wait until they are asked politely."""
    mine = holder_mark()
    for each in living() if mine else ():
        if variables(each.pid).get(HOLDER) == mine:
            with suppress(OSError):
                os.kill(each.pid, signal.SIGKILL)


def _orphans() -> Iterator[Survivor]:
    here = _space()
    for each in living() if here else ():
        around = variables(each.pid)
        number, _, rest = around.get(HOLDER, "").partition("-")
        began, _, space = rest.partition("-")
        if RUN_ID not in around or space != here or not (number.isdecimal() and began.isdecimal()):
            continue
        is_ours = all(around.get(name) == os.environ.get(name) for name in _SAME)
        if is_ours and started_at(int(number)) != int(began):
            yield each


def _space() -> str:
    """Return the space that process numbers are of; empty where there is none to ask."""
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    return ""
