"""A git patch becomes files and hunks."""

from hypothesis import given
from hypothesis import strategies as st

from coach.core.runs.changes import parse_patch

PATCH = """\
diff --git shop/cart.py shop/cart.py
index 1111111..2222222 100644
--- shop/cart.py
+++ shop/cart.py
@@ -10,3 +10,3 @@ def total(self):
     a
-    b
+    c
@@ -30 +30,2 @@ class Cart:
 x
+y
diff --git new.py new.py
new file mode 100644
index 0000000..3333333
--- /dev/null
+++ new.py
@@ -0,0 +1 @@
+hello
\\ No newline at end of file
diff --git old.py old.py
deleted file mode 100644
index 3333333..0000000
--- old.py
+++ /dev/null
@@ -1 +0,0 @@
-hello
diff --git logo.png logo.png
index 1..2 100644
Binary files logo.png and logo.png differ
diff --git a name.py b name.py
similarity index 90%
rename from a name.py
rename to b name.py
"""


def test_every_kind_of_change_is_read():
    files, left_out = parse_patch(PATCH)
    assert left_out == 0
    assert [(file.path, file.change, len(file.hunks)) for file in files] == [
        ("shop/cart.py", "modified", 2),
        ("new.py", "added", 1),
        ("old.py", "deleted", 1),
        ("logo.png", "binary", 0),
        ("b name.py", "renamed", 0),
    ]
    first = files[0].hunks[0]
    assert (first.old_start, first.new_start, first.heading) == (10, 10, "def total(self):")
    assert first.text == "     a\n-    b\n+    c"


def test_lines_that_look_like_headers_stay_in_their_hunk():
    patch = "diff --git a a\n--- a\n+++ a\n@@ -1,2 +1,2 @@\n--- old\n+++ new\n"
    files, _ = parse_patch(patch)
    assert files[0].hunks[0].text == "--- old\n+++ new"


def test_what_is_too_large_is_counted():
    files, left_out = parse_patch(PATCH, most_lines=14)
    assert (len(files), left_out) == (1, 4)


@given(st.text(max_size=400))
def test_any_text_can_be_read(text):
    parse_patch(text)
    parse_patch("diff --git a b\n" + text)


def test_a_header_with_a_number_of_thousands_of_digits_is_no_hunk():
    from coach.core.runs import changes

    assert changes._HUNK.match(f"@@ -1 +{'9' * 5_001} @@") is None
    assert changes._HUNK.match("@@ -1,2 +3 @@ def f():")
