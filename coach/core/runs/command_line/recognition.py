"""The words of a command → what it runs. The entrance of this room."""

import re
from collections.abc import Sequence
from posixpath import basename

from coach.core.runs.command_line.invocation import Invocation, Place, of_script, of_tests
from coach.core.runs.command_line.python_programs import of_coverage, of_file, of_python, python_tests
from coach.core.runs.command_line.wrappers import after_options, without_wrappers

_PYTHON = re.compile(r"(?:python|pypy)(?:\d(?:\.\d+)?)?(?:\.exe)?")
_LOOKS = frozenset(
    {
        "--version",
        "-V",
        "--help",
        "-h",
        "--collect-only",
        "--co",
        "--fixtures",
        "--markers",
        "--setup-plan",
        "-list",
    }
    | {"--list", "--listTests", "--no-run", "--showConfig", "--dry-run"}
)
"""With one of these nothing is tested."""
_TASK = re.compile(
    r"(?:(?:unit|integration|e2e|py|js|run|all|ci|quick|fast)[-_:]?)?(?:tests?|check|specs?)(?:[-_:.][\w:.-]+)?"
)
_TASK_RUNNERS = re.compile(r"g?make|just|task|rake|invoke|inv|doit|ninja|meson|bazel|mage")
_WITH_TEST = {
    **{
        name: f"{name} test"
        for name in ("go", "cargo", "dotnet", "swift", "mix", "deno", "bun", "dart", "flutter", "playwright")
    },
    **{name: name for name in ("gradle", "gradlew", "mvn", "mvnw", "rails", "sbt", "stack", "cabal")},
    "django-admin": "Django",
}
"""Programs that test when one of their words says so."""
_SAYS_TEST = re.compile(r"(?::?[\w-]{1,80}:)*(?:test|check|verify|nextest)\w*|t")
_RUNNERS = frozenset(
    {
        "jest",
        "vitest",
        "mocha",
        "ava",
        "tap",
        "karma",
        "jasmine",
        "rspec",
        "phpunit",
        "pest",
        "ctest",
        "prove",
    }
    | {
        "minitest",
        "nosetests",
        "nose2",
        "trial",
        "zope-testrunner",
        "stestr",
        "testr",
        "green",
        "ward",
        "behave",
    }
    | {"robot", "cucumber", "busted", "tox", "nox", "bats", "cargo-nextest"}
)
"""Programs that do nothing but test."""
_SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
_SHELL_TESTS = re.compile(r"(?:run_?)?tests?(?:\.sh)?|run_?tests?\S*\.sh")


def invocation_of(words: Sequence[str], *, stdin: str | None = None, place: Place = str) -> Invocation | None:
    """Say what a simple command runs; None when it is neither a test runner nor a script.

    Args:
        words: the command as the shell has split it, without redirections.
        stdin: the text that a heredoc gives it, if one does.
        place: names a path of the command line from the root, so that ``cd tests && pytest test_a.py`` and
            ``pytest tests/test_a.py`` are one question.

    """
    words = without_wrappers(words)
    if not words or _LOOKS & set(words[1:]):
        return None
    path, rest = words[0], words[1:]
    name = basename(path)
    if _PYTHON.fullmatch(name):
        return of_python(rest, stdin, place)
    if name in {"coverage", "coverage3"}:
        return of_coverage(rest, place)
    if name in {"pytest", "py.test", "pytest-3"}:
        return python_tests("pytest", rest, place)
    if name.endswith(".py") or (
        path.endswith(("bin/test", "bin/doctest")) and not path.startswith(("/bin", "/usr"))
    ):
        return of_file(path, rest, place)
    return (
        _of_shell(path, rest, place)
        if name in _SHELLS or name.endswith(".sh")
        else _of_program(name, rest, place)
    )


def _of_program(name: str, rest: tuple[str, ...], place: Place) -> Invocation | None:
    if name == "node":
        return _of_node(rest, place)
    if name in {"npm", "yarn", "pnpm"}:
        return _of_task(name, rest)
    if name in _WITH_TEST:
        at = next((row for row, word in enumerate(rest) if _SAYS_TEST.fullmatch(word)), None)
        return None if at is None else of_tests(_WITH_TEST[name], (*rest[:at], *rest[at + 1 :]))
    is_task = _TASK_RUNNERS.fullmatch(name) and any(_TASK.fullmatch(word) for word in rest)
    return of_tests(name, rest) if is_task or name in _RUNNERS else None


def _of_shell(path: str, rest: tuple[str, ...], place: Place) -> Invocation | None:
    if basename(path) in _SHELLS:
        rest = () if rest[:1] in {("-c",), ("-lc",)} else after_options(rest, {"-o"})
        if not rest:
            return None
        path, rest = rest[0], rest[1:]
    made = place(path)
    return of_tests(made, rest) if _SHELL_TESTS.fullmatch(basename(path)) else of_script(made, rest)


def _of_node(rest: tuple[str, ...], place: Place) -> Invocation | None:
    if "--test" in rest:
        return of_tests("node --test", tuple(word for word in rest if word != "--test"))
    for row, word in enumerate(rest):
        if found := re.search(r"node_modules/(?:\.bin/)?(jest|vitest|mocha)\b", word):
            return of_tests(found[1], rest[row + 1 :])
    if rest[:1] in {("-e",), ("-p",), ("--eval",)}:
        return of_script("node", rest[:2])
    file = next((word for word in rest if not word.startswith("-")), "")
    return of_script("node", (place(file), *rest[rest.index(file) + 1 :])) if file else None


def _of_task(name: str, rest: tuple[str, ...]) -> Invocation | None:
    """Read ``npm test``, ``yarn test:unit``, ``pnpm run test -- FILE``."""
    rest = after_options(rest, {"--prefix", "-C", "--dir", "--filter", "--workspace", "-w"})
    if rest[:1] in {("run",), ("run-script",)}:
        rest = rest[1:]
    task = rest[0] if rest else ""
    if basename(task) in _RUNNERS:
        return of_tests(basename(task), rest[1:])
    if task in {"t", "tst"}:
        return of_tests(name, ("test", *rest[1:]))
    return of_tests(name, rest) if _TASK.fullmatch(task) else None
