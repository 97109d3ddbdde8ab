"""The tabs, as the title of the panel they belong to: no row of the screen is spent on them."""

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from coach.tui.views.view_state import Tab

NAMES: dict[Tab, str] = {
    "work": "Work",
    "gate": "Gate",
    "runs": "Runs",
    "output": "Output",
    "diff": "Diff",
    "timeline": "Timeline",
}


def title(tabs: tuple[Tab, ...], shown: Tab, work: str, owner: Widget) -> Content:
    """Return the names of the tabs, the shown one lit; a click shows a tab.

    Args:
        tabs: which tabs there are.
        shown: the one that is shown.
        work: what the first one is called: the step's title, safe already.
        owner: whose style sheet says what lit and dim look like.

    """
    lit = Style(foreground=owner.screen.get_visual_style("role--accent").foreground, bold=True)
    dim = Style(foreground=owner.screen.get_visual_style("role--dim").foreground)
    parts: list[Content] = []
    for tab in tabs:
        name = work if tab == "work" and work else NAMES[tab]
        click = Style.from_meta({"@click": f"screen.show_tab('{tab}')"})
        parts.append(Content.styled(name, (lit if tab == shown else dim) + click))
    row = Content.styled(" · ", dim).join(parts)
    # A frame without corners sets its title flush against the line.
    return Content(" ") + row + Content(" ") if "gate" in tabs else row
