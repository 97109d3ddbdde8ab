"""Figures as people read them: durations, times of day, counts, bars."""

from datetime import datetime


def seconds(duration: float) -> str:
    """Return a duration with its unit; two digits that matter are enough."""
    if duration < 0:
        return "0.00 s"
    if duration < 9.995:
        return f"{duration:.2f} s"
    if duration < 59.95:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else elapsed(duration)


def elapsed(duration: float) -> str:
    """Return how long a session has lasted, in minutes: a ticking clock would only disturb."""
    minutes = max(0, int(duration // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} days"


def ago(duration: float) -> str:
    """Return how long something is over, in its largest unit."""
    minutes = max(0, int(duration // 60))
    hours = minutes // 60
    passed = count(hours // 24, "day") if hours >= 48 else count(hours, "hour") if hours else ""
    return f"{passed or count(minutes, 'minute')} ago" if minutes else "less than a minute ago"


def clock(at: float) -> str:
    """Return the local time of day; empty for a time that no calendar knows."""
    try:
        return datetime.fromtimestamp(at).strftime("%H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "--:--:--"


def day(at: float) -> str:
    """Return the local date; empty for a time that no calendar knows."""
    try:
        return datetime.fromtimestamp(at).strftime("%Y-%m-%d") if at else ""
    except (OverflowError, ValueError, OSError):
        return ""


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size_of(size: int) -> str:
    """Return a number of bytes as people say it."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"


def bar(share: float, width: int) -> str:
    """Return a horizontal bar in eighths of a cell for a share of 0 to 1, padded to ``width`` cells."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return text.ljust(width)
