"""Behaviour that the spec names must stay, and other tests of the same defect must pass: verify looks at each, for real."""

SHOP = {
    "shop.py": "def price(n):\n    return n + 1\n\n\ndef fee(n):\n    return 1\n",
    "test_shop.py": """\
        import pytest
        from shop import fee, price

        def test_price():
            assert price(2) == 2

        def test_price_of_nothing():
            assert price(0) == 0

        @pytest.mark.parametrize("n", [1, 2])
        def test_fee(n):
            assert fee(n) == 1
        """,
}
TEST = "test_shop.py::test_price"


def lines(top):
    return {each["name"]: each for each in top.coach("verify", "--json").json["verification"]["checks"]}


def test_named_tests_are_looked_at_one_by_one(lay):
    top = lay(SHOP)
    top.commit("as it was")
    top.coach("run", TEST)
    top.coach("suspects")
    top.coach("spec", "--accept", "--unchanged", "a fee is charged once")
    shown = top.coach("spec", "--json").json
    assert shown["unchanged"] == ["a fee is charged once"]
    assert shown["also_failing"] == ["test_shop.py::test_price_of_nothing"]
    top.coach("spec", "--unchanged", "test_shop.py::test_fee[1]", "--unchanged", "a fee is charged once")
    top.write({"shop.py": "def price(n):\n    return n or 1\n\n\ndef fee(n):\n    return n\n"})
    top.coach("pin")
    first = lines(top)
    assert first["unchanged-behaviour"]["passed"]
    assert first["unchanged-behaviour"]["figure"] == "1 test green; 1 sentence for the person who agrees"
    assert "test_price_of_nothing is red" in first["also-failing"]["figure"]
    top.write({"shop.py": "def price(n):\n    return n\n\n\ndef fee(n):\n    return 2\n"})
    second = lines(top)
    assert second["also-failing"]["passed"]
    assert "test_fee[1] is red" in second["unchanged-behaviour"]["figure"]
