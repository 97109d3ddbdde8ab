"""Whoever presses nothing but the key that is lit as the next move gets from a failure to *closed: verified*.

Forms are kept as they come filled; the right edit is made when the screen asks for a change. ``benchmarks/walks.py`` does the
same on projects that nobody here wrote.
"""

import subprocess
import sys

import pytest

from tests.e2e.terminal import coach
from tests.e2e.walking import MAX_KEYS, Walker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")

COMMAND = {
    ".gitignore": "*.out\n",
    "Makefile": "check:\n\tsh slug.sh 'A  Tale' > slug.out\n\tprintf 'a-tale\\n' | diff - slug.out\n",
    "slug.sh": "printf '%s\\n' \"$1\" | tr 'A-Z ' 'a-z-'\n",
}
SQUEEZED = "printf '%s\\n' \"$1\" | tr -s ' ' | tr 'A-Z ' 'a-z-'\n"
LIBRARY = {
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "pages.py": "def last_page(items, size):\n    return items // size\n",
    "tests/test_pages.py": """\
from pages import last_page


def test_a_full_page():
    assert last_page(10, 5) == 2


def test_a_begun_page_counts():
    assert last_page(11, 5) == 3
    assert last_page(10, 5) == 2
    assert last_page(0, 5) == 0
""",
}
ROUNDED = "def last_page(items, size):\n    return -(-items // size)\n"


def lay(top, files):
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "begin"]):
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *who, *words], cwd=top, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("files", "edited", "right", "words", "size"),
    [
        (COMMAND, "slug.sh", SQUEEZED, ("--", "make", "check"), (80, 24)),
        (
            LIBRARY,
            "pages.py",
            ROUNDED,
            ("--python", sys.executable, "tests/test_pages.py::test_a_begun_page_counts"),
            (120, 38),
        ),
    ],
    ids=["a command", "a library"],
)
def test_the_lit_keys_lead_to_a_verified_end(tmp_path, files, edited, right, words, size):
    top, state = tmp_path / "project", tmp_path / "state"
    top.mkdir()
    state.mkdir()
    lay(top, files)
    steps = []
    screen = coach("debug", *words, cwd=top, state=state, columns=size[0], lines=size[1])
    walker = Walker(
        screen, lambda: (top / edited).write_text(right), lambda step, text: steps.append((step, text))
    )
    walk = walker.go()
    walker.leave()
    assert walk.is_verified, (walk, steps[-1][1])
    assert not walk.detours, walk
    assert len(walk.keys) <= MAX_KEYS


def test_an_edit_that_mends_nothing_leads_to_no_verified_end(tmp_path):
    top, state = tmp_path / "project", tmp_path / "state"
    top.mkdir()
    state.mkdir()
    lay(top, COMMAND)
    screen = coach("debug", "--", "make", "check", cwd=top, state=state, columns=80, lines=24)
    walker = Walker(
        screen,
        lambda: (top / "slug.sh").write_text(COMMAND["slug.sh"] + "# better\n"),
        lambda _step, _text: None,
    )
    walk = walker.go()
    walker.leave()
    assert not walk.verdict
    assert "verified" not in screen.text.lower()
