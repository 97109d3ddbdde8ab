"""What ran at import has a place in the spectrum: of one traced run, each failing test finds what it depends on."""

import textwrap

import pytest

from coach.core.base.test_id import TestId
from coach.core.localize.ranking import rank
from coach.core.runs.instrument import Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.trace_lines import spectrum_of

FILES = {
    "shop/__init__.py": "from .cart import Item\n",
    "shop/rules.py": """\
        LIMIT = 3
        RATES = {
            "de": 19,
            "fr": 21,
        }
        RATES["uk"] = 20
        HANDLERS = {}

        def register(name):
            def add(function):
                HANDLERS[name] = function
                return function
            return add

        def squares(most):
            return [number + number for number in range(most)]

        SQUARES = squares(4)
        """,
    "shop/cart.py": """\
        from dataclasses import dataclass

        from . import rules
        from .rules import HANDLERS, LIMIT, register

        @dataclass
        class Item:
            name: str
            count: int = 0
            unit: str = "pc"

        class Priced:
            discount = 2
            currency = "EUR"

        class Cart(Priced):
            size = 1

            def total(self, price):
                return price - self.discount

            def paid(self, price):
                return f"{price} {self.currency}"

        @register("cvs")
        def parse_rows(text):
            return text.split(",")

        def parse(kind, text):
            return HANDLERS[kind](text)

        def capped(number, most=LIMIT):
            return min(number, most)

        def square(number):
            return rules.SQUARES[number]

        def taxed(price, country):
            return price * rules.RATES[country]
        """,
    "tests/test_shop.py": """\
        import pytest
        import shop.cart
        from shop import Item
        from shop.cart import Cart

        CASES = [(1, 1), (9, 4)]

        def test_count(): assert Item("tea").count == 1
        def test_name(): assert Item("tea").name == "tea"
        def test_total(): assert Cart().total(10) == 9
        def test_paid(): assert Cart().paid(3) == "3 EUR"
        def test_parse(): assert shop.cart.parse("csv", "a,b") == ["a", "b"]
        @pytest.mark.parametrize("given, wanted", CASES)
        def test_capped(given, wanted): assert shop.cart.capped(given) == wanted
        def test_square(): assert shop.cart.square(3) == 9
        def test_taxed(): assert shop.cart.taxed(2, "uk") == 42
        """,
}
CAUSES = {
    "test_count": ("shop/cart.py", "Item", 9),
    "test_total": ("shop/cart.py", "Priced", 13),
    "test_parse": ("shop/cart.py", "parse_rows", 25),
    "test_capped[9-4]": ("shop/rules.py", "LIMIT", 1),
    "test_square": ("shop/rules.py", "squares", 16),
    "test_taxed": ("shop/rules.py", "RATES", 6),
}


def laid_out(laid, files):
    for path in sorted(laid.root.rglob("*.py")):
        path.unlink()
    for name, text in files.items():
        path = laid.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    laid.settle()
    return laid


@pytest.fixture
def spectra(ground):
    """Trace once; return the spectrum and the ranking of any failing test of that run."""
    laid = laid_out(ground("passing"), FILES)
    (laid.root / "conftest.py").write_text("")
    laid.settle()
    request = RunRequest(
        number=1, purpose="trace", target=Target(words=("tests/test_shop.py",)), instrument=Trace()
    )
    report, observer = laid.observe(request)

    def of(name):
        focus = TestId(f"tests/test_shop.py::{name}")
        asked = request.model_copy(update={"focus": focus})
        seen = spectrum_of(asked, report, observer.coverage, laid.root, lambda _: "")
        (failure,) = [each for each in report.failures if each.test == focus]
        return seen, rank([failure], None, seen)

    return of


def test_what_ran_at_import_is_a_place_of_the_tests_that_depend_on_it(spectra):
    for name, (path, function, line) in CAUSES.items():
        seen, ranked = spectra(name)
        assert seen.has_failed, name
        places = {(each.path, each.function): each for each in seen.functions}
        place = places.get((path, function))
        assert place, (name, list(places))
        assert line in [each.line for each in place.lines], name
        assert (path, function) in [(each.path, each.function) for each in ranked[:5]], (
            name,
            [(each.function, each.score) for each in ranked],
        )
    # an attribute that only the failing test reads is the line
    seen, ranked = spectra("test_total")
    (place,) = [each for each in seen.functions if each.function == "Priced"]
    assert (place.is_import, place.passing) == (True, 1)
    assert {each.line: each.passing for each in place.lines} == {12: 1, 13: 0, 14: 1}
    (suspect,) = [each for each in ranked if each.function == "Priced"]
    assert suspect.line == 13
    assert "runs at import, read by the failing test and by none of" in " ".join(suspect.reasons)
    # what no line of the failing test leads to is no place of it
    seen, _ = spectra("test_count")
    assert not {each.function for each in seen.functions} & {
        "LIMIT",
        "RATES",
        "SQUARES",
        "Priced",
        "parse_rows",
    }
