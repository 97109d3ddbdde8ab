"""A proof fits its target: commands, small projects, flaky neighbours, and tests that were dropped on the way to green."""

import contextlib
import subprocess
import sys

import pytest

from coach.core.decide import Refusal
from coach.core.experiments.hypothesis import Prediction
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.core.spec.spec import Spec
from coach.core.verify.conclusion import Closing, RootCause
from coach.core.workflow import gates
from coach.core.workflow.advice import advise
from coach.session.factory import open_new
from coach.settings.project import Settings

PATIENCE = 90


class Made:
    """A project on disk and the session about it."""

    def __init__(self, root, port):
        self.root, self.port = root, port

    @property
    def state(self):
        return self.port.state

    def do(self, command):
        return self.port.submit(command).result(timeout=PATIENCE)

    def idle(self):
        assert self.port.wait_idle(PATIENCE)
        return self.state

    def step(self, command):
        answer = self.do(command)
        assert not isinstance(answer, Refusal), answer
        return self.idle()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        # The clock of files ticks coarsely: a run that begins in the same tick would be called stale.
        while sys.platform == "linux" and _tick() <= path.stat().st_ctime_ns:
            pass

    def verify(self):
        self.step(cmd.Verify())
        assert self.state.verification is not None
        return self.state.verification

    def line(self, name):
        return next(each for each in self.state.verification.checks if each.name == name)


def _tick():
    import time

    return time.clock_gettime_ns(5)


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv(
        "HOME", str(tmp_path / "home")
    )  # what the machine's own holds is mirrored for every command

    def begin(files, target, *, git=True, confine="copies", measured=False):
        root = tmp_path / "project"
        root.mkdir()
        made = Made(root, None)
        for name, text in files.items():
            made.write(name, text)
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]) if git else ():
            subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)
        settings = Settings(python=sys.executable, warm=False, confine=confine)
        made.port = stack.enter_context(open_new(root, target, settings))
        made.step(cmd.Begin(reproduce=False))
        made.step(cmd.Reproduce() if measured else cmd.RunTarget(purpose="experiment"))
        return made

    with contextlib.ExitStack() as stack:
        yield begin


def command(*words):
    return Target(kind="command", words=words)


# --- a command is a target too -----------------------------------------------------------------------------------------

PRICE = "price() {\n  if [ $1 -gt 10 ]; then echo $(($1 * 9)); else echo $(($1 * 10)); fi\n}\n"
CHECK = '. ./price.sh\ngot=$(price 10)\n[ "$got" = 90 ] || { echo "price of 10: $got, wanted 90"; exit 1; }\necho ok\n'
SHELL = {"price.sh": PRICE, "tests/check.sh": CHECK}


def walk(made, fix, to):
    """Go through the workflow as Next says, by what it offers: every gate must be one that this target can meet."""
    made.step(cmd.WriteSpec(spec=Spec(expected="90", actual="100")))
    seen = []
    while made.state.step_id != "hypothesize":
        assert gates.missing(made.state, made.state.step) == ()
        assert advise(made.state).action == "next-step"
        made.step(cmd.GoToStep())
        seen.append(made.state.step_id)
    made.step(cmd.ProposeHypothesis(claim="x", prediction=Prediction(text="green", expects="pass")))
    made.write(fix, to)
    made.step(cmd.RunTarget(purpose="experiment"))
    made.step(cmd.GoToStep())
    found = made.verify()
    if found.verdict == "verified":
        assert advise(made.state).action == "root-cause"
        made.step(cmd.WriteClosing(closing=Closing(cause=RootCause(what="ten was left out"))))
        made.step(cmd.ConfirmFix())
        assert advise(made.state).action == "close"
        made.step(cmd.Close())
    return seen, found


@pytest.mark.parametrize("words", [("sh", "tests/check.sh"), ("make", "test")])
def test_a_command_is_verified_and_closed_by_what_it_can_give(project, words):
    files = {**SHELL, "Makefile": "test:\n\t@sh tests/check.sh\n"}
    made = project(files, command(*words), measured=True)
    seen, found = walk(made, "price.sh", PRICE.replace("-gt", "-ge"))
    assert seen == ["hypothesize"]  # nothing is asked of it on the way
    assert found.verdict == "verified", [each.figure for each in found.missing]
    assert made.state.closed.ending == "verified"
    assert found.sentence.startswith("verified: red before, green now, red again without the change")
    assert "no suite to compare with" in found.sentence
    assert made.line("red-before").figure.startswith("red in #")
    assert not made.line("control").asked


