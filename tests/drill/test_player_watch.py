"""What whoever plays reads, runs and connects to: real programs, real system calls."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from coach.core.drill.history_commands import looks_at_the_past
from coach.engine.drill.answers import Answer
from coach.engine.drill.places import places
from coach.engine.drill.player_watch import Watching
from coach.engine.process.process_tree import RUN_ID
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise

MENDED = b"return sum(items) + shipping"


@pytest.fixture
def land(tmp_path):
    """Make a checkout with an environment in it, and an arena."""
    for name in ("checkout/shop", "checkout/.venv/lib", "arena", "drills/week"):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "checkout/shop/cart.py",
        "checkout/.venv/lib/dep.py",
        "arena/cart.py",
        "drills/week/set.json",
    ):
        (tmp_path / name).write_text("X = 1\n")
    return tmp_path


def watched(land, script, *, by_calls=True, when_seen=lambda: None):
    """Run a shell script in the arena and return what was seen."""
    where = places(
        [(land / "checkout", "the checkout"), (land / "drills", "the sets of drills")],
        land / "arena",
        [land / "checkout/.venv"],
        (Answer("shop/cart.py", frozenset({b"def total(items):", MENDED}), frozenset({MENDED})),),
    )
    watch = Watching(where, by_calls=by_calls)
    env = {**os.environ, RUN_ID: f"watch-{os.getpid()}"}
    launch = Launch(["/bin/sh", "-c", script], land / "arena", env, watch=watch)
    output = []

    def tick():
        if watch.answers:
            when_seen()
        return False

    done = supervise(launch, Limits(wall=60), output.append, threading.Event(), tick)
    return watch.result(), done, b"".join(output)


def test_reads_of_answers_are_seen_whatever_program_makes_them_and_by_whatever_way(land):
    (land / "arena/way").symlink_to(land / "checkout")
    script = f"""
cat {land}/checkout/shop/cart.py >/dev/null
cd ../drills && head -c1 week/set.json >/dev/null
cd ../arena && {sys.executable} -c "print(open('way/shop/cart.py').read())" >/dev/null
ln {land}/checkout/shop/cart.py copied.py
"""
    seen, done, _ = watched(land, script)
    assert done.exit_code == 0
    assert seen.by == "system calls"
    assert seen.answers == (
        "reads shop/cart.py of the checkout, by cat",
        "reads week/set.json of the sets of drills, by head",
        f"reads shop/cart.py of the checkout, by {Path(sys.executable).name[:15]}",
        "takes shop/cart.py of the checkout, by ln",
    )


def test_what_tells_nothing_is_not_noted(land):
    """Listing folders, files that are not there, packages of an environment inside the checkout, the arena itself."""
    script = f"""
ls {land}/checkout {land}/checkout/shop >/dev/null
cat {land}/checkout/none.py 2>/dev/null
cat {land}/checkout/.venv/lib/dep.py cart.py >/dev/null
"""
    seen, _, _ = watched(land, script)
    assert (seen.answers, seen.history, seen.network) == ((), (), ())


def test_another_copy_of_the_mended_file_is_known_wherever_it_lies(land):
    """A clone, a cache of packages, another environment: by its name and by the lines of the fix."""
    mended = "def total(items):\n    return sum(items) + shipping\n"
    for name, text in (
        ("cache/abc/shop/cart.py", mended),
        ("cache/old/shop/cart.py", "def total(items):\n    return sum(items)\n"),
        ("cache/other/cart.py", "x = 1\n" * 30 + mended.replace("def total(items):", "")),
        ("arena/shop/cart.py", mended),
    ):
        (land / name).parent.mkdir(parents=True, exist_ok=True)
        (land / name).write_text(text)
    seen, _, _ = watched(
        land, f"cat {land}/cache/*/*/cart.py {land}/cache/other/cart.py shop/cart.py >/dev/null"
    )
    assert seen.answers == (f"reads {land}/cache/abc/shop/cart.py, which holds the fix, by cat",)


def test_the_folder_of_another_process_is_a_way_too(land):
    """coach itself stands in the checkout: ``/proc/PID/cwd`` leads there."""
    with subprocess.Popen(["sleep", "600"], cwd=land / "checkout") as standing:
        seen, _, _ = watched(
            land, f"cat /proc/{standing.pid}/cwd/shop/cart.py /proc/self/cwd/cart.py >/dev/null"
        )
        standing.kill()
    assert seen.answers == ("reads shop/cart.py of the checkout, by cat",)


def test_history_commands_are_noted_with_their_arguments(land):
    script = f"git init -q . ; git log -p --all; git -C {land}/checkout stash list; git status; git diff; cd ../checkout; git fsck"
    seen, _, _ = watched(land, script + " 2>/dev/null; true")
    assert seen.history == (
        "git log -p --all",
        f"git -C {land}/checkout stash list",
        "git fsck (in the checkout)",
    )


def test_a_thread_is_named_after_its_program(land):
    """Assistants open files in pools of threads."""
    script = f"""
