"""What is on the shelf."""


def left(stock, sold):
    return stock - sold


def needs_order(stock, limit=5):
    return stock < limit
