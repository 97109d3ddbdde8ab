"""A cart that forgets the last item."""


def subtotal(prices):
    total = 0
    for price in prices[:-1]:
        total += price
    return total


def checked_total(prices):
    if not prices:
        raise ValueError("an empty cart has no total")
    return subtotal(prices)
