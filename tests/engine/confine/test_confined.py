"""Processes of any language that coach starts confined: what they may not touch, what works as ever, what is noted."""

import json
import os
import shutil
import socket
import sys
import threading
import uuid
from pathlib import Path

import pytest

from coach.engine.confine import landlock as fence_module
from coach.engine.confine.landlock import Fence, Support, available
from coach.engine.confine.self_test import RIGHTS, refused_here
from coach.engine.process.output import CappedOutput
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise
from coach.errors import NotConfined

needs_fence = pytest.mark.skipif(not available().is_there, reason="this system cannot confine")
needs_filter = pytest.mark.skipif(not available().asks, reason="this system allows no filter of system calls")
pytestmark = needs_fence


class Yard:
    """A folder that may be written, and one of the user's beside it."""

    def __init__(self, top):
        self.mine, self.theirs = top / "copy", top / "user"
        for each in (self.mine, self.theirs / "folder"):
            each.mkdir(parents=True)
        (self.mine / "own").write_text("own\n")
        (self.theirs / "file").write_text("precious\n")
        (self.theirs / "folder" / "file").write_text("precious too\n")
        (self.mine / "link").symlink_to(self.theirs / "file")
        self.before = self.state()

    def state(self):
        found = {}
        for each in (self.theirs, *sorted(self.theirs.rglob("*"))):
            seen = each.lstat()
            content = each.read_bytes() if each.is_file() else None
            found[each] = (content, seen.st_mode, seen.st_uid, seen.st_mtime_ns)
        return found

    def run(self, *argv, strict=True):
        said, fence = CappedOutput(), Fence((self.mine,), strict)
        env = {**os.environ, "TMPDIR": str(self.mine), "U": str(self.theirs), "PYTHON": sys.executable}
        launch = Launch(argv, self.mine, env, fence=fence)
        ended = supervise(launch, Limits(wall=60), said.feed, threading.Event(), lambda: False)
        return ended.exit_code, fence.refused, said.text()


@pytest.fixture
def yard(tmp_path):
    return Yard(tmp_path)


DESTRUCTIVE = {
    "chmod 600 $U/file": "changes the mode of {}/file",
    "chmod 0 link": "changes the mode of {}/file",
    "chmod -R go-rwx $U": "changes the mode of {}",
    "touch -d 2001-01-01 $U/file": "writes {}/file",
    "touch -d 2001-01-01 $U/folder": "changes the times of {}/folder",
    "chown 1:1 $U/file": "changes the owner of {}/file",
    "echo x > $U/file": "writes {}/file",
    "echo x >> $U/new": "writes {}/new",
    "rm -rf $U": "removes {}/f",
    "mv $U/file .": "renames {}/file",
    "ln $U/file hard && echo x > hard": "links to {}/file",
    "ln -s nowhere $U/new": "makes {}/new",
    "mkdir $U/new": "makes {}/new",
    "mkfifo $U/new": "makes {}/new",
    "truncate -s 0 $U/file": "writes {}/file",
    "sed -i s/p/q/ $U/file": "writes {}/sed",
    "tar -C $U -cf $U/new.tar file": "writes {}/new.tar",
    "cd $U && rm file": "removes {}/file",
    "dd if=/dev/zero of=$U/file bs=1 count=3 conv=notrunc": "writes {}/file",
    "(cd $U && git init -q .)": "makes {}/.git",
    "\"$PYTHON\" -c \"import os; os.setxattr(os.environ['U'] + '/file', 'user.x', b'1')\"": "changes the attributes of",
}


@needs_filter
@pytest.mark.parametrize("command", DESTRUCTIVE)
def test_programs_of_any_kind_touch_nothing_outside_and_what_they_tried_is_named(yard, command):
    if "git " in command and not shutil.which("git"):
        pytest.skip("no git")
    code, refused, said = yard.run("sh", "-c", command)
    assert yard.state() == yard.before
    assert code, said
    assert any(DESTRUCTIVE[command].format(yard.theirs) in each for each in refused), (refused, said)


