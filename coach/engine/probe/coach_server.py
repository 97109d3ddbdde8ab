"""Keep an interpreter with pytest and the dependencies imported, and fork one child per run from it.

Started by coach with the target's own python: ``coach_server.py FD SETTINGS``. Python 3.8+, Linux, standard library
only, one thread, no module of the project ever (checked after every import; what breaks that is reported, and the
server ends). FD is one end of a seqpacket socket; every message is a line of JSON; the end of the stream ends the
server.

    coach  -> {"do": "run", "request": PATH}  with the run's output pipe;  {"do": "preload", "modules": PATH}
    server -> {"is": "ready", "modules": N, "watched": [...]}   {"is": "started", "pid": N}   {"is": "refused", ...}

A run is forked twice: the middle process ends at once, so that the run becomes a child of coach itself (a subreaper),
which supervises and reaps it exactly like one it had started. Its own id is written over the server's in the memory
that ``/proc/PID/environ`` shows, so that everything it leaves behind can be told from everybody else's.
"""

import array
import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import site
import socket
import sys
import sysconfig
import threading
import warnings

import coach_child
import coach_metadata

RUN_ID = b"COACH_RUN_ID="
NEVER = frozenset(("__main__", "sitecustomize", "usercustomize", "antigravity", "this", "idlelib", "turtle", "conftest"))
PATCHES_ALL = frozenset(("gevent", "eventlet"))
"""Packages that replace parts of the standard library early: with those imported beforehand they behave differently."""
PROBE_MODULES = (
    "coach_bytecode", "coach_plain", "coach_ids", "coach_values", "coach_difference", "coach_operands", "coach_said", "coach_reads", "coach_probe", "coach_barrier",
    "coach_plugin",
)
"""In the order of their imports."""


class Refused(Exception):
    """This interpreter cannot serve warm runs; ``deny`` names what must not be preloaded the next time."""

    def __init__(self, why, deny=()):
        Exception.__init__(self, why)
        self.why, self.deny = why, list(deny)


class Server:
    def __init__(self, sock, settings):
        self.sock = sock
        self.root = settings["root"]
        self.scratch = settings["scratch"]
        self.denied = set(settings["denied"])
        self.fence = importlib.import_module("coach_fence") if settings.get("is_confined") else None
        self.probe = os.path.dirname(os.path.abspath(__file__))
        self.allowed = _installed()
        self.seen = set()
        self.mark_at = _address_of_mark()
        self.main_code = None
        self.early = {}

    # ---- getting ready ----

    def warm_up(self):
        """One empty collect-only session through the public entry point, so that every plugin is loaded and settled."""
        empty = os.path.join(self.scratch, "empty")
        os.makedirs(empty, exist_ok=True)
        config = os.path.join(self.scratch, "empty.ini")
        with open(config, "w") as file:
            file.write("[pytest]\n")
        kept = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
        os.chdir(empty)
        coach_metadata.remember(self.allowed)
        try:
            import pytest

            # no:coach: our own entry point is loaded by each run anew, where somebody develops coach as well.
            own = ["-c", config, "--rootdir", empty, "-p", "no:cacheprovider", "-p", "no:coach"]
            with _uncollected():
                code = pytest.main(["--collect-only", "-q", *own, empty])
        finally:
            os.chdir(self.root)
            os.environ.update(kept)
        if int(code) not in (0, 5):
            raise Refused("pytest's empty session ended with %d" % int(code))
        spec = importlib.util.find_spec("pytest.__main__")
        self.main_code = (spec, spec.loader.get_code("pytest.__main__"))
        for name in PROBE_MODULES:
            path = os.path.join(self.probe, name + ".py")
            # Its bytecode, where that is laid out already: to compile all of them is a tenth of the server's start.
            self.early[name] = (path, importlib.machinery.SourceFileLoader(name, path).get_code(name))
        self.check("pytest and its plugins")

    def preload(self, names):
        """Import what the last run used, as far as it is installed and does nothing that only a fresh process may see."""
        usual = threading.active_count()  # pytest's plugins keep some: those are no module's that is imported here
        for name in names:
            top = name.partition(".")[0]
            if top in PATCHES_ALL:
                raise Refused("%s replaces parts of the standard library; preloading would change what it does" % top)
            if name in sys.modules or top in NEVER or top in self.denied or not self.is_installed(top):
                continue
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    importlib.import_module(name)
                except ModuleNotFoundError as error:
                    if error.name != name and not name.startswith(str(error.name) + "."):
                        raise Refused("%s could not be imported by itself: %s" % (name, error), [top])
                except BaseException as error:
                    raise Refused("%s could not be imported by itself: %s" % (name, _named(error)), [top])
            if caught:
                raise Refused("%s warns when it is imported" % name, [top])
            if threading.active_count() > usual:
                raise Refused("%s leaves a thread behind when it is imported" % name, [top])
            self.check(name, [top])
        os.chdir(self.root)
        # The first traceback in a process asks where every module's file is; it need not ask about those again.
        try:
            inspect.getmodule(self.main_code[1])
        except Exception:
            pass  # a module that cannot be asked where it is; the run will say so itself
        gc.collect()
        gc.freeze()

    def is_installed(self, top):
        try:
            spec = importlib.util.find_spec(top)
        except Exception:
            return False
        if spec is None:
            return False
        if spec.origin in ("built-in", "frozen"):
            return True
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        return bool(places) and all(self.is_allowed(place) for place in places)

    def is_allowed(self, path):
        return os.path.abspath(path).startswith(self.allowed)

    def check(self, cause, deny=()):
        """No module may come from anywhere but the installation: the next save of its file would not be seen."""
        for name in set(sys.modules) - self.seen:
            path = getattr(sys.modules.get(name), "__file__", None)
            if type(path) is str and not self.is_allowed(path) and os.path.dirname(os.path.abspath(path)) != self.probe:
                raise Refused("%s imports %s, which is not an installed package: %s" % (cause, name, path), deny)
        self.seen = set(sys.modules)

    def watched(self):
        """Return the files outside the standard library whose change makes this server outdated."""
        standard = tuple(sysconfig.get_paths()[each] + os.sep for each in ("stdlib", "platstdlib"))
        installed = tuple(each for each in self.allowed if each not in standard)
        paths = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        files = sorted({each for each in paths if type(each) is str and os.path.abspath(each).startswith(installed)})
        return [each.rstrip(os.sep) for each in installed if os.path.isdir(each)] + files

    # ---- serving ----

    def serve(self):
        self.say({"is": "ready", "modules": len(sys.modules), "seed": os.environ.get("PYTHONHASHSEED", "")})
        while True:
            message, out = _receive(self.sock)
            if message is None:
                return
            try:
                if message["do"] == "run":
                    with open(message["request"], encoding="utf-8") as file:
                        request = json.load(file)
                    self.say({"is": "started", "pid": self.fork(request, out)})
                else:
                    with open(message["modules"], encoding="utf-8") as file:
                        self.preload(json.load(file))
                    self.write_watched()
                    self.say({"is": "ready", "modules": len(sys.modules)})
            finally:
                if out >= 0:
                    os.close(out)

    def write_watched(self):
        """In a file: the list is longer than a message may be."""
        with open(os.path.join(self.scratch, "watched.json"), "w", encoding="utf-8") as file:
            json.dump(self.watched(), file)

    def say(self, message):
        self.sock.send(json.dumps(message).encode("ascii"))

    def fork(self, request, out):
        """Fork a run and return its process id, when it stands alone and belongs to coach."""
        sys.stdout.flush()
        sys.stderr.flush()
        reader, writer = os.pipe()
        middle = _quiet_fork()
        if middle == 0:
            try:
                if _quiet_fork() == 0:
                    os.close(reader)
                    coach_child.Child(self, request, out, writer).run()
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(middle, 0)
        said = os.read(reader, 20)
        os.close(reader)
        if not said:
            raise Refused("a forked run did not come to life")
        return int(said)


