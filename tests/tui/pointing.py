"""The mouse of tests: it finds what it clicks by the text that is drawn there."""

from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot

from coach.tui.safe_render import link_at
from coach.tui.views.link import Link
from tests.tui.seeing import settle
from tests.tui.textual_private import rows_of


def cell_of(pilot: Pilot[None], text: str, after: str = "") -> tuple[int, int]:
    """Return (column, row) of the first cell of a text on the screen, in the first row at or below one that holds ``after``."""
    seen = not after
    for number, row in enumerate(rows_of(pilot.app.screen)):
        seen = seen or after in row.text
        if seen and text in row.text:
            return cell_len(row.text[: row.text.index(text)]), number
    raise AssertionError(f"{text!r} is not on the screen")


async def click(pilot: Pilot[None], text: str, after: str = "", **more: int) -> None:
    """Click the second cell of a text, so that no frame is hit by chance."""
    x, y = cell_of(pilot, text, after)
    await pilot.click(offset=(x + min(1, len(text) - 1), y), **more)  # type: ignore[arg-type]
    await settle(pilot)


async def hover(pilot: Pilot[None], text: str, after: str = "") -> None:
    x, y = cell_of(pilot, text, after)
    await pilot.hover(offset=(x + min(1, len(text) - 1), y))
    await settle(pilot)


async def scroll(
    pilot: Pilot[None], at: tuple[int, int], event: type[events.MouseEvent], *, shift: bool = False
) -> None:
    """Turn the wheel over a cell."""
    x, y = at
    turned = event(None, x, y, 0, 0, 0, shift, False, False, x, y)
    pilot.app.post_message(turned)
    await settle(pilot)


def links_of(pilot: Pilot[None]) -> set[Link]:
    """Return every link that is drawn."""
    styles = {each.style for row in rows_of(pilot.app.screen) for each in row if each.style}
    return {link for style in styles if (link := link_at(style))}