ORDINARY = {
    "modes": "chmod 600 own && chmod u+x . && touch -d 2001-01-01 own && chmod -h 600 link 2>/dev/null; touch -h -d 2001-01-01 link",
    "copies": "mkdir -p a/b && cp -a own a/b/ && cp -a link a/ && mv a c && tar cf x.tar c && mkdir y && tar -C y -xf x.tar && rm -rf c",
    "reads": "cat $U/file && ls -la $U && cp $U/file taken",
    "git": "git init -q . && git add own && git -c user.name=a -c user.email=a@b commit -qm x && git clone -q . ../copy/other",
    "python": "\"$PYTHON\" -c \"import shutil; shutil.copytree('.', '../copy/all', symlinks=True, ignore=shutil.ignore_patterns('all'))\"",
    "devices": "echo x > /dev/null && head -c 3 /dev/zero > zeros && echo x > /dev/full || true",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_programs_do_with_their_own_files_works_as_ever(yard, name):
    code, refused, said = yard.run("sh", "-c", ORDINARY[name])
    assert (code, refused) == (0, []), said
    assert yard.state() == yard.before


POOL = """
import multiprocessing, threading
from multiprocessing import shared_memory
def double(number):
    return 2 * number
if __name__ == "__main__":
    multiprocessing.set_start_method({method!r})
    with multiprocessing.Pool(2) as pool:
        assert pool.map(double, [1, 2]) == [2, 4]
    queue, lock = multiprocessing.Queue(), multiprocessing.Semaphore(1)
    with lock:
        queue.put(1)
    assert queue.get() == 1
    it = shared_memory.SharedMemory(create=True, size=10)
    again = shared_memory.SharedMemory(name=it.name)
    again.buf[0] = 1
    again.close(); it.close(); it.unlink()
"""


@needs_filter
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_memory_and_semaphores_of_their_own(yard, method):
    (yard.mine / "pool.py").write_text(POOL.format(method=method))
    code, refused, said = yard.run(sys.executable, "pool.py")
    assert (code, refused) == (0, []), said


@needs_filter
@pytest.mark.parametrize("folder", ["/dev/shm", "/tmp", "/var/tmp"])
def test_in_folders_that_all_share_only_what_it_made_is_its_own(yard, folder):
    theirs, mine = (Path(folder) / f"coach-test-{uuid.uuid4().hex}" for _ in range(2))
    theirs.write_text("segment")
    try:
        acts = (
            f"rm {theirs}",
            f"echo x > {theirs}",
            f"mv {mine} {theirs}",
            f"chmod 0 {theirs}",
            f"mv {theirs} {mine}x",
        )
        for act in acts:
            code, refused, _ = yard.run(
                "sh", "-c", f"echo a > {mine} && {act}; it=$?; rm -f {mine}; exit $it"
            )
            assert code
            assert any(str(theirs) in each for each in refused), act
            assert theirs.read_text() == "segment"
            assert not mine.exists()
    finally:
        theirs.unlink(missing_ok=True)
        mine.unlink(missing_ok=True)


CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
SERVE = """
import asyncio
async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline()); writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"x\\n")
    assert await reader.readline() == b"x\\n"
asyncio.run(main())
"""


@needs_filter
def test_sockets_of_others_are_closed_to_changed_code_and_open_to_the_projects_own(yard):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(yard.theirs / "s"))
        listener.listen()
        words = (sys.executable, "-c", CONNECT, str(yard.theirs / "s"))
        code, refused, _ = yard.run(*words)
        assert code
        assert refused == [f"connects to the socket {yard.theirs / 's'}"]
        assert yard.run(*words, strict=False)[:2] == (0, [])


