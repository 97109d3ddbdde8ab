"""Code that coach changed runs in a copy, whatever it does there; where it cannot, nothing is tried and the reason is said."""

import re
import shutil
import sys
from pathlib import Path

import pytest

APP = """\
    import os, shutil


    def tidy(folder, keep):
        removed = 0
        for name in sorted(os.listdir(folder)):
            if name not in keep:
                os.remove(os.path.join(folder, name))
                removed += 1
        return removed + 1


    def clear(folder, size=0):
        if size > 0:
            shutil.rmtree(folder)
        return size


    def begin(path, count=0):
        if count > 0:
            open(path, "w").close()
        return count
"""
TEST = """\
    import app


    def test_nothing_to_do():
        done = [app.tidy("data", ["a.txt", "b.txt"]), app.clear("data"), app.begin("data/a.txt")]
        assert done == [0, 0, 0]
"""
FILES = {
    "app.py": APP,
    "test_app.py": TEST,
    "data/a.txt": "A\n",
    "data/b.txt": "B\n",
    "pytest.ini": "[pytest]\npythonpath = .\n",
}
FOCUS = "test_app.py::test_nothing_to_do"


def contents(top):
    return {
        path.relative_to(top).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(top.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def test_mutants_and_wrong_fixes_leave_the_files_of_the_checkout(lay):
    top = lay(FILES)
    top.commit("one")
    (top.top / "data/untracked.log").write_text("never committed")
    (top.top / "test_app.py").write_text(
        (top.top / "test_app.py").read_text().replace('"b.txt"]', '"b.txt", "untracked.log"]')
    )
    before = contents(top.top)
    assert top.coach("run", FOCUS).code == 1
    said = top.coach("suspects", "--mutate", "--seconds", "20")
    assert "small mutations tried" in said.text
    assert not re.search(r"\b0 of", said.text), said.text
    assert contents(top.top) == before
    assert top.coach("pin").code == 0
    top.write({"app.py": APP.replace("return removed + 1", "return removed").replace("> 0", ">= 1")})
    fixed = contents(top.top)
    said = top.coach("verify", "--json")
    control = next(each for each in said.json["verification"]["checks"] if each["name"] == "control")
    assert "wrong fixes" in control["title"], control
    assert "could not" not in control["figure"], control
    assert contents(top.top) == fixed


def test_what_is_loaded_from_the_checkout_is_not_tried_and_named(lay):
    """A plugin that names the checkout by its full path, as some editable installs do."""
    top = lay(FILES)
    top.write({"conftest.py": f"import sys\n\nsys.path.insert(0, {str(top.top)!r})\nimport app\n"})
    top.commit("one")
    before = contents(top.top)
    assert top.coach("run", FOCUS).code == 1
    said = top.coach("suspects", "--mutate")
    assert (
        f"no mutation was tried: it loaded {top.top / 'app.py'} from outside the copy under test" in said.text
    )
    assert contents(top.top) == before


@pytest.mark.parametrize("style", ["src", "lib"])
def test_folders_that_the_interpreter_imports_from_are_those_of_the_copy(lay, style, tmp_path):
    top = lay({f"{style}/app.py": APP, **{name: text for name, text in FILES.items() if name != "app.py"}})
    top.write({"pytest.ini": "[pytest]\n"})
    top.commit("one")
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport os, sys\nadded = {str(top.top / style)!r}\n"
        "if sys.argv[1] == '-c':\n    sys.path.append(added)\n    sys.argv = sys.argv[1:]\n    exec(sys.argv[1])\n"
        f"else:\n    os.environ['PYTHONPATH'] = os.pathsep.join([os.environ.get('PYTHONPATH', ''), added])\n"
        f"    os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[1:]])\n"
    )
    python.chmod(0o700)
    before = contents(top.top)
    assert top.coach("run", FOCUS, COACH_PYTHON=str(python)).code == 1
    said = top.coach("suspects", "--mutate", "--seconds", "20", COACH_PYTHON=str(python))
    assert "outside the copy" not in said.text, said.text
    assert not re.search(r"\b0 of", said.text), said.text
    assert contents(top.top) == before


def test_where_no_copy_is_possible_nothing_is_tried(lay, tmp_path):
    top = lay(FILES)
    programs = tmp_path / "programs"
    programs.mkdir()
    for each in ("sh", "env"):
        (programs / each).symlink_to(Path(shutil.which(each) or ""))
    before = contents(top.top)
    assert top.coach("run", FOCUS, PATH=str(programs)).code == 1
    said = top.coach("suspects", "--mutate", PATH=str(programs))
    assert "changed code runs only in a copy, and there can be none" in said.text, said.text
    assert contents(top.top) == before
