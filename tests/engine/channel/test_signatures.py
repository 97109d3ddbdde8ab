"""Real pytest failures of a hundred kinds: which runs show the same failure, and which do not.

Three processes run the same tests: two in folders, hash seeds, processes and moments of their own, a third in which what
the tests are about differs as well.
"""

import itertools
import shutil

import pytest

from coach.core.runs.failure import failing_set
from tests.engine.conftest import TARGETS

LEAST = 60
KEPT = "kept"


@pytest.fixture(scope="module")
def kept_tests():
    """The tests that say something else when VARIANT is set, as the target itself marks them."""
    lines = (TARGETS / "many_failures/tests/test_many.py").read_text().splitlines()
    return {
        below.strip().removeprefix("def ").partition("(")[0]
        for line, below in itertools.pairwise(lines)
        if line.strip() == "@kept"
    }


def test_signatures_of_real_failures(ground, tmp_path, kept_tests):
    first = ground("many_failures")
    found = {}
    for name, seed, variant in (("one", 1, 0), ("other", 4_242, 0), ("changed", 99, 1)):
        root = tmp_path / name / "a folder of its own"
        shutil.copytree(first.root, root)
        first.root, first.env["VARIANT"] = root, str(variant)
        first.env["TMPDIR"] = str(tmp_path / name)
        first.settle()
        report = first.run("tests", hash_seed=seed)
        assert report.ending.is_complete, report.ending
        found[name] = {each.test: each for each in failing_set(report)}
    one, other, changed = found["one"], found["other"], found["changed"]

    assert len(one) >= LEAST
    assert one.keys() == other.keys() == changed.keys()
    assert {test: each.strict for test, each in other.items()} == {
        test: each.strict for test, each in one.items()
    }
    assert {test: each.loose for test, each in other.items()} == {
        test: each.loose for test, each in one.items()
    }
    assert len({each.strict for each in one.values()}) == len(one)

    is_kept = {test: test.rpartition("::")[2].partition("[")[0] in kept_tests for test in one}
    assert sum(is_kept.values()) >= LEAST
    same = {test for test in one if one[test].strict == changed[test].strict}
    assert same == {test for test in one if not is_kept[test]}
    moved = {test for test in one if one[test].loose != changed[test].loose}
    assert all(one[test].exception != changed[test].exception for test in moved), moved
