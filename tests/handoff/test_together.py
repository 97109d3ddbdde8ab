"""Screen, MCP client and ``coach watch`` on one session while files are saved all the time: one log, one writer, nothing lost."""

import signal
import subprocess
import sys

import pytest

from coach.core.log import events as ev
from coach.store.log import LOG_NAME, read_log
from tests.e2e.terminal import coach
from tests.handoff.conftest import CART, TEST

pytest.importorskip("mcp")
pytest.importorskip("pexpect")

from tests.handoff.test_mcp import call, port

SAVES = 15


def watching(shop):
    words = [sys.executable, "-m", "coach", "watch", "--assistant", "robin", "--stop-at", "never"]
    return subprocess.Popen(
        words, cwd=shop.root, env=shop.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def test_three_doors_on_one_session_lose_nothing_under_load(shop):
    screen = coach(
        "debug",
        TEST,
        cwd=shop.root,
        state=shop.state,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COACH_PYTHON": sys.executable},
        columns=140,
    )
    screen.wait_for("3 of 3")
    watch = watching(shop)
    try:
        assert "watching what robin edits" in watch.stderr.readline()
        async with port(shop, "--name", "robin") as client:
            for number in range(SAVES):
                shop.write("cart.py", f"{CART}# {number}\n")
                said, is_refused = await call(client, "note", text=f"note {number}")
                assert not is_refused, said
                screen.pump(0.01)
            run, is_refused = await call(client, "run_failing_test")
            assert not is_refused, run
            assert run["evidence"]["outcome"] == "FAIL"
        watch.send_signal(signal.SIGTERM)
        told, narrated = watch.communicate(timeout=60)
        assert watch.returncode == 128 + signal.SIGTERM, narrated
        assert "Traceback" not in told + narrated
        screen.press("q")
        assert screen.wait_end() == 0
    finally:
        watch.kill()
        screen.kill()
    (log,) = (shop.state / "sessions").glob(f"*/{LOG_NAME}")
    read = read_log(log.parent)
    assert (read.damaged, read.torn) == (0, 0)
    assert [each.seq for each in read.records] == list(range(1, len(read.records) + 1))
    notes = [each.event.text for each in read.records if isinstance(each.event, ev.NoteWritten)]
    assert notes == [f"note {number}" for number in range(SAVES)]
    begun = [each.event.request.number for each in read.records if isinstance(each.event, ev.RunStarted)]
    assert begun == sorted(set(begun))
