"""Tell coach which lines, calls and returns of own functions a test ran, and which values names held in between.

PYTEST_DONT_REWRITE

Loaded by the probe only when coach asks for it; standard library only, Python 3.8+. It only looks: no property is read,
no method, ``repr()`` or comparison of a foreign object is called, and no object is kept; an object is told by its
``id()`` and its type's name, a value only where its type is an exact builtin one or a decimal, a date or a time of
the standard library. Below 3.13 reading a frame's names lets the frame hold them until its next line. The test's own
thread only. Kept are the last steps, because the value that is asked about was made before the end; what was dropped
and what ran too often to be followed is counted.
"""

import json
import opcode
import sys
import threading
import time
from collections import deque

import pytest
from coach_calls import LEAVING, YIELDING
from coach_ids import ids
from coach_phases import Phases

MOST_STEPS = 40_000
MOST_CALLS_OF_A_FUNCTION = 2_000
MOST_LINES_OF_A_CALL = 8_000
MOST_NAMES = 60
SECONDS = 20.0
PART_LIMIT = 40_000
_BODY = 0x1
_RESUME = opcode.opmap.get("RESUME", -1)
_RESUMED = 0x20 | 0x80 | 0x200
_QUIET = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"))
_SCALARS = frozenset((int, float, str, bytes, bool, complex, type(None), type(Ellipsis)))
_CONTAINERS = frozenset((list, tuple, set, frozenset, dict))
_SAFE = (("decimal", "Decimal"), ("datetime", "date"), ("datetime", "datetime"), ("datetime", "time"),
         ("datetime", "timedelta"), ("fractions", "Fraction"), ("uuid", "UUID"))
_monotonic, _get_ident = time.monotonic, threading.get_ident
_settrace, _gettrace = sys.settrace, sys.gettrace
_type_name = type.__dict__["__name__"].__get__


class _Frame:
    """What is known of an own frame that runs or waits."""

    __slots__ = ("code", "lines", "names", "number")

    def __init__(self, number, code):
        self.number, self.code, self.lines, self.names = number, code, 0, {}


