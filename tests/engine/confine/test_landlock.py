"""The fence round code that coach changed: what the kernel refuses, what the interpreter refuses, and what is noted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = Path(__file__).parents[3] / "coach" / "engine" / "probe"
sys.path.insert(0, str(PROBE))

import coach_fence  # noqa: E402

needs_fence = pytest.mark.skipif(not coach_fence.version(), reason="this kernel has no Landlock")

_RUN = """
import ctypes, fcntl, json, os, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import coach_fence, coach_refused
results = {}
for name, (mine, theirs, act, before) in json.load(sys.stdin).items():
    receiving, sending = os.pipe()
    pid = os.fork()
    if not pid:
        mine, theirs, error = Path(mine), Path(theirs), ""
        exec(before)
        assert coach_fence.confine([str(mine)])
        coach_refused.watch([str(mine)])
        os.chdir(mine)
        try:
            exec(act)
        except Exception as caught:
            error = type(caught).__name__
        os.write(sending, json.dumps([error, coach_refused.refused()]).encode())
        os._exit(0)
    os.close(sending)
    results[name] = json.loads(os.read(receiving, 65536) or b'["died", ""]')
    os.wait()
print(json.dumps(results))
"""


class Ground:
    """A folder that may be written, and one of the user's, for every act; all are tried by one process that forks."""

    def __init__(self, folder, acts, before=""):
        self.places = {name: self._made(folder / str(number)) for number, name in enumerate(acts)}
        self.before = {name: _state(theirs) for name, (_, theirs) in self.places.items()}
        asked = {name: (*map(str, self.places[name]), act, before) for name, act in acts.items()}
        words = [sys.executable, "-c", _RUN, str(PROBE)]
        done = subprocess.run(words, input=json.dumps(asked), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.results = json.loads(done.stdout.splitlines()[-1])

    @staticmethod
    def _made(folder):
        mine, theirs = folder / "copy", folder / "user"
        for each in (mine / "narrow", theirs / "folder" / "deep"):
            each.mkdir(parents=True)
        (theirs / "file").write_text("precious\n")
        (theirs / "folder" / "deep" / "file").write_text("precious too\n")
        (mine / "link").symlink_to(theirs / "file")
        (mine / "folder_link").symlink_to(theirs / "folder")
        (mine / "own").write_text("own\n")
        return mine, theirs

    def untouched(self, name):
        return _state(self.places[name][1]) == self.before[name]


def _state(folder):
    """Return every file and folder with its bytes, mode, owner and time of change."""
    found = {}
    for each in [folder, *sorted(folder.rglob("*"))]:
        seen = each.lstat()
        content = each.read_bytes() if each.is_file() and not each.is_symlink() else None
        found[str(each)] = (content, seen.st_mode, seen.st_uid, seen.st_gid, seen.st_mtime_ns)
    return found


ACTS = {
    "write": "open(theirs / 'file', 'w').write('x')",
    "append": "open(theirs / 'file', 'a').write('x')",
    "write in place": "open(theirs / 'file', 'r+b').write(b'x')",
    "make": "open(theirs / 'new', 'w').close()",
    "make exclusively": "os.open(theirs / 'new', os.O_CREAT | os.O_EXCL)",
    "truncate while opened for reading": "os.open(theirs / 'file', os.O_RDONLY | os.O_TRUNC)",
    "truncate by name": "os.truncate(theirs / 'file', 0)",
    "remove": "os.remove(theirs / 'file')",
    "remove relative to a folder": "os.unlink('file', dir_fd=os.open(theirs, os.O_RDONLY))",
    "remove a tree": "shutil.rmtree(theirs / 'folder')",
    "remove a folder": "(theirs / 'folder' / 'deep' / 'file').unlink()\n(theirs / 'folder' / 'deep').rmdir()",
    "rename away": "os.rename(theirs / 'file', mine / 'file')",
    "rename over": "os.rename(mine / 'own', theirs / 'file')",
    "replace": "os.replace(mine / 'own', theirs / 'file')",
    "move": "shutil.move(theirs / 'folder', mine / 'moved')",
    "hard link in": "os.link(theirs / 'file', mine / 'hard')\n(mine / 'hard').write_text('x')",
    "hard link out": "os.link(mine / 'own', theirs / 'hard')",
    "make a folder": "os.mkdir(theirs / 'new')",
    "make a link": "os.symlink('nowhere', theirs / 'new')",
    "through a link": "(mine / 'link').write_text('x')",
    "through a linked folder": "shutil.rmtree(os.path.realpath(mine / 'folder_link'))",
    "relative": "Path('..', 'user', 'file').write_text('x')",
    "sqlite": "sqlite3.connect(theirs / 'new.db').execute('create table t (a)')",
    "a socket": "socket.socket(socket.AF_UNIX).bind(str(theirs / 'new'))",
    "mode": "os.chmod(theirs / 'file', 0)",
    "mode of a folder": "os.chmod(theirs, 0o700)",
    "mode by descriptor": "os.fchmod(os.open(theirs / 'file', os.O_RDONLY), 0)",
    "mode through a link": "(mine / 'link').chmod(0)",
    "times": "os.utime(theirs / 'file', (0, 0))",
    "touch": "(theirs / 'file').touch()",
    "attributes": "os.setxattr(theirs / 'file', 'user.x', b'1')",
    "copy over": "shutil.copyfile(mine / 'own', theirs / 'file')",
    "a temporary file": "tempfile.NamedTemporaryFile(dir=theirs)",
}


@pytest.fixture(scope="module")
def acts(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("acts"), ACTS)


@needs_fence
@pytest.mark.parametrize("name", ACTS)
def test_nothing_outside_is_touched_and_the_act_is_noted(acts, name):
    error, refused = acts.results[name]
    assert error
    assert acts.untouched(name)
    assert str(acts.places[name][1]) in refused


CHILDREN = {
    "a pipe": "os.mkfifo(theirs / 'new')",
    "rm": "subprocess.run(['rm', '-rf', theirs], check=True)",
    "shell": "subprocess.run(f'echo x > {theirs}/file', shell=True, check=True)",
    "truncate": "subprocess.run(['truncate', '-s', '0', theirs / 'file'], check=True)",
    "mv": "subprocess.run(['mv', theirs / 'file', mine], check=True)",
    "cp": "subprocess.run(['cp', mine / 'own', theirs / 'file'], check=True)",
    "python": "subprocess.run([sys.executable, '-c', f'import shutil; shutil.rmtree({str(theirs)!r})'], check=True)",
    "a thread": "import threading\nit = threading.Thread(target=lambda: shutil.rmtree(theirs))\nit.start()\nit.join()\nassert 0",
    "a fork": "pid = os.fork()\nif not pid:\n    shutil.rmtree(theirs, ignore_errors=True)\n    os._exit(0)\nos.wait()\nassert 0",
}


@pytest.fixture(scope="module")
def children(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("children"), CHILDREN)


@needs_fence
@pytest.mark.parametrize("name", CHILDREN)
def test_what_the_interpreter_does_not_tell_of_is_confined_too(children, name):
    assert children.results[name][0]
    assert children.untouched(name)


FREE = {
    "write": "Path('own').write_text('x')\nPath('sub').mkdir()\nPath('sub/a').write_text('x')\nos.replace('sub/a', 'a')",
    "remove": "os.remove('own')\nos.remove('link')\nassert (theirs / 'file').exists()",
    "truncate": "os.truncate('own', 0)",
    "mode": "os.chmod('own', 0o600)\nos.utime('own')\nshutil.copy2('own', 'other')",
    "link": "os.link('own', 'hard')\nos.symlink('own', 'soft')\nos.mkfifo('pipe')",
    "read": "assert (theirs / 'file').read_text() and os.listdir(theirs) and os.access(theirs, os.W_OK)",
    "devices": "open('/dev/null', 'w').write('x')\nos.openpty()\nsubprocess.run('echo x > /dev/null', shell=True, check=True)",
    "sqlite": "sqlite3.connect('own.db').execute('create table t (a)')",
    "children": "it = subprocess.Popen(['sleep', '60'], start_new_session=False)\nit.kill()\nit.wait()",
    "itself": "os.kill(os.getpid(), 0)\nsignal.signal(signal.SIGUSR1, lambda *_: None)\nos.kill(os.getpid(), signal.SIGUSR1)",
    "pairs": "a, b = socket.socketpair()\na.send(b'x')\nassert b.recv(1) == b'x'",
    "own socket": "a = socket.socket(socket.AF_UNIX)\na.bind('s')\na.listen()\nsocket.socket(socket.AF_UNIX).connect('s')",
    "git": "subprocess.run('git init -q . && git add own && git -c user.name=a -c user.email=a@b commit -qm x', shell=True, check=True)",
    "a narrower fence": (
        "pid = os.fork()\nif not pid:\n"
        "    coach_refused.forget()\n    ok = coach_fence.confine([str(mine / 'narrow')])\n"
        "    coach_refused.watch([str(mine / 'narrow')])\n"
        "    try:\n        Path('own').unlink()\n    except OSError:\n        pass\n"
        "    os._exit(0 if ok and 'own' in coach_refused.refused() else 1)\n"
        "assert os.wait()[1] == 0\nPath('own').unlink()"
    ),
    "temporary": "tempfile.tempdir = str(mine)\nwith tempfile.TemporaryDirectory() as it:\n    Path(it, 'a').write_text('x')",
}


@pytest.fixture(scope="module")
def free(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("free"), FREE)


@needs_fence
@pytest.mark.parametrize("name", FREE)
def test_what_is_its_own_is_free_and_nothing_is_noted(free, name):
    assert free.results[name] == ["", ""]
    assert free.untouched(name)


_LISTENERS = """
parent = os.getppid()
os.setsid()
listener = socket.create_server(("127.0.0.1", 0))
listening, abstract = listener.getsockname()[1], f"coach-{os.getpid()}"
one, two = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
one.bind("\\0" + abstract)
one.listen()
two.bind(str(theirs / "socket"))
two.listen()
"""
OTHERS = {
    "socket.socket().bind(('127.0.0.1', 9))": ("tcp", "listens on TCP 127.0.0.1:9"),
    "socket.create_connection(('127.0.0.1', listening))": ("tcp", "connects to TCP 127.0.0.1"),
    "os.kill(parent, signal.SIGCONT)": ("signals", "signals process"),
    "os.killpg(os.getpgid(parent), signal.SIGCONT)": ("signals", "signals process group"),
    "socket.socket(socket.AF_UNIX).connect('\\0' + abstract)": ("signals", ""),
    "socket.socket(socket.AF_UNIX).connect(str(theirs / 'socket'))": ("files", "connects to the socket"),
}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    return Ground(tmp_path_factory.mktemp("others"), {act: act for act in OTHERS}, _LISTENERS)


@needs_fence
@pytest.mark.parametrize("act", OTHERS)
def test_ports_signals_and_sockets_of_others(others, act):
    right, noted = OTHERS[act]
    if right not in coach_fence.knows():
        pytest.skip(f"this kernel knows nothing of {right}")
    error, refused = others.results[act]
    assert error == "PermissionError"
    assert refused.startswith(noted)


@needs_fence
def test_what_would_fail_anyway_is_not_put_down_to_the_fence(tmp_path):
    act = "os.rmdir(theirs / 'nothing' / 'there')"
    assert Ground(tmp_path, {"a": act}).results["a"] == ["FileNotFoundError", ""]
