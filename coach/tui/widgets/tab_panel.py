"""The middle of the screen: one panel per tab, made when it is first looked at."""

from textual.containers import Vertical

from coach.tui.views.view_state import Tab
from coach.tui.widgets import tabs
from coach.tui.widgets.line_panel import LinePanel


class Centre(Vertical):
    """Holds the tabs; its title is the row of their names."""

    def __init__(self) -> None:
        super().__init__(LinePanel("tab-work"), id="centre")
        self._papers: dict[Tab, LinePanel] = {}
        self._title: tuple[object, ...] = ()

    def panel(self, tab: Tab) -> LinePanel:
        """Return the panel of a tab, making it if it is not there yet."""
        if tab not in self._papers:
            found = (
                self.query_one("#tab-work", LinePanel)
                if tab == "work"
                else LinePanel(f"tab-{tab}", follows=tab in {"output", "timeline"})
            )
            self._papers[tab] = found
            if tab != "work":
                self.mount(found)
        return self._papers[tab]

    def turn_to(self, tab: Tab) -> LinePanel:
        """Show a tab and nothing else."""
        shown = self.panel(tab)
        for each in self._papers.values():
            each.set_class(each is shown, "-shown")
        return shown

    def entitle(self, names: tuple[Tab, ...], shown: Tab, work: str) -> None:
        """Write the row of tabs, if it says something else than before."""
        title = (names, shown, work, self.app.theme)
        if title != self._title:
            self._title = title
            self.border_title = tabs.title(names, shown, work, self.panel("work"))
