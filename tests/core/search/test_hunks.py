"""Any choice of hunks can be built, byte for byte."""

import difflib
import re

from hypothesis import given
from hypothesis import strategies as st

from coach.core.runs.changes import Hunk
from coach.core.search.hunks import changed_runs, line_now, lines_of, linked, merge, taken_out

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\xff\n", b"\n"]), max_size=12)


def hunks_between(old, new):
    found = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            starts = (i1 + 1 if i2 > i1 else i1, j1 + 1 if j2 > j1 else j1)
            found.append(Hunk(old_start=starts[0], old_lines=i2 - i1, new_start=starts[1], new_lines=j2 - j1))
    return found


@given(LINES, LINES)
def test_none_gives_the_old_and_all_give_the_new(old, new):
    hunks = hunks_between(old, new)
    assert merge(old, new, []) == b"".join(old)
    assert merge(old, new, hunks) == b"".join(new)


@given(LINES, LINES, st.data())
def test_each_hunk_is_applied_by_itself(old, new, data):
    hunks = hunks_between(old, new)
    chosen = data.draw(st.lists(st.sampled_from(hunks), unique=True)) if hunks else []
    built = merge(old, new, chosen)
    size = len(b"".join(old)) + sum(
        len(b"".join(new[h.new_start - 1 : h.new_start - 1 + h.new_lines] if h.new_lines else b""))
        - len(b"".join(old[h.old_start - 1 : h.old_start - 1 + h.old_lines] if h.old_lines else b""))
        for h in chosen
    )
    assert len(built) == size


def test_two_of_three():
    old, new = [b"1\n", b"2\n", b"3\n", b"4\n"], [b"0\n", b"1\n", b"two\n", b"3\n"]
    hunks = hunks_between(old, new)
    assert len(hunks) == 3
    assert merge(old, new, [hunks[0], hunks[2]]) == b"0\n1\n2\n3\n"
    assert merge(old, new, [hunks[1]]) == b"1\ntwo\n3\n4\n"


def test_hunks_that_bring_the_same_name_belong_together():
    texts = [
        "-import old\n+import new",
        "-    return 1\n+    return 2",
        "-old()\n+new()",
        "+def helper(): ...",
        "+helper()",
    ]
    assert linked(texts) == [frozenset({0, 2}), frozenset({3, 4})]


OWN = [b"own 1\n", b"own 2\n", b"own 3\n"]


@given(
    LINES,
    st.lists(st.lists(st.sampled_from([b"later\n", b"b\n"]), max_size=2), min_size=13, max_size=13),
    st.data(),
)
def test_lines_that_nobody_touched_are_taken_out_whatever_stands_beside_them(before, added, data):
    """A change added lines; later changes added and removed lines anywhere but among those."""
    place = data.draw(st.integers(0, len(before)))
    after = [*before[:place], *OWN, *before[place:]]
    expected, now = [], []
    for index in range(len(before) + 1):
        expected += added[index]
        now += added[index]
        if index == place:
            now += OWN
        if index < len(before) and data.draw(st.booleans()):
            expected.append(before[index])
            now.append(before[index])
    built = taken_out(now, before, hunks_between(after, now), hunks_between(after, before))
    # Where a diff takes other lines for the same, it may see the change touched; never anything else.
    assert built in {None, b"".join(expected)}
    if len(set(before)) == len(before) and not set(before) & {line for lines in added for line in lines}:
        assert built is not None


def test_a_change_that_was_touched_since_is_not_taken_out():
    before, after = lines_of(b"a\nb\nc\n"), lines_of(b"a\nB\nB2\nc\n")
    for now in (b"a\nB\nc\n", b"a\nB\nnew\nB2\nc\n", b"a\nb\nB2\nc\n"):
        lines = lines_of(now)
        assert taken_out(lines, before, hunks_between(after, lines), hunks_between(after, before)) is None
    lines = lines_of(b"A\nB\nB2\nnew\nc")
    assert (
        taken_out(lines, before, hunks_between(after, lines), hunks_between(after, before)) == b"A\nb\nnew\nc"
    )


def test_lines_that_a_change_removed_come_back_only_where_their_place_is_known():
    before, after = lines_of(b"a\nb\nc\n"), lines_of(b"a\nc\n")
    lines = lines_of(b"0\na\nc\nd\n")
    own = hunks_between(after, before)
    assert taken_out(lines, before, hunks_between(after, lines), own) == b"0\na\nb\nc\nd\n"
    lines = lines_of(b"a\nnew\nc\n")
    assert taken_out(lines, before, hunks_between(after, lines), own) is None


NUMBERS = st.lists(st.integers(0, 40), unique=True, max_size=30)


def with_context(old, new, lines):
    """Return the hunks of two lists of numbers as git writes them, with ``lines`` lines of context."""
    found = []
    for text in difflib.unified_diff(old, new, n=lines, lineterm=""):
        if heading := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", text):
            sizes = [int(each) if each else 1 for each in heading.groups()]
            names = ("old_start", "old_lines", "new_start", "new_lines")
            found.append(Hunk(**dict(zip(names, sizes, strict=True))))
        elif found:
            found[-1] = found[-1].model_copy(update={"text": f"{found[-1].text}\n{text}".lstrip("\n")})
    return found


@given(NUMBERS, NUMBERS, st.sampled_from([0, 1, 3]))
def test_a_line_that_is_still_there_is_found_where_it_stands_now(old, new, lines):
    old, new = [str(each) for each in old], [str(each) for each in new]
    hunks = with_context(old, new, lines)
    gone = {text[1:] for hunk in hunks for text in hunk.text.split("\n") if text[:1] == "-"}
    for number, text in enumerate(old, 1):
        now = line_now(number, hunks)
        assert 1 <= now <= len(new) + 1
        if text not in gone:
            assert new[now - 1] == text


@given(NUMBERS, NUMBERS, st.sampled_from([1, 3]))
def test_the_lines_that_a_hunk_changed_are_named_without_those_around(old, new, lines):
    old, new = [str(each) for each in old], [str(each) for each in new]
    for hunk in with_context(old, new, lines):
        brought = [text[1:] for text in hunk.text.split("\n") if text[:1] == "+"]
        runs = changed_runs(hunk)
        named = {new[line - 1] for first, last in runs for line in range(first, min(last, len(new)) + 1)}
        assert named >= set(brought)
        only_taken = hunk.text.count("\n-") + hunk.text.startswith("-")
        assert len(named) <= len(brought) + 2 * only_taken


def test_a_hunk_without_its_text_is_all_of_its_lines():
    assert changed_runs(Hunk(old_start=4, old_lines=2, new_start=5, new_lines=3)) == ((5, 7),)
