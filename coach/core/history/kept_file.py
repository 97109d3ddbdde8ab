"""A file that a restore left as it was, and why: its content is not coach's to replace."""

from coach.core.base.text import FilePath, Prose
from coach.core.base.value import Value


class Kept(Value):
    """One path that was not touched."""

    path: FilePath
    why: Prose


def said(kept: tuple[Kept, ...]) -> str:
    """Name what was kept, in words; empty when nothing was."""
    if not kept:
        return ""
    named = ", ".join(f"{each.path} ({each.why})" for each in kept[:3])
    more = f", {len(kept) - 3} more" if len(kept) > 3 else ""
    return f"kept as {'it is' if len(kept) == 1 else 'they are'}: {named}{more}"
