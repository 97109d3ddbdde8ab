"""Tell coach who called whom with what, what came back and what was raised, in the tests it asks about.

PYTEST_DONT_REWRITE

Loaded by the probe only when coach asks for it; standard library only, Python 3.8+. Calls of the project's own
functions only, shortened by the probe's own way of showing values; ``self`` is named by its class, because half-made
objects must not be asked. While a value is rendered nothing is traced. Log records and what is appended to the log
files that coach names are kept with the number of the call after which they came. All is sent when a test ends: the
first and the last calls of a long one, with the number of those left out.
"""

import json
import logging
import opcode
import os
import sys
import threading
import time
from collections import deque

import coach_logs
import pytest
from coach_ids import ids
from coach_phases import Phases

FIRST = 300
LAST = 300
MOST_RENDERED = 20_000
MOST_TRACED = 400_000
MOST_ARGUMENTS = 8
FIRST_LOGS = 200
LAST_LOGS = 200
SECONDS_FOR_VALUES = 4.0
PART_LIMIT = 40_000
_BODY = 0x1
_STARRED, _DOUBLE_STARRED = 0x4, 0x8
_QUIET = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))
YIELDING = frozenset(
    number for name, number in opcode.opmap.items() if name in ("YIELD_VALUE", "YIELD_FROM", "SEND", "RETURN_GENERATOR", "RESUME")
)
"""``RESUME``: since 3.13 a frame that yielded stands behind its ``yield`` already."""
LEAVING = YIELDING | frozenset(
    number for name, number in opcode.opmap.items() if name in ("RETURN_VALUE", "RETURN_CONST")
)
_monotonic, _get_ident = time.monotonic, threading.get_ident
_settrace, _gettrace, _set_thread_trace = sys.settrace, sys.gettrace, threading.settrace


class _Kept:
    """The first and the last of many entries."""

    def __init__(self, first, last):
        self.limit, self.head, self.tail, self.total = first, [], deque(maxlen=last), 0

    def add(self, entry):
        self.total += 1
        if len(self.head) < self.limit:
            self.head.append(entry)
        else:
            self.tail.append(entry)

    def all(self):
        return self.head + list(self.tail)

    @property
    def left_out(self):
        return self.total - len(self.head) - len(self.tail)


