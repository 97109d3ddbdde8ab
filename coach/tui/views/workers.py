"""The workers of a cluster as lines: how many there are, what each does and for how long."""

from coach.core.base.formatting import count, seconds
from coach.core.protocol.live import AtWork
from coach.tui.views.line import Line, elastic, line
from coach.tui.views.view_state import ViewState

_OTHERS = 12
"""Rows that the rest of a search under way takes, about."""


def worker_lines(workers: tuple[AtWork, ...], rate: str, view: ViewState) -> tuple[Line, ...]:
    """Return a line for each worker below one of all; that one alone where there is no room. ``rate``: probes a minute, or empty."""
    if not workers:
        return ()
    busy = sum(bool(each.doing) for each in workers)
    if len(workers) > max(0, view.code_rows - _OTHERS):
        said = [count(len(workers), "worker"), f"{busy} busy"]
        return (line("  ", " · ".join([*said, *filter(None, [rate])]), fit="cut"),)
    said = [f"{busy} of {count(len(workers), 'worker')}", *filter(None, [rate])]
    width = max(len(_name(each)) for each in workers)
    return (
        line("  ", " · ".join(said), fit="cut"),
        *(_of_worker(each, min(width, 24), view.now) for each in workers),
    )


def _name(worker: AtWork) -> str:
    """Return what a worker is called; Dask gives those of this machine numbers."""
    return f"worker {worker.name}" if worker.name.isdecimal() else worker.name


def _of_worker(worker: AtWork, width: int, now: float) -> Line:
    name = _name(worker)[:width].ljust(width)
    if not worker.doing:
        return line("    ", (name, "dim"), ("  waits", "dim"), fit="cut")
    spent = seconds(float(int(now - worker.since))) if 0 < worker.since < now else ""
    spent = spent.replace(".00 s", " s").replace(".0 s", " s")
    return line("    ", name, "  ", elastic(worker.doing), figure=(spent, "dim"), fit="cut")
