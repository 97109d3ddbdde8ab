"""A command line that runs tests or a script, as a question that can be asked again.

A *script* (``python repro.py``, ``python -c …``) is no test, also when its file is called ``test_*.py``: nothing but its
exit code judges it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Place = Callable[[str], str]
"""Names a path of a command line from the root of its project."""

_PROGRAMS = {
    "pytest": ("python", "-m", "pytest"),
    "unittest": ("python", "-m", "unittest"),
    "doctest": ("python", "-m", "doctest"),
    "sympy": ("bin/test",),
    "setup.py": ("python", "setup.py"),
}


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command line that runs something whose outcome counts."""

    kind: Literal["tests", "script"]
    runner: str
    """``pytest``, ``unittest``, ``Django``, ``go test`` …; of a script its interpreter."""
    words: tuple[str, ...]
    """What chooses the tests, options that change which fail included: two command lines with the same words of the same
    runner ask the same question. Of a script its file and arguments."""
    program: tuple[str, ...] = ()
    """How it was started; empty: by the name of its runner."""

    @property
    def is_script(self) -> bool:
        return self.kind == "script"

    @property
    def command(self) -> tuple[str, ...]:
        """A command line that asks this."""
        started = self.program or _PROGRAMS.get(self.runner, tuple(self.runner.split()))
        return (*started, *self.words)


def of_tests(runner: str, words: tuple[str, ...], *program: str) -> Invocation:
    """Return a run of tests."""
    return Invocation("tests", runner, words, program)


def of_script(interpreter: str, words: tuple[str, ...]) -> Invocation:
    """Return a run of a script."""
    return Invocation("script", interpreter, words)
