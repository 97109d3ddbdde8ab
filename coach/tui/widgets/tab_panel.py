"""The middle of the screen: one panel per tab, and the tabs as its title, so that no row of the screen is spent on them."""

from textual.containers import Vertical
from textual.content import Content
from textual.style import Style

from coach.tui import safe_render
from coach.tui.views.link import Show
from coach.tui.views.view_state import Tab
from coach.tui.widgets.line_panel import LinePanel

NAMES: dict[Tab, str] = {
    "work": "Work",
    "gate": "Gate",
    "runs": "Runs",
    "output": "Output",
    "diff": "Diff",
    "timeline": "Timeline",
}


class TabPanel(Vertical):
    """Shows one panel of several; a panel is made when its tab is first shown."""

    def __init__(self) -> None:
        super().__init__(LinePanel("tab-work"), id="centre")
        self._panels: dict[Tab, LinePanel] = {}
        self._title: tuple[object, ...] = ()

    def panel(self, tab: Tab) -> LinePanel:
        """Return the panel of a tab, making it if it is not there yet."""
        if tab not in self._panels:
            found = (
                self.query_one("#tab-work", LinePanel)
                if tab == "work"
                else LinePanel(f"tab-{tab}", follows=tab in {"output", "timeline"})
            )
            self._panels[tab] = found
            if tab != "work":
                self.mount(found)
        return self._panels[tab]

    def show(self, tab: Tab) -> LinePanel:
        """Show the panel of a tab, and no other; returns it."""
        shown = self.panel(tab)
        for each in self._panels.values():
            each.set_class(each is shown, "-shown")
        return shown

    def set_title(self, tabs: tuple[Tab, ...], shown: Tab, work: str) -> None:
        """Write the names of ``tabs`` into the frame, if they are others than before.

        Args:
            tabs: which tabs there are.
            shown: the one that is shown; its name is lit.
            work: what the first one is called: the step's title, safe already.

        """
        title = (tabs, shown, work, self.app.theme)
        if title != self._title:
            self._title = title
            self.border_title = self._names(tabs, shown, work)

    def _names(self, tabs: tuple[Tab, ...], shown: Tab, work: str) -> Content:
        """Return the row of names; a click on one shows its tab."""
        lit = Style(foreground=self.screen.get_visual_style("role--accent").foreground, bold=True)
        dim = Style(foreground=self.screen.get_visual_style("role--dim").foreground)
        parts: list[Content] = []
        for tab in tabs:
            name = work if tab == "work" and work else NAMES[tab]
            look = lit if tab == shown else dim
            parts.append(Content.styled(name, look + safe_render.linking(Show(tab))))
        row = Content.styled(" · ", dim).join(parts)
        return (
            Content(" ") + row + Content(" ")
        )  # a frame without corners sets its title flush against the line
