from shop.cart import Cart


def cart():
    made = Cart()
    made.add("pen", 2.0, 10)
    made.add("book", 10.0, 3)
    return made


def test_empty_cart_costs_nothing():
    assert Cart().net() == 0


def test_each_line_has_its_own_discount():
    filled = cart()
    assert len(filled.lines) == 2
    assert filled.net() == 46.5


def test_a_single_line():
    one = Cart()
    one.add("pen", 2.0, 10)
    assert one.net() == 18.0


def test_count_of_things():
    assert cart().count() == 13


def test_names_are_sorted():
    assert cart().names() == ["book", "pen"]
