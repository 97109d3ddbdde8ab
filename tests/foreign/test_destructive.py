"""Code that destroys what is not its own, in every way coach runs code it changed or put together: nothing is touched."""

import os
import time

import pytest

from coach.engine.confine.landlock import available
from tests.foreign.destructive import COUNT, EACH, Yard, module

pytestmark = pytest.mark.skipif(
    not available().asks, reason="this system cannot confine a run and look at its calls"
)
IN_A_GROUP = 14
FOCUS = "test_app.py::test_nothing"
TEST = "import app\n\n\ndef test_nothing():\n    assert sum(group() for group in app.GROUPS) == 1\n"
GUARD = "    if size > 0:\n"


def app(guard=GUARD):
    """Every deed stands behind a condition of its own, in functions that the test runs."""
    text = "import deeds\n"
    starts = range(0, COUNT, IN_A_GROUP)
    for start in starts:
        calls = "".join(
            f"{guard}        deeds.deed_{n}()\n" for n in range(start, min(start + IN_A_GROUP, COUNT))
        )
        text += f"\n\ndef group_{start}(size=0):\n{calls}    return 0\n"
    return text + f"\n\nGROUPS = [{', '.join(f'group_{start}' for start in starts)}]\n"


@pytest.fixture
def yard(tmp_path):
    made = Yard(tmp_path)
    yield made
    made.close()


@pytest.fixture
def top(lay, yard):
    made = lay(
        {
            "app.py": app(),
            "deeds.py": module(),
            "test_app.py": TEST,
            "pytest.ini": "[pytest]\npythonpath = .\n",
        }
    )
    yard.furnish(made.top)
    made.commit("one")
    return made


HARD_TO_SEE = {"git clean", "git checkout", "git commit", "git stash", "later", "at exit", "attributes"}
"""They need a repository, an end or a file system of a certain kind."""


def test_every_deed_destroys_something_where_nothing_holds_it(yard, tmp_path, monkeypatch):
    """Else the rest of this file would show nothing."""
    for name, value in yard.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deeds.py").write_text(module())
    known = {"__file__": str(tmp_path / "deeds.py")}
    exec(module(), known)
    for number, name in enumerate(EACH):
        place = tmp_path / str(number)
        place.mkdir()
        yard.furnish(place)
        yard.places[:], known["PLACES"] = [place], [str(place)]
        before = yard.picture()
        child = os.fork()
        if not child:
            known[f"deed_{number}"]()
            os._exit(0)
        os.waitpid(child, 0)
        deadline = time.monotonic() + 5
        while name not in HARD_TO_SEE and yard.picture() == before:
            assert time.monotonic() < deadline, name
            time.sleep(0.01)


def test_mutants_and_wrong_fixes(top, yard):
    env = yard.variables()
    assert top.coach("run", FOCUS, **env).code == 1
    before = yard.picture()
    said = top.coach("suspects", "--mutate", "--seconds", "100", **env)
    assert yard.picture() == before
    stopped = int(said.text.partition(" stopped before acting outside")[0].rpartition(" ")[2])
    assert stopped >= 30, said.text
    assert top.coach("pin", **env).code == 0
    top.write(
        {"app.py": app().replace("    return 0\n", "    return 1\n", 1).replace("size > 0", "size >= 1")}
    )
    before = yard.picture()
    said = top.coach("verify", "--json", **env)
    assert yard.picture() == before
    control = next(each for each in said.json["verification"]["checks"] if each["name"] == "control")
    assert "stopped before acting outside of the copy" in control["figure"], control
    red = next(each for each in said.json["verification"]["checks"] if each["name"] == "red-before")
    assert red["passed"], red


def test_patches_halves_of_an_edit_and_old_commits(top, yard, tmp_path):
    env = yard.variables()
    armed = app().replace("size=0", "size=1")
    top.commit("two", {"app.py": armed})
    both = {"app.py": app() + "\n\ndef unused():\n    pass\n", "test_app.py": TEST.replace("== 1", "== 2")}
    top.commit("three", both)
    first = top.git("rev-list", "--max-parents=0", "HEAD").strip()
    assert top.coach("run", FOCUS, **env).code == 1
    (tmp_path / "arm.diff").write_text(top.git("diff", "HEAD", "HEAD~1", "--", "app.py"))
    before = yard.picture()
    said = top.coach("try", str(tmp_path / "arm.diff"), "--expects", "pass", "--json", **env)
    assert yard.picture() == before, said.text
    before = yard.picture(sockets=False)
    said = top.coach("bisect", "--good", first, "--json", **env)
    assert yard.picture(sockets=False) == before, said.text
    assert "probes" in said.text, said.text


def test_halves_of_an_edit(top, yard):
    """With one hunk of two the deeds are done: half of an edit is code that nobody wrote."""
    env = yard.variables()
    loaded = (
        app().replace("import deeds\n", "import deeds\n\nARMED = 0\n")
        + "\n" * 12
        + (
            "def last():\n    if ARMED:\n        [getattr(deeds, each)() for each in dir(deeds) if each.startswith('deed_')]\n    return 0\n"
            "\n\nGROUPS.append(last)\n"
        )
    )
    green = TEST.replace("== 1", "== 0")
    top.commit("green", {"app.py": loaded, "test_app.py": green})
    assert top.coach("run", FOCUS, **env).code == 0
    edited = (
        loaded.replace("ARMED = 0", "ARMED = 1")
        .replace("    if ARMED:\n", "    if ARMED > 1:\n")
        .replace("return 0\n\n\nGROUPS", "return 5\n\n\nGROUPS")
    )
    top.write({"app.py": edited})
    assert top.coach("run", FOCUS, **env).code == 1
    before = yard.picture()
    said = top.coach("reduce", "--edits", "--json", **env)
    assert yard.picture() == before, said.text
    assert "probes" in said.text, said.text
