"""Assistants that fix, loop, tamper, stray, hang and leave children: run by the real program in the real checkout."""

import json
import os
import shlex
import sys

import pytest

from tests.handoff.conftest import CART, TEST

SAVE = """
import pathlib, sys, time, subprocess
def save(name, text):
    pathlib.Path(name).write_text(text)
def wait(number):
    '''Wait until coach has recorded run <number> (a file of the test says where its log is).'''
    log = next(pathlib.Path(sys.argv[1]).glob('sessions/*/log.jsonl'))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if log.read_text().count('"kind":"run_finished"') >= number:
            return
        time.sleep(0.02)
prompt = sys.stdin.read()
"""
FIX = f"save('cart.py', {CART.replace(' + 1', '')!r})\nprint('mended', 'Failing:' in prompt)"
LOOP = "\n".join(
    f"save('cart.py', {text!r}); wait({number})"
    for number, text in enumerate([CART.replace("+ 1", f"+ {n} - {n - 1}") for n in (2, 3, 4, 5, 6, 7)], 2)
)
TAMPER = (
    "save('tests/test_cart.py', 'from cart import total\\n\\n\\ndef test_total():\\n    total([2, 3])\\n')"
)
STRAY = "save('prices.py', 'PRICES = [2]\\n')"
HANG = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
LEAVE = (
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    "save(sys.argv[2], str(child.pid))"
)


@pytest.fixture
def assisted(shop, tmp_path):
    """Run a scripted assistant; returns (exit code, its JSON, stderr)."""
    shop.write("prices.py", "PRICES = [1]\n")
    scripts = tmp_path / "scripts"
    scripts.mkdir()

    def run(name, script, *words, before=()):
        (scripts / f"{name}.py").write_text(SAVE + script)
        command = shlex.join(
            [sys.executable, str(scripts / f"{name}.py"), str(shop.state), str(tmp_path / "pid")]
        )
        shop.write(
            "pyproject.toml",
            f'[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach]\nwarm = false\n[tool.coach.assistants]\n{name} = """{command}"""\n',
        )
        shop.git("add", "-A")
        shop.git("commit", "-qm", name)
        assert shop.coach("run", TEST).returncode == 1
        for each in before:
            shop.coach(*each)
        was = shop.fingerprint()
        done = shop.coach("assist", name, "--yes", "--json", *words)
        assert shop.fingerprint() == was
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout), done.stderr

    return run


def test_one_that_fixes(assisted, shop):
    """Its edit is an attempt with its name; a cold run says that the target is green; the session is handed back."""
    code, said, narration = assisted("fixer", FIX)
    assert code == 0, narration
    assert said["ending"] == "ended"
    assert said["run"]["outcome"] == "PASS"
    assert said["attempts"][-1]["paths"] == ["cart.py"]
    assert "mended True" in said["tail"]
    records = [
        json.loads(line) for line in next(shop.state.glob("sessions/*/log.jsonl")).read_text().splitlines()
    ]
    kinds = [each["kind"] for each in records]
    assert kinds.index("handed_over") < kinds.index("assistant_ended") < kinds.index("handed_back")
    assert [each["attempt"]["by"] for each in records if each["kind"] == "attempt_read"] == ["fixer"]


def test_one_that_goes_round_in_circles_is_stopped(assisted):
    """The third patch without effect is the last one it makes."""
    code, said, narration = assisted("looper", LOOP)
    assert code == 9, narration
    assert said["ending"] == "stopped by a loop"
    assert "no-effect" in {each["pattern"] for each in said["loops"]}
    assert said["run"]["outcome"] == "FAIL"


def test_one_that_tampers_with_the_test(assisted):
    """Green by fewer assertions is a loop, not a fix."""
    code, said, narration = assisted("tamperer", TAMPER)
    assert code == 9, narration
    assert ("tamper", "banner") in {(each["pattern"], each["level"]) for each in said["loops"]}


def test_one_that_strays(assisted):
    """An edit outside of the spec's scope is said with its file."""
    code, said, narration = assisted("strayer", STRAY, before=[("spec", "--scope", "cart.py")])
    assert code == 9, narration
    assert any(each["pattern"] == "spread" and "prices.py" in each["seen"] for each in said["loops"])


def test_one_that_hangs(assisted):
    """Silence ends it, also when it ignores the polite signal."""
    code, said, narration = assisted("hanger", HANG, "--silence", "1")
    assert code == 1, narration
    assert said["ending"] == "silent"
    assert said["attempts"] == []


def test_one_that_leaves_a_process(assisted, tmp_path):
    """Nothing of it is left when coach has its word."""
    code, said, narration = assisted("leaver", LEAVE)
    assert code == 1, narration
    assert len(said["survivors"]) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_command_of_the_project_is_shown_and_approved_first(shop):
    """Nothing runs before a yes; a changed command asks again; an approval holds."""

    def configured(words):
        shop.write("pyproject.toml", f"[tool.coach.assistants]\nevil = {json.dumps(words)}\n")

    configured("touch 'a b'")
    shop.coach("run", TEST)
    refused = shop.coach("assist", "evil")
    assert refused.returncode == 2
    assert "    touch\n    a b\n" in refused.stderr
    assert f"in {shop.root}" in refused.stderr
    assert not (shop.root / "a b").exists()
    assert shop.coach("assist", "evil", "--yes").returncode == 1
    assert (shop.root / "a b").exists()
    assert shop.coach("assist", "evil").returncode == 1
    configured("touch c")
    assert "not approved" in shop.coach("assist", "evil").stderr
    assert not (shop.root / "c").exists()
    assert "known: evil" in shop.coach("assist", "other").stderr


def test_what_the_assistant_is_asked_can_be_chosen(shop):
    """``--for`` means what it means to export: the same question."""
    shop.write("pyproject.toml", "[tool.coach.assistants]\nevil = 'true'\n")
    shop.coach("run", TEST)
    asked = "Find the root cause. Do not fix it yet."
    for command in (("assist", "evil", "--show"), ("export",)):
        assert asked in shop.coach(*command, "--for", "cause").stdout
        assert asked not in shop.coach(*command, "--for", "review").stdout
