"""Actions that change what is looked at, and those that belong to coach itself."""

from typing import TYPE_CHECKING

from coach.tui.actions.handler import Handler
from coach.tui.seekable import Seekable
from coach.tui.views.view_state import Tab

if TYPE_CHECKING:
    from coach.tui.screens.session import SessionScreen


def _toggles(tab: Tab) -> Handler:
    """Show a tab; when it is shown already, go back to the step's work."""
    return lambda screen, _key: screen.action_show_tab("work" if screen.looking.tab == tab else tab)


def _tab(way: int) -> Handler:
    def move(screen: "SessionScreen", _key: str) -> None:
        tabs = screen.tabs
        here = tabs.index(screen.looking.tab)
        screen.action_show_tab(tabs[(here + way) % len(tabs)])

    return move


def _sideways(way: int) -> Handler:
    def move(screen: "SessionScreen", _key: str) -> None:
        if isinstance(screen.port, Seekable):
            screen.seek(screen.port.position + way)
        else:
            screen.panel.scroll_relative(x=8 * way, animate=False)

    return move


def start(screen: "SessionScreen", _key: str) -> None:
    if isinstance(screen.port, Seekable):
        screen.seek(min(1, screen.port.length))
    else:
        screen.panel.scroll_home(animate=False)


def end(screen: "SessionScreen", _key: str) -> None:
    if isinstance(screen.port, Seekable):
        screen.seek(screen.port.length)
    else:
        screen.panel.scroll_end(animate=False)


def search(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.actions.find_text import open_search

    open_search(screen)


def editor(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.actions.editing import open_editor

    open_editor(screen)


def export(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.actions.export import open_export

    open_export(screen)


def show_help(screen: "SessionScreen", _key: str) -> None:
    from coach.tui.dialogs.reader import ReadingScreen
    from coach.tui.views.help import help_lines

    screen.app.push_screen(ReadingScreen("Keys", help_lines(screen.state, screen.port.read_only)))


HANDLERS: dict[str, Handler] = {
    "output": _toggles("output"),
    "diff": _toggles("diff"),
    "timeline": _toggles("timeline"),
    "previous-tab": _tab(-1),
    "next-tab": _tab(1),
    "left": _sideways(-1),
    "right": _sideways(1),
    "start": start,
    "end": end,
    "search": search,
    "editor": editor,
    "export": export,
    "help": show_help,
    "palette": lambda screen, _key: screen.app.action_command_palette(),
    "suspend": lambda screen, _key: screen.app.action_suspend_process(),
    "quit": lambda screen, _key: screen.leave(),
}
