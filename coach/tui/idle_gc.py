"""The search for garbage, while nobody waits for it.

Every window that was closed leaves a few thousand objects in cycles. Python looks for them whenever enough were made,
which is while the next window is being drawn: 20 to 60 ms before a key's answer is on the glass. So it looks less
often by itself, and coach asks it to when no key has come for a moment.
"""

import gc
import time

from coach.tui.type_ahead import PatientApp

QUIET_SECONDS = 1.5
_OFTEN = (2_000, 10, 20)
"""Python's thresholds while the screen is up: a full search by itself after some 400,000 new objects, about 60 MB."""


class TidyApp(PatientApp):
    """An application whose garbage goes in its quiet moments."""

    def on_mount(self) -> None:
        self._usual = gc.get_threshold()
        gc.set_threshold(*_OFTEN)
        self.set_interval(QUIET_SECONDS, self.tidy)

    def on_unmount(self) -> None:
        gc.set_threshold(*self._usual)

    def tidy(self) -> None:
        """Look for garbage, unless somebody works the keys."""
        is_quiet = time.monotonic() - self.last_key_at > QUIET_SECONDS
        if is_quiet and gc.get_count()[2] > 0:
            gc.collect()
