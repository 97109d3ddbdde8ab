"""Which command lines run tests, of which runner and which of them; which run a script; and which do neither."""

import shlex

import pytest

from coach.core.runs.command_line.recognition import invocation_of
from coach.core.runs.target import Target


@pytest.mark.parametrize(
    ("line", "runner", "words"),
    [
        ("pytest", "pytest", ()),
        ("python -m pytest -q --tb=short tests/test_a.py::test_b", "pytest", ("tests/test_a.py::test_b",)),
        (
            "python3.11 -Wd -m pytest -n 4 -p no:randomly tests -k 'cart and not slow'",
            "pytest",
            ("tests", "-k", "cart and not slow"),
        ),
        ("PYTHONPATH=. timeout -k 5 60 poetry run pytest -xvs ./tests", "pytest", ("-x", "tests")),
        ("uv run --with pytest-cov pytest --cov=shop tests/a", "pytest", ("tests/a",)),
        ("coverage run --source shop -m pytest tests", "pytest", ("tests",)),
        ("docker compose exec -T web pytest tests/a.py", "pytest", ("tests/a.py",)),
        ("conda run -n testbed python -bb -m pytest a.py", "pytest", ("a.py",)),
        ("python -m unittest -v tests.test_cart.TestCart", "unittest", ("tests.test_cart.TestCart",)),
        (
            "./tests/runtests.py --verbosity 2 --settings=test_sqlite --parallel 1 admin_views",
            "Django",
            ("admin_views",),
        ),
        ("python manage.py test shop --keepdb -v 2", "Django", ("shop",)),
        ("bin/test sympy/core/tests/test_expr.py", "sympy", ("sympy/core/tests/test_expr.py",)),
        ("tox -e py311 -- tests/a.py", "tox", ("-e", "py311", "--", "tests/a.py")),
        ("nox -s tests", "nox", ("-s", "tests")),
        ("go test -run TestTotal ./cart", "go test", ("-run", "TestTotal", "./cart")),
        ("cargo test --lib", "cargo test", ("--lib",)),
        ("npm test -- --watch=false", "npm", ("test", "--", "--watch=false")),
        ("yarn test:unit cart", "yarn", ("test:unit", "cart")),
        ("npx jest src/cart.test.js", "jest", ("src/cart.test.js",)),
        ("pnpm exec vitest run", "vitest", ("run",)),
        ("make check", "make", ("check",)),
        ("./run_tests.sh --fast", "./run_tests.sh", ("--fast",)),
        ("python setup.py test", "setup.py", ("test",)),
        ("nosetests shop", "nosetests", ("shop",)),
    ],
)
def test_runs_of_tests(line, runner, words):
    found = invocation_of(shlex.split(line))
    assert (found.kind, found.runner, found.words) == ("tests", runner, words)


@pytest.mark.parametrize(
    "line",
    [
        "python repro.py",
        "python tests/test_scratch.py",
        "python -c 'import shop'",
        "python -m shop.tool --all",
        "node repro.js",
        "bash repro.sh",
    ],
)
def test_a_script_is_no_test_whatever_its_name(line):
    found = invocation_of(shlex.split(line))
    assert found.is_script
    assert Target(kind="command", words=found.command).is_script


def test_a_heredoc_is_a_script():
    assert invocation_of(["python", "-"], stdin="print(1)").is_script
    assert invocation_of(["python"], stdin="print(1)").is_script
    assert invocation_of(["python"]) is None
    assert Target(kind="command", words=("python", "-", "print(1)")).is_script


@pytest.mark.parametrize(
    "line",
    [
        "pytest --version",
        "pytest --collect-only -q tests",
        "pip install pytest",
        "python -m pip install -e .",
        "python -m venv .venv",
        "cat tests/test_a.py",
        "grep -rn pytest .",
        "git diff",
        "go build ./...",
        "npm install",
        "make clean",
        "python",
        "",
    ],
)
def test_what_tries_nothing_is_neither(line):
    assert invocation_of(shlex.split(line)) is None


def test_the_same_question_from_two_folders_is_one():
    def place(path):
        return f"tests/{path}"

    below = invocation_of(["pytest", "-q", "test_a.py::TestA::test_b[x::y]"], place=place)
    assert below.words == ("tests/test_a.py::TestA::test_b[x::y]",)