class Calls(Phases):
    """The plugin: it traces the tests it was asked for, from set-up to tear-down."""

    def __init__(self, channel, plan, own):
        self.channel, self.tests, self.own = channel, frozenset(plan["tests"]), own
        self.is_own, self.shortened, self.text_of = own.is_own, own.shortened, own.text_of
        self.places = [os.path.abspath(each) for each in plan.get("logs", ())]
        self.files, self.names, self.sent = {}, [], 0
        self.codes = {}
        self.calls = self.logs = None
        self.is_busy = False
        self.stacks, self.deadline, self.watched = {}, 0.0, []
        self.handler = coach_logs.Records(self)
        self.before = None
        self.suspended = set()

    # ---- when -------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid, location):
        if self.tests and ids.of(nodeid) not in self.tests:
            return
        self.suspended.clear()
        self.stacks = {}
        self.deadline = _monotonic() + SECONDS_FOR_VALUES
        self.watched = [coach_logs.FileTail(path) for path in self.places]
        self.calls, self.logs = _Kept(FIRST, LAST), _Kept(FIRST_LOGS, LAST_LOGS)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item):
        self.begin()
        yield
        self.pause()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid, location):
        if self.calls is None:
            return
        try:
            for file in self.watched:
                self.look_at(file)
                for line in file.last():
                    self.log(file.path, line, "", 0)
            self.send(ids.of(nodeid))
        except Exception as error:
            self.channel.note("calls", error)
        self.calls = self.logs = None

    def begin(self):
        if self.calls is None:
            return
        logging.getLogger().addHandler(self.handler)
        self.before = _gettrace()
        self.stacks = {}
        _set_thread_trace(self.on_call)
        _settrace(self.on_call)

    def pause(self):
        if self.calls is None:
            return
        _settrace(self.before)
        _set_thread_trace(None)
        logging.getLogger().removeHandler(self.handler)

    # ---- what -------------------------------------------------------------------------------------------------------

    def on_call(self, frame, event, arg):
        """Never raises: an exception here would become one of the test."""
        try:
            return self.called(frame, event)
        except Exception as error:
            self.give_up(error)
            return None

    def give_up(self, error):
        self.is_busy = True  # for good: what is seen from here on would be wrong
        self.channel.note("calls", error)

    def called(self, frame, event):
        if self.is_busy or event != "call" or self.calls is None:
            return None
        code = frame.f_code
        known = self.codes.get(id(code))
        if known is None:
            known = self.codes[id(code)] = self.met(code)
        if known[1] is None or self.calls.total >= MOST_TRACED:
            return None
        frame.f_trace_lines = False
        self.enter(frame, code, known[1])
        return self.on_event

    def met(self, code):
        """Return the code itself, so that its id stays its own, and its file's number: None when it is not looked at."""
        path = code.co_filename
        if path not in self.files:
            index = None
            try:
                if path[:1] != "<" and self.is_own(path):
                    self.names.append(path)
                    index = len(self.names) - 1
            except Exception:
                index = None
            self.files[path] = index
        is_body = code.co_flags & _BODY or code.co_name == "<module>"
        return code, self.files[path] if is_body and code.co_name not in _QUIET else None

    def enter(self, frame, code, file):
        for each in self.watched:
            self.look_at(each)
        stack = self.stacks.setdefault(_get_ident(), [])
        caller = frame.f_back
        mark = (id(frame), id(code))
        is_resumed = mark in self.suspended
        self.suspended.discard(mark)
        entry = [
            len(stack), file, _name(frame, code), code.co_firstlineno, caller.f_lineno if caller else 0, [],
            "resumed" if is_resumed else "", "", "", len(self.stacks) - 1,
        ]
        if not is_resumed and self.calls.total < MOST_RENDERED:
            entry[5] = self.arguments(frame, code)
        self.calls.add(entry)
        stack.append((frame, entry))

    def arguments(self, frame, code):
        count = code.co_argcount + code.co_kwonlyargcount
        count += bool(code.co_flags & _STARRED) + bool(code.co_flags & _DOUBLE_STARRED)
        names = code.co_varnames[:count]
        values, shown = frame.f_locals, []
        for index, name in enumerate(names):
            if name not in values or (index == 0 and name in ("self", "cls")):
                continue
            if len(shown) == MOST_ARGUMENTS:
                shown.append(["...", "%d more" % (len(names) - index)])
                break
            shown.append([name, self.render(values[name])])
        return shown

    def render(self, value):
        self.is_busy = True
        try:
            return self.shortened(value, self.deadline)
        except Exception as error:
            return "<not shown: %s>" % type(error).__name__
        finally:
            self.is_busy = False

    def on_event(self, frame, event, arg):
        if self.is_busy or self.calls is None:
            return self.on_event
        try:
            if event == "exception":
                self.raised(frame, arg)
            elif event == "return":
                self.leave(frame, arg)
        except Exception as error:
            self.give_up(error)
        return self.on_event

    def entry_of(self, frame):
        stack = self.stacks.get(_get_ident(), [])
        return stack[-1][1] if stack and stack[-1][0] is frame else None

    def raised(self, frame, arg):
        entry = self.entry_of(frame)
        if entry is None:
            return
        kind, value = arg[0], arg[1]
        text = ""
        if isinstance(value, BaseException):
            self.is_busy = True
            try:
                text = self.text_of(value)[:200]
            finally:
                self.is_busy = False
        name = getattr(kind, "__name__", "exception")
        entry[8] = "%s: %s" % (name, text) if text else name

    def leave(self, frame, arg):
        stack = self.stacks.get(_get_ident(), [])
        while stack:
            seen, entry = stack.pop()
            if seen is frame:
                break
        else:
            return
        code = frame.f_code
        operation = code.co_code[frame.f_lasti]
        if operation in YIELDING:
            self.suspended.add((id(frame), id(code)))
        if arg is None and entry[8] and operation not in LEAVING:
            entry[6] = "raised"
            return
        entry[8] = ""
        is_resumed = entry[6] == "resumed"
        entry[6] = "resumed" if is_resumed else "returned"
        if self.calls.total < MOST_RENDERED:
            entry[7] = self.render(arg)

    # ---- logs -------------------------------------------------------------------------------------------------------

    def log(self, source, text, path, line):
        depth = len(self.stacks.get(_get_ident(), ()))
        self.logs.add([self.calls.total, depth, source, text, path if path and self.is_own(path) else "", line])

    def look_at(self, file):
        for line in file.news():
            self.log(file.path, line, "", 0)

    # ---- sending ----------------------------------------------------------------------------------------------------

    def send(self, nodeid):
        while self.sent < len(self.names):
            self.channel.send("file", {"index": self.sent, "path": self.names[self.sent]})
            self.sent += 1
        self.parts("calls", nodeid, self.calls.all(), self.calls.left_out)
        self.parts("logs", nodeid, self.logs.all(), self.logs.left_out)
        self.channel.send("calls_end", {"test": nodeid[:8_000], "total": self.calls.total, "first": FIRST})

    def parts(self, event, nodeid, entries, left_out):
        part, size = [], 0
        for entry in entries + [None]:
            length = 0 if entry is None else sum(len(each) for each in entry if type(each) is str) + 60
            if entry is not None and type(entry[5]) is list:
                length += sum(len(name) + len(text) + 8 for name, text in entry[5])
            if part and (entry is None or size + length > PART_LIMIT):
                self.channel.send(event, {"test": nodeid[:8_000], "left_out": left_out, "entries": part})
                part, size = [], 0
            part.append(entry)
            size += length


def _name(frame, code):
    name = getattr(code, "co_qualname", None)
    if name is None:
        name, first = code.co_name, code.co_varnames[:1]
        if first in (("self",), ("cls",)) and code.co_argcount:
            owner = frame.f_locals.get(first[0])
            kind = owner if isinstance(owner, type) else type(owner)
            name = "%s.%s" % (kind.__name__, name)
    return name.replace(".<locals>", "")[-200:]


def load(path, channel, own):
    """Return the plugin. ``path`` holds ``{"tests": [node ids], "logs": [paths]}``; ``own`` is how the probe sees."""
    with open(path, "rb") as file:
        plan = json.loads(file.read().decode("utf-8"))
    return Calls(channel, plan, own)
