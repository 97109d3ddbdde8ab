"""How far a run on save reaches, from the failing tests alone to the whole suite.

On save the failing tests come first; while they are green, coach goes on to the target, to the tests that the changed
files concern, and to all, as far as the scope allows.
"""

from typing import Literal

Scope = Literal["failures", "target", "related", "all"]

SCOPES: tuple[Scope, ...] = ("failures", "target", "related", "all")

SCOPE_WORDS: dict[Scope, str] = {
    "failures": "failing tests only",
    "target": "the target",
    "related": "the target, then tests of what changed",
    "all": "the target, then tests of what changed, then all",
}


def reaches(scope: Scope, goal: Scope) -> bool:
    """Whether a scope is at least as wide as another."""
    return SCOPES.index(scope) >= SCOPES.index(goal)
