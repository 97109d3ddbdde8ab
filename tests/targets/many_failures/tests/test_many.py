"""One failing test per way to fail. `kept` marks those whose message says something else when VARIANT is set."""

import collections
import datetime
import decimal
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
import unittest.mock
import uuid
import warnings

import pytest

from depot.stock import Box, Item, OutOfStock, V, find, load, nested

kept = pytest.mark.kept
WORDS = ["apple", "pear", "plum", "cherry", "grape", "lemon", "melon", "fig"]


# --- values: kept -----------------------------------------------------------------------------------------------------

@kept
def test_equal_numbers(): assert 9 + V == 10 + 2 * V
@kept
def test_equal_floats(): assert 0.1 + V == 0.30000000000000004
@kept
def test_approx(): assert 1.0 + V == pytest.approx(5.0)
@kept
def test_equal_strings(): assert f"hello {V}" == "hullo"
@kept
def test_long_strings(): assert "a" * 200 + str(V) == "a" * 200 + "x"
@kept
def test_many_lines(): assert f"one\ntwo {V}\nthree" == "one\ntwo\nthree"
@kept
def test_bytes(): assert f"ab{V}".encode() == b"abc"
@kept
def test_lists(): assert [1, 2, 3 + V] == [1, 2, 9]
@kept
def test_long_lists(): assert list(range(60)) + [V] == list(range(60)) + [99]
@kept
def test_list_lengths(): assert [1] * (3 + V) == [1]
@kept
def test_tuples(): assert (1, V) == (1, 7)
@kept
def test_dicts(): assert {"a": 1, "b": V} == {"a": 1, "b": 7}
@kept
def test_nested_dicts(): assert {"a": {"b": [1, V]}} == {"a": {"b": [1, 7]}}
@kept
def test_missing_keys(): assert {f"k{V}": 1} == {"j": 1}
@kept
def test_sets_of_numbers(): assert {1, 2, 3 + V} == {1, 2, 9}
@kept
def test_in_list(): assert 5 + V in [1, 2, 3]
@kept
def test_not_in(): assert "a" not in f"banana {V}"
@kept
def test_less(): assert 10 + V < 3
@kept
def test_is_none(): assert f"v{V}" is None
@kept
def test_not_true(): assert not [V]
@kept
def test_boolean_of_both(): assert V == 0 and V == 1, f"V is {V}"
@kept
def test_with_words(): assert False, f"the total is {12 + V}"
@kept
def test_all_of_them(): assert all(each > V for each in [5, 0, 6]), f"of {V}"
@kept
def test_dataclasses(): assert Box(3 + V, "a") == Box(9, "b")
@kept
def test_named_tuples():
    Point = collections.namedtuple("Point", "x y")
    assert Point(1, V) == Point(1, 7)
@kept
def test_decimals(): assert decimal.Decimal("1.10") + V == decimal.Decimal("1.2")
@kept
def test_dates(): assert datetime.date(2026, 1, 2 + V) == datetime.date(2025, 1, 2)
@kept
def test_nan(): assert float("nan") == V
@kept
def test_unicode(): assert f"größe {V} ✔" == "grösse ✔"
@kept
def test_counters(): assert collections.Counter("aab" + "b" * V) == collections.Counter("ab")
@kept
def test_length(): assert len("abc" * (V + 1)) == 4
@kept
def test_regular_expression(): assert re.match(r"\d+$", f"v{V}")
@pytest.mark.parametrize("given", [1, 2, "x"])
@kept
def test_cases(given): assert [given, V] == [given, 8]


# --- exceptions: kept -------------------------------------------------------------------------------------------------

