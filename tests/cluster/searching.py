"""Searches of a project whose probes run on a cluster, or here; what was tried is kept."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from coach.core.runs.reference import Reference
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest, SearchResult, Tried
from coach.engine.cluster.clusters import Clusters
from coach.engine.search.queue import SearchBench
from tests.engine.histories import History
from tests.engine.lab import TEST, Lab, command


@dataclass
class Looked:
    """One search: what came out of it, and what was said on the way."""

    tried: list[Tried] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    result: SearchResult = field(default_factory=lambda: SearchResult(how="failed", sentence=""))

    def hear(self, seen) -> None:
        self.tried += seen.tried
        self.notes += seen.notes

    @property
    def outcomes(self) -> dict[str, str]:
        """The last outcome of every configuration that was judged, by its key."""
        return {each.key: each.outcome for each in self.tried}

    @property
    def reasons(self) -> dict[str, str]:
        return {each.key: each.reason for each in self.tried}


def looked(
    lab: Lab,
    kind: str = "commits",
    clusters: Clusters | None = None,
    *,
    target: str | Target = TEST,
    reference: Reference | None = None,
    known: tuple[Tried, ...] = (),
    stop: threading.Event | None = None,
    seen: Looked | None = None,
    **fields,
) -> Looked:
    """Carry a search out, on the cluster where there is one; returns when it is over."""
    seen = seen or Looked()
    named = target if isinstance(target, Target) else Target(words=(target,))
    fields = {"on": "there", "width": 0} | fields if clusters else {"width": 2} | fields
    request = SearchRequest(number=1, kind=kind, target=named, reference=reference, **fields)
    bench = SearchBench(lab.trees, lab.ready(), None, clusters)
    seen.result = bench.search(request, known, stop or threading.Event(), seen.hear)
    assert lab.trees.leftovers() == ()
    return seen


WAITS = """import os
import time

from shop import total


def test_total():
    time.sleep(float(os.environ.get("STORY_SECONDS", "0")))
    assert total(2) == 4
"""
"""A test that waits where its machine says so."""
CHECK = command(
    "import os, time",
    "from shop import total",
    "time.sleep(float(os.environ.get('STORY_SECONDS', '0')))",
    "assert total(2) == 4",
)
"""The same without pytest, for searches whose runs only have to take place: a tenth of its time."""


def shop(root: Path, commits: int = 9, culprit: int = 6, test: str = WAITS, harm: str = "") -> str:
    """Make a history whose commit number ``culprit`` makes ``total`` wrong; returns its id.

    ``harm`` is executed by every earlier commit when it is imported.
    """
    steps = []
    for number in range(1, commits + 1):
        rate = 2 if number < culprit else 3
        done = harm if number < commits else ""
        text = f"{done}\nNUMBER = {number}\n\n\ndef total(amount):\n    return amount * {rate}\n"
        steps.append((f"step {number}", {"shop": text, "tests__test_shop": test}))
    history = History(root)
    (root / ".gitignore").write_text("data.json\n.env\n")
    return history.commit_all(steps)[culprit - 1]
