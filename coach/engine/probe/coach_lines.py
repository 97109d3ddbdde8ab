"""Hear which lines of the project's own code run, in two ways that tell the same.

PYTEST_DONT_REWRITE

Runs inside the user's test process, on Python 3.8+, with nothing but the standard library. ``sys.monitoring`` where
it exists: every line of own code fires once per test and is then switched off; between tests only the code objects
that ran are armed again (by setting their local events anew), so foreign code costs one event per code object in the
whole run and no other tool is disturbed, which ``restart_events()`` would do. Below 3.12 ``sys.settrace`` with a
filter per file.

Lines that module and class bodies ran are kept apart (``m``) from lines of functions (``b``): they run once, at import,
for whoever imports first. They belong to the test file that was being collected, or to the test that imported them.

The test that the run is about (the focus) is followed closer: each new line of it is written at once, since it may never end,
and the order of what it ran is kept (``coach_sequence``).
"""

import dis
import sys

import coach_ways
from coach_sequence import Sequence

PART_LIMIT = 40_000
MOST_AT_ONCE = 20_000
"""Lines of the focus that are written one by one."""
MOST_LINE_EVENTS = 500_000
"""Line events of the focus with ``sys.monitoring``: what runs more often has no order that is known."""
_OPTIMIZED = 0x1
_RESUMED = 0x20 | 0x80 | 0x100 | 0x200  # generators and coroutines: one frame, many calls
_PRELUDE = frozenset(("RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "NOP"))


class _Code:
    """One code object of the project and the lines of it that ran in the present context."""

    __slots__ = ("code", "file", "is_body", "is_resumed", "lines", "local", "total")

    def __init__(self, code, file):
        self.code, self.file = code, file
        self.is_body = bool(code.co_flags & _OPTIMIZED)
        self.is_resumed = bool(code.co_flags & _RESUMED)
        self.lines = set()
        self.local = None
        self.total = 0


class Lines:
    """What both ways of tracing share: the files seen, the present context, and how it is sent."""

    def __init__(self, channel, is_own):
        self.channel, self.is_own = channel, is_own
        self.files = {}
        self.names = []
        self.sent = 0
        self.known = {}
        self.dirty = []
        self.context = ("import", "")
        self.sequence = None
        self.at_once = 0

    def follow(self, is_focus):
        """Follow the focus closer than others; ``switch`` begins its context before."""
        self.sequence = Sequence() if is_focus else None
        self.at_once = MOST_AT_ONCE if is_focus else 0

    def write_now(self, entry, line):
        if self.at_once > 0:
            self.at_once -= 1
            self.send({(entry.file, "b" if entry.is_body else "m"): (line,)})

    def taken_by(self):
        """Name the module of the trace function that stands where this one should; None: this one stands there."""
        return None

    def file_of(self, path):
        """Return the number of an own file, None for a foreign one. Asked once per path."""
        try:
            if path[:1] != "<" and self.is_own(path):
                self.names.append(path)
                index = len(self.names) - 1
            else:
                index = None
        except Exception:
            index = None
        self.files[path] = index
        return index

    def switch(self, kind, name):
        """Send what the context that ends ran, and begin another; returns the one that ended."""
        ended = self.context
        self.flush()
        self.context = (kind, name)
        return ended

    def flush(self):
        dirty, self.dirty = self.dirty, []
        ran = {}
        for entry in dirty:
            lines = sorted(entry.lines)
            entry.lines.clear()
            self.rearm(entry)
            if lines:
                ran.setdefault((entry.file, "b" if entry.is_body else "m"), set()).update(lines)
        if ran:
            self.send(ran)

    def send(self, ran):
        while self.sent < len(self.names):
            self.channel.send("file", {"index": self.sent, "path": self.names[self.sent]})
            self.sent += 1
        parts, size = [], 0
        for (file, kind), lines in sorted(ran.items()):
            for text in _ranges(sorted(lines)):
                parts.append([file, kind, text])
                size += len(text) + 16
                if size > PART_LIMIT:
                    self.send_parts(parts)
                    parts, size = [], 0
        if parts:
            self.send_parts(parts)

    def send_parts(self, parts):
        kind, name = self.context
        self.channel.send("lines", {"context": kind, "test": name[:8_000], "parts": parts})

    def rearm(self, entry):
        pass


def _ranges(lines):
    """Write sorted line numbers as ``3-5,9``, in texts of bounded length."""
    texts, size, first, last = [], 0, None, None
    for line in list(lines) + [None]:
        if line is not None and last is not None and line == last + 1:
            last = line
            continue
        if first is not None:
            text = "%d" % first if first == last else "%d-%d" % (first, last)
            texts.append(text)
            size += len(text) + 1
            if size > PART_LIMIT // 2:
                yield ",".join(texts)
                texts, size = [], 0
        first = last = line
    if texts:
        yield ",".join(texts)


class MonitoredLines(coach_ways.Monitoring, Lines):
    def __init__(self, channel, is_own, tool):
        Lines.__init__(self, channel, is_own)
        coach_ways.Monitoring.__init__(self, tool)
        monitoring = coach_ways.monitoring
        events = monitoring.events
        self.line_event = events.LINE
        monitoring.register_callback(tool, events.PY_START, self.on_start)
        monitoring.register_callback(tool, events.LINE, self.on_line)
        monitoring.set_events(tool, events.PY_START)

    def armed(self):
        return [entry.code for entry in self.known.values()]

    def on_start(self, code, offset):
        path = code.co_filename
        file = self.files[path] if path in self.files else self.file_of(path)
        if file is not None and id(code) not in self.known:
            self.known[id(code)] = _Code(code, file)
            self.set_local(self.tool, code, self.line_event)
        return self.disable

    def on_line(self, code, line):
        entry = self.known.get(id(code))
        if entry is not None:
            if not entry.lines:
                self.dirty.append(entry)
            entry.lines.add(line)
        return self.disable

    def on_line_of_focus(self, code, line):
        entry, sequence = self.known.get(id(code)), self.sequence
        if entry is None or sequence is None:
            return self.disable
        if line not in entry.lines:
            self.on_line(code, line)
            self.write_now(entry, line)
        if entry not in sequence.ran and sequence.is_told(sys._getframe(1)):
            sequence.told(entry)
            return None
        sequence.called(entry)
        if sequence.now > MOST_LINE_EVENTS:
            sequence.is_whole = False
            return self.disable
        return None

    def on_raise(self, code, offset, error):
        entry, sequence = error.__traceback__, self.sequence
        if sequence is not None and (entry is None or entry.tb_next is None):
            sequence.raised(error, None)

    def follow(self, is_focus):
        had = self.sequence is not None
        Lines.follow(self, is_focus)
        if had == is_focus:
            return
        monitoring = coach_ways.monitoring
        events = monitoring.events
        register = monitoring.register_callback
        register(self.tool, events.LINE, self.on_line_of_focus if is_focus else self.on_line)
        register(self.tool, events.RAISE, self.on_raise if is_focus else None)
        monitoring.set_events(self.tool, events.PY_START | events.RAISE if is_focus else events.PY_START)
        for entry in self.known.values():
            self.rearm(entry)

    def rearm(self, entry):
        self.set_local(self.tool, entry.code, 0)
        self.set_local(self.tool, entry.code, self.line_event)


class TracedLines(coach_ways.Tracing, Lines):
    def __init__(self, channel, is_own):
        Lines.__init__(self, channel, is_own)
        coach_ways.Tracing.__init__(self, self.made())
        self.usual, self.close = self.on_call, self.made_for_focus()

    def follow(self, is_focus):
        Lines.follow(self, is_focus)
        self.on_call = self.close if is_focus else self.usual

    def taken_by(self):
        found = sys.gettrace()
        if found is self.on_call:
            return None
        return "" if found is None else str(getattr(found, "__module__", None) or type(found).__module__)

    def made_for_focus(self):
        """Return the function for ``call`` events of the focus: every call of own code counts, and raises are heard."""
        files, known, file_of, new = self.files, self.known, self.file_of, self.new

        def on_call(frame, event, arg):
            code = frame.f_code
            entry = known.get(id(code))
            if entry is None:
                path = code.co_filename
                file = files[path] if path in files else file_of(path)
                if file is None:
                    return None
                entry = new(code, file)
            sequence = self.sequence
            if sequence is None:
                pass
            elif sequence.reporting is not None:
                sequence.told(entry)
            elif sequence.is_reporter(frame.f_back):
                sequence.reporting = frame
                sequence.told(entry)
            else:
                sequence.called(entry)
            if len(entry.lines) >= entry.total:
                frame.f_trace_lines = False
            elif entry.is_resumed:
                frame.f_trace_lines = True
            return entry.local

        return on_call

    def made(self):
        """Return the function for ``call`` events. Locals instead of attributes: it runs at every call in the process."""
        files, known, file_of, new = self.files, self.known, self.file_of, self.new
        foreign = set()

        def on_call(frame, event, arg):
            code = frame.f_code
            if code.co_filename in foreign:
                return None
            entry = known.get(id(code))
            if entry is None:
                path = code.co_filename
                file = files[path] if path in files else file_of(path)
                if file is None:
                    foreign.add(path)
                    return None
                entry = new(code, file)
            if len(entry.lines) >= entry.total:
                return None
            if entry.is_resumed:
                frame.f_trace_lines = True  # an earlier context may have seen all its lines
            return entry.local

        return on_call

    def new(self, code, file):
        entry = self.known[id(code)] = _Code(code, file)
        lines, total, owner = entry.lines, _line_count(code), self
        entry.total = total

        def local(frame, event, arg):
            if event == "line":
                line = frame.f_lineno
                if line not in lines:
                    if not lines:
                        owner.dirty.append(entry)
                    lines.add(line)
                    if owner.at_once:
                        owner.write_now(entry, line)
                    if len(lines) >= total:
                        frame.f_trace_lines = False  # nothing is left to see in this frame
            elif owner.sequence is not None:
                if event == "exception":
                    owner.sequence.raised(arg[1], arg[2])
                elif event == "return" and owner.sequence.reporting is frame:
                    owner.sequence.reporting = None
            return local

        entry.local = local
        return entry


def _line_count(code):
    """Count the lines that can fire, never too few: an early end would lose lines."""
    if sys.version_info < (3, 11):
        return len(set(line for _, line in dis.findlinestarts(code)))
    lines = set()
    for each in dis.get_instructions(code):
        position = each.positions
        if each.opname not in _PRELUDE and position is not None and position.lineno is not None:
            lines.add(position.lineno)
    return len(lines) or 1