def test_a_python_script_without_git_is_verified_in_the_same_way(project):
    run = (
        "import subprocess, sys\n"
        "said = subprocess.run([sys.executable, 'app.py'], capture_output=True, text=True).stdout\n"
        "sys.exit(0 if said == '90\\n' else f'got {said}')\n"
    )
    made = project(
        {"app.py": "print(10 * 10)\n", "run.py": run},
        command(sys.executable, "run.py"),
        git=False,
        measured=True,
    )
    _, found = walk(made, "app.py", "print(10 * 9)\n")
    assert found.verdict == "verified", [each.figure for each in found.missing]


@pytest.mark.parametrize(
    ("words", "name", "text", "said"),
    [
        (("sh", "tests/check.sh"), "tests/check.sh", "echo ok\n", "tests/check.sh is what the command runs"),
        (("make", "test"), "Makefile", "test:\n\t@true\n", "Makefile says what make runs"),
        (("make", "test"), "tests/check.sh", "echo ok\n", "tests/check.sh is a test and lost"),
    ],
)
def test_a_command_made_green_by_moving_its_goal_is_partial_until_a_person_says_why(
    project, words, name, text, said
):
    made = project({**SHELL, "Makefile": "test:\n\t@sh tests/check.sh\n"}, command(*words))
    made.write(name, text)
    found = made.verify()
    assert found.verdict == "partial"
    moved = made.line("unchanged")
    assert not moved.passed
    assert moved.figure.startswith(said)
    made.step(cmd.AnswerObjection(objection=name, reason="the rule was wrong"))
    assert made.line("unchanged").passed
    assert "the rule was wrong" in made.line("unchanged").figure


def test_a_command_that_was_never_seen_red_is_not_verified(project):
    made = project({"ok.sh": "exit 0\n"}, command("sh", "ok.sh"))
    assert "red-before" in {each.name for each in made.verify().missing}
    assert made.line("red-before").objections == ()


# --- a neighbour that is red by itself ---------------------------------------------------------------------------------

MOODY = """
from pathlib import Path


def test_{name}():
    said = Path({place!r})
    calls = int(said.read_text() or 0) if said.exists() else 0
    said.write_text(str(calls + 1))
    assert {moods!r}[min(calls, {last})] == "g"
"""


def with_moods(tmp_path, **moods):
    """Neighbours that are red or green by the number of times each was run: suite, baseline, alone now, alone before.

    They count outside of copies, which a confined run may not.
    """
    files = {
        f"tests/test_{name}.py": MOODY.format(
            name=name, place=str(tmp_path / name), moods=each, last=len(each) - 1
        )
        for name, each in moods.items()
    }
    return {**SHOP, **files}


def test_neighbours_count_where_the_fix_broke_them_and_can_be_answered(project, tmp_path):
    """Red in company only, and red alone before the fix too: not counted, and said. Green alone before: it counts."""
    moods = {"crowded": "rggg", "moody": "rgrr", "broken": "rgrg"}
    made = pinned(project, with_moods(tmp_path, **moods), confine="off")
    made.write("stock.py", MENDED)
    assert made.verify().verdict == "partial"
    figure = made.line("no-new-failures").figure
    assert "not counted: tests/test_crowded.py::test_crowded is red in company or under load only" in figure
    assert "test_moody is red alone before the fix too" in figure
    (objection,) = made.line("no-new-failures").objections
    assert objection.key == "tests/test_broken.py::test_broken"
    assert "red alone in #" in objection.text
    assert "green before in #" in objection.text
    now, before = made.state.runs[-2:]
    assert (now.request.purpose, before.request.purpose) == ("again", "again-before")
    assert set(now.request.about) - set(before.request.about) == {"tests/test_crowded.py::test_crowded"}
    made.step(cmd.AnswerObjection(objection=objection.key, reason="it has its moods"))
    assert made.state.verification.verdict == "verified"
    assert "it has its moods" in made.state.verification.sentence


def test_a_neighbour_that_is_red_before_only_for_what_the_copy_refuses_is_not_red_before(project, tmp_path):
    made = pinned(project, with_moods(tmp_path, moody="rrrr"))
    made.write("stock.py", MENDED)
    assert made.verify().verdict == "partial"
    (objection,) = made.line("no-new-failures").objections
    assert objection.key == "tests/test_moody.py::test_moody"
    baseline = next(each for each in made.state.runs if each.request.purpose == "baseline")
    assert baseline.report.refused == (f"writes {tmp_path / 'moody'}",)
    assert "green before" not in objection.text


def test_a_file_that_never_loads_is_an_old_failure_and_hides_no_other(project):
    made = pinned(project, {**SHOP, "tests/test_net.py": "import no_such_library\n"})
    made.write("stock.py", MENDED)
    assert made.verify().verdict == "verified", made.state.verification.missing
    assert made.line("no-new-failures").figure == "1 failed, as before the fix"
    assert made.line("nothing-lost").passed


