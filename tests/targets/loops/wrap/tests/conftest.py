import pytest


@pytest.fixture
def width():
    return 10


@pytest.fixture
def text():
    return "the quick brown fox"
