"""A test that dies on a missing name points at the object that lacks it, and at what it has instead."""

import pytest

from coach.core.localize.lacking import lacking_of
from coach.core.localize.leads import evidence_from_message
from coach.core.localize.ranking import rank
from coach.core.localize.spectrum import Spectrum
from coach.core.runs.report import Failure

SOURCES = {
    "shop/__init__.py": "from .cart import Cart\n",
    "shop/cart.py": """\
RATES = {}


class Cart:
    discount = 0

    def __init__(self, owner):
        self.owner = owner

    def total(self, currency="EUR"):
        return 0


def checkout(cart, address):
    return cart
""",
    "tests/test_cart.py": "class Stub:\n    pass\n\n\nclass Cart:\n    pass\n",
    "broken.py": "def (:\n",
}
TEST = "tests/test_cart.py::test_cart"


def lacking(exception, message):
    found = lacking_of(Failure(test=TEST, exception=exception, message=message), SOURCES)
    return found and (found.path, found.function, found.line, found.name, found.nearest)


@pytest.mark.parametrize(
    ("exception", "message", "expected"),
    [
        (
            "AttributeError",
            "'Cart' object has no attribute 'totals'",
            ("shop/cart.py", "Cart", 10, "totals", "total"),
        ),
        (
            "AttributeError",
            "type object 'Cart' has no attribute 'discounts'",
            ("shop/cart.py", "Cart", 5, "discounts", "discount"),
        ),
        (
            "AttributeError",
            "'Cart' object has no attribute 'ownr'. Did you mean: 'owner'?",
            ("shop/cart.py", "Cart", 8, "ownr", "owner"),
        ),
        (
            "AttributeError",
            "module 'shop.cart' has no attribute 'RATE'",
            ("shop/cart.py", "<module>", 1, "RATE", "RATES"),
        ),
        (
            "ImportError",
            "cannot import name 'check_out' from 'shop.cart' (/tmp/x/shop/cart.py)",
            ("shop/cart.py", "<module>", 14, "check_out", "checkout"),
        ),
        (
            "ModuleNotFoundError",
            "No module named 'shop.prices'",
            ("shop/__init__.py", "<module>", 1, "prices", ""),
        ),
        (
            "TypeError",
            "Cart.total() got an unexpected keyword argument 'curency'",
            ("shop/cart.py", "Cart.total", 10, "curency", "currency"),
        ),
        (
            "TypeError",
            "checkout() missing 1 required positional argument: 'address'",
            ("shop/cart.py", "checkout", 14, "", ""),
        ),
        (
            "AttributeError",
            "'Stub' object has no attribute 'total'",
            ("tests/test_cart.py", "Stub", 1, "total", ""),
        ),
        ("AttributeError", "'NoneType' object has no attribute 'total'", None),
        ("AttributeError", "module 'os' has no attribute 'nothing'", None),
        ("ModuleNotFoundError", "No module named 'numpy'", None),
        ("ValueError", "'Cart' object has no attribute 'totals'", None),
    ],
)
def test_the_object_that_lacks_a_name_is_the_place(exception, message, expected):
    assert lacking(exception, message) == expected


def test_the_object_leads_when_nothing_of_it_ran():
    failure = Failure(
        test=TEST, exception="AttributeError", message="'Cart' object has no attribute 'totals'"
    )
    spectrum = Spectrum(test=TEST, lacking=lacking_of(failure, SOURCES))
    (first,) = rank([failure], None, spectrum, None, evidence_from_message(spectrum))
    assert (first.key, first.line, first.leads) == ("shop/cart.py:Cart", 10, True)
    assert first.reasons == ("has no totals, which the failing test asks for; it has total",)
