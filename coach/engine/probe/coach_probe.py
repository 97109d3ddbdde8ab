"""Tell coach what pytest sees: one JSON line per event, appended to the file that coach named.

PYTEST_DONT_REWRITE

This file runs inside the user's test process, on Python 3.8+ and pytest 6+, with nothing but the standard library.
Its one promise: the run is what it would be without it. So no hook raises, nothing is printed, a passing test costs
two short writes, and everything needed from ``os``, ``json`` and ``time`` is copied at import, inside objects, where
neither a monkeypatch nor freezegun or pyfakefs (which scan module attributes) finds it.

Each line carries the process id and the run's nonce, because a forked child, an xdist worker or the test itself may
write to the same file. Silent without the variable ``COACH_PROBE``, in xdist workers and in forked children.
"""

import json
import os
import sys
import time
from functools import partial

import coach_bytecode
import coach_operands
import coach_plain
import coach_said
import coach_reads
import pytest
from coach_ids import ids

LINE_LIMIT = 64_000
TEXT_LIMIT = 8_000
VALUE_LIMIT = 120
MAX_FRAMES = 60
MAX_LOCALS = 20
MAX_FAILURES_OF_A_TEST = 5
MAX_SECTIONS = 6
MAX_NAMED = 200
MAX_CAUSE_FRAMES = 25
MAX_NOTES = 20
MAX_LOADED = 300
LOCALS_BUDGET = 0.25
NO_TIME = "<not shown: time>"
TRACEBACK = "Traceback (most recent call last)"
SEEN_BY_CHILD = "coach_failure"
"""Attribute of a report in which a worker or a forked child sends what it saw of a failure, as JSON in ASCII."""
ENVIRONMENTS = frozenset(
    ("site-packages", "dist-packages", ".venv", "venv", ".tox", ".nox", ".eggs", "node_modules", "__pypackages__")
)


class _Real:
    """The system as it was at import, before any test could replace a part of it."""

    def __init__(self):
        self.open, self.write, self.read, self.close = os.open, os.write, os.read, os.close
        self.fstat, self.getpid = os.fstat, os.getpid
        self.encode = json.JSONEncoder(separators=(",", ":")).encode
        self.quote = json.encoder.encode_basestring_ascii
        self.monotonic, self.clock = time.monotonic, time.perf_counter
        self.read_flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
        self.append_flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)

    def contents(self, path, limit):
        fd = self.open(path, self.read_flags)
        try:
            parts, left = [], limit
            while left > 0:
                part = self.read(fd, min(left, 65_536))
                if not part:
                    break
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
        finally:
            self.close(fd)


real = _Real()


class _Channel:
    """Appends events to one file. Invariant: never writes to a descriptor that is not that file."""

    def __init__(self, path, nonce, stacks, signal_of_stacks=0):
        self.path, self.nonce, self.stacks, self.signal = path, nonce, stacks, signal_of_stacks
        self.pid = real.getpid()
        self.mark = '"pid":%d,"nonce":%s' % (self.pid, real.quote(nonce))
        self.silent = False
        self.notes = 0
        self.fd, self.identity = -1, None
        self.held = b""
        self._open()
        self._register_stacks()

    def _open(self):
        self.fd = real.open(self.path, real.append_flags)
        seen = real.fstat(self.fd)
        self.identity = (seen.st_dev, seen.st_ino)

    def _register_stacks(self):
        """Let a signal write the stacks of all threads: a hang gets a place. Forked children have its default again."""
        try:
            import faulthandler

            if self.stacks and self.signal and hasattr(faulthandler, "register"):
                fd = real.open(self.stacks, real.append_flags | os.O_CREAT, 0o600)  # that it exists says: ready
                faulthandler.register(self.signal, file=fd, all_threads=True, chain=False)
                os.register_at_fork(after_in_child=partial(faulthandler.unregister, self.signal))
        except (ImportError, OSError, ValueError, RuntimeError):
            self.stacks = ""

    def _usable_fd(self):
        try:
            seen = real.fstat(self.fd)
            if (seen.st_dev, seen.st_ino) == self.identity:
                return self.fd
        except OSError:
            pass
        self._open()  # a test closed it, or the number is somebody else's now: never close that
        self._register_stacks()
        return self.fd

    def send(self, event, fields):
        if self.silent or real.getpid() != self.pid:
            return
        fields["event"], fields["pid"], fields["nonce"] = event, self.pid, self.nonce
        line = real.encode(fields).encode("ascii") + b"\n"
        if len(line) > LINE_LIMIT:
            line = _shrunk(fields)
        self._write(line)

    def _write(self, line):
        line, self.held = self.held + line, b""
        real.write(self._usable_fd(), line)

    def flush(self):
        if self.held and not self.silent and real.getpid() == self.pid:
            self._write(b"")

    def send_short(self, event, nodeid, rest="", hold=False):
        """Send the two events that every test causes; an encoder set up for each would cost more than the rest.

        A held line goes out with the next one: half the system calls of a test, which are most of what it costs.
        """
        if self.silent or real.getpid() != self.pid:
            return
        line = '{"event":"%s",%s,"test":%s%s}\n' % (event, self.mark, real.quote(nodeid), rest)
        if len(line) > LINE_LIMIT:
            line = '{"event":"%s",%s,"test":%s,"truncated":true%s}\n' % (
                event, self.mark, real.quote(nodeid[:4_000]), rest,
            )
        if hold:
            self.held += line.encode("ascii")
        else:
            self._write(line.encode("ascii"))

    def note(self, where, error):
        """Say that the probe itself failed; the evidence of this run is incomplete."""
        if self.notes >= MAX_NOTES:
            return
        self.notes += 1
        try:
            self.send("note", {"text": "%s: %s: %s" % (where, type(error).__name__, _text_of(error)[:500])})
        except Exception:
            pass


