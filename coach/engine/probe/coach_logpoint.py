"""Evaluate an expression whenever a line of the project runs, and tell coach what was seen. No file is changed.

PYTEST_DONT_REWRITE

Loaded by the probe only when coach asks for it; standard library only, Python 3.8+. ``sys.monitoring`` where it exists: only
the code objects that hold the line are armed, and of their lines only the wanted one stays so. Below 3.12 ``sys.settrace``
with a filter per file, during tests only. What happens at a hit stands in ``coach_looker``.
"""

import json
import os
import sys
import threading

import coach_looker
import pytest

_monitoring = getattr(sys, "monitoring", None)


class _Monitoring:
    """Python 3.12+."""

    name = "sys.monitoring"

    def __init__(self, looker, tool):
        events = _monitoring.events
        self.looker, self.tool, self.disable = looker, tool, _monitoring.DISABLE
        self.local = events.LINE | (events.PY_RETURN if looker.watch else 0)
        self.set_local = _monitoring.set_local_events
        self.armed, self.paths = [], {}
        self.frame = sys._getframe
        _monitoring.register_callback(tool, events.PY_START, self.on_start)
        _monitoring.register_callback(tool, events.LINE, self.on_line)
        _monitoring.register_callback(tool, events.PY_RETURN, self.on_return)
        _monitoring.set_events(tool, events.PY_START)

    def on_start(self, code, offset):
        if self.is_wanted(code.co_filename) and self.looker.wants(code):
            self.armed.append(code)
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

    def begin(self):
        pass

    def pause(self):
        pass

    def stop(self):
        try:
            _monitoring.set_events(self.tool, 0)
            for code in self.armed:
                self.set_local(self.tool, code, 0)
            _monitoring.free_tool_id(self.tool)
        except Exception:
            pass


class _Tracing:
    """Python 3.8 to 3.11, or when no tool number is free."""

    name = "sys.settrace"

    def __init__(self, looker):
        self.looker = looker
        self.set_trace, self.set_thread_trace = sys.settrace, threading.settrace
        self.wanted, self.paths = {}, {}
        self.local = self.on_change if looker.watch else self.on_line
        self.begin()

    def begin(self):
        self.set_thread_trace(self.on_call)
        self.set_trace(self.on_call)

    def pause(self):
        self.set_thread_trace(None)
        self.set_trace(None)

    def stop(self):
        self.pause()

    def on_call(self, frame, event, arg):
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


def _begun(looker):
    if _monitoring is not None:
        for tool in (4, 3, 5, 2):
            try:
                _monitoring.use_tool_id(tool, "coach")
            except ValueError:
                continue
            return _Monitoring(looker, tool)
    return _Tracing(looker)


class Logger:
    """The plugin: what was seen is told test by test; what ran outside of any test comes first, without a name."""

    def __init__(self, channel, results, plan):
        self.channel, self.results = channel, results
        self.looker = coach_looker.Looker(plan)
        self.way = _begun(self.looker)
        results.send("looking", {"way": self.way.name})

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self._tell(item.nodeid)
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


def load(path, channel, results):
    """Return the plugin for a plan written by coach."""
    with open(path, encoding="utf-8") as file:
        return Logger(channel, results, json.load(file))
