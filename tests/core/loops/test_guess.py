"""Edit and run on one failing place, with nothing written or looked at between."""

from dataclasses import replace

import pytest

from coach.core.loops.detectors import blind_edits
from tests.core.loops.story import GREEN, OTHER, Story, failed, red

BOTH = [failed(), failed("assert 1 == 2", OTHER)]

TOTAL = {"touched": ("shop/cart.py::total",)}
ADD = {"touched": ("shop/cart.py::add",)}

LOOPING = {
    "an assistant at one function": (
        red().edit("assert 8 == 10", by="claude", **TOTAL).edit("assert 7 == 10", by="claude", **TOTAL),
        "banner",
        (2, 3),
    ),
    "an assistant at two functions": (
        red().edit("assert 8 == 10", by="claude", **TOTAL).edit("assert 7 == 10", by="claude", **ADD),
        "note",
        (2, 3),
    ),
    "a person and an assistant at one function": (
        red().edit("assert 8 == 10", **TOTAL).edit("assert 7 == 10", by="claude", **TOTAL),
        "note",
        (2, 3),
    ),
    "a person at one function": (
        red().edit("assert 8 == 10", **TOTAL).edit("assert 7 == 10", **TOTAL),
        "note",
        (2, 3),
    ),
    "two values": (red().edit("assert 8 == 10").edit("assert 7 == 10"), "note", (2, 3)),
    "three values": (
        red().edit("assert 8 == 10").edit("assert 7 == 10").edit("assert 6 == 10"),
        "banner",
        (2, 3, 4),
    ),
    "the same value": (red().edit("assert 9 == 10").edit("assert 9 == 10"), "note", (2, 3)),
    "reruns between": (
        red().edit("assert 8 == 10").run("assert 8 == 10").edit("assert 7 == 10"),
        "note",
        (2, 4),
    ),
    "formatting between": (
        red().edit("assert 8 == 10").edit("assert 8 == 10", nature="cosmetic").edit("assert 7 == 10"),
        "note",
        (2, 4),
    ),
    "a new function, much later": (
        red()
        .edit("assert 1 == 10", added=("a.py::f",), touched=("a.py::f",))
        .edit("assert 2 == 10", touched=("a.py::f",))
        .edit("assert 3 == 10", touched=("a.py::f",))
        .edit("assert 4 == 10", touched=("a.py::f",))
        .edit("assert 5 == 10", touched=("a.py::f",))
        .edit("assert 6 == 10", touched=("a.py::f",))
        .edit("assert 7 == 10", touched=("a.py::f",)),
        "banner",
        (2, 7, 8),
    ),
    "raised in the code": (
        red([failed("no 'a'", exception="KeyError", place=("shop/cart.py", "total"))])
        .edit([failed("no 'b'", exception="KeyError", place=("shop/cart.py", "total"))])
        .edit([failed("no 'c'", exception="KeyError", place=("shop/cart.py", "total"))]),
        "note",
        (2, 3),
    ),
    "another test fails for a while": (
        red().edit([failed("assert 7 == 10"), failed("assert 1 == 2", OTHER)]).edit("assert 8 == 10"),
        "note",
        (2, 3),
    ),
    "another test begins to fail too": (
        red().edit("assert 8 == 10").edit([failed("assert 7 == 10"), failed("assert 1 == 2", OTHER)]),
        "note",
        (2, 3),
    ),
}

SCRIPT = "try_total.py"


def ended(message):
    """How a command ended that ran no test runner."""
    return [failed(message, test=f"python {SCRIPT}", exception="exit 1", phase="command")]


def of_a_script(story):
    """The same story, of a target that runs a script."""
    return Story(replace(story.history, words=("python", SCRIPT)), story.number)


WRITING = ("shop/cart.py::Cart.discount",)
HEALTHY = {
    "the script that is run is corrected": of_a_script(red(ended("no 'a'")))
    .edit(ended("no 'a'"), paths=(SCRIPT,))
    .edit(ended("no 'a'"), paths=(SCRIPT,))
    .edit(ended("no 'a'"), paths=(SCRIPT,)),
    "the files are back where it began": red().edit("assert 8 == 10").edit("assert 9 == 10", "t0"),
    "a new function gets its body": red()
    .edit("assert None == 10", nature="groundwork", added=WRITING, touched=WRITING)
    .edit("assert 0 == 10", touched=WRITING)
    .edit("assert 8 == 10", touched=WRITING)
    .edit("assert 9 == 10", touched=WRITING),
    "one edit": red().edit("assert 8 == 10"),
    "a note": red().edit("assert 8 == 10").wrote("note").edit("assert 7 == 10"),
    "a hypothesis": red().edit("assert 8 == 10").wrote("hypothesis").edit("assert 7 == 10"),
    "a suspect ruled out": red().edit("assert 8 == 10").wrote("ruled-out").edit("assert 7 == 10"),
    "an experiment": red().edit("assert 8 == 10").wrote("experiment").edit("assert 7 == 10"),
    "a look": red().edit("assert 8 == 10").edit("assert 8 == 10", nature="observing").edit("assert 7 == 10"),
    "the next assertion": red()
    .edit([failed("assert 1 == 2", line="assert cart.count() == 2")])
    .edit([failed("assert 3 == 4", line="assert cart.names() == 4")]),
    "another exception": red([failed("x", exception="TypeError", place=("a.py", "f"))])
    .edit([failed("y", exception="KeyError", place=("b.py", "g"))])
    .edit([failed("assert 1 == 2")]),
    "one test after another": red(BOTH)
    .edit([failed("assert 1 == 2", OTHER)])
    .edit([failed("assert 3 == 4", "tests/x.py::test_c")]),
    "fewer and fewer": red(BOTH)
    .edit([failed("assert 1 == 2", OTHER)])
    .edit([failed("assert 2 == 2", OTHER)])
    .edit(GREEN),
    "green": red().edit("assert 8 == 10").edit("assert 7 == 10").edit(GREEN),
    "reruns": red().run("assert 9 == 10").run("assert 9 == 10"),
}


@pytest.mark.parametrize("name", LOOPING)
def test_looping(name):
    story, level, evidence = LOOPING[name]
    found = blind_edits.seen(story.history)
    assert found is not None
    assert (found.level, found.evidence) == (level, evidence)


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy(name):
    assert blind_edits.seen(HEALTHY[name].history) is None