def _shrunk(fields):
    """Leave out the least useful parts of an event until it fits, and say so."""
    fields["truncated"] = True
    failures = [*fields.get("failures", ()), *fields.get("rerun_failures", ())]
    for shrink in (_fewer_locals, _short_sections, _no_locals, _few_frames, _last_cause):
        for failure in failures:
            shrink(failure)
        line = real.encode(fields).encode("ascii") + b"\n"
        if len(line) <= LINE_LIMIT:
            return line
    names = ("event", "pid", "nonce", "truncated", "outcome", "duration", "selected", "deselected", "failed", "text")
    kept = {key: fields[key] for key in names if key in fields}
    if "exitstatus" in fields:
        kept["exitstatus"], kept["loaded"] = fields["exitstatus"], fields["loaded"][:50]
    if "test" in fields:
        kept["test"] = fields["test"][:4_000]
    kept["failures"] = [_least(each) for each in fields.get("failures", ())[:1]]
    for part in ("frames", "causes", "difference"):
        line = real.encode(kept).encode("ascii") + b"\n"
        if len(line) <= LINE_LIMIT:
            return line
        for failure in kept["failures"]:
            failure[part] = []
    return real.encode(kept).encode("ascii") + b"\n"


def _least(failure):
    kept = {
        "phase": failure["phase"],
        "exception": failure["exception"][:200],
        "message": failure["message"][:2_000],
        "difference": [[str(part)[:120] for part in each[:3]] + [each[3]] for each in failure.get("difference", ())],
        "frames": failure["frames"][-3:],
        "causes": failure.get("causes", [])[-1:],
    }
    for each in kept["causes"]:
        each["message"], each["frames"] = each["message"][:500], each["frames"][-3:]
    for frame in [*kept["frames"], *(frame for each in kept["causes"] for frame in each["frames"])]:
        frame["file"], frame["locals"], frame["source"] = frame["file"][:400], [], frame["source"][:200]
    return kept


def _fewer_locals(failure):
    for frame in failure["frames"][:-5]:
        frame["locals"] = []
    for cause in failure.get("causes", ())[:-1]:
        for frame in cause["frames"]:
            frame["locals"] = []


def _short_sections(failure):
    failure["sections"] = [(name, _capped(text, 1_500)) for name, text in failure["sections"]]


def _no_locals(failure):
    for frame in failure["frames"]:
        frame["locals"] = []


def _few_frames(failure):
    failure["frames"] = failure["frames"][-15:]
    failure["message"] = _capped(failure["message"], 2_000)
    for cause in failure.get("causes", ()):
        cause["frames"], cause["message"] = cause["frames"][-8:], _capped(cause["message"], 500)


def _last_cause(failure):
    failure["sections"] = []
    failure["causes"] = failure.get("causes", [])[-1:]
    for cause in failure["causes"]:
        for frame in cause["frames"]:
            frame["locals"] = []


