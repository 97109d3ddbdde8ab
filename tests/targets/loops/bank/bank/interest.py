"""Interest in whole cents."""


def yearly(cents, rate):
    return int(cents * rate / 100) + 1


def monthly(cents, rate):
    return yearly(cents, rate) // 12
