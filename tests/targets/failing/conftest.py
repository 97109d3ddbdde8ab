import pytest


@pytest.fixture
def broken_after():
    yield 1
    raise RuntimeError("teardown broke")