def _capped(text, limit=TEXT_LIMIT):
    """Keep head and tail of a long text; what is left out is counted."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return "%s\n... %d characters left out ...\n%s" % (text[:half], len(text) - 2 * half, text[-half:])


def _text_of(value):
    try:
        return str(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return "<str() raised %s>" % type(error).__name__


# ---- values -------------------------------------------------------------------------------------------------------


def shortened(value, deadline, depth=2):
    """Render a value in at most VALUE_LIMIT characters; exact builtin types never run foreign code at the top."""
    text = _rendered(value, depth, deadline)
    return text if len(text) <= VALUE_LIMIT else text[: VALUE_LIMIT - 3] + "..."


def _rendered(value, depth, deadline):
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() < 400 else "<int of %d bits>" % value.bit_length()
    if kind is str or kind is bytes:
        more = len(value) - VALUE_LIMIT
        return repr(value) if more <= 0 else "%r... %d more" % (value[: VALUE_LIMIT - 25], more + 25)
    if kind in (list, tuple, set, frozenset, dict):
        return _container(value, kind, depth, deadline)
    return _foreign_repr(value) if real.monotonic() < deadline else NO_TIME


def _container(value, kind, depth, deadline):
    opening, closing = {list: "[]", tuple: "()", frozenset: ("frozenset({", "})")}.get(kind, "{}")
    if not value and kind in (set, frozenset):
        return "%s()" % kind.__name__
    if depth <= 0 and value:
        return "%s...%s" % (opening, closing)
    parts, length = [], 0
    for item in value.items() if kind is dict else value:
        if kind is dict:
            key = _rendered(item[0], depth - 1, deadline)
            part = "%s: %s" % (key, _rendered(item[1], depth - 1, deadline))
        else:
            part = _rendered(item, depth - 1, deadline)
        parts.append(part)
        length += len(part) + 2
        if length > VALUE_LIMIT or len(parts) == 12:
            break
    left = len(value) - len(parts)
    if left:
        parts.append("... %d more" % left)
    comma = "," if kind is tuple and len(value) == 1 else ""
    return opening + ", ".join(parts) + comma + closing


def _foreign_repr(value):
    try:
        text = repr(value)
        return text[: 4 * VALUE_LIMIT] if type(text) is str else str.__str__(text)[: 4 * VALUE_LIMIT]
    except KeyboardInterrupt:
        raise  # the engineer's Ctrl-C is not ours to swallow
    except BaseException as error:
        return "<repr() of %s raised %s>" % (type(value).__name__, type(error).__name__)


# ---- failures -----------------------------------------------------------------------------------------------------


class _Reader:
    """Turns exceptions into plain fields. Keeps the lines of files it has read, at most a few."""

    def __init__(self, root):
        self.roots = tuple({each.rstrip(os.sep) + os.sep for each in (root, os.path.realpath(root))})
        self.sep, self.above = os.sep, os.sep + ".."
        self.lines = {}
        self.recorder = coach_operands.Recorder(shortened, real.monotonic, self.lines_from)
        self.hidden = tuple(
            os.path.dirname(module.__file__) + os.sep
            for module in (sys.modules.get("_pytest"), sys.modules.get("pluggy"))
            if module is not None and getattr(module, "__file__", None)
        ) + (os.path.abspath(__file__), os.path.dirname(pytest.__file__) + os.sep)

    def is_own(self, path):
        if self.above in path:  # a path entry like ../common/src
            path = os.path.normpath(path)
        for root in self.roots:
            if path.startswith(root):
                return ENVIRONMENTS.isdisjoint(path[len(root) :].split(self.sep))
        return False

    def failure(self, phase, error, item, sections, longrepr=None):
        """Describe a failure by its exception, and by what its report says in words of its own."""
        deadline = real.monotonic() + LOCALS_BUDGET
        examples = coach_said.examples_of(error)
        frames = [self._place(each.file, each.line, each.name) for each in examples] or self._frames(error, deadline)
        if not frames and item is not None:
            frames = self._frame_of_test(item)
        text = _message(error)
        behind = coach_said.causes_of(error)
        behind = [("cause", each.error) for each in examples if each.error is not None] or behind
        return {
            "phase": phase,
            "exception": type(error).__name__,
            "message": _capped(self._said(longrepr, error, text, examples)),
            "frames": frames,
            "difference": self._difference(error, examples),
            "causes": [self._cause(kind, each, deadline) for kind, each in behind],
            "sections": _sections([*sections, *_own_sections(longrepr)]),
        }

    def _said(self, longrepr, error, text, examples):
        if examples:
            return "\n".join(each.words() for each in examples)
        words = ""
        try:
            words = coach_said.report_words(longrepr, error, text)[: coach_said.WORDS_LIMIT]
        except Exception as problem:
            state.channel.note("what the report says", problem)
        return words or text + coach_said.notes_of(error)

    def _difference(self, error, examples):
        try:
            if examples:
                return self.recorder.of_examples([each for each in examples if each.error is None])
            return self.recorder.of_failure(_entries(error), isinstance(error, AssertionError))
        except Exception as problem:
            state.channel.note("difference", problem)
            return []

    def _cause(self, kind, error, deadline):
        frames = self._frames(error, deadline)[-MAX_CAUSE_FRAMES:]
        message = _capped(_text_of(error) + coach_said.notes_of(error), 2_000)
        return {"kind": kind, "exception": type(error).__name__, "message": message, "frames": frames}

    def _frames(self, error, deadline):
        kept = self._most_informative([each for each in _entries(error) if self._is_shown(each[0])])
        rendered = [self._frame(frame, line, deadline) for frame, line in reversed(kept)]  # innermost gets the time
        rendered.reverse()
        if isinstance(error, SyntaxError) and error.filename:
            rendered.append(self._place(str(error.filename), error.lineno or 0, "<module>"))
        return rendered

    def _is_shown(self, frame):
        path = frame.f_code.co_filename
        if path.startswith(self.hidden) or path.startswith("<frozen importlib"):
            return False
        if frame.f_globals.get("__unittest"):
            return False
        return "__tracebackhide__" not in frame.f_code.co_varnames or not frame.f_locals.get("__tracebackhide__")

    def _most_informative(self, kept):
        if len(kept) <= MAX_FRAMES:
            return kept
        own = [index for index, each in enumerate(kept) if self.is_own(each[0].f_code.co_filename)]
        if len(own) >= MAX_FRAMES:
            chosen = set(own[:10] + own[-(MAX_FRAMES - 10) :])
        else:
            rest = [index for index in range(len(kept)) if index not in set(own)]
            chosen = set(own + rest[-(MAX_FRAMES - len(own)) :])
        return [each for index, each in enumerate(kept) if index in chosen]

    def _frame(self, frame, line, deadline):
        code = frame.f_code
        fields = self._place(code.co_filename, line, code.co_name)
        if self.is_own(code.co_filename):
            fields["locals"] = _locals(frame, deadline)
        return fields

    def _place(self, path, line, function):
        return {"file": path, "line": line, "function": function, "source": self._source(path, line), "locals": []}

    def _source(self, path, line):
        for found in self.lines_from(path, line, 1):
            return found[:2_000].decode("utf-8", "replace").strip()[:400]
        return ""

    def lines_from(self, path, line, count):
        """Return up to ``count`` lines of a file, as bytes, from ``line`` on."""
        if path not in self.lines:
            if len(self.lines) > 50:
                self.lines.clear()
            try:
                self.lines[path] = real.contents(path, 2_000_000).split(b"\n")
            except (OSError, ValueError):
                self.lines[path] = []
        return self.lines[path][line - 1 : line - 1 + count] if line > 0 else []

    def _frame_of_test(self, item):
        code = getattr(getattr(item, "function", None), "__code__", None)
        return [self._place(code.co_filename, code.co_firstlineno, code.co_name)] if code else []

    def from_text(self, phase, longrepr, sections):
        """What is left when only pytest's representation exists: a strict xpass, or a report of another process."""
        crash = getattr(longrepr, "reprcrash", None)
        message = _text_of(getattr(crash, "message", None) or longrepr)
        name, colon, rest = message.partition(": ")
        is_exception = bool(colon) and crash is not None and name.replace(".", "").replace("_", "").isalnum()
        entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
        places = [(getattr(entry, "reprfileloc", None), entry) for entry in entries][-MAX_FRAMES:]
        return {
            "phase": phase,
            "exception": name.rpartition(".")[2] if is_exception else ("AssertionError" if crash else ""),
            "message": _capped(rest if is_exception else message),
            "frames": [
                self._place(_absolute(each.path), each.lineno, _function_of(entry)) for each, entry in places if each is not None
            ],
            "sections": _sections(sections),
        }


