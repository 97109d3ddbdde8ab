"""Figures as people read them; those the screen alone needs stand here."""

from coach.core.base.formatting import clock, count, day, elapsed, seconds

__all__ = ["bar", "clock", "count", "day", "elapsed", "seconds"]


def bar(share: float, width: int) -> str:
    """Return a horizontal bar in eighths of a cell, padded to ``width``."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return text.ljust(width)
