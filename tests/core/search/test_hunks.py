"""Any choice of hunks can be built, byte for byte."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from coach.core.runs.changes import Hunk
from coach.core.search.hunks import linked, merge

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