def _function_of(entry):
    """Read a function's name where pytest's representation of a frame shows its first line."""
    for line in getattr(entry, "lines", ()) or ():
        words = str(line).replace("(", " ").split()
        for word in ("def", "class"):
            if word in words[:3] and words.index(word) + 1 < len(words):
                return words[words.index(word) + 1].rstrip(":")
    said = str(getattr(entry.reprfileloc, "message", ""))
    return said[3:].strip() if said.startswith("in ") else ""


def _entries(error):
    """Return (frame, line) of a traceback, outermost first."""
    entry, found = error.__traceback__, []
    while entry is not None:
        found.append((entry.tb_frame, entry.tb_lineno))
        entry = entry.tb_next
    return found


def _absolute(path):
    path = str(path)
    return path if os.path.isabs(path) else os.path.join(state.rootdir, path)


def _message(error):
    name = type(error).__name__
    if name == "FixtureLookupError":
        return _text_of(getattr(error, "msg", None) or "fixture %r not found" % getattr(error, "argname", "?"))
    text = _text_of(error)
    inner = getattr(error, "exceptions", None)
    if type(inner) is tuple and name.endswith("Group"):
        text += "".join("\n  %s: %s" % (type(each).__name__, _text_of(each)[:500]) for each in inner[:5])
    return text


