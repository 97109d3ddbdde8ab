"""Deeds that destroy what is not theirs, as a project's code may hold them behind a condition; and a picture of what they aim at."""

import contextlib
import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

EACH = {
    "remove": "os.remove(p + '/kept.txt')",
    "unlink": "os.unlink(p + '/data/one.txt')",
    "unlink below a descriptor": "os.unlink('kept.txt', dir_fd=os.open(p, os.O_RDONLY))",
    "rename": "os.rename(p + '/kept.txt', p + '/gone.txt')",
    "replace": "os.replace(p + '/kept.txt', p + '/data/one.txt')",
    "truncate": "os.truncate(p + '/kept.txt', 0)",
    "open to write": "open(p + '/kept.txt', 'w').close()",
    "append": "open(p + '/kept.txt', 'a').write('more')",
    "read and write": "open(p + '/kept.txt', 'r+b').write(b'x')",
    "new file": "open(p + '/new.txt', 'x').close()",
    "mode": "os.chmod(p + '/kept.txt', 0)",
    "mode of an open file": "os.fchmod(os.open(p + '/kept.txt', os.O_RDONLY), 0)",
    "owner": "os.chown(p + '/kept.txt', 12345, 12345)",
    "times": "os.utime(p + '/kept.txt', (1, 1))",
    "attributes": "os.setxattr(p + '/kept.txt', 'user.mine', b'1')",
    "link over it": "os.symlink('kept.txt', p + '/one'); os.replace(p + '/one', p + '/kept.txt')",
    "hard link": "os.link(p + '/kept.txt', p + '/again.txt')",
    "own name for it": "os.link(p + '/kept.txt', 'mine.txt'); open('mine.txt', 'w').close()",
    "new folder": "os.mkdir(p + '/folder')",
    "remove a folder": "os.rmdir(p + '/empty')",
    "rmtree": "shutil.rmtree(p + '/data')",
    "move": "shutil.move(p + '/data', 'data')",
    "copy over it": "shutil.copy(__file__, p + '/kept.txt')",
    "rm": "subprocess.run(['rm', '-rf', p + '/data'])",
    "shell": "subprocess.run(f'echo > {p}/kept.txt', shell=True)",
    "os.system": "os.system(f'rm -f {p}/kept.txt')",
    "find and delete": "subprocess.run(['find', p, '-name', '*.txt', '-delete'])",
    "git clean": "subprocess.run(['git', '-C', p, 'clean', '-fdxq'])",
    "git checkout": "subprocess.run(['git', '-C', p, 'checkout', '-q', '-f', '.'])",
    "git commit": "subprocess.run(['git', '-C', p, '-c', 'user.name=a', '-c', 'user.email=a', 'commit', '--allow-empty', '-qm', 'x'])",
    "git stash": "subprocess.run(['git', '-C', p, 'stash', '-uq'])",
    "sqlite": "sqlite3.connect(p + '/kept.db').execute('delete from t').connection.commit()",
    "another database": "sqlite3.connect(p + '/new.db').execute('create table t (a)').connection.commit()",
    "mapped": "mmap.mmap(os.open(p + '/kept.txt', os.O_RDWR), 0)[:1] = b'x'",
    "C library": "ctypes.CDLL(None).unlink((p + '/kept.txt').encode())",
    "change folder": "os.chdir(p); os.remove('kept.txt')",
    "dots": "os.remove(os.path.relpath(p, os.path.realpath('.')) + '/kept.txt')",
    "current folder of the process": "os.chdir(p); os.remove('/proc/self/cwd/kept.txt')",
    "own link out": "os.symlink(p, 'way'); os.remove('way/kept.txt')",
    "thread": "t = threading.Thread(target=os.remove, args=(p + '/kept.txt',)); t.start(); t.join()",
    "forked": "os.fork() or (os.setsid(), os.remove(p + '/kept.txt'), os._exit(0))",
    "later": "subprocess.Popen(['setsid', 'sh', '-c', f'sleep 0.3; rm -f {p}/kept.txt'])",
    "at exit": "atexit.register(os.remove, p + '/kept.txt')",
    "temporary file there": "tempfile.NamedTemporaryFile(dir=p, delete=False)",
    "pipe and device": "os.mkfifo(p + '/pipe')",
}
"""Tried in each of the places ``p``."""
ONCE = {
    "kill": "os.kill(PID, 9)",
    "kill its group": "os.killpg(PID, 9)",
    "kill by a program": "subprocess.run(['kill', '-9', str(PID)])",
    "dotfile": "open(os.path.expanduser('~/.netrc'), 'w').close(); os.remove(HOME + '/.netrc')",
    "settings": "open(HOME + '/.config/tool/settings', 'w').close()",
    "git config": "subprocess.run(['git', 'config', '--global', 'user.name', 'x'])",
    "shell profile": "os.system('echo exit >> ~/.profile')",
    "clean the temporary folder": "shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)",
}
SOCKETS = {
    "tcp": "socket.create_connection(('127.0.0.1', PORT), 2).sendall(b'DROP')",
    "unix": "s = socket.socket(socket.AF_UNIX); s.connect(SOCKET); s.sendall(b'DROP')",
}
HEAD = """\
import atexit, contextlib, ctypes, mmap, os, shutil, socket, sqlite3, subprocess, tempfile, threading

PLACES = os.environ["DEED_PLACES"].split(":")
HOME, SOCKET = os.environ["DEED_HOME"], os.environ["DEED_SOCKET"]
PID, PORT = int(os.environ["DEED_PID"]), int(os.environ["DEED_PORT"])


def every(deed):
    here = os.getcwd()
    for p in PLACES:
        with contextlib.suppress(Exception):
            deed(p)
        os.chdir(here)
"""


