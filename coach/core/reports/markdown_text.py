"""Foreign text in Markdown's running prose and tables: nothing in it is markup."""

from coach.core.export.quoting import Cleaner


def plain(clean: Cleaner, text: str, limit: int) -> str:
    """Clean a text for running prose: nothing in it is markup."""
    shown = clean.line(text, limit)
    return "".join(f"\\{each}" if each in "\\`*_[]<>#|~!" else each for each in shown)