def _sections(sections):
    return [(str(name)[:200], _around_traceback(str(text))) for name, text in list(sections)[:MAX_SECTIONS]]


def _own_sections(longrepr):
    """Return what plugins added to the representation of a failure."""
    found = getattr(longrepr, "sections", None)
    if type(found) is not list:
        return []
    return [each[:2] for each in found if type(each) is tuple and len(each) >= 2]


def _around_traceback(text):
    """Cap a captured output so that its last traceback stays whole."""
    start = text.rfind(TRACEBACK)
    if len(text) <= TEXT_LIMIT or start < 0:
        return _capped(text)
    for _ in range(8):  # those it is chained to stand before it
        earlier = text.rfind(TRACEBACK, max(0, start - 3_000), start)
        if earlier < 0 or "exception" not in text[max(earlier, start - 300) : start]:
            break
        start = earlier
    start = max(text.rfind("\n", 0, start) + 1, start - 300)
    head, rest = text[: min(start, 1_500)], text[start:]
    left = start - len(head)
    gap = "\n... %d characters left out ...\n" % left if left > 0 else ""
    return head + gap + (rest if len(rest) <= 6_500 else _capped(rest, 6_500))


def _locals(frame, deadline):
    shown = []
    is_module = frame.f_code.co_name == "<module>"
    for name, value in list(frame.f_locals.items()):
        if name.startswith(("@py", "__")):
            continue
        if is_module and (callable(value) or type(value) is type(sys)):
            continue
        text = shortened(value, deadline) if real.monotonic() < deadline else NO_TIME
        shown.append((str(name)[:100], text))
        if len(shown) == MAX_LOCALS:
            break
    return shown


# ---- the run ------------------------------------------------------------------------------------------------------


class _Test:
    """One test under way: what its phases said so far."""

    __slots__ = ("began", "failures", "outcome", "reason")

    def __init__(self):
        self.began = real.clock()
        self.outcome = self.reason = ""
        self.failures = []


class _Ways:
    """How the probe tells own code and shows values; lent to what looks closer."""

    def __init__(self, is_own):
        self.is_own, self.shortened, self.text_of = is_own, shortened, _text_of


class _State:
    """All that the hooks share; ``channel`` is None when coach did not ask for this run."""

    def __init__(self):
        self.channel = self.reader = None
        self.tests, self.calls, self.collect_errors = {}, [], {}
        self.reruns, self.interrupted, self.is_brief = {}, "", False
        self.deselected, self.deselected_names, self.deselected_by, self.rootdir = 0, [], "", ""
        self.in_turn = True  # one test after the other; under xdist they overlap
        self.roots = ()
        self.folder = coach_plain.folder_first()
        self.looker = self.fence = self.turn = None
        path = os.environ.get("COACH_PROBE")
        if not path:
            return
        try:
            settings = json.loads(real.contents(path, 1_000_000).decode("utf-8"))
            self.channel = _Channel(settings["channel"], settings["nonce"], settings.get("stacks", ""), settings.get("signal", 0))
            self.reader = _Reader(settings["root"])
            self.roots = tuple(_Reader(each) for each in [*settings.get("other_roots", ()), settings["root"]])
            self.modules, self.turn = settings.get("modules", ""), settings.get("turn")
            ids.begin(settings["root"])
            coach_bytecode.install(self.is_own)
            if "bytecode" in settings:
                coach_plain.restore(settings["bytecode"], settings["held"])
            if settings.get("fence"):
                import coach_refused

                coach_refused.watch(**settings["fence"])
                self.fence = coach_refused
            self.reads = coach_reads.Reads(self.channel, ids, self.is_own, hears=settings.get("reads", False))
        except Exception:
            self.channel = None  # nowhere to say it; coach sees that no event came
            return
        if settings.get("trace"):
            self._look(settings)

    def _look(self, settings):
        """Load tracer or mutator, files beside this one; they write to a file of their own, read when the run is over."""
        try:
            channel = _Channel(settings["trace"], settings["nonce"], "")
            if settings.get("logpoint"):
                import coach_logpoint

                self.looker = coach_logpoint.load(settings["logpoint"], self.channel, channel, _Ways(self.is_own))
            elif settings.get("calls"):
                import coach_calls

                self.looker = coach_calls.load(settings["calls"], channel, _Ways(self.is_own))
            elif settings.get("origins"):
                import coach_origins

                self.looker = coach_origins.load(settings["origins"], channel, _Ways(self.is_own))
            elif settings.get("mutants"):
                import coach_mutator

                self.looker = coach_mutator.load(settings, self.channel, channel)
            else:
                import coach_tracer

                self.looker = coach_tracer.Tracer(channel, self.reader.is_own, settings.get("traced", ()), self.reads)
        except Exception as error:
            self.channel.note("tracing", error)

    @property
    def hears_tests(self):
        """Whether what tests do is for the probe to tell; not, where the looker runs them in children of its own."""
        return not getattr(self.looker, "runs_tests", False)

    def is_own(self, path):
        return any(root.is_own(path) for root in self.roots)

    def is_child(self):
        """Whether this process reports to another one that coach hears."""
        return self.channel.silent or real.getpid() != self.channel.pid

    def test(self, nodeid):
        found = self.tests.get(nodeid)
        if found is None:
            found = self.tests[nodeid] = _Test()
        return found


