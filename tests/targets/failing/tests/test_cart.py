"""One failure of each phase."""

from shop.cart import checked_total


def test_total():
    prices = [1, 2, 4]
    print("prices are", prices)
    assert checked_total(prices) == 7


def test_empty():
    checked_total([])


def test_no_fixture(nowhere):
    pass


def test_teardown(broken_after):
    assert broken_after == 1


class TestCart:
    def test_method(self):
        assert checked_total([3, 0]) == 3
