"""The two ways to hear which lines run: ``sys.monitoring`` where it exists, else ``sys.settrace``.

PYTEST_DONT_REWRITE

Standard library only, Python 3.8+. Both begin, pause and stop alike: what is looked for is the business of who
inherits.
"""

import sys
import threading

monitoring = getattr(sys, "monitoring", None)


def free_tool():
    """Take one of the interpreter's tool numbers; None below 3.12, or when other tools have them all."""
    for tool in (4, 3, 5, 2) if monitoring is not None else ():
        try:
            monitoring.use_tool_id(tool, "coach")
        except ValueError:
            continue
        return tool
    return None


class Monitoring:
    """Python 3.12+. Events that nobody wants switch themselves off, so that there is nothing to pause."""

    name = "sys.monitoring"

    def __init__(self, tool):
        self.tool = tool
        self.set_local, self.disable = monitoring.set_local_events, monitoring.DISABLE

    def armed(self):
        """Return the code objects with events of their own."""
        raise NotImplementedError

    def begin(self):
        pass

    def pause(self):
        pass

    def stop(self):
        try:
            monitoring.set_events(self.tool, 0)
            for code in self.armed():
                self.set_local(self.tool, code, 0)
            monitoring.free_tool_id(self.tool)
        except Exception:
            pass


class Tracing:
    """Python 3.8 to 3.11, or when no tool number is free: a trace function for the frames of interest only."""

    name = "sys.settrace"

    def __init__(self, on_call):
        self.on_call = on_call
        self.set_trace, self.set_thread_trace = sys.settrace, threading.settrace
        self.begin()

    def begin(self):
        """Set the trace function again: a test or a fixture may have taken it away."""
        self.set_thread_trace(self.on_call)
        self.set_trace(self.on_call)

    def pause(self):
        """Between imports and phases of tests only pytest runs: tracing its calls would cost more than all else."""
        self.set_thread_trace(None)
        self.set_trace(None)

    def stop(self):
        self.pause()
