"""A small project with two fixes in its history, each in a helper that other tests run without noticing."""

from pathlib import Path

from tests.engine.histories import History

MONEY = """\
def rounded(value, places=0):
    factor = 10**places
    half = {half}
    return int(value * factor + half) / factor


def largest(prices):
    found = prices[0]
    for price in prices:
        if price > found:
            found = price
    return found
"""
TEXT = """\
def padded(text, width):
    filled = {filled}
    return filled


def joined(parts, mark=", "):
    found = ""
    for part in parts:
        if found:
            found += mark
        found += part
    return found
"""
INVOICE = """\
from shop.money import largest, rounded
from shop.text import joined, padded


def line(name, price):
    return padded(name, 8) + str(rounded(price, 2))


def total(prices):
    return rounded(sum(prices), 2)


def refund(price):
    return rounded(-price, 2)


def label(name):
    return padded(name, 4)


def heading(names):
    return padded(joined(names), 12)


def dearest(prices):
    return rounded(largest(prices), 1)


def summary(names, prices):
    return joined(line(name, price) for name, price in zip(names, prices))
"""
TESTS = """\
from shop import invoice


def test_line():
    assert invoice.line("tea", 1.25) == "tea     1.25"


def test_total():
    assert invoice.total([1.111, 2.222]) == 3.33


def test_heading():
    assert invoice.heading(["a", "b"]) == "a, b        "


def test_dearest():
    assert invoice.dearest([1.0, 3.06, 2.0]) == 3.1


def test_summary():
    assert invoice.summary(["a", "b"], [1, 2]) == "a       1.0, b       2.0"
"""
REFUND = """

def test_refund():
    assert invoice.refund(1.116) == -1.12
"""
LABEL = """

def test_label():
    assert invoice.label("oranges") == "oran"
"""
WRONG_HALF, RIGHT_HALF = "0.5", "0.5 if value >= 0 else -0.5"
WRONG_FILL, RIGHT_FILL = "text.ljust(width)", "text[:width].ljust(width)"


def shop(root: Path) -> History:
    """Make the project: four commits, of which two are fixes with a test each."""
    history = History(root)
    (root / "shop").mkdir()
    (root / "shop" / "__init__.py").touch()
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\npythonpath = .\n")
    half, filled = MONEY.format(half=WRONG_HALF), TEXT.format(filled=WRONG_FILL)
    history.write(shop__money=half, shop__text=filled, shop__invoice=INVOICE, tests__test_invoice=TESTS)
    history.commit("Invoices")
    history.write(shop__money=MONEY.format(half=RIGHT_HALF), tests__test_invoice=TESTS + REFUND)
    history.commit("Fix the sign of what is rounded")
    history.write(shop__text=TEXT.format(filled=RIGHT_FILL), tests__test_invoice=TESTS + REFUND + LABEL)
    history.commit("Labels are cut: fixes long names")
    history.write(shop__invoice=INVOICE.replace("def total(prices):", "def total(prices, extra=0):"))
    history.commit("Totals may have more")
    return history
