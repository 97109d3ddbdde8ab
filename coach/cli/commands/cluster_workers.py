"""``coach cluster``: the workers of a cluster, in the terms of the doctor."""

from argparse import Namespace

from coach.cli.commands.doctor import doctor


def cluster(args: Namespace) -> int:
    """Print the workers, what differs from this machine, and a trial on each; exit code 1 when one cannot be used."""
    return doctor(args)
