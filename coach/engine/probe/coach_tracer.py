"""Tell coach which lines of the project's own code each test ran. Loaded by the probe only when coach asks for it.

PYTEST_DONT_REWRITE

The plugin says to whom lines belong: to a test, or to the file that was being collected. ``coach_lines`` hears them,
``coach_time_box`` keeps tests that hang from costing the measurement. Standard library and pytest only, Python 3.8+.
"""

import coach_said
import coach_ways
import pytest
from coach_ids import ids
from coach_lines import MonitoredLines, TracedLines
from coach_time_box import TimeBox

MOST_OPENED = 50


class Tracer:
    """The plugin: a context per test, and one per file that is collected."""

    wants_reads = True

    def __init__(self, channel, is_own, plan=(), reads=None):
        self.channel, self.reads = channel, reads
        self.plan = dict(plan)
        self.focus = self.plan.get("focus", "")
        self.box = TimeBox(channel, self.plan)
        tool = coach_ways.free_tool()
        self.lines = TracedLines(channel, is_own) if tool is None else MonitoredLines(channel, is_own, tool)
        self.has_told = False
        channel.send("tracing", {"path": self.lines.name})

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        before = self._switch("import", ids.file_of_item(collector))
        self.lines.begin()
        yield
        self.lines.pause()
        if before is not None:
            self._switch(*before)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session):
        self.lines.pause()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session, config, items):
        """Where the time may be over before all files are, it begins now, with the file of the focus, as that stands."""
        if not self.plan.get("first"):
            return
        self.box.began = self.box.clock()
        try:
            own = ids.file_in(self.focus)
            items.sort(key=lambda item: ids.file_of_item(item) != own)
        except Exception as error:
            self.channel.note("order of the tests", error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        try:
            self.box.leave_out(item.session, item, ids.of_item)
        except Exception as error:
            self.channel.note("time of the trace", error)

    def _phase(self):
        """Look while a phase of a test runs, and only then may its time end it."""
        self.lines.begin()
        self.box.is_in_phase = True
        yield
        self.box.is_in_phase = False
        taken = self.lines.taken_by()
        self.lines.pause()
        if taken is not None:
            self._taken(taken)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_setup(self, item):
        yield from self._phase()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item):
        yield from self._phase()

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item):
        yield from self._phase()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid, location):
        name = ids.of(nodeid)
        self._switch("test", name)
        self.lines.follow(bool(self.focus) and name == self.focus)
        self.box.begins(name)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid, location):
        if self.box.was_ended:
            self.box.took_too_long(ids.of(nodeid))
        self.box.ends()
        self._opened()
        self._switch("import", "")
        self.lines.follow(False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self, node, call, report):
        """Say in which order the focus ran what it ran before its exception was raised: now the exception is known."""
        sequence = self.lines.sequence
        if sequence is None or self.has_told or call.excinfo is None:
            return
        try:
            error = call.excinfo.value
            rows = sequence.before([error] + [each for _, each in coach_said.causes_of(error)])
            self.has_told = True
            for start in range(0, len(rows or ()), 1_000):
                self.channel.send("sequence", {"test": self.focus[:8_000], "rows": rows[start : start + 1_000]})
        except Exception as problem:
            self.channel.note("order of the trace", problem)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config):
        try:
            self.lines.stop()
            self.lines.flush()
        except Exception as error:
            self.channel.note("trace end", error)

    def _opened(self):
        """Say which files of the project, other than code, the test that ends has opened for reading."""
        reads = self.reads
        try:
            files = [each for each in reads.now if each not in reads.written] if reads is not None else ()
            if files:
                self.channel.send("opened", {"test": self.lines.context[1][:8_000], "files": files[:MOST_OPENED]})
        except Exception as error:
            self.channel.note("opened files", error)

    def _taken(self, by):
        try:
            self.channel.send("taken", {"test": self.lines.context[1][:8_000], "by": by[:200]})
        except Exception as error:
            self.channel.note("trace", error)

    def _switch(self, kind, name):
        try:
            return self.lines.switch(kind, name)
        except Exception as error:
            self.channel.note("trace", error)
            return None
