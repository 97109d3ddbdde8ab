"""Why no scheduler answers is said in words and within the deadline, whatever listens at its address."""

import asyncio
import contextlib
import os
import signal
import socket
import threading

import pytest

from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import connect, imported, security_of
from coach.engine.cluster.scheduler_answer import why_no_answer
from coach.errors import CoachError, UsageError
from tests.cluster.certificates import Authority


def _why(text, folder, settings=None, seconds=10.0):
    address = parse_address(text)
    security = security_of(imported(), address, settings or ClusterSettings(), folder)
    return asyncio.run(why_no_answer(address, security, seconds))


@contextlib.contextmanager
def _listening(greeting=None):
    """Listen on a port; answer with a greeting and hang up, or say nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if greeting is not None:

            def answer():
                with contextlib.suppress(OSError), server.accept()[0] as made:
                    made.sendall(greeting)

            threading.Thread(target=answer, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def test_nobody_listens(tmp_path):
    with _listening() as address:
        pass
    assert _why(address, tmp_path) == "nobody listens there"
    assert _why("tcp://nowhere.invalid:8786", tmp_path) == "no machine is called nowhere.invalid"


def test_one_that_says_nothing_is_not_waited_for_longer_than_the_deadline(tmp_path):
    with _listening() as address:
        assert "it said nothing within 0.3 s" in _why(address, tmp_path, seconds=0.3)


@pytest.mark.parametrize(
    ("greeting", "why"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "another service"), (b"", "ended the connection at once")],
)
def test_what_another_service_says_is_not_taken_for_a_scheduler(tmp_path, greeting, why):
    with _listening(greeting) as address:
        assert why in _why(address, tmp_path)
    with _listening(greeting) as address, pytest.raises(CoachError, match=why):
        connect(parse_address(address), ClusterSettings(), tmp_path)


def test_certificates_that_do_not_fit_are_told_apart(alone, tmp_path):
    own = Authority(tmp_path / "own")
    there = alone(0, own)
    mine, strange = (
        own.sign("me").settings,
        Authority(tmp_path / "strange", "stranger").sign("other").settings,
    )
    assert _why(there.address, tmp_path, mine) == ""
    assert "not one that your ca signed" in _why(there.address, tmp_path, strange)
    impostor = strange.model_copy(update={"ca": mine.ca})
    assert "refuses the certificate" in _why(there.address, tmp_path, impostor)
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("no certificate")
    unread = mine.model_copy(update={"cert": str(damaged)})
    assert "cannot be used" in _why(there.address, tmp_path, unread)
    clear = there.address.replace("tls://", "tcp://")
    assert "expects tls://" in _why(clear, tmp_path, seconds=1.0)
    missing = mine.model_copy(update={"key": "no/such.key"})
    with pytest.raises(UsageError, match="needs certificates: no file"):
        _why(there.address, tmp_path, missing)


def test_a_scheduler_in_the_clear_and_one_that_stands_still(alone, tmp_path):
    there = alone(0)
    assert _why(there.address, tmp_path) == ""
    mine = Authority(tmp_path / "own").sign("me").settings
    assert "does not speak TLS" in _why(there.address.replace("tcp://", "tls://"), tmp_path, mine)
    os.kill(there.scheduler.pid, signal.SIGSTOP)
    assert "it stands still" in _why(there.address, tmp_path, seconds=0.5)
    there.scheduler.thaw()
    assert _why(there.address, tmp_path) == ""