import threading
def read():
    open({str(land / "checkout/shop/cart.py")!r}).read()
threading.Thread(target=read, name="worker").start()
"""
    (land / "arena/read.py").write_text(script)
    seen, _, _ = watched(land, f"exec {sys.executable} read.py")
    assert seen.answers == (
        f"reads shop/cart.py of the checkout, by {Path(sys.executable).name} (the assistant itself)",
    )


def test_runs_of_tests_are_counted_once_each_whatever_starts_them(land):
    (land / "arena/pytest").write_text("#!/bin/sh\nexec true pytest\n")
    (land / "arena/pytest").chmod(0o755)
    (land / "arena/test.sh").write_text("./pytest -q; ./pytest -x\n")
    seen, _, _ = watched(
        land, "./pytest -q; sh test.sh; ./pytest --version; ls >/dev/null; git log -1 2>/dev/null; true"
    )
    assert seen.test_runs == 2


@pytest.mark.parametrize(
    ("argv", "is_past"),
    [
        ("git show HEAD~3:shop/cart.py", True),
        ("/usr/bin/git -c core.pager=cat --no-pager log", True),
        ("git cat-file --batch-all-objects --batch-check", True),
        ("git diff HEAD~1", True),
        ("git diff --stat", False),
        ("git rev-parse --show-toplevel", False),
        ("git add -A", False),
        ("git commit -m log", False),
        ("coach review abcd", True),
        ("python3 -m coach drill show week --answer", True),
        ("python -B /venv/bin/coach seen", True),
        ("coach run", False),
        ("python log.py", False),
        ("", False),
    ],
)
def test_which_commands_look_at_the_past(argv, is_past):
    assert bool(looks_at_the_past(argv.split())) is is_past


def test_connections_beyond_this_machine_are_noted_and_those_within_are_not(land):
    """192.0.2.1 is an address of documentation: nobody has it. It is connected to without waiting for an answer."""
    script = """
import socket
for host, port in (("192.0.2.1", 80), ("127.0.0.1", 9)):
    with socket.socket() as one:
        one.setblocking(False)
        one.connect_ex((host, port))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.connect(("192.0.2.1", 53))
"""
    (land / "arena/connect.py").write_text(script)
    seen, done, _ = watched(land, f"exec {sys.executable} connect.py")
    assert done.exit_code == 0
    assert len(seen.network) == 1
    assert seen.network[0].startswith("192.0.2.1:80, by ")
    assert seen.network[0].endswith("(the assistant itself)")


def test_where_calls_cannot_be_watched_open_files_are_looked_at_and_that_is_said(land):
    script = f"""
git init -q . ; exec 3<{land}/checkout/shop/cart.py
{sys.executable} - <<'END'
import os, time
while not os.path.exists('enough'):
    time.sleep(0.01)
END
"""
    enough = land / "arena/enough"
    seen, _, _ = watched(land, script, by_calls=False, when_seen=enough.touch)
    assert seen.by == "open files"
    assert "missed" in seen.why
    assert any(each.startswith("reads shop/cart.py of the checkout") for each in seen.answers)


def test_what_it_costs_is_bearable_and_output_is_the_same(land):
    """A thousand files opened, and what a program prints and how it ends is as it would be."""
    script = "i=0; while [ $i -lt 1000 ]; do read line <cart.py; i=$((i+1)); done; echo $line; exit 7"
    seen, done, output = watched(land, script)
    assert (done.exit_code, output) == (7, b"X = 1\n")
    assert seen.answers == ()


def test_a_program_that_does_not_start_is_an_error_as_always(land):
    launch = Launch(["/none/such"], land, dict(os.environ), watch=Watching(places([], land)))
    with pytest.raises(OSError, match="No such file"):
        supervise(launch, Limits(wall=5), lambda _: None, threading.Event(), lambda: False)


def test_setting_the_switch_leaves_others_as_they_were(land):
    before = subprocess._USE_VFORK
    watched(land, "true")
    assert before == subprocess._USE_VFORK
