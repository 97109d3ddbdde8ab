"""Evaluate an expression whenever a line of the project runs, and tell coach what was seen. No file is changed.

PYTEST_DONT_REWRITE

Loaded by the probe only when coach asks for it; standard library only, Python 3.8+. ``sys.monitoring`` where it
exists: only the code objects that hold the line are armed, and of their lines only the wanted one stays so. Below
3.12 ``sys.settrace`` with a filter per file, during tests only. What happens at a hit stands in ``coach_looker``.
"""

import json
import os
import sys

import coach_looker
import coach_ways
import pytest
from coach_ids import ids


class _Monitoring(coach_ways.Monitoring):
    def __init__(self, looker, tool):
        coach_ways.Monitoring.__init__(self, tool)
        monitoring, self.looker = coach_ways.monitoring, looker
        events = monitoring.events
        self.local = events.LINE | (events.PY_RETURN if looker.watch else 0)
        self.codes, self.paths = [], {}
        self.frame = sys._getframe
        monitoring.register_callback(tool, events.PY_START, self.on_start)
        monitoring.register_callback(tool, events.LINE, self.on_line)
        monitoring.register_callback(tool, events.PY_RETURN, self.on_return)
        monitoring.set_events(tool, events.PY_START)

    def armed(self):
        return self.codes

    def on_start(self, code, offset):
        if self.is_wanted(code.co_filename) and self.looker.wants(code):
            self.codes.append(code)
            self.set_local(self.tool, code, self.local)
        return self.disable

    def is_wanted(self, path):
        if path not in self.paths:
            self.paths[path] = _same(path, self.looker.path)
        return self.paths[path]

    def on_line(self, code, line):
        looker = self.looker
        if looker.watch:
            looker.changed(self.frame(1))
            return None
        if line != looker.line:
            return self.disable
        looker.hit(self.frame(1))
        return None

    def on_return(self, code, offset, value):
        self.looker.changed(self.frame(1), True)


class _Tracing(coach_ways.Tracing):
    def __init__(self, looker):
        self.looker = looker
        self.wanted, self.paths = {}, {}
        self.local = self.on_change if looker.watch else self.on_line
        coach_ways.Tracing.__init__(self, self.called)

    def called(self, frame, event, arg):
        code = frame.f_code
        found = self.wanted.get(code)
        if found is None:
            path = code.co_filename
            if path not in self.paths:
                self.paths[path] = _same(path, self.looker.path)
            found = self.wanted[code] = self.paths[path] and self.looker.wants(code)
        return self.local if found else None

    def on_line(self, frame, event, arg):
        if event == "line" and frame.f_lineno == self.looker.line:
            self.looker.hit(frame)
            if self.looker.stops:
                return sys.gettrace() and frame.f_trace
        return self.on_line

    def on_change(self, frame, event, arg):
        if event in ("line", "return"):
            self.looker.changed(frame, event == "return")
        return self.on_change


def _same(path, wanted):
    return path[:1] != "<" and (path == wanted or os.path.realpath(path) == wanted)


class Logger:
    """The plugin: what was seen is told test by test; what ran outside of any test comes first, without a name."""

    def __init__(self, channel, results, plan, own):
        self.channel, self.results = channel, results
        self.looker = coach_looker.Looker(plan, own)
        tool = coach_ways.free_tool()
        self.way = _Tracing(self.looker) if tool is None else _Monitoring(self.looker, tool)
        results.send("looking", {"way": self.way.name})

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self._tell(ids.of_item(item))
        self.way.begin()
        yield
        self.way.pause()
        self._tell("")

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item):
        self.way.begin()  # a fixture may have taken the trace function away
        yield

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config):
        self.way.stop()
        self._tell("")

    def _tell(self, following):
        seen, self.looker.seen = self.looker.seen, coach_looker.Seen(following)
        try:
            if seen.test or seen.hits:
                self.results.send("seen", seen.fields())
        except Exception as error:
            self.channel.note("logpoint", error)


def load(path, channel, results, own):
    """Return the plugin for a plan written by coach; ``own`` is how the probe shows values."""
    with open(path, encoding="utf-8") as file:
        return Logger(channel, results, json.load(file), own)