# --- small projects and odd tests --------------------------------------------------------------------------------------


def test_a_whole_suite_as_target_is_not_run_twice(project):
    files = {
        "stock.py": STOCK,
        "test_stock.py": "from stock import reserve\n\n\ndef test_one():\n    assert reserve(5, 3) == 3\n    assert reserve(1, 3) == 1\n",
    }
    made = project(files, Target())
    made.step(cmd.PinTest())
    made.write("stock.py", MENDED)
    found = made.verify()
    assert found.verdict == "verified", [each.figure for each in found.missing]
    assert "suite" not in {each.request.purpose for each in made.state.runs}
    assert made.line("no-new-failures").figure == "1 passed, none failed"


def test_a_line_the_test_never_runs_is_said_to_be_one(project):
    made = pinned(project)
    made.write(
        "stock.py",
        MENDED + "\n\ndef spare(stock):\n    if stock > 9:\n        return stock - 9\n    return 0\n",
    )
    made.verify()
    texts = [each.text for each in made.line("control").objections]
    assert texts
    assert all("the test never runs this line" in each for each in texts), texts


def test_a_module_that_could_not_be_loaded_is_proven_without_a_pin(project):
    lacks = STOCK.replace("def restock", "def fill")
    files = {"stock.py": lacks, "test_stock.py": f"from stock import restock\n\n\n{NEIGHBOUR}"}
    made = project(files, Target(words=("test_stock.py",)))
    assert not any(
        each.name == "test-pinned"
        for each in gates.evaluate(made.state, made.state.workflow.step("failing-test"))
    )
    made.write("stock.py", STOCK)
    found = made.verify()
    assert found.verdict == "verified", [each.figure for each in found.missing]


# --- nothing is lost on the way to green -------------------------------------------------------------------------------

STOCK = "def reserve(stock, wanted):\n    return min(stock, wanted) - 1\n\n\ndef restock(stock, more):\n    return stock + more\n"
MENDED = STOCK.replace(") - 1", ")")
ROWS = "[[5, 3, 3], [2, 9, 2]]"
STOCK_TESTS = (
    "import json\nfrom pathlib import Path\n\nfrom stock import reserve, restock\n\n\n"
    "def test_reserve_all():\n"
    "    for stock, wanted, expected in json.loads(Path(__file__).with_name('rows.json').read_text()):\n"
    "        assert reserve(stock, wanted) == expected\n\n\n"
    "def test_restock():\n    assert restock(2, 3) == 5\n\n\n"
    "def test_never_negative():\n    assert restock(0, 4) == 4\n"
)
SHOP = {
    "stock.py": STOCK,
    "tests/test_stock.py": STOCK_TESTS,
    "tests/rows.json": ROWS,
    "pytest.ini": "[pytest]\npythonpath = .\ntestpaths = tests\n",
}
PINNED = "tests/test_stock.py::test_reserve_all"
NEIGHBOUR = "def test_restock():\n    assert restock(2, 3) == 5\n"


def pinned(project, files=SHOP, test=PINNED, **more):
    made = project(files, Target(words=(test,)), **more)
    made.step(cmd.PinTest())
    assert made.state.pin is not None
    return made


GONE = {
    "deleted": "test_deleted is gone from tests/test_stock.py",
    "renamed": "test_renamed is gone from tests/test_stock.py",
    "emptied": "test_emptied asserts nothing",
    "left_early": "test_left_early",
    "skipped": "newly skipped: tests/test_stock.py::test_skipped",
    "switched_off": "test_switched_off is gone from tests/test_stock.py",
    "by_conftest": "test_by_conftest is gone from tests/test_stock.py",
    "by_addopts": "test_by_addopts is gone from tests/test_stock.py",
}
"""Neighbours by the way in which each is dropped, and what is said of it."""
ASKS = "    assert restock(2, 3) == 5\n"
CONFTEST = "def pytest_collection_modifyitems(items):\n    items[:] = [each for each in items if each.name != 'test_by_conftest']\n"


