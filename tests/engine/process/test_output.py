"""Output is kept within bounds, whatever is printed."""

import sys
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from coach.engine.process.output import HEAD_LIMIT, LINE_LIMIT, CappedOutput, LiveOutput


def test_head_and_tail_stay_and_the_middle_is_counted():
    """What is left out is announced where it was."""
    output = CappedOutput(head=10, tail=10)
    for _ in range(100):
        output.feed(b"0123456789")
    assert output.bytes == 1000
    assert output.dropped == 980
    assert output.text() == "0123456789\n… 980 bytes left out …\n0123456789"


def test_short_output_is_kept_whole():
    """Nothing is announced when nothing is missing."""
    output = CappedOutput(head=10, tail=10)
    output.feed(b"0123456789abcdef")
    assert (output.text(), output.dropped) == ("0123456789abcdef", 0)


def test_a_character_may_be_cut_between_two_reads():
    """The decoder waits for the rest of a character; what is no UTF-8 is replaced."""
    live = LiveOutput()
    for byte in "é€😀\n".encode():
        live.feed(bytes([byte]))
    live.feed(b"\xff\n")
    assert live.snapshot(10).lines == ("é€😀", "\ufffd")


def test_a_million_lines_cost_a_few_megabytes():
    """Only the newest lines are held, and the dropped ones are counted."""
    live = LiveOutput()
    part = b"".join(b"line %d of very many\n" % n for n in range(1000))
    tracemalloc.start()
    for _ in range(1000):
        live.feed(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    seen = live.snapshot(3)
    assert seen.lines[-1] == "line 999 of very many"
    assert seen.dropped == 1_000_000 - 2_000
    assert len(live.captured.text()) < 3 * HEAD_LIMIT


def test_an_endless_line_is_cut_and_marked():
    """Forty megabytes without a newline are one line of four thousand characters, and cost what is kept of them."""
    live = LiveOutput()
    tracemalloc.start()
    for _ in range(400):
        live.feed(b"x" * 100_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert sys.getsizeof(live.snapshot(1).lines[0]) < 3 * LINE_LIMIT
    live.feed(b"\nnext\n")
    first, second = live.snapshot(5).lines
    assert first == "x" * LINE_LIMIT + "… 39,995,904 more characters"
    assert second == "next"


def test_the_version_grows_only_with_changes():
    """Equal versions need no repaint, also across runs."""
    live = LiveOutput()
    live.begin(1)
    first = live.snapshot(1).version
    assert live.snapshot(1).version == first
    live.progress(3, 1, 0, "t")
    second = live.snapshot(1)
    assert second.version > first
    live.progress(3, 1, 0, "t")
    assert live.snapshot(1).version == second.version
    live.begin(2)
    assert live.snapshot(1).version > second.version
    assert live.snapshot(1).selected == 0


def test_a_last_line_without_newline_is_shown():
    """What a program said last must not hang in the decoder."""
    live = LiveOutput()
    live.feed(b"one\r\ntwo")
    assert live.snapshot(5).lines == ("one", "two")
    live.end()
    assert live.tail(5) == ("one", "two")


@given(
    st.lists(st.text("ab\n€", max_size=40), max_size=30),
    st.integers(1, 5),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_lines_and_what_was_dropped_do_not_depend_on_who_looked_when(texts, kept, looks):
    """Looking reads what came; not looking must lead to the same lines."""
    live = LiveOutput(lines_kept=kept)
    for text, look in zip(texts, looks, strict=False):
        live.feed(text.encode())
        if look:
            live.snapshot(1)
    whole = "".join(texts).split("\n")
    last = whole.pop()
    expected = (*whole[-kept:], *([last] if last else []))
    seen = live.snapshot(100)
    assert seen.lines == expected
    assert seen.dropped == max(len(whole) - kept, 0)


def test_it_says_for_how_long_a_run_has_said_nothing():
    now = [100.0]
    live = LiveOutput(clock=lambda: now[0])
    live.begin(1)
    assert live.snapshot(0).silent == 0
    now[0] += 9.9
    assert live.snapshot(0).silent == 0
    now[0] += 7
    assert live.snapshot(0).silent == 15
    before = live.snapshot(0)
    now[0] += 1
    assert live.snapshot(0) == before
    live.feed(b"a word")
    assert live.snapshot(0).silent == 0
