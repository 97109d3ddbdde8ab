"""The arguments of Python's test runners: which tests they choose, and when a run stops."""

import re
from collections.abc import Sequence
from posixpath import normpath

from coach.core.base.test_id import TestId
from coach.core.runs.command_line.invocation import Place

_COUNT = re.compile(r"\d{1,4}|auto")
_PYTEST = frozenset(
    {
        "-k",
        "-m",
        "-p",
        "-n",
        "-c",
        "-o",
        "-W",
        "-r",
        "--deselect",
        "--ignore",
        "--ignore-glob",
        "--tb",
        "--maxfail",
    }
    | {
        "--verbosity",
        "--rootdir",
        "--durations",
        "--timeout",
        "--color",
        "--log-level",
        "--log-cli-level",
        "--dist",
    }
    | {"--cov-report", "--junitxml", "--junit-xml", "--confcutdir", "--basetemp", "--import-mode", "--ds"}
)
_TAKE = {
    "unittest": frozenset(
        {"-k", "-p", "-s", "-t", "--pattern", "--start-directory", "--top-level-directory"}
    ),
    "Django": frozenset(
        {
            "-k",
            "-v",
            "-t",
            "-p",
            "--settings",
            "--verbosity",
            "--tag",
            "--exclude-tag",
            "--pattern",
            "--start-at",
        }
    ),
    "sympy": frozenset({"-k", "-t", "--timeout", "--seed", "--split"}),
}
"""Options that have a value in the next word, by runner; of all others as of pytest."""
_MAY_TAKE = frozenset({"--parallel", "-j", "--numprocesses"})
"""Options with a number, or none, behind them."""
_KEEP = frozenset(
    {
        "-k",
        "-m",
        "--deselect",
        "--ignore",
        "--ignore-glob",
        "-W",
        "--maxfail",
        "--tag",
        "--exclude-tag",
        "--pattern",
    }
    | {"-t", "--split"}
)
"""Options that say which tests run or what makes them fail: with another value it is another question."""
_STOP = frozenset(
    {
        "--lf",
        "--ff",
        "--last-failed",
        "--failed-first",
        "--failfast",
        "--doctest-modules",
        "--stepwise",
        "--sw",
    }
)
_STOPS_AT_ONCE = re.compile(r"-[vsql]*x[vsql]*|--exitfirst")


def chosen(runner: str, arguments: Sequence[str], place: Place) -> tuple[str, ...]:
    """Return of the arguments of a test runner what says which tests run and when it stops."""
    take = _TAKE.get(runner, _PYTEST)
    kept: list[str] = []
    following = list(arguments)
    while following:
        word, *following = following
        name, is_joined, _ = word.partition("=")
        if word == "--":
            continue
        if not word.startswith("-"):
            kept.append(_placed(word, place))
        elif name in _MAY_TAKE:
            following = following[1:] if following and _COUNT.fullmatch(following[0]) else following
        elif name in take and not is_joined:
            kept += [name, *following[:1]] if name in _KEEP else []
            following = following[1:]
        elif _STOPS_AT_ONCE.fullmatch(word):
            kept.append("-x")
        elif name in _STOP or (name in _KEEP and is_joined):
            kept.append(word)
    return tuple(kept)


def _placed(word: str, place: Place) -> str:
    """Name the file of a test id from the root."""
    test = TestId(word)
    named = place(test.file)
    return (normpath(named) if named else ".") + word[len(test.file) :]
