"""What a killed coach left: runs that nobody supervises any more, which may go on in the checkout for ever, and folders.

Every process of a run carries who started it: process number, when it began, and the space its number is of. A number
alone says nothing: it is given away again, and means another process in another container. Linux only.
"""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from coach.engine.process import scratch
from coach.engine.process.process_tree import RUN_ID, Survivor, living_with, started_at
from coach.errors import ScratchError

HOLDER = "COACH_HOLDER"
_SECONDS = 2.0
_SAME = ("COACH_STATE_DIR", "XDG_STATE_HOME", "HOME")
"""What decides where state is kept: runs of a coach with another state directory are that one's to end and to tell of."""


def holder_mark() -> str:
    """Return who we are and where our state is, as runs carry it; empty where it cannot be told."""
    space = _space()
    return f"{os.getpid()}-{started_at(os.getpid())}-{space}-{_place(os.environ)}" if space else ""


def end_left_behind() -> tuple[Survivor, ...]:
    """Kill the processes of runs whose coach is gone; returns which. Those of a living coach are left alone."""
    ended: dict[int, Survivor] = {}
    deadline = time.monotonic() + _SECONDS
    while (found := orphans()) and time.monotonic() < deadline:
        for each in found:
            ended[each.pid] = each
            with suppress(OSError):
                os.kill(each.pid, signal.SIGKILL)
        time.sleep(0.005)
    return tuple(ended.values())


def folders_left_behind(state: Path) -> tuple[Path, ...]:
    """Return the disposable folders of coaches that are gone: prompts and copies of trees under ``state``, files of runs."""
    homes = [state / "scratch", *sorted(state.glob("projects/*/scratch"))]
    copies = (place for home in homes for place in scratch.leftovers(home))
    return (*copies, *scratch.temporary_leftovers())


def clear_left_behind(state: Path) -> tuple[Path, ...]:
    """Remove those folders; returns the ones that resist."""
    resisting = []
    for place in folders_left_behind(state):
        try:
            scratch.remove(place)
        except ScratchError:
            resisting.append(place)
    return tuple(resisting)


def clear_meanwhile(state: Path) -> None:
    """Remove them beside the work: a large copy takes seconds, and whatever is not removed now is removed the next time."""
    with suppress(RuntimeError):  # no thread to be had: what is left stays until the next time
        threading.Thread(target=clear_left_behind, args=(state,), name="coach-clearing", daemon=True).start()


def end_own() -> None:
    """Kill every process of our own runs, now: somebody does not want to wait until they are asked politely."""
    mine = holder_mark()
    for each, around in living_with(HOLDER) if mine else ():
        if around[HOLDER] == mine:
            with suppress(OSError):
                os.kill(each.pid, signal.SIGKILL)


def orphans() -> tuple[Survivor, ...]:
    """Return the processes of runs whose coach is gone."""
    return tuple(_orphans())


def _orphans() -> Iterator[Survivor]:
    here = _space()
    for each, around in living_with(HOLDER) if here else ():
        number, began, space, place = (*around[HOLDER].split("-", 3), "", "", "", "")[:4]
        if RUN_ID not in around or space != here or not (number.isdecimal() and began.isdecimal()):
            continue
        is_ours = (place or _place(around)) == _place(os.environ)  # a run in a copy has another HOME
        if is_ours and started_at(int(number)) != int(began):
            yield each


def _place(around: Mapping[str, str]) -> str:
    """Return what stands for the place of the state that an environment means."""
    said = "\0".join(f"{name}={around[name]}" for name in _SAME if name in around)
    return hashlib.sha256(os.fsencode(said)).hexdigest()[:16]


def _space() -> str:
    """Return the space that process numbers are of; empty where there is none to ask."""
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    return ""
