"""Everything is fine here, in every way a test can be fine."""

import pytest


def test_one():
    assert True


@pytest.mark.parametrize("value", [1, 2])
def test_many(value):
    assert value


@pytest.mark.skip(reason="not today")
def test_skipped():
    raise AssertionError


@pytest.mark.xfail
def test_expected():
    raise AssertionError


@pytest.mark.xfail
def test_unexpected():
    assert True
