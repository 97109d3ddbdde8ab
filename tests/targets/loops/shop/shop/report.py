"""A monthly report."""


def headline(month, carts):
    return f"{month}: {len(carts)} carts"


def total(carts):
    return sum(cart.net() for cart in carts)


def footer(author):
    return f"made by {author}"