def _quiet_fork():
    """Fork; Python 3.12 warns because of threads that libraries such as numpy keep, and a warning may be an error here."""
    quiet = warnings.catch_warnings()
    quiet.__enter__()
    warnings.simplefilter("ignore")
    try:
        return os.fork()
    finally:
        quiet.__exit__(None, None, None)  # in both processes


@contextlib.contextmanager
def _uncollected():
    """Let nothing collect garbage meanwhile: pytest does so many times at its end, for tests that there are none of here."""
    collect, gc.collect = gc.collect, lambda *_: 0
    try:
        yield
    finally:
        gc.collect = collect


def _named(error):
    return "%s: %s" % (type(error).__name__, str(error)[:200])


def _installed():
    """Folders of the standard library and of installed packages, each with a separator at its end."""
    found = {sysconfig.get_paths()[each] for each in ("stdlib", "platstdlib", "purelib", "platlib")}
    found.update(site.getsitepackages() if hasattr(site, "getsitepackages") else ())
    if site.ENABLE_USER_SITE:
        found.add(site.getusersitepackages())
    base = os.path.join(sys.base_prefix, "lib", "python%d.%d" % sys.version_info[:2])
    found.update((base, os.path.join(base, "lib-dynload"), os.path.dirname(os.__file__)))
    found.update(each for each in sys.path if os.path.basename(each) in ("site-packages", "dist-packages"))
    found |= {os.path.realpath(each) for each in found}
    return tuple(sorted(os.path.abspath(each) + os.sep for each in found))


def _address_of_mark():
    """Return where in our memory the value of COACH_RUN_ID stands that /proc shows; 0 when that cannot be known."""
    try:
        with open("/proc/self/environ", "rb") as file:
            shown = file.read()
        with open("/proc/self/stat", "rb") as file:
            start = int(file.read().rpartition(b")")[2].split()[47])  # env_start, field 50 of proc(5)
    except (OSError, ValueError, IndexError):
        return 0
    position = (b"\0" + shown).find(b"\0" + RUN_ID)
    return start + position + len(RUN_ID) if position >= 0 else 0


def _receive(sock):
    """Return the next message and the descriptor that came with it; (None, -1) at the end."""
    fds = array.array("i")
    message, ancillary, _, _ = sock.recvmsg(65_536, socket.CMSG_LEN(fds.itemsize))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    if not message:
        return None, -1
    return json.loads(message.decode("utf-8")), fds[0] if fds else -1


def main():
    sock = socket.socket(fileno=int(sys.argv[1]))
    with open(sys.argv[2], encoding="utf-8") as file:
        settings = json.load(file)
    server = Server(sock, settings)
    gc.disable()
    try:
        server.warm_up()
        server.preload(settings["modules"])
        server.write_watched()
        server.serve()
    except Refused as refusal:
        server.say({"is": "refused", "why": refusal.why[:2_000], "deny": refusal.deny})


if __name__ == "__main__":
    main()
