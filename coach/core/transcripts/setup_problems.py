"""Why a command could not do its work at all: what it prints when its program, an install or its options are wrong.

Such a run tried nothing: it says nothing of the code, and no edit is to be judged by it.
"""

import re
from collections.abc import Callable

from coach.core.runs.report import EndingKind, Failure

_SETUP: tuple[tuple[str, EndingKind, str], ...] = (
    (
        r"No module named '?(?:pytest|py\.test|_pytest)\b|^pytest: (?:command )?not found",
        "no_pytest",
        "there was no pytest",
    ),
    (
        r"(?:^|: )(?:\S+: )?command not found$|^\S+: \d+: \S+: not found$|^exec: .*: not found",
        "not_started",
        "there was no such command",
    ),
    (
        r"can't open file '|^(?:\w*sh|/\S+): (?:line \d+: )?(?:cd: )?\S+: (?:No such file or directory|Permission denied)$",
        "not_started",
        "there was no such file",
    ),
    (
        r"^(?!\S*Error: )\S+: No module named \S+$|No module named '?(?:unittest|nose|nose2|tox|nox|coverage|xdist)\b",
        "not_started",
        "what runs the tests was not installed",
    ),
    (
        r"^ERROR: usage: |^(?:\S+: )?error: (?:unrecognized arguments|argument |the following arguments|no such option)",
        "usage_error",
        "its options were wrong",
    ),
    (
        r"^ERROR: (?:file or directory )?not found: |^ERROR: .*: unrecognized arguments|^usage: .*\n(?:.*\n){0,40}?.*error: ",
        "usage_error",
        "its arguments were wrong",
    ),
    (r"^ERROR: \S+: '\w+' requires pytest", "not_started", "pytest refused its settings"),
    (
        r"^make: \*\*\* No rule to make target|^npm (?:ERR!|error) [Mm]issing script|^error: no such (?:sub)?command",
        "usage_error",
        "there is no such task",
    ),
    (
        r"^.*(?:has not been built correctly|indicates a broken installation).*$",
        "not_started",
        "the project was not built",
    ),
    (
        r"^ImportError while loading conftest|^ERROR: .*?conftest\.py",
        "not_started",
        "its conftest.py could not be loaded",
    ),
    (
        r"django\.core\.exceptions\.ImproperlyConfigured: (?:Requested setting|The SECRET_KEY)",
        "not_started",
        "Django was not set up",
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), kind, why) for pattern, kind, why in _SETUP)
_MISSING = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]+)'?")
_MISSING_AT_ALL = re.compile(
    r"^(?:ModuleNotFoundError|ImportError): (?:Error importing plugin \S{1,200} )?No module named '?(?P<module>[\w.]+)'?$",
    re.MULTILINE,
)
"""Where no result of a test was read, a program that missed a module did not come far, whatever it printed later."""
_NEAR = 20_000
"""Characters at both ends of an output that are looked at."""


Own = Callable[[str], bool]
"""Whether a top-level module is the project's own: then code lost it, and nothing is to be installed."""


def setup_problem(text: str, is_own: Own) -> tuple[EndingKind, str] | None:
    """Say why a command could not do its work at all; None where nothing tells that."""
    near = f"{text[:_NEAR]}\n{text[-_NEAR:]}" if len(text) > 2 * _NEAR else text
    for pattern, kind, why in _PATTERNS:
        if found := pattern.search(near):
            said = next((line.strip() for line in found[0].split("\n") if line.strip()), "")
            return kind, f"{why}: {said[:200]}" if said else why
    missing = list(_MISSING_AT_ALL.finditer(near))
    if missing and not any(is_own(found["module"].partition(".")[0]) for found in missing):
        return "not_started", missing_sentence(missing[-1][0])
    return None


def missing_sentence(said: str) -> str:
    """Say which install is missing."""
    found = re.search(r"No module named '?[\w.]+'?", said)
    return f"something was not installed: {found[0] if found else said[:200]}"


def lacks_install(failure: Failure, is_own: Own) -> bool:
    """Whether a failure only tells that something is not installed."""
    found = _MISSING.search(f"{failure.exception}: {failure.message}")
    # A part of a package is one that code may have lost or misspelt.
    return found is not None and "." not in found["module"] and not is_own(found["module"])
