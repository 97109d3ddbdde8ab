"""What else runs tests on this machine: another coach's runs, a run of the session itself, pytest in the same project.

A probe that is judged alone has no other probe of its search beside it. Who else shares ports, files and the processor
with it cannot be helped, and can be named. Linux only; elsewhere nobody is named.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coach.engine.process.orphans import HOLDER, holder_mark
from coach.engine.process.process_tree import RUN_ID, has_variable, others, variables

_MAX_NAMED = 1
_WORDS_LOOKED_AT = 6


@dataclass(frozen=True, slots=True)
class Beside:
    """Who runs tests now, in words that are the same for all processes of one run."""

    said: str
    is_here: bool
    """Whether it is in the same project: then it shares most with us."""


def beside(root: Path, scratch: Path) -> tuple[Beside, ...]:
    """Return who runs tests now. Call it while no probe of ours runs.

    Args:
        root: the checkout.
        scratch: where our copies lie: what a probe of ours left there is not beside us.

    """
    found: dict[Beside, None] = {}
    around_us, ourselves = os.environ.get(RUN_ID), holder_mark()
    for pid in others():
        folder = _folder(pid)
        is_here = folder == str(root) or folder.startswith(f"{root}/")
        if not is_here and not has_variable(pid, RUN_ID):
            continue  # nearly all: a search looks at hundreds before each probe that runs alone
        seen = variables(pid)
        run = seen.get(RUN_ID)
        if run and run == around_us:
            continue  # the run that this coach is part of
        is_own = seen.get(HOLDER) == ourselves
        if is_own and (folder.startswith(str(scratch)) or _is_server(pid)):
            continue
        if run:
            found[Beside(f"coach in {Path(folder).name or 'another folder'}", is_here)] = None
        elif is_here and _runs_tests(pid):
            found[Beside(f"pytest in {Path(folder).name}", is_here)] = None
    return tuple(sorted(found, key=lambda each: not each.is_here))


def as_note(company: Iterable[Beside]) -> str:
    """Say in few words who ran tests beside a search."""
    names = list(dict.fromkeys(each.said for each in company))
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return f"{', '.join(names[:_MAX_NAMED])}{more} ran beside it: an outcome may owe to that"


def _folder(pid: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - text
    return ""


def _runs_tests(pid: int) -> bool:
    """Whether a process was started as pytest: by its program, or by ``python -m pytest``."""
    return bool(_programs(pid) & {b"pytest", b"py.test"})


def _is_server(pid: int) -> bool:
    """Whether it is what warm runs are forked from: it stands idle for as long as a session is open."""
    return b"coach_server.py" in _programs(pid)


def _programs(pid: int) -> set[bytes]:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:_WORDS_LOOKED_AT]
        return {os.path.basename(each) for each in words}  # noqa: PTH119 - bytes
    return set()
