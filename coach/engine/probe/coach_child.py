"""A forked run: make this process what ``python -B -m pytest ...`` would be, run, and leave it hard.

Python 3.8+, standard library only. Used by ``coach_server``.
"""

import gc
import importlib
import importlib.util
import os
import random
import signal
import sys
import threading
import types


class Child:
    """One run: from the fork to its hard exit it makes itself what ``python -B -m pytest ...`` would be."""

    def __init__(self, server, request, out, writer):
        self.server, self.request, self.out, self.writer = server, request, out, writer

    def run(self):
        status = 70
        try:
            self.stand_alone()
            self.take_surroundings()
            status = self.pytest()
        finally:
            os._exit(status & 0xFF)

    def stand_alone(self):
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(self.out, 1)
        os.dup2(self.out, 2)
        for fd in {null, self.out, self.server.sock.fileno()} - {0, 1, 2}:
            os.close(fd)
        if self.server.mark_at:
            overwrite = self.server.fence.overwrite if self.server.fence else _overwrite
            overwrite(self.server.mark_at, self.request["env"]["COACH_RUN_ID"].encode("ascii"))
        self.confine()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN if number == signal.SIGPIPE else signal.SIG_DFL)
        os.write(self.writer, b"%d" % os.getpid())
        os.close(self.writer)

    def confine(self):
        """Let down the fence of this run within that of the server; before coach is told that there is a run."""
        fence = self.request.get("fence")
        if fence and not self.server.fence.confine(fence["allowed"], tcp=fence["tcp"]):
            raise OSError("this run cannot be confined")

    def take_surroundings(self):
        env = self.request["env"]
        given = _paths(os.environ)
        is_moved = os.environ.get("TMPDIR") != env.get("TMPDIR")
        for name in set(os.environ) - set(env):
            del os.environ[name]
        for name, value in env.items():
            if os.environ.get(name) != value:
                os.environ[name] = value
        os.chdir(self.request["cwd"])
        if not getattr(sys.flags, "safe_path", False):
            sys.path[0] = self.request["cwd"]  # where `-m` puts the current folder, this file's own stands now
        paths = _paths(env)
        if paths != given:  # a copy's: its own folders come where the checkout's came
            sys.path[1:] = paths + [each for each in sys.path[1:] if each not in given and each not in paths]
        temporary = sys.modules.get("tempfile")
        if temporary is not None and is_moved:
            temporary.tempdir = None
        importlib.invalidate_caches()
        lines = sys.modules.get("linecache")
        if lines is not None:
            lines.clearcache()
        random.seed()
        numbers = sys.modules.get("numpy.random")
        if numbers is not None:
            numbers.seed()
        faults = sys.modules.get("faulthandler")
        if faults is not None and not env.get("PYTHONFAULTHANDLER"):
            faults.disable()
        gc.enable()

    def pytest(self):
        spec, code = self.server.main_code
        main = types.ModuleType("__main__")
        main.__dict__.update(
            __file__=spec.origin, __spec__=spec, __loader__=spec.loader, __package__="pytest", __cached__=spec.cached
        )
        main.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = main
        sys.argv[:] = [spec.origin, *self.request["args"]]
        if hasattr(sys, "orig_argv"):
            sys.orig_argv[:] = [sys.executable, "-m", "pytest", *self.request["args"]]
        for name, (path, early) in self.server.early.items():
            _make_module(name, path, early)
        try:
            exec(code, main.__dict__)
            status = 0
        except SystemExit as end:
            status = _status(end.code)
        except KeyboardInterrupt:
            _leave()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
            status = 130
        except BaseException:
            sys.excepthook(*sys.exc_info())
            status = 1
        _leave()
        return status


def _paths(env):
    return [os.path.abspath(each) for each in env.get("PYTHONPATH", "").split(os.pathsep) if each]


def _make_module(name, path, code):
    """Import a module of coach's own from code that was compiled once: compiling it in every run would cost the most."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(code, module.__dict__)


def _leave():
    """What an interpreter does at its end, without taking itself apart: threads, exit functions, buffers."""
    import atexit

    for step in (getattr(threading, "_shutdown", None), atexit._run_exitfuncs, sys.stdout.flush, sys.stderr.flush):
        try:
            if step is not None:
                step()
        except BaseException:
            pass


def _status(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code)
    sys.stderr.write("%s\n" % (code,))
    return 1


def _overwrite(address, value):
    """Write over a string of the same length in our own memory."""
    try:
        fd = os.open("/proc/self/mem", os.O_RDWR)
        try:
            os.pwrite(fd, value, address)
        finally:
            os.close(fd)
    except OSError:
        pass  # then only a child that leaves the session without starting a program goes unnoticed