@pytest.mark.skipif("tcp" not in available().known, reason="this kernel knows nothing of TCP")
def test_ports_are_closed_to_changed_code_and_open_to_the_projects_own(yard):
    code, refused, _ = yard.run(sys.executable, "-c", SERVE)
    assert code
    assert not available().asks or refused[0].startswith("connects to TCP 127.0.0.1:")
    assert yard.run(sys.executable, "-c", SERVE, strict=False)[:2] == (0, [])


OTHER_STREAMS = """
import socket, sys
def attempt(act):
    try:
        act()
    except OSError:
        return
    sys.exit("it went through")
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(("127.0.0.1", int(sys.argv[1]))))
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132).connect(("127.0.0.1", int(sys.argv[1]))))
attempt(lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", int(sys.argv[1]))))
attempt(lambda: socket.socket().sendmsg([b"x"], [], 0x20000000, ("127.0.0.1", int(sys.argv[1]))))
with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
    one.bind(("127.0.0.1", 0))
    two.connect(one.getsockname())
    two.send(b"x")
    assert one.recv(1) == b"x"
"""


@needs_filter
def test_what_is_tcp_by_another_name_is_closed_too_and_datagrams_are_free(yard):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code, refused, said = yard.run(sys.executable, "-c", OTHER_STREAMS, str(listener.getsockname()[1]))
    assert (code, refused) == (0, []), said


@needs_filter
def test_the_machine_itself_and_limits_of_others_stay(yard):
    script = (
        "import ctypes, os, resource, sys\nlibc = ctypes.CDLL(None, use_errno=True)\nfailed = []\n"
        "def check(said):\n    failed.append(said != -1)\n"
        "check(libc.sethostname(b'coach', 5))\n"
        "check(libc.shmget(0, 10, 0o1600))\n"
        "check(libc.setpriority(0, int(sys.argv[1]), 5))\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\nos.nice(1)\n"
        "try:\n    resource.prlimit(int(sys.argv[1]), resource.RLIMIT_CORE, (0, 0))\n    failed.append(True)\n"
        "except PermissionError:\n    pass\n"
        "sys.exit(any(failed))"
    )
    code, refused, said = yard.run(sys.executable, "-c", script, str(os.getpid()))
    assert code == 0, said
    assert f"changes the limits of process {os.getpid()}" in refused


def test_coach_itself_stays_free_after_it_started_confined_processes(yard):
    yard.run("true")
    (yard.theirs / "file").write_text("mine to write")
    (yard.theirs / "file").chmod(0o600)


def test_a_program_that_is_not_there_is_told_as_ever(yard):
    with pytest.raises(FileNotFoundError):
        yard.run("no-such-program-here")


def test_what_cannot_be_confined_is_not_started(yard, monkeypatch):
    monkeypatch.setattr(fence_module.coach_fence, "confine", lambda *_, **__: False)
    with pytest.raises(NotConfined):
        yard.run("touch", "ran")
    assert not (yard.mine / "ran").exists()


def test_where_no_call_can_be_asked_about_files_are_refused_all_the_same(yard, monkeypatch):
    monkeypatch.setattr(fence_module, "available", lambda: Support(available().known, asks=False))
    for command in ("echo x > $U/file", "rm -rf $U", "mv $U/file ."):
        assert yard.run("sh", "-c", command)[0]
        assert yard.state() == yard.before


def test_it_is_tried_for_real_what_is_refused_here():
    refused = refused_here()
    assert "files" in refused
    assert ("modes" in refused) == available().asks
    assert set(refused) <= set(RIGHTS)


def test_a_thousand_calls_are_answered(yard):
    script = (
        "import os\nfor n in range(1000):\n    open('f', 'w').close(); os.chmod('f', 0o600); os.remove('f')"
    )
    assert yard.run(sys.executable, "-c", script)[:2] == (0, [])


def test_refusals_are_told_as_json_can_hold_them(yard):
    name = os.fsdecode(b"bad-\xff")
    script = f"import os; open(os.environ['U'] + '/' + {name!r}, 'w')"
    assert json.dumps(yard.run(sys.executable, "-c", script)[1]).isascii()
