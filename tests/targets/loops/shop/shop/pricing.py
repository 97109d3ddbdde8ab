"""Prices and discounts."""

VAT = 0.2


def discount_rate(count):
    if count >= 10:
        return 0.1
    if count >= 3:
        return 0.05
    return 0.0


def with_vat(net):
    return round(net * (1 + VAT), 2)
