"""Actions that change what is looked at, and those that belong to coach itself."""

from coach.tui.actions.context import ActionContext, Handler
from coach.tui.seekable import Seekable
from coach.tui.views.view_state import Tab


def _toggles(tab: Tab) -> Handler:
    """Show a tab; when it is shown already, go back to the step's work."""
    return lambda context, _key: context.show_tab("work" if context.view.tab == tab else tab)


def _runs(context: ActionContext, _key: str) -> None:
    """Show the list of runs, or go to it where it is in view anyway."""
    if "runs" in context.view.tabs:
        _toggles("runs")(context, "")
    else:
        context.app.screen.query_one("#side-runs").focus()


def _tab(way: int) -> Handler:
    def move(context: ActionContext, _key: str) -> None:
        tabs = context.view.tabs
        here = tabs.index(context.view.tab)
        context.show_tab(tabs[(here + way) % len(tabs)])

    return move


def _sideways(way: int) -> Handler:
    def move(context: ActionContext, _key: str) -> None:
        if isinstance(context.port, Seekable):
            context.seek(context.port.position + way)
        else:
            context.panel.scroll_relative(x=8 * way, animate=False)

    return move


def start(context: ActionContext, _key: str) -> None:
    if isinstance(context.port, Seekable):
        context.seek(min(1, context.port.length))
    else:
        context.panel.scroll_home(animate=False)


def end(context: ActionContext, _key: str) -> None:
    if isinstance(context.port, Seekable):
        context.seek(context.port.length)
    else:
        context.panel.scroll_end(animate=False)


def editor(context: ActionContext, _key: str) -> None:
    from coach.tui.actions.editing import open_editor

    open_editor(context)


def export(context: ActionContext, _key: str) -> None:
    from coach.tui.actions.export import open_export

    open_export(context)


def show_help(context: ActionContext, _key: str) -> None:
    from coach.tui.dialogs.text_dialog import ReadDialog
    from coach.tui.views.help import help_lines

    def chosen(action: str | None) -> None:
        if action:
            context.press(action)

    lines = help_lines(context.state, context.port.read_only)
    context.app.push_screen(ReadDialog("Keys", lines), chosen)


HANDLERS: dict[str, Handler] = {
    "output": _toggles("output"),
    "diff": _toggles("diff"),
    "runs": _runs,
    "timeline": _toggles("timeline"),
    "previous-tab": _tab(-1),
    "next-tab": _tab(1),
    "left": _sideways(-1),
    "right": _sideways(1),
    "start": start,
    "end": end,
    "search": lambda context, _key: context.find_text(),
    "editor": editor,
    "export": export,
    "help": show_help,
    "palette": lambda context, _key: context.app.action_command_palette(),
    "suspend": lambda context, _key: context.app.action_suspend_process(),
    "quit": lambda context, _key: context.leave(),
}