state = _State()


def pytest_configure(config):
    channel = state.channel
    if channel is None:
        return
    try:
        if state.looker is not None:
            config.pluginmanager.register(state.looker, "coach-looker")
        if state.looker is None or getattr(state.looker, "wants_reads", False):
            config.pluginmanager.register(state.reads, "coach-reads")
        if hasattr(config, "workerinput"):
            channel.silent = True
        if channel.silent or config.pluginmanager.hasplugin("pytest_forked"):
            _report_to_parent(config)
        if channel.silent:
            return
        ids.at(config)
        state.is_brief = not getattr(config.option, "fulltrace", True)
        state.rootdir = ids.rootdir
        version = ".".join(str(each) for each in sys.version_info[:3])
        channel.send("begin", {"python": version, "pytest": pytest.__version__, "rootdir": state.rootdir})
    except Exception as error:
        channel.note("configure", error)


def pytest_deselected(items):
    state.deselected += len(items)
    try:
        for item in items[: MAX_NAMED - len(state.deselected_names)]:
            state.deselected_names.append(ids.of_item(item)[:1_000])
        if items and not state.deselected_by:
            option = items[0].config.option
            words = (("-k", getattr(option, "keyword", "")), ("-m", getattr(option, "markexpr", "")))
            state.deselected_by = " and ".join("%s %r" % pair for pair in words if pair[1])[:300]
    except Exception as error:
        if state.channel is not None:
            state.channel.note("deselected", error)


def pytest_collection_finish(session):
    if state.channel is None:
        return
    try:
        fields = {"selected": len(session.items), "deselected": state.deselected}
        fields["named"], fields["reason"] = state.deselected_names, state.deselected_by
        state.channel.send("collected", fields)
    except Exception as error:
        state.channel.note("collection_finish", error)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    if state.channel is None:
        return
    state.in_turn = False
    try:
        state.channel.send("collected", {"selected": len(ids), "deselected": 0})
    except Exception as error:
        state.channel.note("xdist collection", error)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    if state.channel is None:
        return
    try:
        report = outcome.get_result() if outcome.excinfo is None else None
        excinfo = getattr(getattr(report, "call", None), "excinfo", None)
        if report is not None and report.failed and excinfo is not None:
            error = excinfo.value
            if type(error).__name__ == "CollectError" and error.__cause__ is not None:
                error = error.__cause__  # pytest's own wrapping says less than what it wraps
                longrepr = None
            else:
                longrepr = report.longrepr
            state.collect_errors[report.nodeid] = (
                ids.of_item(collector), state.reader.failure("collect", error, None, report.sections, longrepr),
            )
    except Exception as error:
        state.channel.note("make_collect_report", error)


def pytest_collectreport(report):
    if state.channel is None or report.outcome == "passed":
        return
    try:
        if report.skipped:
            state.channel.send("collect_skipped", {"test": ids.of(report.nodeid), "reason": _reason(report)})
            return
        test, failure = state.collect_errors.pop(report.nodeid, None) or ("", None)
        if failure is None:
            test = ids.of(report.nodeid)
            failure = state.reader.from_text("collect", report.longrepr, report.sections)
        state.channel.send("collect_failed", {"test": test, "failures": [failure]})
    except Exception as error:
        state.channel.note("collectreport", error)


