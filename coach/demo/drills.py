"""Bugs of the demo project that can be played as drills: each an edit of the shop as it is without any bug."""

from dataclasses import dataclass

from coach.core.base.test_id import TestId
from coach.demo.project import FAILING_TEST, solution


@dataclass(frozen=True, slots=True)
class DemoBug:
    """One bug: ``old`` stands once in the file at ``path``, and is ``new`` with the bug."""

    kind: str
    path: str
    old: str
    new: str
    function: str
    noticed: tuple[tuple[TestId, str, str], ...]
    """Test, exception, and the file in which it shows."""
    distance: int
    """Steps in the tree of calls from the function that is wrong to the one where it shows."""
    rank: int
    """Place of that function among the suspects by lines alone; measured."""


_INVOICES = "tests/test_invoices.py"


_PATH, _WRONG, _RIGHT = solution()
DEMO_BUGS: tuple[DemoBug, ...] = (
    DemoBug(
        kind="dropped part",
        path="shop/tax.py",
        old="* rate / (100 + rate)",
        new="* rate / 100",
        function="contained",
        noticed=(
            (TestId.of(_INVOICES, "test_each_line_contains_its_tax"), "AssertionError", _INVOICES),
            (
                TestId.of("tests/test_tax.py", "test_tax_is_contained_in_the_price"),
                "AssertionError",
                "tests/test_tax.py",
            ),
            (
                TestId.of("tests/test_tax.py", "test_a_refund_contains_negative_tax"),
                "AssertionError",
                "tests/test_tax.py",
            ),
            (
                TestId.of("tests/test_tax_rates.py", "test_the_reduced_rate_is_contained_too"),
                "AssertionError",
                "tests/test_tax_rates.py",
            ),
        ),
        distance=3,
        rank=3,
    ),
    DemoBug(
        kind="turned sign",
        path="shop/orders.py",
        old="spread(reduction, cart.lines)",
        new="spread(-reduction, cart.lines)",
        function="place",
        noticed=(
            (
                TestId.of(_INVOICES, "test_lines_show_what_they_cost_after_the_discount"),
                "InvoiceMismatch",
                "shop/invoices.py",
            ),
            (FAILING_TEST, "InvoiceMismatch", "shop/invoices.py"),
            (
                TestId.of("tests/test_orders.py", "test_a_voucher_lowers_the_total"),
                "AssertionError",
                "tests/test_orders.py",
            ),
        ),
        distance=3,
        rank=4,
    ),
    DemoBug(
        kind="rounding",
        path=_PATH,
        old=_RIGHT,
        new=_WRONG,
        function="Money.allocate",
        noticed=((FAILING_TEST, "InvoiceMismatch", "shop/invoices.py"),),
        distance=5,
        rank=5,
    ),
)
"""The easiest first; the last one is the story of ``coach debug --demo``."""
