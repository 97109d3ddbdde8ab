"""Two runs of one failure share a signature; two failures do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.runs.failure import failing_set, is_structural, normalise, signature_of
from tests.core.driving import failure, red

SAME = [
    ("<Cart at 0x7f3a1c2d4e50> is empty", "<Cart at 0x7f99aa001230> is empty"),
    (
        "No such file: /tmp/pytest-of-me/pytest-3/test_a0/x.db",
        "No such file: /tmp/pytest-of-me/pytest-9/test_a0/x.db",
    ),
    ("at 2026-01-02T03:04:05.123Z", "at 2026-02-03T04:05:06.789Z"),
    ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id 9b2504e0-4f89-11d3-9a0c-0305e82c33ff"),
    ("{'b', 'a'} != {'c'}", "{'a', 'b'} != {'c'}"),
    ("timed out after 30.01 s".replace(" s", " seconds"), "timed out after 30.77 seconds"),
    ("pid 1234 is gone", "pid 99 is gone"),
    ("assert <generator ob...x7f1378ef2330> == []", "assert <generator ob...x7f4addc3e330> == []"),
    ("assert '2026-11-22T2....569692+00:00' == ''", "assert '2026-11-22T2....298453+00:00' == ''"),
    ("assert '5c07e4d0-e11...-7d52ca9036f6' == 'x'", "assert 'f599ced3-b2c...-967077f668b6' == 'x'"),
    ("assert 3677379510239698077 == 1", "assert -967568964826434803 == 1"),
    ("assert 1795383739.5839558 < 5", "assert 1795383741.3085668 < 5"),
    ("order 1700000000123 missing", "order 1800000000456 missing"),
]

DIFFERENT = [
    ("assert 3 == 7", "assert 6 == 7"),
    ("assert 3.0 == 7", "assert 6.0 == 7"),
    ("KeyError: 'a'", "KeyError: 'b'"),
    ("line 12", "line 13"),
    ("assert [0, 1, 2...58, 59, 60] == []", "assert [0, 1, 2...58, 59, 61] == []"),
    ("assert 'the total...is 12' == ''", "assert 'the total...is 13' == ''"),
    ("HTTP 404", "HTTP 500"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_volatile_parts_do_not_make_a_difference(one, other):
    assert signature_of(failure(one)).strict == signature_of(failure(other)).strict


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_short_numbers_and_names_do(one, other):
    assert signature_of(failure(one)).strict != signature_of(failure(other)).strict


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("test_a[<object object at 0x7f01>]", "test_a[<object object at 0x7f9acd>]", True),
        ("test_a (m.T) [<object object at 0x7f01>]", "test_a (m.T) [<object object at 0x7f02>]", True),
        ("test_a[/tmp/pytest-of-me/pytest-3/a0/x]", "test_a[/tmp/pytest-of-me/pytest-4/a0/x]", True),
        ("test_a[/tmp/tmpa1b2c3d4/x]", "test_a[/tmp/tmpzz99yy88/x]", True),
        ("test_a[0xFF01]", "test_a[0xFF02]", False),
        ("test_a[1700000000]", "test_a[1700000001]", False),
        ("test_a[2026-01-02]", "test_a[2026-01-03]", False),
        ("test_a[<A object at 0x7f01>]", "test_a[<B object at 0x7f01>]", False),
    ],
)
def test_addresses_and_temporary_folders_in_an_id_make_no_other_failure(one, other, is_same):
    first, second = (signature_of(failure(test=f"tests/test_m.py::{each}")) for each in (one, other))
    assert (first.strict == second.strict) is is_same
    assert (first.loose == second.loose) is is_same
    assert first.test == f"tests/test_m.py::{one}", "shown as the runner says it"


def test_loose_signatures_ignore_the_message_and_keep_the_place():
    one, other = signature_of(failure("assert 1 == 2")), signature_of(failure("assert 3 == 4"))
    assert one.loose == other.loose
    assert one.place == "shop/cart.py:total"


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_a_failing_set_does_not_depend_on_the_order_of_tests():
    first, second = failure(test="t.py::a"), failure(test="t.py::b")
    assert failing_set(red(failures=(first, second))) == failing_set(red(failures=(second, first)))


@pytest.mark.parametrize("exception", ["ImportError", "builtins.SyntaxError", "ModuleNotFoundError"])
def test_a_test_that_cannot_run_is_structurally_red(exception):
    assert is_structural(failure(exception=exception))
    assert not is_structural(failure())


DICTS = """\
assert {'roof': 1, '...1, 'paint': 2} == {'ground': 1,...3, 'paint': 4}

  Omitting 1 identical items, use -vv to show
  Differing items:
  {first}
  {second}
  Use -v to get more diff"""
SETS = """\
assert {{{one}, ...{two}}} == {{'z'}}

  Extra items in the left set:
  {first}
  {second}
  Extra items in the right set:
  'z'
  Use -v to get more diff"""


def test_items_listed_in_the_order_of_a_set_are_the_same_items():
    """Another hash seed lists them in another order, and pytest shortens a set in the middle of its own order."""
    walls, roof = "{'walls': 1} != {'walls': 2}", "{'roof': 1} != {'roof': 3}"
    one = DICTS.replace("{first}", walls).replace("{second}", roof)
    other = DICTS.replace("{first}", roof).replace("{second}", walls)
    assert one != other
    assert normalise(one) == normalise(other)
    assert normalise(SETS.format(one="'a'", two="'b'", first="'a'", second="'b'")) == normalise(
        SETS.format(one="'b'", two="'a'", first="'b'", second="'a'")
    )
    assert normalise(one) != normalise(one.replace("walls': 2", "walls': 5"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Randomized with seed 41523", "Randomized with seed 7"),
        ("run again with --seed=12", "run again with --seed=99"),
        ("connect ECONNREFUSED 127.0.0.1:40123", "connect ECONNREFUSED 127.0.0.1:58871"),
        ("goroutine 7 [running]", "goroutine 19 [running]"),
        ("2026/11/28 04:49:17 refused", "2026/11/29 14:09:01 refused"),
        ("no answer in 0.31s", "no answer in 12.07s"),
        ("open /dev/shm/ab12/x", "open /dev/shm/zz/x"),
        ("cannot read data/tmpa1b2c3d4/x.json", "cannot read data/tmpq9x8_7zz/x.json"),
        ("==412==ERROR: heap-use-after-free", "==99812==ERROR: heap-use-after-free"),
    ],
)
def test_what_other_runners_say_differently_each_time(one, other):
    """Seeds, ports that the system gave, numbers of goroutines and processes, places in memory."""
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("assert seed == 3", "assert seed == 4"),
        ("port of 127.0.0.1:8080", "port of 127.0.0.1:8081"),
        ("assert '10s' == '12s'", "assert '11s' == '12s'"),
        ("left: 3", "left: 6"),
        ("tmpdirname is 1", "tmpdirname is 2"),
        ("cart.test.js:40", "cart.test.js:41"),
    ],
)
def test_values_stay_different(one, other):
    """Short numbers are what a failure is about."""
    assert normalise(one) != normalise(other)
