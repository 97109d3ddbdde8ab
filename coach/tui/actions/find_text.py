"""Search in the panel that is shown."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def open_search(screen: "SessionScreen") -> None:
    """Show the input, mounting it at its first use."""
    from coach.tui.widgets.search_input import SearchInput

    screen.awaits_focus = True
    if not screen.query("#search"):
        hint = "search · enter next · ↑ previous · esc leaves"
        screen.mount(SearchInput(id="search", placeholder=hint, compact=True), before="#message")
        return
    found = screen.query_one("#search", SearchInput)
    found.value = ""
    found.add_class("-on")
    found.focus()
