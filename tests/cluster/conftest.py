"""Clusters of separate processes, one for the tests of a module or one for a test; their logs beside what fails."""

import pytest

from tests.cluster.processes import Machines
from tests.engine.lab import Lab, plain_environment


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """Return a scheduler with three workers that have no checkout."""
    made = Machines(tmp_path_factory.mktemp("machines"))
    try:
        yield made.work(3)
    finally:
        made.close()


@pytest.fixture
def alone(tmp_path):
    """Return a function that starts a cluster which a test may harm."""
    made = []

    def start(workers: int = 3, authority=None, *, are_started=False, **options) -> Machines:
        folder = tmp_path / f"machines-{len(made)}"
        made.append(Machines(folder, authority, are_started=are_started))
        return made[-1].work(workers, **options)

    yield start
    for each in made:
        each.close()


@pytest.fixture
def lab(tmp_path):
    """Return a function that takes a project for searches."""

    def make(root, **env) -> Lab:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        state = tmp_path / "state/projects/0123"
        return Lab(root.resolve(), state, plain_environment() | {"HOME": str(home)} | env)

    return make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show what schedulers and workers said, beside a test that failed."""
    report = (yield).get_result()
    if report.failed:
        for given in getattr(item, "funcargs", {}).values():
            if isinstance(given, Machines):
                report.sections.append(("what the cluster said", given.said()))
