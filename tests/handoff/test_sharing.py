"""Two processes on one session: the holder writes, the other joins through the socket; neither harms the other."""

import json
import socket
import stat
import sys

import pytest

from coach.core.decide import Decision, Refusal
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.core.session.fold import replay
from coach.session.factory import open_new, open_shared
from coach.session.shared.client import RemotePort, join
from coach.session.shared.messages import SOCKET, address, command_from, packed
from coach.settings.project import Settings
from coach.store.paths import session_folder
from tests.handoff.conftest import TEST


@pytest.fixture
def held(shop, monkeypatch):
    """A session that this process holds."""
    monkeypatch.setenv("COACH_STATE_DIR", str(shop.state))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with open_new(shop.root, Target(words=(TEST,)), Settings(python=sys.executable, warm=False)) as port:
        port.submit(cmd.Begin(reproduce=False)).result(10)
        yield port


def _folder(held):
    return session_folder(held.state.opened.session)


def test_a_second_process_works_on_the_session_of_the_first(held, shop):
    """Real processes: a run, a note and a refusal asked from outside are in the one log, written by the holder."""
    ran = shop.coach("run", "--json")
    assert ran.returncode == 1, ran.stderr
    assert json.loads(ran.stdout)["number"] == 1
    assert shop.coach("note", "seen from outside").returncode == 0
    refused = shop.coach("hypothesis", "no prediction")
    assert refused.returncode == 2
    assert "needs a claim and a prediction" in refused.stderr
    assert held.state.notes[-1].text == "seen from outside"
    assert replay(held.records) == held.state
    assert [each.seq for each in held.records] == list(range(1, len(held.records) + 1))


def test_the_client_has_the_state_of_the_holder_and_hears_of_changes(held):
    with open_shared(held.state.opened.session) as port:
        assert isinstance(port, RemotePort)
        assert port.state == held.state
        heard = []
        port.subscribe(heard.append)
        assert isinstance(port.submit(cmd.WriteNote(text="a")).result(10), Decision)
        assert port.state.notes[-1].text == "a"
        assert heard
        refusal = port.submit(cmd.CancelRun()).result(10)
        assert refusal == Refusal("nothing is running")
        assert isinstance(port.submit(cmd.Interrupted(by="SIGTERM")).result(10), Refusal)
    assert not any(isinstance(each.event, ev.SessionInterrupted) for each in held.records)


def test_the_socket_is_private_and_goes_with_its_holder(held):
    folder = _folder(held)
    assert stat.S_IMODE((folder / SOCKET).stat().st_mode) == 0o600
    port = join(folder, lambda _: "")
    held.close()
    assert not (folder / SOCKET).exists()
    assert isinstance(port.submit(cmd.WriteNote(text="late")).result(10), Refusal)
    assert port.read_only
    assert port.wait_idle(0.1)
    port.close()
    assert join(folder, lambda _: "") is None


def test_a_dead_coach_leaves_a_socket_that_does_not_matter(held):
    """Whoever takes the lock takes the address."""
    session, folder = held.state.opened.session, _folder(held)
    held.close()
    with address(folder) as name:
        dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        dead.bind(name)
        dead.close()
    with open_shared(session) as again:
        joined = join(folder, lambda _: "")
        assert joined.state == again.state
        joined.close()


def test_nonsense_on_the_socket_harms_nobody(held):
    """Bytes that are no message, unknown commands and a client that hangs up."""
    for said in (
        b"\xff\xfe\n",
        b"[1]\n",
        b"{" * 5_000 + b"\n",
        packed({"ask": 1, "command": "Begin", "fields": {}}),
    ):
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with address(_folder(held)) as name:
            raw.connect(name)
        raw.sendall(said)
        raw.close()
    with open_shared(held.state.opened.session) as port:
        assert isinstance(port.submit(cmd.WriteNote(text="fine")).result(10), Decision)
    assert command_from("WriteNote", {"text": ["no"]}) is None
    assert command_from("Interrupted", {"by": "x"}) is None