class Origins(Phases):
    """The plugin: it records the one test it was asked for, its set-up and its call."""

    def __init__(self, channel, plan, own):
        self.channel, self.test = channel, plan["test"]
        self.is_own, self.shortened = own.is_own, own.shortened
        self.files, self.paths, self.codes, self.positions = {}, [], {}, {}
        self.steps = deque(maxlen=MOST_STEPS)
        self.total = self.skipped = 0
        self.frames, self.stack, self.waiting = {}, [], {}
        self.made = 0
        self.is_over = self.is_asked = False
        self.thread, self.deadline, self.before = 0, 0.0, None
        self.safe = None

    # ---- when -------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid, location):
        self.is_asked = ids.of(nodeid) == self.test
        if self.is_asked:
            self.steps.clear()
            self.total = self.skipped = 0
            self.deadline = _monotonic() + SECONDS

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid, location):
        if not self.is_asked:
            return
        self.is_asked = False
        try:
            self.send()
        except Exception as error:
            self.channel.note("origins", error)
        self.steps.clear()

    def begin(self):
        if not self.is_asked:
            return
        try:
            self.safe = _safe_types()
            self.thread = _get_ident()
            self.frames, self.stack, self.waiting = {}, [], {}
            self.before = _gettrace()
        except Exception as error:
            self.give_up(error)
            return
        _settrace(self.on_call)

    def pause(self):
        if self.is_asked:
            _settrace(self.before)
            self.frames, self.stack, self.waiting = {}, [], {}

    # ---- what -------------------------------------------------------------------------------------------------------

    def on_call(self, frame, event, arg):
        """Never raises: an exception here would become one of the test."""
        try:
            return self.called(frame) if event == "call" and not self.is_over else None
        except Exception as error:
            self.give_up(error)
            return None

    def give_up(self, error):
        self.is_over = True
        self.channel.note("origins", error)

    def called(self, frame):
        code = frame.f_code
        known = self.codes.get(id(code))
        if known is None:
            known = self.codes[id(code)] = self.met(code)
        if known[1] is None or _get_ident() != self.thread:
            return None
        if known[2] >= MOST_CALLS_OF_A_FUNCTION or _monotonic() > self.deadline:
            self.skipped += 1
            return None
        known[2] += 1
        self.enter(frame, known)
        return self.on_event

    def met(self, code):
        """Return the code itself, so that its id stays its own, its number (None: not looked at), and its calls."""
        path = code.co_filename
        if path not in self.files:
            try:
                self.files[path] = path[:1] != "<" and self.is_own(path)
            except Exception:
                self.files[path] = False
        is_body = code.co_flags & _BODY and code.co_name not in _QUIET
        if not (self.files[path] and is_body):
            return [code, None, 0]
        self.paths.append((path, code.co_name, code.co_firstlineno))
        return [code, len(self.paths) - 1, 0]

    def enter(self, frame, known):
        own = self.waiting.pop(id(frame), None) if known[0].co_flags & _RESUMED else None
        if own is None or own.code != known[1] or _begins(frame):
            own = _Frame(self.made, known[1])
            self.made += 1
        caller = self.stack[-1] if self.stack else None
        at, is_direct = None, True
        if caller is not None:
            behind = frame.f_back
            is_direct = behind is caller[0]
            if not is_direct and behind is not None and behind.f_code.co_name in _QUIET:
                is_direct = behind.f_back is caller[0] and behind.f_code.co_filename == caller[0].f_code.co_filename
                at = self.position(behind) if is_direct else self.position(caller[0])
            else:
                at = self.position(caller[0])
        self.stack.append((frame, own))
        self.add(["c", own.number, own.code, caller[1].number if caller else -1, at, is_direct, self.names(frame, own)])

    def add(self, step):
        self.total += 1
        self.steps.append(step)

    def on_event(self, frame, event, arg):
        if self.is_over:
            return None
        try:
            return self.happened(frame, event, arg)
        except Exception as error:
            self.give_up(error)
            return None

    def happened(self, frame, event, arg):
        if not self.stack or _get_ident() != self.thread:
            return self.on_event
        while self.stack[-1][0] is not frame:  # a frame that left without a word: its tracing was taken away
            if len(self.stack) == 1:
                return self.on_event
            self.stack.pop()
        own = self.stack[-1][1]
        if event == "line":
            own.lines += 1
            if own.lines > MOST_LINES_OF_A_CALL and _monotonic() > self.deadline:
                self.skipped += 1
                frame.f_trace_lines = False
                return self.on_event
            self.add(["l", own.number, own.code, frame.f_lineno, self.names(frame, own)])
        elif event == "exception":
            self.add(["x", own.number])
        elif event == "return":
            self.left(frame, own, arg)
        return self.on_event

    def left(self, frame, own, arg):
        self.stack.pop()
        code = frame.f_code
        operation = code.co_code[frame.f_lasti] if frame.f_lasti >= 0 else -1
        is_yield = bool(code.co_flags & _RESUMED) and operation in YIELDING
        value = None if arg is None and operation not in LEAVING else self.token(arg)
        self.add(["r", own.number, value, is_yield, self.names(frame, own)])
        if is_yield:
            self.waiting[id(frame)] = own

    def position(self, frame):
        """Return where the expression stands that a frame evaluates; None below 3.11."""
        code = frame.f_code
        if id(code) not in self.positions:
            told = getattr(code, "co_positions", None)
            self.positions[id(code)] = code, list(told()) if told else None
        told = self.positions[id(code)][1]
        at = told[frame.f_lasti // 2] if told and 0 <= frame.f_lasti // 2 < len(told) else None
        return None if at is None or None in at else at

    # ---- values -----------------------------------------------------------------------------------------------------

    def names(self, frame, own):
        """Return the names that hold another object than when the frame was last looked at."""
        changed = []
        for name, value in frame.f_locals.items():
            if own.names.get(name) != id(value):
                own.names[name] = id(value)
                if len(changed) < MOST_NAMES and name[:1] != "@":
                    changed.append([name] + self.token(value))
        return changed

    def token(self, value):
        kind = type(value)
        name = _type_name(kind)
        if kind in _SCALARS:
            return [0, name, self.shortened(value, 0.0)]
        if kind in self.safe:
            return [0, name, repr(value)[:120]]
        if kind in _CONTAINERS:
            text = self.shortened(value, 0.0).replace("<not shown: time>", "...")
            return [id(value), name, text] + ([len(value)] if kind is list or kind is tuple else [])
        return [id(value), name, "<%s>" % name]

    # ---- sending ----------------------------------------------------------------------------------------------------

    def send(self):
        for index, (path, name, line) in enumerate(self.paths):
            self.channel.send("code", {"index": index, "path": path, "name": name, "line": line})
        part, size = [], 0
        for step in self.steps:
            length = len(json.dumps(step))
            if part and size + length > PART_LIMIT:
                self.channel.send("steps", {"entries": part})
                part, size = [], 0
            part.append(step)
            size += length + 2
        self.channel.send("steps", {"entries": part})
        ended = {"dropped": self.total - len(self.steps), "skipped": self.skipped, "test": self.test[:8_000]}
        self.channel.send("origins_end", ended)


def _begins(frame):
    """Whether a generator's or coroutine's frame begins; its ``id()`` may have been another one's before."""
    if frame.f_lasti < 0:
        return True
    code = frame.f_code.co_code
    return code[frame.f_lasti] == _RESUME and not code[frame.f_lasti + 1] & 3


def _safe_types():
    """Return types of the standard library whose ``repr()`` runs no code of the project, as far as they are loaded."""
    found = set()
    for module, name in _SAFE:
        kind = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if type(kind) is type:
            found.add(kind)
    return found


def load(path, channel, own):
    """Return the plugin. ``path`` holds ``{"test": id}``; ``own`` is how the probe sees."""
    with open(path, "rb") as file:
        return Origins(channel, json.loads(file.read().decode("utf-8")), own)
