"""Ids of tests, taken apart and put together: pytest's, those of other runners, and hostile ones."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from coach.core.base.test_id import FunctionId, TestId

HOSTILE = st.text(alphabet="ab:/[]. \n\u202e\ud800", max_size=30)
FOLDERS = st.sampled_from(["", "tests/", "a b/", "app/[slug]/", "[x]/[y]/"])
NAMES = st.text(alphabet="abT_", min_size=1, max_size=5)
PARAMETERS = st.one_of(st.just(""), st.text(alphabet="a:-[]/ .é", max_size=12).map(lambda text: f"[{text}]"))


@given(HOSTILE)
@example("tests/test_x.py::TestA::test_b[a::b]")
@example("::")
@example("[::")
@example("a::")
@example("a::b::")
def test_what_is_taken_apart_goes_together_again(text):
    test = TestId(text)
    assert test.function + test.parameters == test
    if test.is_in_file:
        assert TestId.of(test.file, *test.names, parameters=test.parameters) == test
        assert TestId.of(test.file, test.inside) == test
        assert test.inside.endswith(test.name)
    else:
        assert test.file == test.name == test
        assert test.inside == ""
        assert test.names == ()
    assert test.is_under(test)
    assert test.is_under(test.function) or not test.parameters


@given(FOLDERS, st.lists(NAMES, min_size=1, max_size=3), PARAMETERS)
def test_what_was_put_together_is_found_in_it(folder, names, parameters):
    """Whatever a parameter holds, and whatever a folder is called."""
    test = TestId.of(f"{folder}test_x.py", *names, parameters=parameters)
    assert test.file == f"{folder}test_x.py"
    assert test.names == tuple(names)
    assert test.parameters == parameters
    assert test.name == names[-1] + parameters
    assert test.function == TestId.of(f"{folder}test_x.py", *names)
    assert test.is_pytest
    for word in (test.file, test.function, TestId.of(test.file, names[0]), folder):
        assert not word or test.is_under(word)
    assert not test.is_under(f"{folder}test_x.p")


@pytest.mark.parametrize(
    ("text", "file", "name"),
    [
        ("TestTotal/three_items", "TestTotal/three_items", "TestTotal/three_items"),
        ("Cart adds [a::b]", "Cart adds [a::b]", "Cart adds [a::b]"),
        ("src/cart.test.js::Cart › adds", "src/cart.test.js", "Cart › adds"),
        ("com.shop.CartTest::adds", "com.shop.CartTest", "adds"),
        ("tests/test_x.py", "tests/test_x.py", "tests/test_x.py"),
        ("tests/[slug]/test_x.py", "tests/[slug]/test_x.py", "tests/[slug]/test_x.py"),
        ("tests/test_x.py::test_y[1]@group", "tests/test_x.py", "test_y[1]@group"),
        ("", "", ""),
    ],
)
def test_ids_of_other_runners_and_of_files(text, file, name):
    assert TestId(text).file == file
    assert TestId(text).name == name


def test_cases_of_one_function_are_told_from_functions_of_one_beginning():
    test = TestId("tests/test_x.py::test_y[a::b]")
    assert test.function == "tests/test_x.py::test_y"
    assert test.is_under("tests/test_x.py::test_y")
    assert not test.is_under("tests/test_x.py::test")
    assert not TestId("tests/test_xy.py::test_y").is_under("tests/test_x")
    assert TestId("Cart adds [a::b]").function == "Cart adds "
    assert TestId("README.md::README.md").is_pytest
    assert not TestId("Cart. adds::two items").is_pytest


def test_it_is_stored_and_read_as_the_string_it_is():
    adapter = TypeAdapter(tuple[TestId, ...])
    text = "tests/test_x.py::test_y[é\\]"
    (read,) = adapter.validate_json(json.dumps([text]))
    (given_,) = adapter.validate_python([text])
    assert type(read) is type(given_) is TestId
    assert read == given_ == text
    assert {read} == {text}
    assert adapter.dump_json((read,)) == json.dumps([text], ensure_ascii=False).encode()
    (encodable,) = adapter.validate_python(["a::\ud800"])
    assert encodable == "a::\\ud800"


def test_functions_are_named_by_their_path_and_qualified_name():
    function = FunctionId.of("shop/cart.py", "Cart.total")
    assert (function.path, function.name) == ("shop/cart.py", "Cart.total")
    assert FunctionId("shop/cart.py").name == ""
