"""The whole way in a real terminal: a failing test, five steps, a one-line fix, a verified ending in twelve keys; then review."""

import json
import re
import subprocess
import sys

import pytest

from coach.demo.project import FAILING_TEST, make_demo, solution
from tests.e2e.terminal import coach, headless
from tests.e2e.walking import Walker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


MAX_DEMO_KEYS = 12


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    make_demo(folder)
    return folder


def git(folder, *words):
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


def state_of_repository(folder):
    return [
        git(folder, "rev-parse", "HEAD"),
        git(folder, "for-each-ref"),
        git(folder, "stash", "list"),
        (folder / ".git" / "index").read_bytes(),
    ]


def write_spec(screen):
    screen.press("s")
    screen.fill("", "the lines add up to the order", "one cent is missing")


def fix(folder):
    path, old, new = solution()
    file = folder / path
    file.write_text(file.read_text().replace(old, new))


def write_hypothesis(screen):
    screen.press("h")
    screen.fill("int() cuts negative shares towards zero", "the shares add up again")


def test_from_a_failing_test_to_a_verified_end_in_twelve_keys(shop, state_home, monkeypatch):
    """Only keys that are lit as the next move; forms are kept as they come filled, and nothing is pressed to measure."""
    monkeypatch.delenv("COACH_INVESTIGATE")
    before = state_of_repository(shop)
    words = ("debug", FAILING_TEST, "--python", sys.executable)
    screen = coach(*words, cwd=shop, state=state_home, columns=80, lines=24)
    steps = []
    walker = Walker(screen, lambda: fix(shop), lambda step, text: steps.append((step, text)))
    walk = walker.go()
    assert walk.is_verified, (walk, steps[-1][1])
    assert not walk.detours, walk
    assert len(walk.keys) <= MAX_DEMO_KEYS, walk
    screen.press("q")
    assert screen.wait_end() == 0
    assert state_of_repository(shop) == before
    assert git(shop, "status", "--porcelain") == " M shop/money.py\n"
    check_resume_review_and_export(shop, state_home)


def check_resume_review_and_export(shop, state_home):
    session = json.loads(headless("sessions", "--json", cwd=shop, state=state_home).stdout.splitlines()[0])
    screen = coach("debug", "--resume", session["id"], cwd=shop, state=state_home)
    screen.wait_for("Verify 3/3", "Close the session")  # a session that was closed can be taken up again
    screen.press("q")
    assert screen.wait_end() == 0
    closed = headless("close", cwd=shop, state=state_home)
    assert "closed: verified" in closed.stdout
    screen = coach("review", cwd=shop, state=state_home)
    screen.wait_for("verified", "Reproduce")
    screen.press("\x1b[H")
    screen.press("q")
    assert screen.wait_end() == 0
    exported = headless("export", cwd=shop, state=state_home)
    assert FAILING_TEST in exported.stdout
    assert "Supported: H1" in exported.stdout
    listed = headless("sessions", "--json", cwd=shop, state=state_home)
    assert json.loads(listed.stdout.splitlines()[0])["state"] == "verified"


def test_a_killed_coach_leaves_a_session_that_can_be_taken_up(shop, state_home):
    screen = coach("debug", FAILING_TEST, "--python", sys.executable, cwd=shop, state=state_home)
    screen.wait_for("✘ InvoiceMismatch")
    screen.kill()
    screen.wait_end()
    screen = coach("debug", "--resume", cwd=shop, state=state_home)
    screen.wait_for("InvoiceMismatch")
    screen.press("R")
    screen.wait_for("3 of 3")
    write_spec(screen)
    screen.wait_for("Reproduce 3/3")
    write_hypothesis(screen)
    screen.press("t")
    screen.wait_for("int() cuts negative shares")
    screen.press("q")
    assert screen.wait_end() == 0


def test_sigterm_restores_the_terminal(shop, state_home):
    screen = coach("debug", FAILING_TEST, "--python", sys.executable, cwd=shop, state=state_home)
    screen.wait_for("Reproduce")
    screen.kill(15)
    assert screen.wait_end() == 128 + 15
    assert re.search(rb"\x1b\[\?1049l", screen.bytes)


def test_a_second_coach_joins_the_session_that_the_first_holds(shop, state_home):
    first = coach("debug", FAILING_TEST, "--python", sys.executable, cwd=shop, state=state_home)
    first.wait_for("3 of 3")
    first.wait_for("○ watching")
    second = headless("run", cwd=shop, state=state_home)
    assert second.returncode == 1
    assert "✘ experiment" in second.stdout
    assert "gone" not in second.stdout + second.stderr
    first.press("#")
    first.wait_for("✘ same as", second.stdout.split()[0])
    looking = headless("status", cwd=shop, state=state_home)
    assert looking.returncode == 0
    first.press("q")
    assert first.wait_end() == 0


def test_without_a_target_the_last_failures_are_offered(shop, state_home):
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", FAILING_TEST], cwd=shop, capture_output=True, check=False
    )
    screen = coach("debug", "--python", sys.executable, cwd=shop, state=state_home)
    screen.wait_for("what fails?", "✘ tests/test_invoices.py", "the whole suite")
    screen.press("\r")
    screen.wait_for("InvoiceMismatch", "3 of 3")
    screen.press("q")
    assert screen.wait_end() == 0
