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
    """Calls between the function that is wrong and the one where it shows."""


_INVOICES = "tests/test_invoices.py"


_PATH, _WRONG, _RIGHT = solution()
DEMO_BUGS: tuple[DemoBug, ...] = (
    DemoBug(
        kind="forgotten amount",
        path="shop/inventory.py",
        old="max(0, self._reserved.get(sku, 0) - quantity)",
        new="max(0, self._reserved.get(sku, 0))",
        function="Inventory.release",
        noticed=(
            (
                TestId.of("tests/test_reservations.py", "test_released_goods_are_available_again"),
                "AssertionError",
                "tests/test_reservations.py",
            ),
        ),
        distance=1,
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
        distance=2,
    ),
    DemoBug(
        kind="rounding",
        path=_PATH,
        old=_RIGHT,
        new=_WRONG,
        function="Money.allocate",
        noticed=((FAILING_TEST, "InvoiceMismatch", "shop/invoices.py"),),
        distance=3,
    ),
)
"""The easiest first; the last one is the story of ``coach debug --demo``."""
