"""Source is read as text, found by its structure."""

import textwrap

import pytest

from coach.core.runs.report import Cause, Failure, Frame
from coach.engine.source.excerpts import MAX_CODE_LINES, meant_by, misnamed, read_test, with_code

SOURCE = """\
import pytest


@pytest.mark.parametrize(
    "value", [1, 2]
)
def test_many(value):
    assert value


class TestGroup:
    @staticmethod
    def test_inner():
        def nested():
            return 1

        assert nested()


if True:
    async def test_late():
        pass


def test_many_again():
    pass
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "line", "first", "last"),
    [
        ("test_many[1-a::b]", 4, "@pytest.mark.parametrize(", "    assert value"),
        ("TestGroup::test_inner", 12, "    @staticmethod", "        assert nested()"),
        ("test_late", 21, "    async def test_late():", "        pass"),
    ],
)
def test_a_test_is_found_with_its_decorators(root, name, line, first, last):
    """Parameters do not matter; classes and conditional definitions are followed."""
    found = read_test(root, f"tests/test_x.py::{name}")
    lines = found.source.rstrip("\n").split("\n")
    assert (found.path, found.line, lines[0], lines[-1]) == ("tests/test_x.py", line, first, last)
    assert len(found.digest) == 64


@pytest.mark.parametrize(
    "nodeid", ["tests/test_x.py::nope", "tests/gone.py::test_a", "tests/test_x.py", "", "../x.py::a"]
)
def test_what_is_not_found_has_no_digest(root, nodeid):
    """A missing test is an answer, not an error."""
    assert read_test(root, nodeid).digest == ""


def test_the_digest_follows_the_source_and_nothing_else(root):
    """Edits elsewhere in the file leave it; an edit of the test changes it."""
    file = root / "tests/test_x.py"
    before = read_test(root, "tests/test_x.py::test_many")
    file.write_text("# above\n" + SOURCE)
    moved = read_test(root, "tests/test_x.py::test_many[2]")
    assert (moved.digest, moved.line) == (before.digest, before.line + 1)
    file.write_text(SOURCE.replace("assert value\n", "assert value or True\n", 1))
    assert read_test(root, "tests/test_x.py::test_many").digest != before.digest


def test_a_broken_file_reads_as_nothing(root):
    """Syntax errors and foreign bytes do not raise."""
    (root / "tests/test_x.py").write_bytes(b"def test_many(:\n\xff\x00")
    assert read_test(root, "tests/test_x.py::test_many").digest == ""


def test_own_frames_get_their_function(root):
    """The innermost enclosing function is shown, a long one around the line."""
    body = "\n".join(f"    x = {n}" for n in range(200))
    (root / "app.py").write_text(f"def long():\n{body}\n\n\ndef short():\n    return 1\n")
    frames = (
        Frame(path="app.py", line=100, function="long", own=True),
        Frame(path="app.py", line=205, function="short", own=True),
        Frame(path="ast.py", line=1, function="parse", own=False),
        Frame(path="gone.py", line=1, function="gone", own=True),
    )
    (failure,) = with_code([Failure(test="t", frames=frames)], root)
    long, short, foreign, gone = failure.frames
    assert long.code.count("\n") + 1 == MAX_CODE_LINES
    assert long.code.split("\n")[100 - long.code_start] == "    x = 98"
    assert (short.code, short.code_start) == ("def short():\n    return 1", 204)
    assert (foreign.code, gone.code) == ("", "")


def test_what_an_example_in_a_text_file_raised_gets_its_function(root):
    """The example itself lies in no code that could be shown."""
    (root / "app.py").write_text("def total():\n    return {}['item']\n")
    (root / "README.rst").write_text(">>> total()\n")
    raised = Frame(path="app.py", line=2, function="total", own=True)
    found = Failure(
        test="README.rst::README.rst",
        exception="UnexpectedException",
        frames=(Frame(path="README.rst", line=1, function="README.rst", own=True),),
        causes=(Cause(kind="cause", exception="KeyError", frames=(raised,)),),
    )
    (failure,) = with_code([found], root)
    assert failure.causes[0].frames[0].code == "def total():\n    return {}['item']"


def test_module_level_code_is_shown_around_its_line(root):
    """A line in no function comes with its neighbours."""
    (root / "flat.py").write_text(textwrap.dedent("a = 1\nb = 2\nc = a / 0\n"))
    frame = Frame(path="flat.py", line=3, function="<module>", own=True)
    (failure,) = with_code([Failure(test="t", frames=(frame,))], root)
    assert failure.frames[0].code.startswith("a = 1\nb = 2\nc = a / 0")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("test_a.py::test_mani", "not found: test_mani in test_a.py; did you mean test_many?"),
        (
            "test_a.py::TestGroup::inner",
            "not found: TestGroup::inner in test_a.py; did you mean TestGroup::test_inner?",
        ),
        ("test_a.py::xyz", "not found: xyz in test_a.py"),
        (
            "test_a.py::test_many[1]",
            "not found: test_a.py::test_many[1]; no such parameters this time: "  # noqa: ISC004
            "the ids of this test change from run to run; run the function: test_a.py::test_many",
        ),
        ("nowhere.py::test_many", ""),
        ("test_a.py", ""),
    ],
)
def test_a_mistyped_test_is_answered_with_the_nearest_one(tmp_path, word, said):
    (tmp_path / "test_a.py").write_text(SOURCE)
    assert misnamed(tmp_path, [word]) == said
    assert bool(meant_by(tmp_path, [word])) == ("did you mean" in said or "run the function" in said)
