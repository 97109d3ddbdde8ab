"""Search on a cluster until somebody kills this process: `python -m tests.cluster.searcher ADDRESS ROOT STATE`."""

import sys
from pathlib import Path

from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.clusters import Clusters
from coach.engine.cluster.connection import connect
from tests.cluster.searching import looked
from tests.engine.lab import Lab, plain_environment


def main() -> None:
    address, root, state = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    lab = Lab(root.resolve(), state, plain_environment())
    settings = ClusterSettings()
    clusters = Clusters(lab.trees, lab.context, lambda _: connect(parse_address(address), settings, root))
    looked(lab, clusters=clusters)


if __name__ == "__main__":
    main()
