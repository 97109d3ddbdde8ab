"""The words of ``coach cluster``."""

from coach.cli.options import Call, Commands, Parser, add, add_json


def add_cluster(commands: "Commands[Parser]") -> None:
    cluster = add(commands, "cluster", _cluster, "look at the workers of a cluster, and try each")
    cluster.add_argument(
        "on", nargs="?", metavar="ADDRESS", default="cluster", help="(default: the one in the settings)"
    )
    cluster.add_argument("--insecure", action="store_true", help="use a tcp:// address beyond this machine")
    add_json(cluster)


def _cluster() -> Call:
    from coach.cli.commands.cluster_workers import cluster

    return cluster
