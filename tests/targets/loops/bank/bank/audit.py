"""Look for strange accounts."""


def overdrawn(accounts):
    return [each.owner for each in accounts if each.cents < 0]


def busiest(accounts):
    return max(accounts, key=lambda each: len(each.moves)).owner
