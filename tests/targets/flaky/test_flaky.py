"""Fails for about one hash seed in three."""


def test_order():
    assert hash("spam") % 3 != 0