def pytest_assertrepr_compare(op, left, right):
    """Look where the two values part while they are alive; returns None, so that the message stays pytest's."""
    if state.reader is not None and state.hears_tests:
        try:
            state.reader.recorder.compared(op, left, right)
        except Exception as error:
            state.channel.note("comparison", error)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    ids.begins(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid, location):
    if state.channel is None:
        return
    try:
        state.tests[nodeid] = _Test()
        state.channel.send_short("test_start", ids.of(nodeid))
    except Exception as error:
        state.channel.note("logstart", error)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Remember the call for the report that follows. Not a wrapper: those cost every passing test.

    The call, not its exception: unittest and others put theirs in after this.
    """
    if state.channel is not None and state.hears_tests:
        state.calls.append((item, call))
        if call.when == "setup" and real.getpid() != state.channel.pid:
            _report_to_parent(item.config)


def _call_of(report):
    """Take out the call that a report was made of; None: it was made in another process."""
    for index in range(len(state.calls) - 1, -1, -1):
        item, call = state.calls[index]
        if call.when == report.when and item.nodeid == report.nodeid:
            return state.calls.pop(index)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if state.channel is None or state.channel.silent:
        return
    try:
        outcome, when = report.outcome, report.when
        if outcome == "passed" and when != "call":
            return
        if outcome == "passed" and not hasattr(report, "wasxfail"):
            test = state.test(report.nodeid)
            if test.outcome not in ("failed", "error"):
                test.outcome = "passed"
            return
        _take(report, outcome, when)
    except Exception as error:
        state.channel.note("logreport", error)


def _take(report, outcome, when):
    test = state.test(report.nodeid)
    raised = _call_of(report)
    if outcome == "failed" and when not in coach_said.PHASES:
        _crashed(report, test)
    elif outcome == "failed":
        if raised is not None and raised[1].excinfo is None and test.failures and type(report.longrepr) is str:
            return  # pytest's count of the subtests that were told already
        is_error = when != "call" and test.outcome != "failed"
        test.outcome = "error" if is_error else "failed"
        if len(test.failures) < MAX_FAILURES_OF_A_TEST:
            test.failures.append(_failure_of(report, raised))
    elif outcome in ("rerun", "retried"):
        tries = state.reruns.setdefault(report.nodeid, [0, []])
        tries[0] += 1
        if not tries[1]:
            tries[1].append(_failure_of(report, raised))
    elif test.outcome not in ("failed", "error"):
        test.outcome = _quiet_outcome(report)
        test.reason = _reason(report) if test.outcome in ("skipped", "xfailed") else ""


def _crashed(report, test):
    """A worker or forked child died in a test: this report is the only word of it, and no end may follow."""
    failure = {
        "phase": "call",
        "exception": "Crash",
        "message": _capped(coach_said.crash_words(report), 2_000),
        "frames": [],
        "sections": _sections(report.sections),
    }
    test.outcome = "failed"
    test.failures.append(failure)
    _send_end(report.nodeid, state.tests.pop(report.nodeid))


def _failure_of(report, raised):
    told = report.__dict__.pop(SEEN_BY_CHILD, None)
    excinfo = raised[1].excinfo if raised is not None else None
    failure = json.loads(told) if type(told) is str else None
    written = failure.pop("written", None) if failure else None
    if written:
        state.channel.send("written", dict(written, test=ids.of(report.nodeid)))
    if failure is None and excinfo is not None:
        try:
            failure = state.reader.failure(report.when, excinfo.value, raised[0], report.sections, report.longrepr)
        except Exception as error:
            state.channel.note("failure", error)
    failure = failure or state.reader.from_text(report.when, report.longrepr, report.sections)
    failure["message"] = coach_said.subtest_of(report) + failure["message"]
    return failure


def _report_to_parent(config):
    if not config.pluginmanager.hasplugin("coach-messenger"):
        config.pluginmanager.register(_Messenger(), "coach-messenger")


class _Messenger:
    """In a worker or a forked child: lets what was seen of a failure travel with its report."""

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        try:
            report = outcome.get_result() if outcome.excinfo is None else None
            if report is not None and report.failed and call.excinfo is not None and state.is_child():
                failure = state.reader.failure(report.when, call.excinfo.value, item, report.sections, report.longrepr)
                report.coach_failure = real.encode(dict(failure, written=_written(item)))
        except Exception:
            pass  # the report itself still says it


def _written(item):
    """Return where a test of a worker is written and what it reads; None: it cannot be said."""
    try:
        return state.reads.told_of(item)
    except Exception:
        return None


def _quiet_outcome(report):
    is_expected_failure = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if is_expected_failure else "skipped"
    if report.passed:
        return "xpassed" if is_expected_failure else "passed"
    return ""  # what other plugins invent: a later report decides


def _reason(report):
    said = getattr(report, "wasxfail", None)
    if said is None:
        longrepr = report.longrepr
        said = longrepr[2] if type(longrepr) is tuple and len(longrepr) == 3 else longrepr
    text = _text_of(said or "")
    for start in ("Skipped: ", "reason: "):
        text = text[len(start) :] if text.startswith(start) else text
    return text[:500]


def pytest_runtest_logfinish(nodeid, location):
    if state.channel is None:
        return
    try:
        test = state.tests.pop(nodeid, None)
        for each in state.calls:
            if each[1].excinfo is not None and test is not None and test.outcome == "passed":
                _count_silent_tries(nodeid)
                break
        state.calls.clear()
        if state.reader.recorder.records:
            state.reader.recorder.forget()
        if test is not None and test.outcome:
            _send_end(nodeid, test)
    except Exception as error:
        state.channel.note("logfinish", error)


def _count_silent_tries(nodeid):
    """A call that failed and was never reported, of a test that passed: a plugin ran it again without a word."""
    for item, call in state.calls:
        excinfo = call.excinfo
        if excinfo is None or call.when != "call" or item.nodeid != nodeid:
            continue
        if type(excinfo.value).__name__ in ("Skipped", "SkipTest", "XFailed", "Exit"):
            continue
        tries = state.reruns.setdefault(nodeid, [0, []])
        tries[0] += 1
        if not tries[1]:
            tries[1].append(state.reader.failure(call.when, excinfo.value, item, ()))


def _send_end(nodeid, test):
    seconds = max(real.clock() - test.began, 0.0)
    reruns = state.reruns.pop(nodeid, None) if state.reruns else None
    if reruns is None and not test.failures:
        rest = ',"outcome":"%s","duration":%.6f' % (test.outcome, seconds)
        if test.reason:
            rest += ',"reason":%s' % real.quote(test.reason)
        state.channel.send_short("test_end", ids.of(nodeid), rest, hold=state.in_turn)
        return
    fields = {"test": ids.of(nodeid), "outcome": test.outcome, "duration": seconds}
    fields["failures"] = test.failures if test.outcome in ("failed", "error") else []
    if reruns is not None:
        fields["reruns"], fields["rerun_failures"] = reruns[0], [] if fields["failures"] else reruns[1]
    state.channel.send("test_end", fields)


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo):
    """Keep the last place of an interrupt: pytest prints no other without --full-trace, and words for all take 0.2 s."""
    try:
        last = excinfo.traceback[-1:]
        if state.is_brief and last and "__tracebackhide__" not in last[0].frame.f_locals:
            excinfo.traceback = last
        state.interrupted = ("%s: %s" % (excinfo.typename, _text_of(excinfo.value)))[:300]
    except Exception as error:
        if state.channel is not None:
            state.channel.note("interrupt", error)


def pytest_internalerror(excrepr):
    if state.channel is None:
        return
    try:
        state.channel.send("note", {"text": "pytest: internal error: " + _text_of(excrepr)[-500:]})
    except Exception as error:
        state.channel.note("internalerror", error)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    try:
        if state.channel is not None:
            state.channel.flush()  # what other plugins do at the end must not make the last test look unfinished
    except Exception as error:
        state.channel.note("sessionfinish", error)
    yield
    if state.channel is None:
        return
    try:
        final = int(getattr(session, "exitstatus", exitstatus))
        fields = {"exitstatus": final, "loaded": _loaded(), "failed": _reported_as_failed(session)}
        fields["text"] = state.interrupted
        fields["by_folder"] = coach_plain.found_by(state.folder, session)
        if state.fence is not None:
            fields["refused"] = state.fence.all_refused()
        state.channel.send("end", fields)
        if state.modules:
            _write_modules(state.modules)
    except Exception as error:
        state.channel.note("sessionfinish", error)


def _reported_as_failed(session):
    """Return how many reports pytest's own summary counts as failed or in error: a second witness; -1: unknown."""
    try:
        stats = session.config.pluginmanager.getplugin("terminalreporter").stats
        return sum(len(stats.get(each, ())) for each in ("failed", "error"))
    except Exception:
        return -1


