"""A shell inside a shell, and a chain of commands: what ran, what the files were then, and whose the exit code is."""

import pytest

from coach.core.log import events as ev
from coach.core.transcripts.imported_session import imported_session
from coach.core.transcripts.model import Edited, Ran, Step, Transcript
from coach.core.transcripts.moments import FileHistory

GREEN, RED = "2 passed in 0.02s\n", "FAILED tests/test_a.py::test_a - assert 3 == 4\n1 failed in 0.02s\n"
PIP = "ERROR: Could not find a version that satisfies the requirement nothing\n"


def told(*actions):
    steps = tuple(Step(action=each) for each in actions)
    return Transcript(format="Toy", assistant="toy-1", root="/w", began=1_700_000_000.0, steps=steps)


def runs_of(*actions, base=None):
    events = [each.event for each in imported_session(told(*actions), base)]
    started = [each.request.target.label for each in events if isinstance(each, ev.RunStarted)]
    ended = [each.judged.outcome for each in events if isinstance(each, ev.RunFinished)]
    return list(zip(started, ended, strict=True))


def outcome(command, output, code, base=None):
    return [
        each for _, each in runs_of(Ran(command=command, cwd="/w", output=output, exit_code=code), base=base)
    ]


@pytest.mark.parametrize(
    "command",
    [
        'bash -c "cd tests && pytest -q test_a.py"',
        "bash -lc 'set -e; cd tests; pytest -q test_a.py'",
        "sh -ec 'pytest -q tests/test_a.py'",
        "bash -o pipefail -c 'pytest -q tests/test_a.py | cat'",
        "timeout 60 bash -c 'pytest -q tests/test_a.py'",
        "env A=b bash -c 'A=c pytest -q tests/test_a.py'",
        "docker exec -w /app web bash -lc 'cd /app && pytest -q tests/test_a.py'",
        "docker compose exec -T web sh -c 'pytest -q tests/test_a.py' 2>&1 | cat",
        "(cd tests && pytest -q test_a.py)",
        "cd tests && bash -c 'timeout 9 bash -c \"pytest -q test_a.py\"'",
        "bash <<'EOF'\ncd tests\npytest -q test_a.py\nEOF",
        "source env/bin/activate && bash -c 'pytest -q tests/test_a.py' && echo fine",
    ],
)
def test_a_run_in_an_inner_shell_is_a_run(command):
    ran = Ran(command=command, cwd="/w", output=GREEN, exit_code=0)
    assert runs_of(ran) == [("tests/test_a.py", "PASS")]


def test_a_run_in_an_inner_shell_sees_the_files_as_they_are_then():
    command = (
        "bash -lc 'echo 1 > a.txt && pytest -q; echo 2 > a.txt' && docker exec web sh -c 'echo 3 > a.txt; ls'"
    )
    history = FileHistory(told(Ran(command=command, cwd="/w", exit_code=0)))
    seen = {each.command: each.files.get("a.txt") for each in history.moments()}
    assert (seen["pytest -q"], seen["ls"]) == ("1\n", "2\n")


@pytest.mark.parametrize(
    ("command", "output", "code", "expected"),
    [
        ("bash -c 'pytest -q'", "", 1, "FAIL"),
        ("bash -c 'pytest -q' > log", "", 1, "FAIL"),
        ("bash -c 'pytest -q | tail -1'", "", 1, "UNRESOLVED"),
        ("bash -c 'pytest -q' | tail -1", "", 1, "UNRESOLVED"),
        ("bash -c 'pytest -q; echo done'", "", 0, "UNRESOLVED"),
        ("bash -c 'python a.py' && echo fine", "", 0, "PASS"),
        ("python server.py > log 2>&1 &", "", 0, "UNRESOLVED"),
        ("bash -c 'python server.py &'", "", 0, "UNRESOLVED"),
    ],
)
def test_the_exit_code_of_an_inner_shell_is_that_of_its_last_command(command, output, code, expected):
    assert outcome(command, output, code) == [expected]


@pytest.mark.parametrize(
    ("command", "output", "code", "expected"),
    [
        ("pip install nothing && pytest -q", PIP, 1, "UNRESOLVED"),
        ("pip install nothing && bash -c 'pytest -q'", PIP, 1, "UNRESOLVED"),
        ("pip install it && pytest -q", "Installed\n" + RED, 1, "FAIL"),
        ("pip install it && pytest -q", "Installed\ncollected 0 items\n", 5, "UNRESOLVED"),
        ("pip install it && pytest -q", "Installed\n", 0, "PASS"),
        ("cd here && pytest -q", "Segmentation fault\n", 139, "FAIL"),
        ("cd there && pytest -q", "bash: cd: there: No such file or directory\n", 1, "UNRESOLVED"),
        (
            "make && python a.py",
            'Traceback (most recent call last):\n  File "setup.py", line 1, in <module>\nValueError: no\n',
            1,
            "UNRESOLVED",
        ),
        (
            "make && python a.py",
            'Traceback (most recent call last):\n  File "/w/a.py", line 1, in <module>\nValueError: no\n',
            1,
            "FAIL",
        ),
        ("test -x env || python make_env.py", "", 0, "UNRESOLVED"),
    ],
)
def test_an_exit_code_is_that_of_a_command_that_is_seen_to_have_begun(command, output, code, expected):
    assert outcome(command, output, code) == [expected]


MISSING = """\
==================== ERRORS ====================
______ ERROR collecting tests/test_a.py ______
ImportError while importing test module '/w/tests/test_a.py'.
tests/test_a.py:1: in <module>
    import {0}
E   ModuleNotFoundError: No module named '{0}'
=========== short test summary info ============
ERROR tests/test_a.py
=============== 1 error in 0.03s ===============
"""
SCRIPT = """\
Traceback (most recent call last):
  File "/w/a.py", line 1, in <module>
    import {0}
ModuleNotFoundError: No module named '{0}'
"""


@pytest.mark.parametrize(
    ("command", "said"), [("pytest -q tests/test_a.py", MISSING), ("python a.py", SCRIPT)]
)
def test_a_missing_module_of_the_project_is_a_failure_and_any_other_a_missing_install(command, said):
    base = {"shop/__init__.py": ""}.get
    code = 1
    assert outcome(command, said.format("numpy"), code, base) == ["UNRESOLVED"]
    assert outcome(command, said.format("shop"), code, base) == ["FAIL"]
    written = Edited(path="/w/src/inner/cart.py", kind="write", new="x = 1\n")
    for name, expected in (("cart", "FAIL"), ("inner", "FAIL"), ("numpy", "UNRESOLVED")):
        ran = Ran(command=command, cwd="/w", output=said.format(name), exit_code=code)
        assert [each for _, each in runs_of(written, ran)] == [expected]


def test_what_installs_a_test_runner_tests_nothing():
    assert runs_of(Ran(command="playwright install chromium", cwd="/w", exit_code=0)) == []
    assert [each for _, each in runs_of(Ran(command="npx playwright test", cwd="/w", exit_code=0))] == [
        "PASS"
    ]
