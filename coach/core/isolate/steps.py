"""How every search asks: it yields configurations, it is sent their outcomes in the same order, it returns what it found.

A batch holds as many configurations as there are workers. A search that finds nothing to guess ahead asks for fewer.
"""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from coach.core.oracle import Outcome

C = TypeVar("C")
R = TypeVar("R")

Steps: TypeAlias = Generator[tuple[C, ...], tuple[Outcome, ...], R]
"""A search over configurations ``C`` (hashable) that ends in ``R``."""
