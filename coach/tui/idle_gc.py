"""Garbage collection in idle time.

Every dialog that was closed leaves a few thousand objects in cycles. Python collects them whenever enough were made,
which is while the next dialog is being drawn: a key's answer is shown 20 to 60 ms later. So Python collects less often by
itself, and coach collects when no key has come for a moment.
"""

import gc
import time

from coach.tui.type_ahead import TypeAheadApp

IDLE_SECONDS = 1.5
_THRESHOLDS = (2_000, 10, 20)
"""Python's thresholds while the screen is up: a full collection by itself after some 400,000 new objects, about 60 MB.

Where the process collects less often already, it stays so.
"""


class IdleGcApp(TypeAheadApp):
    """An application that collects garbage while no key is pressed."""

    def on_mount(self) -> None:
        self._usual_thresholds = gc.get_threshold()
        gc.set_threshold(*map(max, _THRESHOLDS, self._usual_thresholds))
        self.set_interval(IDLE_SECONDS, self.collect)

    def on_unmount(self) -> None:
        gc.set_threshold(*self._usual_thresholds)

    def collect(self) -> None:
        """Collect, unless a key came a moment ago."""
        is_idle = time.monotonic() - self.last_key_at > IDLE_SECONDS
        if is_idle and gc.get_count()[2] > 0:
            gc.collect()