def _loaded():
    """Name the files of own modules; those outside the first root (loaded from the wrong place) come first.

    In a copy also those that are reached by a link, as one style of editable install has them.
    """
    found = []
    folders = {}
    for module in list(sys.modules.values()):
        try:
            path = vars(module).get("__file__")
        except Exception:
            continue
        if type(path) is str:
            own = [(rank, path) for rank, root in enumerate(state.roots) if root.is_own(path)][:1]
            if not own and len(state.roots) > 1:
                folder, name = os.path.split(path)
                if folder not in folders:
                    folders[folder] = os.path.realpath(folder)
                real_path = os.path.join(folders[folder], name)
                own = [(rank, real_path) for rank, root in enumerate(state.roots) if root.is_own(real_path)][:1]
            found += own
    return [path for _, path in sorted(found)[:MAX_LOADED]]


def _write_modules(path):
    """Name what is loaded and not the project's own, in the order of loading: what a warm server may load beforehand."""
    names = []
    for name, module in list(sys.modules.items()):
        try:
            file = vars(module).get("__file__")
        except Exception:
            continue
        if type(name) is str and not (type(file) is str and state.is_own(file)):
            names.append(name)
    fd = real.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        real.write(fd, real.encode(names).encode("ascii"))
    finally:
        real.close(fd)