def module(*, sockets: bool = True) -> str:
    """Return the text of a module with a function a deed, called ``deed_<number>``."""
    text = HEAD
    for number, (name, body) in enumerate({**EACH, **ONCE, **(SOCKETS if sockets else {})}.items()):
        places = "every" if name in EACH else "once"
        text += f"\n\ndef deed_{number}():\n    '''{name}'''\n    def deed(p):\n        {body}\n    {places}(deed)\n"
    return text + "\n\ndef once(deed):\n    with contextlib.suppress(Exception):\n        deed('')\n"


COUNT = len(EACH) + len(ONCE) + len(SOCKETS)


class Yard:
    """What belongs to the engineer: folders, a home, a program, two servers. ``picture`` says what there is of it."""

    def __init__(self, folder: Path) -> None:
        self.home, self.outside = folder / "home", folder / "outside"
        (self.home / ".config/tool").mkdir(parents=True)
        (self.home / ".config/tool/settings").write_text("mine")
        for name in (".netrc", ".profile", ".gitconfig"):
            (self.home / name).write_text("")
        self.places = [self.outside, self.home]
        self.outside.mkdir()
        for each in self.places:
            self.furnish(each)
        self.program = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
        )
        self.heard: list[str] = []
        self.servers = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self.servers[1].bind(str(folder / "s"))
        self.servers[1].listen()
        for each in self.servers:
            threading.Thread(target=self._serve, args=(each,), daemon=True).start()
        self.env = {
            "HOME": str(self.home),
            "DEED_HOME": str(self.home),
            "DEED_SOCKET": str(folder / "s"),
            "DEED_PORT": str(self.servers[0].getsockname()[1]),
            "DEED_PID": str(self.program.pid),
        }

    def furnish(self, place: Path) -> None:
        """Put there what the deeds aim at."""
        import sqlite3

        (place / "data").mkdir(exist_ok=True)
        (place / "empty").mkdir(exist_ok=True)
        (place / "kept.txt").write_text("kept")
        (place / "data/one.txt").write_text("one")
        with contextlib.closing(sqlite3.connect(place / "kept.db")) as base:
            base.executescript("create table t (a); insert into t values (1)")
        if place not in self.places:
            self.places.append(place)

    def variables(self) -> dict[str, str]:
        return {**self.env, "DEED_PLACES": ":".join(map(str, self.places))}

    def _serve(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                server.accept()[0].close()
                self.heard.append("somebody")

    def picture(self, *, sockets: bool = True) -> dict[str, object]:
        found: dict[str, object] = {
            "program": self.program.poll(),
            "heard": len(self.heard) if sockets else 0,
        }
        for place in self.places:
            for path in [place, *sorted(place.rglob("*"))]:
                found[str(path)] = _seen(path)
        return found

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        for each in self.servers:
            each.close()


def _seen(path: Path) -> tuple[object, ...]:
    at = path.lstat()
    content = ""
    if stat.S_ISREG(at.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(at.st_mode):
        content = str(path.readlink())
    marks = tuple(os.listxattr(path, follow_symlinks=False)) if hasattr(os, "listxattr") else ()
    return (
        at.st_mode,
        at.st_uid,
        at.st_gid,
        at.st_size,
        at.st_mtime_ns,
        at.st_ctime_ns,
        at.st_ino,
        at.st_nlink,
        marks,
        content,
    )
