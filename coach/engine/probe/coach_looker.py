"""Evaluate expressions in a running frame, safely: what a logpoint does when it is hit.

PYTEST_DONT_REWRITE

Part of ``coach_logpoint``; standard library only, Python 3.8+. An expression is evaluated before the line runs, with
copies of the names it uses: it can rebind nothing. Values are rendered at once, since they may change; a type whose
``repr`` is slow is not rendered again.
"""

import sys
import threading
import time
import tokenize
import types

import coach_free
import pytest

MOST_EVALUATED = 10_000
MOST_ROWS = 12
MOST_HOLDING_ROWS = 3
MOST_CHANGES = 60
SLOW_REPR = 0.05
REPR_BUDGET = 0.5
_clock = time.monotonic
_MISSING = object()


class Seen:
    """What one test showed."""

    def __init__(self, test):
        self.test = test
        self.hits = self.evaluated = self.held = self.raised = 0
        self.error = ""
        self.rows = []
        self.holding = 0
        self.budget = REPR_BUDGET

    def fields(self):
        return {
            "test": self.test[:4_000],
            "hits": self.hits,
            "evaluated": self.evaluated,
            "held": self.held,
            "raised": self.raised,
            "error": self.error,
            "rows": self.rows,
        }


class _Expression:
    """A compiled expression and the names it needs: a comprehension in it sees locals as well."""

    def __init__(self, text):
        self.code = compile(text, "<logpoint>", "eval")
        self.names = tuple(_names_of(self.code))

    def value(self, frame):
        scope = {"__builtins__": frame.f_builtins}
        found, everywhere = frame.f_locals, frame.f_globals
        for name in self.names:
            if name in found:
                scope[name] = found[name]
            elif name in everywhere:
                scope[name] = everywhere[name]
        return eval(self.code, scope)


def _names_of(code):
    names = set(code.co_names)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            names.update(_names_of(each))
    return names


class Looker:
    """Counts, evaluates and renders, whatever calls it."""

    def __init__(self, plan, own):
        self.shortened, self.text_of = own.shortened, own.text_of
        self.path, self.line, self.watch = plan["file"], plan["line"], plan.get("watch", "")
        self.function = plan.get("function", "")
        made = coach_free.Expression if plan.get("free") else _Expression
        self.expression = made(plan["expression"] or "None")
        self.condition = made(plan["condition"]) if plan.get("condition") else None
        self.stops = plan.get("stops", False)
        self.seen = Seen("")
        self.busy = set()
        self.slow = set()
        self.before = {}
        self.inner = _inner_to(self.path, self.line)

    def wants(self, code):
        if self.watch:
            return code.co_name == self.function and code.co_firstlineno == self.line
        return self.line in _lines_of(code) and (code.co_name, code.co_firstlineno) not in self.inner

    def hit(self, frame):
        """Look at one moment; nothing that happens in here reaches the code under test."""
        thread = threading.get_ident()
        if thread in self.busy:
            return
        self.busy.add(thread)
        try:
            if self.stops:
                self._stop(frame)
            else:
                self._look(frame)
        finally:
            self.busy.discard(thread)

    def _look(self, frame):
        seen = self.seen
        seen.hits += 1
        if seen.evaluated >= MOST_EVALUATED:
            return
        seen.evaluated += 1
        holds = None
        try:
            if self.condition is not None:
                holds = bool(self.condition.value(frame))
                seen.held += holds
            is_shown = len(seen.rows) < MOST_ROWS or (holds and seen.holding < MOST_HOLDING_ROWS)
            if not is_shown:
                return
            value = self._shown(self.expression.value(frame))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            seen.raised += 1
            value = "<raised %s: %s>" % (type(error).__name__, self.text_of(error)[:100])
            seen.error = seen.error or value
            if len(seen.rows) >= MOST_ROWS:
                return
        seen.holding += bool(holds)
        seen.rows.append([seen.hits, frame.f_lineno, value, holds])

    def changed(self, frame, is_end=False):
        """Record the watched name when it is not what it was in this frame."""
        thread = threading.get_ident()
        if thread in self.busy:
            return
        self.busy.add(thread)
        try:
            seen, key = self.seen, id(frame)
            seen.hits += 1
            if seen.evaluated >= MOST_EVALUATED or len(seen.rows) >= MOST_CHANGES:
                return
            seen.evaluated += 1
            line, known = self.before.get(key, (frame.f_code.co_firstlineno, None))
            value = frame.f_locals.get(self.watch, _MISSING)
            text = None if value is _MISSING else self._shown(value)
            if text is not None and text != known:
                seen.rows.append([seen.hits, line, text, None])
            if is_end:
                self.before.pop(key, None)
            else:
                self.before[key] = (frame.f_lineno, text)
        finally:
            self.busy.discard(thread)

    def _shown(self, value):
        kind = type(value)
        if kind in self.slow or self.seen.budget <= 0:
            return "<%s: not shown, it is slow>" % kind.__name__
        began = _clock()
        text = self.shortened(value, began + self.seen.budget)
        took = _clock() - began
        self.seen.budget -= took
        if took > SLOW_REPR:
            self.slow.add(kind)
        return text

    def _stop(self, frame):
        if self.condition is not None:
            try:
                if not self.condition.value(frame):
                    return
            except Exception:
                return
        _debug(frame)


def _debug(frame):
    """Give the terminal to pdb with the line not yet run; afterwards it steps on only when it was asked to."""
    import pdb

    debugger = pdb.Pdb()
    debugger.reset()
    debugger.interaction(frame, None)
    if getattr(debugger, "quitting", False):
        pytest.exit("left in pdb", returncode=0)
    if debugger.stoplineno == -1 and not debugger.breaks:
        return
    each = frame
    while each is not None:
        each.f_trace = debugger.trace_dispatch
        debugger.botframe = each
        each = each.f_back
    sys.settrace(debugger.trace_dispatch)


def _inner_to(path, line):
    """Name the lambdas and comprehensions of a line that runs by itself too: calling them is not a hit of the line."""
    try:
        with tokenize.open(path) as file:
            code = compile(file.read(), path, "exec", 0, True)
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    found, waiting = set(), [(code, False)]
    while waiting:
        each, is_within = waiting.pop()
        has_line = line in _lines_of(each)
        if has_line and is_within and each.co_name.startswith("<"):
            found.add((each.co_name, each.co_firstlineno))
        waiting += [(one, is_within or has_line) for one in each.co_consts if isinstance(one, types.CodeType)]
    return frozenset(found)


def _lines_of(code):
    if hasattr(code, "co_lines"):
        return set(line for _, _, line in code.co_lines() if line)
    import dis

    return set(line for _, line in dis.findlinestarts(code))
