"""Addresses of clusters: what is read, what is refused, and in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.cluster.address import NotAnAddress, as_kept, parse_address, why_refused


@pytest.mark.parametrize(
    ("text", "kind", "is_here", "is_private"),
    [
        ("local", "local", True, True),
        ("local:4", "local", True, True),
        ("tcp://127.0.0.1:8786", "tcp", True, True),
        ("tcp://localhost:8786", "tcp", True, True),
        ("tcp://[::" + "1]:8786", "tcp", True, True),
        ("tls://build.example:8786", "tls", False, True),
        ("tcp://build.example:8786", "tcp", False, False),
        ("tcp://127.evil.example:8786", "tcp", False, False),
        ("tcp://10.0.0.7:8786", "tcp", False, False),
    ],
)
def test_what_leaves_this_machine_and_who_can_read_it(text, kind, is_here, is_private):
    address = parse_address(text)
    assert (address.kind, address.is_here, address.is_private) == (kind, is_here, is_private)
    assert bool(why_refused(address)) is not is_private


def test_an_address_in_the_clear_is_used_once_that_is_agreed():
    address = parse_address(as_kept("tcp://build.example:8786", insecure=True))
    assert (address.text, why_refused(address)) == ("tcp://build.example:8786", "")
    once = as_kept("tcp://a:1", insecure=True)
    assert as_kept(once, insecure=True) == as_kept(once, insecure=False) == once


def test_cluster_is_the_one_of_the_settings():
    assert parse_address("cluster", "tls://build.example:8786").host == "build.example"
    with pytest.raises(NotAnAddress, match="settings name no cluster"):
        parse_address("cluster")


def test_an_address_without_a_protocol_is_asked_back():
    with pytest.raises(NotAnAddress) as caught:
        parse_address("build.example:8786")
    assert caught.value.meant == ("tls://build.example:8786",)


@pytest.mark.parametrize(
    "text", ["", "local:0", "local:65", "tls://a:0", "tls://a:65536", "tls://a", "http://a:1"]
)
def test_anything_else_is_no_address(text):
    with pytest.raises(NotAnAddress):
        parse_address(text)


@given(st.text(max_size=60))
def test_no_text_is_more_than_an_error_that_says_what_to_do(text):
    found = _read(text)
    assert (
        found in {"local", "tcp", "tls"}
        or "local:N" in found
        or "[tool.coach.cluster]" in found
        or "processes" in found
    )


def _read(text):
    try:
        return parse_address(text).kind
    except NotAnAddress as error:
        return error.do
