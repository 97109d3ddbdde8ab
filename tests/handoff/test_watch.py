"""`coach watch`: one line per run and loop while somebody else edits; the exit code says when to stop."""

import json
import subprocess
import sys
import threading

import pytest

from tests.handoff.conftest import CART, TEST

WRONG = [CART.replace("+ 1", f"+ {n} - {n - 1}") for n in (2, 3, 4, 5, 6)]


@pytest.fixture
def watching(shop):
    """Start to watch; returns the process and a function that returns its next line."""
    shop.write(
        "pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach]\nwarm = false\n'
    )
    assert shop.coach("run", TEST).returncode == 1
    begun, readers = [], []

    def start(*words):
        process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-m",
                "coach",
                "watch",
                "--assistant",
                "robin",
                *(words or ["--seconds", "90"]),
            ],
            cwd=shop.root,
            env=shop.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert "watching what robin edits" in process.stderr.readline()
        # Nobody reads its narration from here on; a full pipe must not stop it.
        reader = threading.Thread(target=process.stderr.read, daemon=True)
        reader.start()
        readers.append(reader)
        return process

    yield start
    for process in begun:
        process.kill()
        process.wait()
    for reader in readers:
        reader.join(10)
    for process in begun:
        process.stdout.close()
        process.stderr.close()


def test_a_loop_ends_it_with_its_own_code(watching, shop):
    process = watching()
    lines = []
    for text in WRONG:
        shop.write("cart.py", text)
        lines.append(process.stdout.readline())
        if not lines[-1].startswith("#"):
            break
        if process.poll() is not None:
            break
    lines += process.stdout.readlines()
    assert process.wait(60) == 9, lines
    assert lines[0].startswith("#2 ✘")
    assert any(line.startswith("⚠ no-effect") for line in lines)


def test_green_ends_it_with_zero_and_the_edits_carry_the_name(watching, shop):
    process = watching()
    shop.write("cart.py", CART.replace(" + 1", ""))
    lines = process.stdout.readlines()
    assert process.wait(60) == 0, lines
    assert any("✔" in line for line in lines)
    log = next(shop.state.glob("sessions/*/log.jsonl")).read_text()
    assert '"by":"robin"' in log
    assert log.rindex('"handed_back"') > log.rindex('"handed_over"')


def test_saves_are_heard_in_a_session_that_a_screen_left(watching, shop):
    """The log of a screen that is gone says that it heard saves; nobody does any more."""
    log = next(shop.state.glob("sessions/*/log.jsonl"))
    last = json.loads(log.read_text().splitlines()[-1])
    heard = {
        "seq": last["seq"] + 1,
        "at": last["at"],
        "kind": "watching_changed",
        "watching": True,
        "note": "",
    }
    with log.open("a") as lines:
        lines.write(json.dumps(heard) + "\n")
    process = watching()
    shop.write("cart.py", CART.replace(" + 1", ""))
    assert process.wait(60) == 0, process.stdout.readlines()


def test_time_is_up(watching):
    process = watching("--seconds", "0.3")
    assert process.wait(60) == 3
