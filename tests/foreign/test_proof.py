"""A proof fits its target: commands, small projects, flaky neighbours, and tests that were dropped on the way to green."""

import contextlib
import subprocess
import sys

import pytest

from coach.config import Settings
from coach.core import checks
from coach.core import commands as cmd
from coach.core.advice import advise
from coach.core.decide import Refusal
from coach.core.hypothesis import Prediction
from coach.core.spec import Spec
from coach.core.target import Target
from coach.opening import open_new

PATIENCE = 90


class Made:
    """A project on disk and the session about it."""

    def __init__(self, root, door):
        self.root, self.door = root, door

    @property
    def state(self):
        return self.door.state

    def do(self, command):
        return self.door.submit(command).result(timeout=PATIENCE)

    def idle(self):
        assert self.door.wait_idle(PATIENCE)
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

    def begin(files, target, *, git=True):
        root = tmp_path / "project"
        root.mkdir()
        made = Made(root, None)
        for name, text in files.items():
            made.write(name, text)
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]) if git else ():
            subprocess.run(["git", *own, *words], cwd=root, check=True, capture_output=True)
        settings = Settings(python=sys.executable, warm=False)
        made.door = stack.enter_context(open_new(root, target, settings))
        made.step(cmd.Begin(reproduce=False))
        made.step(cmd.Reproduce())
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
        assert checks.missing(made.state, made.state.step) == ()
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
        made.step(cmd.WriteRootCause(text="ten was left out"))
        made.step(cmd.ConfirmFix())
        assert advise(made.state).action == "close"
        made.step(cmd.Close())
    return seen, found


@pytest.mark.parametrize("words", [("sh", "tests/check.sh"), ("make", "test")])
def test_a_command_is_verified_and_closed_by_what_it_can_give(project, words):
    files = {**SHELL, "Makefile": "test:\n\t@sh tests/check.sh\n"}
    made = project(files, command(*words))
    seen, found = walk(made, "price.sh", PRICE.replace("-gt", "-ge"))
    assert seen == ["hypothesize"]  # nothing is asked of it on the way
    assert found.verdict == "verified", found.missing
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
        {"app.py": "print(10 * 10)\n", "run.py": run}, command(sys.executable, "run.py"), git=False
    )
    _, found = walk(made, "app.py", "print(10 * 9)\n")
    assert found.verdict == "verified", found.missing


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
