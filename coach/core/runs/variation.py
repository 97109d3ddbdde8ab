"""How a run differs from a usual one: its hash seed, the order of its tests, its variables, versions of its packages.

Searches and trials both ask for these, so what one of them can vary the other can. A time zone is the variable ``TZ``.
"""

from dataclasses import dataclass

from coach.core.base.test_id import TestId
from coach.core.base.text import Name, Prose
from coach.core.base.value import Value


@dataclass(frozen=True, slots=True)
class Order:
    """Which tests run and in what order; ``victim`` is the last one."""

    victim: TestId
    before: tuple[TestId, ...] | None = None
    """None: everything collected before it."""
    is_reversed: bool = False
    watch: bool = False
    """Whether leaked state is looked for."""


class Variation(Value):
    """What of a run is not as usual. All else stays, the plugins and options of the person's environment as well."""

    seed: int | None = None
    """PYTHONHASHSEED; None: one that whoever asks for the run chooses."""
    order: Order | None = None
    variables: tuple[tuple[Name, Prose], ...] = ()
    """Name and value."""
    packages: tuple[Name, ...] = ()
    """Versions of dependencies, as pip names them, in front of what is installed."""


AS_USUAL = Variation()
