"""Edits that hide a failure where it shows, and edits that only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.loops.analysis.failure_hiding import symptoms_in
from coach.core.loops.analysis.syntax import edited
from coach.core.loops.attempt import SourcePair

CODE = """\
def price(item, rate):
    net = item.net
    return net * rate


def total(items):
    return sum(price(each, 2) for each in items)
"""

STRONG = [
    (
        "swallowed",
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except Exception:\n        return 0\n",
    ),
    (
        "swallowed",
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except:\n        pass\n",
    ),
    (
        "swallowed",
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except (TypeError, Exception):\n        return None\n",
    ),
    (
        "swallowed",
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except KeyError:\n        pass\n",
    ),
    (
        "swallowed",
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except Exception as error:\n        print(error)\n",
    ),
    (
        "swallowed",
        "    return net * rate\n",
        "    with contextlib.suppress(Exception):\n        return net * rate\n",
    ),
    ("slept", "    net = item.net\n", "    time.sleep(1)\n    net = item.net\n"),
    (
        "retried",
        "    return net * rate\n",
        "    for _ in range(3):\n        try:\n            return net * rate\n        except Exception:\n            time.sleep(1)\n",
    ),
    (
        "retried",
        "    return net * rate\n",
        "    while True:\n        try:\n            result = net * rate\n            break\n        except KeyError:\n            continue\n    return result\n",
    ),
    ("retried", "def price", "@retry(tries=3)\ndef price"),
    ("special-case", "    net = item.net\n", "    if item is None:\n        return 0\n    net = item.net\n"),
    ("special-case", "    net = item.net\n", "    if rate == 7:\n        return 42\n    net = item.net\n"),
    (
        "special-case",
        "    net = item.net\n",
        '    if item.name == "pen":\n        net = 12\n    net = item.net\n'.replace(
            "    net = item.net\n", "    net = item.net\n", 1
        ),
    ),
]

WEAK = [
    ("    net = item.net\n", "    if not item:\n        return 0\n    net = item.net\n"),
    ("    net = item.net\n", "    if rate == 0:\n        return 0\n    net = item.net\n"),
    ("    net = item.net\n", "    if rate == 1:\n        return 1\n    net = item.net\n"),
    (
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except KeyError:\n        return 0\n",
    ),
    (
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except Exception:\n        return 0\n    finally:\n        item.close()\n",
    ),
    (
        "    net = item.net\n    return net * rate\n",
        "    if item is None:\n        return 0\n    gross = item.gross\n    return gross / rate\n",
    ),
]

FINE = [
    (
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except KeyError as error:\n        raise ValueError from error\n",
    ),
    (
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except KeyError:\n        return fallback(item)\n",
    ),
    ("    net = item.net\n", "    if rate > 7:\n        return 42\n    net = item.net\n"),
    ("    net = item.net\n", "    if rate == LIMIT:\n        return item.special()\n    net = item.net\n"),
    ("    return sum(price", "    for each in items:\n        each.check()\n    return sum(price"),
    ("    return net * rate\n", "    return net + rate\n"),
]


def find(old, new, path="shop/cart.py"):
    assert CODE.count(old) == 1
    return symptoms_in([edited(SourcePair(path=path, before=CODE, after=CODE.replace(old, new)))])


@pytest.mark.parametrize(("kind", "old", "new"), STRONG)
def test_hiding(kind, old, new):
    found = find(old, new)
    assert [each.kind for each in found] == [kind]
    assert not found[0].is_weak
    assert found[0].function == "price"


@pytest.mark.parametrize(("old", "new"), WEAK)
def test_what_ordinary_code_looks_like_is_weak(old, new):
    found = find(old, new)
    assert found
    assert all(each.is_weak for each in found)


@pytest.mark.parametrize(("old", "new"), FINE)
def test_other_code_is_fine(old, new):
    assert find(old, new) == ()


def test_what_was_there_before_is_not_new():
    guarded = CODE.replace(
        "    net = item.net\n", "    if item is None:\n        return 0\n    net = item.net\n"
    )
    pair = SourcePair(path="a.py", before=guarded, after=guarded.replace("rate", "factor"))
    assert symptoms_in([edited(pair)]) == ()


def test_tests_may_guard_but_not_wait():
    assert [
        each.kind
        for each in find("    net = item.net\n", "    time.sleep(1)\n    net = item.net\n", "tests/test_a.py")
    ] == ["slept"]
    assert (
        find(
            "    net = item.net\n",
            "    if item is None:\n        return 0\n    net = item.net\n",
            "tests/test_a.py",
        )
        == ()
    )


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_read(before, after):
    symptoms_in([edited(SourcePair(path="a.py", before=before, after=after))])


def test_an_edit_that_mends_its_own_syntax_hides_nothing():
    hiding = CODE.replace(
        "    return net * rate\n",
        "    try:\n        return net * rate\n    except Exception:\n        return 0\n",
    )
    broken = hiding.replace("def total(items):", "def total(items:")
    assert symptoms_in([edited(SourcePair(path="shop/price.py", before=broken, after=hiding))]) == ()


def test_a_new_file_does_more_than_hide():
    written = (
        "def read(path):\n    try:\n        return path.open()\n    except Exception:\n        return None\n"
    )
    signs = symptoms_in([edited(SourcePair(path="shop/new.py", after=written))])
    assert [each.is_weak for each in signs] == [True]
