"""Tracebacks are read out of any text: chained, indented, behind prefixes, in groups, in JSON; in one pass, whatever it holds."""

import sys
import traceback

import pytest

from coach.core.runs.tracebacks import MAX_FRAMES, flat, tracebacks_in


def parse(text):
    return int(text)


def convert(text):
    try:
        return parse(text)
    except ValueError as error:
        raise RuntimeError("cannot convert") from error


def printed(call):
    try:
        call()
    except Exception:  # noqa: BLE001 - whatever it raises is printed
        return traceback.format_exc()
    return ""


CHAINED = printed(lambda: convert("x"))


def told(text):
    return [[(each.exception, each.frames[-1].function) for each in chain] for chain in tracebacks_in(text)]


def prefixed(text, prefix):
    return "".join(f"{prefix}{line}\n" for line in text.splitlines())


EXPECTED = [[("ValueError", "parse"), ("RuntimeError", "convert")]]


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "    ",
        "2024-01-01 12:00:00,123 ERROR app: ",
        "web_1  | ",
        "[gw0] linux ",
        "Jan 01 12:00:00 host app[12]: ",
    ],
)
def test_chains_are_read_behind_any_prefix(prefix):
    """What happened first comes first in a chain; sources and messages are those that were printed."""
    text = "before\n" + prefixed(CHAINED, prefix) + prefix + "after\n"
    assert told(text) == EXPECTED
    ((cause, error),) = tracebacks_in(text)
    assert cause.message == "invalid literal for int() with base 10: 'x'"
    assert (cause.frames[-1].file, cause.frames[-1].source) == (__file__, "return int(text)")
    assert (error.message.partition("\n")[0], error.follows) == ("cannot convert", "cause")


def test_the_prefix_may_stand_on_the_first_line_only_or_change_its_digits():
    """A logger writes the record's head once; a collector stamps each line with another moment."""
    assert told("12:00:00 ERROR app:9 failed: " + CHAINED) == EXPECTED
    stamped = "".join(
        f"12:00:{index:02d}.{index:03d} | {line}\n" for index, line in enumerate(CHAINED.splitlines())
    )
    assert told(stamped) == EXPECTED


def test_a_record_in_json_holds_a_whole_traceback():
    """Structured logs keep it in one line, with escapes."""
    import json

    record = json.dumps({"level": "error", "exc_info": CHAINED, "event": "failed"})
    assert told(f"{record}\nnext\n") == EXPECTED


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with 3.11")
def test_groups_are_read_member_by_member():
    """The group and each of its members."""

    def group():
        try:
            parse("y")
        except ValueError as first:
            try:
                {}["k"]
            except KeyError as second:
                raise ExceptionGroup("several", [first, second]) from None

    found = flat(tracebacks_in(printed(group)))
    assert {each.exception for each in found} == {"ExceptionGroup", "ValueError", "KeyError"}
    assert all(each.frames for each in found)


def test_marks_repetitions_and_messages_of_several_lines_do_not_confuse():
    """What newer pythons add is passed over; a message goes on until its block ends."""
    text = (
        "Traceback (most recent call last):\n"
        '  File "/p/app.py", line 3, in run\n'
        "    return total(a, b)\n"
        "           ~~~~~^^^^^^\n"
        '  File "/p/app.py", line 9, in total\n'
        "    return total(a, b)\n"
        "  [Previous line repeated 970 more times]\n"
        "app.errors.NotFound: first line\n"
        "  second line\n"
        "third line\n"
        "\n"
        "2024-01-01 next record\n"
    )
    ((found,),) = tracebacks_in(text)
    assert [(each.line, each.source) for each in found.frames] == [
        (3, "return total(a, b)"),
        (9, "return total(a, b)"),
    ]
    assert (found.exception, found.message) == ("NotFound", "first line\n  second line\nthird line")


def test_frames_without_sources_and_exceptions_without_messages():
    """Compiled code has no source; StopIteration says nothing."""
    text = 'Traceback (most recent call last):\n  File "<string>", line 1, in f\n  File "a.py", line 2\nStopIteration\n'
    ((found,),) = tracebacks_in(text)
    assert [(each.file, each.function) for each in found.frames] == [("<string>", "f"), ("a.py", "")]
    assert (found.exception, found.message) == ("StopIteration", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Traceback (most recent call last):",
        "Traceback (most recent call last):\n" * 50_000,
        "Traceback (most recent call last):\n" + "x" * 2_000_000,
        "Traceback (most recent call last):\\n" * 20_000,
        "Traceback (most recent call last):\n" + ' File "' * 200_000,
        "Traceback (most recent call last):\n" + '  File "a", line 1, in f\n' * 100_000 + "E: x\n",
        ("Traceback (most recent call last):\n" + '  File "a", line 1, in f\n    x\nE: x\n\n') * 20_000,
        "During handling of the above exception, another exception occurred:\n" * 50_000,
    ],
)
def test_nasty_text_is_read_in_one_pass(text):
    """Nothing raises, and what comes out is bounded."""
    found = tracebacks_in(text)
    assert sum(len(chain) for chain in found) <= 50
    assert all(len(each.frames) <= MAX_FRAMES + 1 for chain in found for each in chain)


def test_of_several_chains_the_newest_comes_first_and_none_twice():
    """The same traceback on stderr and in the log is one."""
    other = printed(lambda: {}["k"])
    found = flat(tracebacks_in(CHAINED + "\n" + other + "\n" + CHAINED))
    assert [each.exception for each in found] == ["RuntimeError", "ValueError", "KeyError"]
