"""Which differences between machines are refused, and which are only named."""

from hypothesis import given
from hypothesis import strategies as st

from coach.core.cluster.worker_facts import LEAST_FREE, WorkerFacts, differences

_names = st.text("abcdefgh-", min_size=1, max_size=6)
_versions = st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 30)).map(
    lambda parts: ".".join(map(str, parts))
)
_facts = st.builds(
    WorkerFacts,
    coach=_versions,
    python=_versions,
    implementation=st.sampled_from(["cpython", "pypy"]),
    platform=st.sampled_from(["linux x86_64", "darwin arm64"]),
    pytest=_versions | st.just(""),
    packages=st.dictionaries(_names, _versions, max_size=8),
    free_bytes=st.integers(0, 10 * LEAST_FREE),
)
HERE = WorkerFacts(
    coach="1.4.2",
    python="3.12.4",
    implementation="cpython",
    platform="linux x86_64",
    pytest="8.3.0",
    packages={"attrs": "24.1", "pip": "24.0"},
    free_bytes=LEAST_FREE,
)


@given(_facts)
def test_a_machine_never_differs_from_itself(here):
    found = differences(here, here)
    assert found.refused == ()
    assert [each for each in found.named if "of disk" not in each] == []


@given(_facts, _facts)
def test_nobody_with_another_minor_version_gets_work(worker, here):
    refused = differences(worker, here).refused
    minors = [(each.coach.split(".")[:2], each.python.split(".")[:2]) for each in (worker, here)]
    if minors[0] != minors[1]:
        assert refused
    if not refused:
        assert worker.pytest or not here.pytest
        assert here.packages.keys() <= worker.packages.keys()


@given(_facts, st.dictionaries(_names, _versions, max_size=4))
def test_what_a_worker_has_besides_is_no_difference(here, more):
    worker = here.model_copy(update={"packages": more | here.packages})
    assert differences(worker, here) == differences(here, here)


def test_each_difference_is_said_in_words():
    def changed(**fields):
        return differences(HERE.model_copy(update=fields), HERE)

    assert changed(coach="1.5.0").refused == ("coach 1.5.0 there, 1.4.2 here",)
    assert changed(python="3.11.9").refused == ("python 3.11.9 there, 3.12.4 here",)
    assert changed(python="3.12.9").named == ("python 3.12.9 there, 3.12.4 here",)
    assert changed(packages={"pip": "24.0"}).refused == ("missing there: attrs",)
    assert changed(packages=HERE.packages | {"attrs": "23.0"}).named == (
        "other versions there: attrs 23.0 (here 24.1)",
    )
    assert changed(free_bytes=5_000_000).named == ("5.0 MB of disk are free there",)
    assert changed(why="it is gone").refused == ("it is gone",)
