import pytest

from depot.stock import Odd, Stock, each, find, look_at


@pytest.fixture
def stock():
    return Stock({"pen": 1, "cup": 2})


def test_taken(stock):
    assert stock.take("pen") == 0


def test_short(stock):
    look_at(Odd())
    assert list(each(stock.items)) == ["pen", "cup"]
    stock.take("pen")
    stock.take("mug")


def test_many():
    for number in range(2_000):
        find({number: number}, number)
    assert find({}, "x")
