"""What ``python`` with these arguments runs: a module that tests, a project's own runner, or a script."""

import re
from posixpath import basename

from coach.core.runs.command_line.invocation import Invocation, Place, of_script, of_tests
from coach.core.runs.command_line.selection import chosen
from coach.core.runs.command_line.wrappers import after_options

_FLAGS_TAKE = frozenset({"-W", "-X", "--check-hash-based-pycs"})
_COVERAGE_TAKES = frozenset({"--source", "--rcfile", "--omit", "--include"})
_JOINED = re.compile(r"-[bBdEhiIOPqsSuvx]+(?P<how>[mc])")
_MODULES = {
    **{name: name for name in ("pytest", "unittest", "doctest", "nose", "nose2")},
    "py.test": "pytest",
    "twisted.trial": "trial",
    "testtools.run": "unittest",
    "zope.testrunner": "zope.testrunner",
}
_TASK_MODULES = frozenset({"tox", "nox"})
_NO_TRIAL = frozenset(
    {
        "pip",
        "venv",
        "ensurepip",
        "virtualenv",
        "build",
        "compileall",
        "py_compile",
        "site",
        "sysconfig",
        "json.tool",
    }
    | {
        "black",
        "isort",
        "flake8",
        "ruff",
        "mypy",
        "pylint",
        "pyflakes",
        "pycodestyle",
        "http.server",
        "tokenize",
    }
    | {
        "pydoc",
        "ast",
        "dis",
        "pre_commit",
        "sphinx",
        "mkdocs",
        "twine",
        "cProfile",
        "pdb",
        "timeit",
        "zipfile",
    }
    | {"tarfile", "gzip", "base64", "invoke", "hatch"}
)
"""Modules that set something up or look at something: their outcome is not about the code's behaviour."""
_OWN_RUNNER = re.compile(r"run_?tests?\.py|test_?runner\.py")


def of_python(rest: tuple[str, ...], stdin: str | None, place: Place) -> Invocation | None:
    """Read the arguments of an interpreter; ``stdin`` is what a heredoc gives it."""
    while rest and rest[0].startswith("-") and rest[0] not in {"-m", "-c", "-"}:
        if joined := _JOINED.fullmatch(rest[0]):
            rest = (f"-{joined['how']}", *rest[1:])
            break
        rest = rest[2:] if rest[0] in _FLAGS_TAKE else rest[1:]
    if stdin and rest[:1] in {(), ("-",)}:
        return of_script("python", ("-", stdin))
    if len(rest) < 2 and rest[:1] in {(), ("-",)}:
        return None
    if rest[0] == "-":
        return of_script("python", rest)
    if rest[0] == "-c":
        return of_script("python", rest[:2]) if len(rest) > 1 else None
    return _of_module(rest[1:], place) if rest[0] == "-m" else of_file(rest[0], rest[1:], place)


def of_coverage(rest: tuple[str, ...], place: Place) -> Invocation | None:
    """Read ``coverage run …``."""
    return of_python(after_options(rest[1:], _COVERAGE_TAKES), None, place) if rest[:1] == ("run",) else None


def python_tests(runner: str, arguments: tuple[str, ...], place: Place) -> Invocation:
    """Return a run of a test runner for Python."""
    return of_tests(runner, chosen(runner, arguments, place))


def of_file(file: str, arguments: tuple[str, ...], place: Place) -> Invocation | None:
    """Read a Python file that is started: a runner of the project's own, or a script."""
    name = basename(file)
    if name in {"runtests.py", "manage.py"}:
        return _of_django(name, place(file), arguments)
    if name == "setup.py":
        return of_tests("setup.py", arguments) if {"test", "pytest", "nosetests"} & set(arguments) else None
    if name in {"pytest", "py.test"}:
        return python_tests("pytest", arguments, place)
    if file.endswith(("bin/test", "bin/doctest")):
        runner = "sympy" if name == "test" else "bin/doctest"
        return of_tests(runner, chosen("sympy", arguments, place))
    made = (place(file), *arguments)
    return of_tests(made[0], arguments) if _OWN_RUNNER.fullmatch(name) else of_script("python", made)


def _of_django(name: str, file: str, arguments: tuple[str, ...]) -> Invocation | None:
    """Labels of Django are modules as its runner sees them: they are no paths."""
    if name == "runtests.py":
        return of_tests("Django", chosen("Django", arguments, str), file)
    is_tested = arguments[:1] == ("test",)
    return of_tests("Django", chosen("Django", arguments[1:], str), file, "test") if is_tested else None


def _of_module(rest: tuple[str, ...], place: Place) -> Invocation | None:
    module, arguments = (rest[0], rest[1:]) if rest else ("", ())
    if module == "coverage":
        return of_coverage(arguments, place)
    if module == "django":
        return _of_django("manage.py", "django-admin", arguments)
    if module in _MODULES:
        return python_tests(_MODULES[module], arguments, place)
    if module in _TASK_MODULES:
        return of_tests(module, arguments)
    if not module or module in _NO_TRIAL or module.startswith(("pip.", "sphinx")):
        return None
    return of_script("python", ("-m", module, *arguments))
