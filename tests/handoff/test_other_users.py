"""Another user and the socket of a session: refused by its rights, and sent away where those fail."""

import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.session.shared.messages import SOCKET, connect
from coach.settings.project import Settings
from coach.store.paths import session_folder
from tests.handoff.conftest import TEST

OTHER = 65534
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not hasattr(socket, "SO_PEERCRED"),
    reason="only root on Linux can be another user for a moment",
)


def as_another_user(folder, handler):
    """Run ``deed`` in a child of another user that stands in ``folder``; returns what it says."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            os.chdir(folder)
            os.setgroups([])
            os.setgid(OTHER)
            os.setuid(OTHER)
            said = handler()
        except OSError as error:
            said = type(error).__name__
        finally:
            os.write(theirs, said.encode())
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as said:
        heard = said.read()
    os.waitpid(child, 0)
    return heard


def ask():
    """Connect and ask for a note as a coach does; returns what comes back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.settimeout(20)
        raw.connect(SOCKET)
        raw.sendall(b'{"ask":1,"command":"WriteNote","fields":{"text":"by another"}}\n')
        heard = raw.recv(1_000)
    return f"heard {len(heard)} bytes"


def test_another_user_does_not_reach_a_session(shop, monkeypatch):
    """By the rights of folder and socket; and with both wide open no event is told and no command taken."""
    monkeypatch.setenv("COACH_STATE_DIR", str(shop.state))
    with open_new(shop.root, Target(words=(TEST,)), Settings(python=sys.executable, warm=False)) as held:
        held.submit(cmd.Begin(reproduce=False)).result(10)
        folder = session_folder(held.state.opened.session)
        assert as_another_user(folder, ask) == "PermissionError"
        folder.chmod(0o711)
        assert as_another_user(folder, ask) == "PermissionError"
        (folder / SOCKET).chmod(0o666)
        assert as_another_user(folder, ask) in {"heard 0 bytes", "ConnectionResetError", "BrokenPipeError"}
        assert held.state.notes == ()
        own = connect(folder, 10)
        assert own is not None
        own.close()


def test_the_socket_of_another_user_is_not_joined(tmp_path):
    """Who listens in our place and is somebody else hears nothing of us."""
    os.chown(tmp_path, OTHER, OTHER)
    is_listening, may_end = os.pipe(), os.pipe()

    def listen():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
            raw.bind(SOCKET)
            raw.listen(1)
            os.write(is_listening[1], b"x")
            os.read(may_end[0], 1)
        return "listened"

    with ThreadPoolExecutor() as pool:
        listened = pool.submit(as_another_user, tmp_path, listen)
        assert os.read(is_listening[0], 1)
        joined = connect(tmp_path, 10)
        os.write(may_end[1], b"x")
        assert listened.result(20) == "listened"
    assert joined is None
