"""Tables of cells."""


def row(cells):
    return "|".join(cells)


def rule(width):
    return "-" * width


def table(rows):
    return "\n".join(row(each) for each in rows)