@kept
def test_key_error(): find({}, f"key{V}")
@kept
def test_index_error(): [1][5] if not V else (1,)[5]
@kept
def test_type_error(): ["a", 1][V] + None
@kept
def test_attribute_error(): getattr(Item("a"), f"colour{V}")
@kept
def test_name_error(): eval(f"undefined_{V}")
@kept
def test_zero_division(): (1 / 0) if not V else (1.0 // 0)
@kept
def test_value_error(): int(f"x{V}")
@kept
def test_unicode_error(): bytes([255 - V]).decode("utf-8")
@kept
def test_import_error(): __import__(f"no_such_module_{V}")
@kept
def test_from_import(): exec(f"from depot.stock import nothing{V}")
@kept
def test_json_error(): json.loads("[1, " + " " * V)
@kept
def test_struct_error(): struct.unpack("<" + "I" * (V + 1), b"")
@kept
def test_stop_iteration(): next(iter([])) if not V else iter(3)
@kept
def test_recursion():
    def deeper(n): return deeper(n + 1)
    deeper(0) if not V else int("y")
@kept
def test_own_exception(): nested(4)
@kept
def test_chained():
    try:
        find({}, "a")
    except KeyError as error:
        raise RuntimeError(f"while counting {V}") from error
@kept
def test_exit(): sys.exit(3 + V)
@kept
def test_not_raised():
    with pytest.raises((ValueError, TypeError)[V]):
        pass
@kept
def test_other_message():
    with pytest.raises(OutOfStock, match=f"seven {V}"):
        nested(0)
@kept
def test_no_warning():
    with pytest.warns((UserWarning, DeprecationWarning)[V]):
        pass
@kept
def test_warning_as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn(f"old {V}", DeprecationWarning)
@kept
def test_fail(): pytest.fail(f"on purpose {V}")
@kept
def test_mock(): unittest.mock.Mock(name="send").assert_called_with(V)
@kept
def test_process(): subprocess.run([sys.executable, "-S", "-c", f"raise SystemExit({2 + V})"], check=True)


class TestInClass:
    @kept
    def test_method(self): assert [V] == []


class TestOfUnittest(unittest.TestCase):
    @kept
    def test_equal(self): self.assertEqual([1, V], [1, 9])
    @kept
    def test_count(self): self.assertCountEqual([1, V], [1, 9])
    @kept
    def test_regex(self): self.assertRegex(f"abc {V}", r"^\d")


# --- what differs by itself -------------------------------------------------------------------------------------------

def test_address(): assert Item("a") == Item("b")
def test_address_of_function(): assert nested is find
def test_address_of_lambda(): assert (lambda: 1) is None
def test_address_of_generator(): assert (each for each in ()) == []
def test_address_of_method(): assert Item("a").take is None
@kept
def test_address_in_words(): Item("a", 4).take()
def test_identity(): assert id(object()) == 3
def test_a_set_of_words(): assert set(WORDS[:4]) == {"nothing"}
def test_a_large_set_of_words(): assert set(WORDS) == set(WORDS[:7]) | {"kiwi"}
def test_a_frozen_set(): assert frozenset(WORDS[:5]) == frozenset()
def test_words_in_the_order_of_a_set(): raise ValueError(f"left over: {set(WORDS[:3])}")
def test_hash(): assert hash("apple") == 1
def test_folder(tmp_path): assert tmp_path == pathlib.Path("elsewhere")
def test_no_file(tmp_path): load(tmp_path / "none.json")
def test_folder_in_words(tmp_path): raise RuntimeError(f"cannot write '{tmp_path}/out.txt': full")
def test_now(): assert str(datetime.datetime.now()) == "then"
def test_now_iso(): assert datetime.datetime.now(datetime.timezone.utc).isoformat() == "then"
def test_seconds(): assert time.time() < 5
def test_nanoseconds(): assert time.time_ns() < 5
def test_uuid(): assert str(uuid.uuid4()) == "none"
def test_uuid_object(): assert uuid.uuid4() is None
def test_hex(): assert uuid.uuid4().hex == "none"
def test_process_id(): raise RuntimeError(f"process {os.getpid()} is gone")
def test_thread(): raise RuntimeError(f"thread {threading.get_ident()} is stuck")
def test_port():
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        port = waiting.getsockname()[1]
    raise ConnectionRefusedError(f"nobody listens on port {port}")
def test_duration():
    raise TimeoutError(f"gave up after {time.perf_counter():.3f} seconds")


# --- around the test --------------------------------------------------------------------------------------------------

@pytest.fixture
def broken(): raise OSError(f"no database {V}")
@pytest.fixture
def dirty():
    yield 1
    raise OSError(f"not closed {V}")

@kept
def test_set_up(broken): pass
@kept
def test_tear_down(dirty): pass
def test_no_fixture(nobody_made_this): pass
