from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.spectrum import Coverage
from coach.core.localize.test_impact import affected, touched
from coach.core.runs.changes import Changes, parse_patch

COVERAGE = Coverage(
    tests={
        "t.py::a": {"shop.py": frozenset({2, 3})},
        "t.py::b": {"shop.py": frozenset({6})},
        "t.py::c": {"other.py": frozenset({2})},
    },
    imports={"t.py": {"shop.py": frozenset({1, 5})}},
)


def changes(*hunks, path="shop.py", head="--- shop.py\n+++ shop.py\n"):
    patch = f"diff --git {path} {path}\n{head}" + "".join(hunks)
    return Changes(base="a", tree="b", files=parse_patch(patch)[0])


def asked(*hunks, **named):
    found = affected(COVERAGE, changes(*hunks, **named), ["shop.py"])
    return found.tests, found.unsure


def test_who_ran_a_changed_line():
    assert asked("@@ -3 +3 @@\n-    return total\n+    return -total\n") == (("t.py::a",), ())


def test_new_lines_concern_those_who_ran_their_neighbours():
    assert asked("@@ -6,0 +7 @@\n+    more()\n") == (("t.py::b",), ())


def test_context_concerns_nobody():
    assert asked("@@ -2,3 +2,3 @@\n one\n-two\n+2\n three\n") == (("t.py::a",), ())


def test_a_line_of_the_module_is_a_matter_of_imports():
    assert asked("@@ -1 +1 @@\n-RATE = 1\n+RATE = 2\n") == ((), ("shop.py",))


def test_a_line_that_nobody_ran_is_a_matter_of_imports():
    assert asked("@@ -9 +9 @@\n-    rare()\n+    very_rare()\n") == ((), ("shop.py",))


def test_a_new_file_is_a_matter_of_imports():
    head = "new file mode 100644\n--- /dev/null\n+++ shop.py\n"
    assert asked("@@ -0,0 +1 @@\n+x = 1\n", head=head) == ((), ("shop.py",))


def test_other_files_are_not_asked_about():
    found = affected(
        COVERAGE,
        changes("@@ -2 +2 @@\n-a\n+b\n", path="other.py", head="--- other.py\n+++ other.py\n"),
        ["shop.py"],
    )
    assert found.tests == found.unsure == ()


@given(st.lists(st.sampled_from(" -+"), min_size=1, max_size=30), st.integers(1, 50))
def test_places_hold_every_line_that_went_and_no_line_of_the_context(marks, start):
    old = sum(mark != "+" for mark in marks)
    begin = start if old else start - 1
    text = "".join(f"{mark}x\n" for mark in marks)
    hunk = parse_patch(f"diff --git a a\n--- a\n+++ a\n@@ -{begin},{old} +{start},{len(marks)} @@\n{text}")[
        0
    ][0].hunks[0]
    numbers = iter(range(start, start + old))
    gone = {number for mark in marks if mark != "+" for number in [next(numbers)] if mark == "-"}
    places = list(touched(hunk))
    assert gone <= set().union(*places)
    for place in places:
        assert place <= gone or not place & gone or len(place) == 2