def test_neighbours_that_were_dropped_are_named_however_it_was_done(project):
    """Each of them alone keeps the check from passing, until it is answered."""
    neighbours = {way: f"\n\ndef test_{way}():\n{ASKS}" for way in GONE}
    made = pinned(project, {**SHOP, "tests/test_stock.py": STOCK_TESTS + "".join(neighbours.values())})
    made.write("stock.py", MENDED)
    neighbours["deleted"] = ""
    neighbours["renamed"] = neighbours["renamed"].replace("def test", "def check")
    neighbours["emptied"] = neighbours["emptied"].replace(ASKS, "    pass\n")
    neighbours["left_early"] = neighbours["left_early"].replace(ASKS, f"    return\n{ASKS}")
    neighbours["skipped"] = neighbours["skipped"].replace("def", "@pytest.mark.skip\ndef")
    neighbours["switched_off"] += "\n\ntest_switched_off.__test__ = False\n"
    neighbours["new"] = "\n\ndef test_more():\n    assert 1 + 1 == 2\n"
    text = STOCK_TESTS.replace("import json", "import json\nimport pytest") + "".join(neighbours.values())
    made.write("tests/test_stock.py", text)
    made.write("tests/conftest.py", CONFTEST)
    made.write("pytest.ini", SHOP["pytest.ini"] + "addopts = -k 'not by_addopts'\n")
    assert made.verify().verdict == "partial"
    objections = made.line("nothing-lost").objections
    texts = [each.text for each in objections]
    assert all(sum(said in text for text in texts) == 1 for said in GONE.values()), texts
    for each in objections:
        assert not made.line("nothing-lost").passed
        made.step(cmd.AnswerObjection(objection=each.key, reason="it asked for the wrong thing"))
    assert made.line("nothing-lost").passed
    assert "it asked for the wrong thing" in made.line("nothing-lost").figure


def test_rows_the_red_test_reads_are_no_fix(project):
    made = pinned(project)
    made.write("tests/rows.json", "[[5, 3, 2], [2, 9, 1]]")
    found = made.verify()
    assert found.verdict == "partial"
    assert {"changed", "unchanged"} <= {each.name for each in found.missing}
    assert made.line("changed").figure == "only tests/rows.json was changed: the red test reads it"
    made.write("stock.py", MENDED)
    made.write("tests/rows.json", "[[5, 3, 3]]")
    assert made.verify().verdict == "partial"  # mended, and asked for less
    assert not made.line("unchanged").passed


def test_a_change_beside_the_matter_explains_nothing(project):
    made = pinned(project, {**SHOP, "README.md": "Stock\n", "other.py": "X = 1\n"})
    made.write("README.md", "Stock, mended\n")
    made.verify()
    assert made.line("changed").figure == "only README.md was changed: it is documentation"
    made.write("other.py", "X = 2\n")
    made.verify()
    assert made.line("changed").figure == "weak: other.py is not imported by the test"


def test_a_fix_with_a_new_test_and_a_mended_typo_is_verified(project):
    made = pinned(project)
    made.write("stock.py", MENDED)
    made.write(
        "tests/test_stock.py", f"{STOCK_TESTS}\n\ndef test_none_left():\n    assert reserve(0, 1) == 0\n"
    )
    found = made.verify()
    assert found.verdict == "verified", [each.figure for each in found.missing]
    assert found.sentence == (
        "verified: red before, green now, red again without the change, small wrong fixes caught,"
        " no new failure in the suite, no test lost"
    )


# --- several red tests -------------------------------------------------------------------------------------------------

TWO = {
    "stock.py": STOCK.replace("stock + more", "stock - more"),
    "test_stock.py": (
        "from stock import reserve, restock\n\n\n"
        "def test_reserve():\n    assert reserve(5, 3) == 3\n\n\n"
        "def test_restock():\n    assert restock(2, 3) == 5\n\n\n"
        "def test_nothing():\n    assert True\n"
    ),
}


def test_a_file_with_several_red_tests_names_them_and_one_is_taken(lay, state_home):
    made = lay(TWO)
    made.commit("begin")
    said = made.coach("reproduce", "test_stock.py")
    assert "2 tests are red: coach target TEST takes one" in said.text
    assert "test_stock.py::test_reserve: failed 3 of 3 cold runs" in said.text
    assert "test_stock.py::test_restock: 3 of 3" in said.text
    assert "flaky" not in said.text
    made.coach("target", "test_stock.py::test_restock")
    made.coach("pin")
    made.write({"stock.py": TWO["stock.py"].replace("stock - more", "stock + more")})
    verified = made.coach("verify")
    # The other red test was red before: it is no new failure, and no reason against this fix.
    assert "[x] no new failure in the whole suite  1 failed, as before the fix" in verified.text
    assert verified.out.rstrip().splitlines()[-1].startswith("verified: red before, green now")


def test_a_file_with_one_red_test_asks_nothing(lay, state_home):
    made = lay({**TWO, "stock.py": STOCK})
    said = made.coach("reproduce", "test_stock.py")
    assert "failed 3 of 3 cold runs (stable)" in said.text
    assert "takes one" not in said.text
