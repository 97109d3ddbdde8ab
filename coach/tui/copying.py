"""What is copied, and pictures of the screen, go to a file as well: a terminal that takes no clipboard does not say so."""

from collections.abc import Callable
from pathlib import Path

from coach.core.base.text import shorten_middle
from coach.errors import CoachError
from coach.tui.end_by_signal import EndBySignalApp
from coach.tui.host_services import HostServices


class CopyingApp(EndBySignalApp):
    """Every way to copy goes through here: the action, the prompt for an assistant, text marked by mouse, fields of a form."""

    def __init__(self, host: HostServices) -> None:
        super().__init__()
        self.host = host

    def tell(self, text: str) -> None:
        """Show a sentence to the engineer."""
        raise NotImplementedError

    def copy_to_clipboard(self, text: str) -> None:
        """Give a text to the terminal (OSC 52), to the platform's clipboard tool where there is one, and to a file."""
        super().copy_to_clipboard(text)
        tool = self.host.copy(text)
        more = f", and with {tool}" if tool else ", and sent by OSC 52"  # which no terminal answers
        self._tell_where("copied", text, "txt", more)

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> str | None:
        """Write a picture to a file; in a browser, let it be downloaded as Textual does."""
        if self.is_web:
            return super().deliver_screenshot(filename, path, time_format)
        self._tell_where("picture", self.export_screenshot(), "svg", "")
        return None

    def _tell_where(self, done: str, text: str, ending: str, more: str) -> None:
        try:
            kept = self.host.keep(text, ending)
        except CoachError as error:
            self.tell(f"⚠ {done}{more}; in no file: {error}")
            return
        if kept:
            self.tell(_fitting(lambda place: f"{done}: {place}", kept, more, self.size.width - 4))
        else:
            self.tell(f"{done}{more}")


def _fitting(said: Callable[[str], str], place: str, more: str, width: int) -> str:
    """Return the most that fits into a line: the file first, since nothing else says where it is."""
    home = str(Path.home())
    short = f"~{place.removeprefix(home)}" if place.startswith(f"{home}/") else place
    for each in (f"{said(short)}{more}", said(short), short):
        if len(each) <= width:
            return each
    return shorten_middle(short, width)
