"""Searches of a project on a cluster of real processes."""

import threading
from pathlib import Path

from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.core.search.request import SearchRequest, SearchResult
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.connection import connect
from coach.engine.search.queue import SearchBench
from tests.cluster.certificates import Certificates
from tests.cluster.processes import PRELOAD
from tests.engine.histories import fingerprint
from tests.engine.lab import TEST, Lab, _target


class ClusterLab(Lab):
    """A lab whose searches may be carried out elsewhere (``on``)."""

    def connects(self, certificates: Certificates | None = None, **settings) -> "ClusterLab":
        """Say what the project's settings say of clusters."""
        files = certificates and {"ca": certificates.ca, "cert": certificates.cert, "key": certificates.key}
        self.settings = ClusterSettings(**{key: str(path) for key, path in (files or {}).items()}, **settings)
        self.clusters = Clusters(self.trees, self.context, self._connect)
        return self

    def _connect(self, on: str):
        return connect(parse_address(on), self.settings, self.root, PRELOAD)

    def close(self) -> None:
        self.clusters.close()

    def search(self, kind, test=TEST, known=(), stop=None, executor=None, **fields) -> SearchResult:
        request = SearchRequest(number=1, kind=kind, target=_target(test), **fields)
        before = fingerprint(self.root)
        bench = SearchBench(self.trees, self.ready(), executor, self.clusters)
        result = bench.search(request, known, stop or threading.Event(), self.observed.append)
        assert fingerprint(self.root) == before
        assert self.trees.leftovers() == ()
        return result

    @property
    def tried(self):
        """Every outcome that was told, as the log would hold it."""
        return tuple(each for seen in self.observed for each in seen.tried)


def copies_left(machines) -> list[Path]:
    """Return the disposable folders that are on any worker now."""
    places = ("tmp/coach-*/*", "state/projects/*/scratch/*")
    folders = [worker.folder for worker in machines.workers.values()]
    return [path for folder in folders for each in places for path in folder.glob(each) if path.is_dir()]
