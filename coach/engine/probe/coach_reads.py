"""Tell where a failing test is really written, and which files it reads.

PYTEST_DONT_REWRITE

An inherited, generated or decorated test stands elsewhere than its id says, and what it expects may stand in a data
file. pytest has the item, and the interpreter tells of every file that is opened (PEP 578). Standard library only,
Python 3.8+; nothing raises, and nothing but a failing test and the end of the run is told.
"""

import os
import pathlib
import sys
import types

import pytest

MOST_FILES = 400
MOST_FRAMES = 40
MOST_WRAPPERS = 20
MOST_SAID = 3
_TEST_FOLDERS = frozenset(("test", "tests", "testing"))
_WRITES = os.O_WRONLY | os.O_RDWR
_getcwd, _normpath, _join, _sep = os.getcwd, os.path.normpath, os.path.join, os.sep
_NOT_CODE = frozenset(("setup.py", "conftest.py", "tests", "test", "docs", "build", "dist"))
_BUILT = (".so", ".pyd")
_OF_PYTHON = (".py", ".pyc", ".pyo", ".pyi", ".pth", ".so", ".pyd", ".pdbrc")
"""Code, and what the debugger reads as soon as there is one: every doctest makes one."""


class Reads:
    """The plugin. ``is_own`` says whether a file is the project's; ``ids`` names tests."""

    def __init__(self, channel, ids, is_own, hears=True):
        self.channel, self.ids, self.is_own = channel, ids, is_own
        self.opened, self.written, self.by_tests = {}, set(), set()
        self.of_file, self.now, self.item = {}, {}, None
        self.red, self.is_over = False, False
        self.start = _getcwd()
        if hears and hasattr(sys, "addaudithook"):
            sys.addaudithook(self.heard)

    # ---- opening ----------------------------------------------------------------------------------------------------

    def heard(self, event, args):
        if event != "open" or self.is_over:
            return
        try:
            self._take(*args)
        except Exception:
            pass  # whatever was opened, it is not for us to disturb

    def _take(self, path, mode, flags):
        if isinstance(path, pathlib.PurePath):
            path = str(path)
        if type(path) is not str or path.endswith(_OF_PYTHON):
            return
        path = _normpath(path if path[:1] == _sep else _join(_getcwd(), path))
        if len(self.opened) >= MOST_FILES or not self.is_own(path):
            return
        for_writing = (mode[:1] != "r" or "+" in mode) if type(mode) is str else bool(flags & _WRITES)
        if for_writing:
            self.written.add(path)  # what a run makes itself is no part of what it is given
            return
        self.opened[path] = self.now[path] = True
        if path not in self.by_tests and self._is_by_test(sys._getframe(2)):
            self.by_tests.add(path)

    def _is_by_test(self, frame):
        """Whether the nearest code of the project that asked for the file is a test's."""
        for _ in range(MOST_FRAMES):
            if frame is None:
                return False
            path = frame.f_code.co_filename
            if self.is_own(path):
                return is_of_tests(path)
            frame = frame.f_back
        return False

    # ---- the run ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector):
        before, self.now = self.now, {}
        yield
        if self.now:
            self.of_file.setdefault(_path_of(collector), {}).update(self.now)
        self.now = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self.item, self.now, self.red = item, {}, False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.red = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self, nodeid, location):
        item = self.item
        if not self.red or item is None or item.nodeid != nodeid:
            return
        try:
            told = self.told_of(item)
            told["test"] = self.ids.of_item(item)
            self.channel.send("written", told)
        except Exception as error:
            self.channel.note("where a test is written", error)

    def told_of(self, item):
        """Return all that is known of a failing test but its id: a worker knows it by another one."""
        path, line, name = written_at(item)
        files = dict(self.of_file.get(_path_of(item), ()))
        files.update(self.now)
        mine = [each for each in files if each not in self.written]
        told = {"file": path, "line": line, "name": name, "helpers": helpers_of(item, self.is_own)[:MOST_FILES // 4]}
        told["reads"] = [[each, "test" if each in self.by_tests else ""] for each in mine[: MOST_FILES // 4]]
        return told

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        self.is_over = True
        try:
            files = [each for each in self.opened if each not in self.written]
            elsewhere = loaded_elsewhere((self.start, self.ids.rootdir or _rootdir(session.config)))[:MOST_SAID]
            output = getattr(session.config, "workeroutput", None)
            if output is None:
                self._tell(files, elsewhere)
            else:
                output["coach_reads"] = [files, elsewhere]
        except Exception as error:
            self.channel.note("opened files", error)
        yield

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        """A worker of pytest-xdist is over: what it opened and imported."""
        try:
            files, elsewhere = (getattr(node, "workeroutput", None) or {}).get("coach_reads", ((), ()))
            self._tell(list(files), elsewhere)
        except Exception as wrong:
            self.channel.note("opened files", wrong)

    def _tell(self, files, elsewhere):
        for start in range(0, len(files), 100):
            self.channel.send("opened", {"loaded": files[start : start + 100]})
        for name, imported, lies in elsewhere:
            self.channel.send("elsewhere", {"name": name, "file": imported, "text": lies})


def _rootdir(config):
    return str(getattr(config, "rootpath", None) or getattr(config, "rootdir", ""))


def is_of_tests(path):
    """Whether a Python file is one of tests: by its name, or by the folder it lies in."""
    folder, _, name = path.rpartition(_sep)
    if name.startswith(("test_", "conftest")) or name.endswith(("_test.py", "tests.py")):
        return True
    return not _TEST_FOLDERS.isdisjoint(folder.split(_sep)[-4:])


def written_at(item):
    """Return (file, first line, qualified name) of what an item runs; an empty name: the file itself is the test."""
    kind = type(item).__name__
    if kind == "DoctestItem":
        test = getattr(item, "dtest", None)
        name = getattr(test, "name", "") or item.name
        return str(getattr(test, "filename", "") or _path_of(item)), (getattr(test, "lineno", 0) or 0) + 1, "doctest:" + str(name)
    function = _innermost(getattr(item, "function", None) or getattr(item, "obj", None))
    if function is None:
        return _path_of(item), 0, ""
    code = function.__code__
    return code.co_filename, code.co_firstlineno, str(function.__qualname__)


def _innermost(value):
    """Return the function that was written down, under bound methods, partials and decorators that say what they wrap."""
    for _ in range(MOST_WRAPPERS):
        if isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(value, types.FunctionType):
            inner = value.__dict__.get("__wrapped__")
            if inner is None:
                return value
            value = inner
        elif type(value).__module__ == "functools":
            value = getattr(value, "func", None)
        else:
            return None
    return None


def loaded_elsewhere(folders):
    """Return (module, where it was imported from, where its source lies) of modules whose source, in one of the folders
    or in its ``src``, is not what was imported."""
    said = []
    sources = {}
    for folder in folders:
        for base in (_join(folder, "src"), folder):
            for name in os.listdir(base) if os.path.isdir(base) else ():
                if name[:1] in "._" or name in _NOT_CODE:
                    continue
                if name.endswith(".py"):
                    sources.setdefault(name[:-3], []).append(_join(base, name))
                elif os.path.isfile(_join(base, name, "__init__.py")):
                    sources.setdefault(name, []).append(_join(base, name))
    for name, places in sources.items():
        module = sys.modules.get(name)
        file = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
        if type(file) is not str or file.endswith(_BUILT):
            continue
        real = os.path.realpath(file)
        if not any(real == place or real.startswith(place + _sep) for place in map(os.path.realpath, places)):
            shown = os.path.dirname(file) if os.path.basename(file) == "__init__.py" else file
            said.append((name, shown, places[0]))
    return said


def helpers_of(item, is_own):
    """Name modules of tests that the item's module took something from, and those of the classes it inherits from."""
    module = getattr(item, "module", None)
    found = {}
    for value in list(vars(module).values()) if isinstance(module, types.ModuleType) else ():
        if isinstance(value, types.ModuleType):
            found[vars(value).get("__file__")] = True
        elif isinstance(value, (types.FunctionType, type)):
            found[_file_of_module(value.__module__)] = True
    for base in getattr(getattr(item, "cls", None), "__mro__", ()):
        found[_file_of_module(base.__module__)] = True
    own = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
    return [each for each in found if type(each) is str and each != own and is_own(each) and is_of_tests(each)]


def _file_of_module(name):
    module = sys.modules.get(name) if type(name) is str else None
    return vars(module).get("__file__") if isinstance(module, types.ModuleType) else None


def _path_of(node):
    return str(getattr(node, "path", None) or getattr(node, "fspath", None) or "")
