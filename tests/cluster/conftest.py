"""A cluster of three workers for a module, encrypted; or machines of a test's own, to be killed and frozen."""

import pytest

from tests.cluster import certificates
from tests.cluster.lab import ClusterLab
from tests.cluster.processes import Machines
from tests.engine.lab import plain_environment

WORKERS = 3


def _three(folder, signed=None):
    made = Machines(folder, signed)
    made.start_scheduler()
    for number in range(1, WORKERS + 1):
        made.start_worker(f"w{number}")
    return made


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return three workers without a checkout, that nobody may harm."""
    folder = tmp_path_factory.mktemp("machines")
    made = _three(folder, certificates.make(folder / "certificates"))
    try:
        made.wait_for_workers()
        yield made
    finally:
        made.end()


@pytest.fixture
def machines(tmp_path, request):
    """Return three workers of this test's own."""
    made = _three(tmp_path / "machines")
    try:
        made.wait_for_workers()
        yield made
    finally:
        made.end()


@pytest.fixture
def elsewhere(tmp_path):
    """Return a function that takes a project for searches on machines."""
    made = []

    def take(root, signed=None, env=None, **settings):
        number = len(made)
        home = tmp_path / f"home-{number}"
        home.mkdir()
        given = plain_environment() | {"HOME": str(home)} | (env or {})
        lab = ClusterLab(root.resolve(), tmp_path / f"state-{number}/projects/0123", given)
        made.append(lab.connects(signed, **settings))
        return made[-1]

    yield take
    for each in made:
        each.close()
