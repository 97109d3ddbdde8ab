"""What is around coach fails: the folder it stands in, threads, memory, open files, processes, places for temporary files."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading

import pytest

from coach.engine.process import scratch
from coach.engine.trees.tree_store import TreeStore
from coach.errors import ScratchError, exhausted
from coach.private_folders import umask_now
from coach.store import artefacts, library
from coach.store.artefacts import keep, read
from tests.engine.conftest import content_hash

TEST = "import os\n\n\ndef test_it():\n    assert 1 == 2\n"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "project"
    place.mkdir()
    (place / "test_it.py").write_text(TEST)
    return place


def coach(folder, *words, limits=(), **around):
    """Run coach with limits of its process and with what is around it; a variable that is None is taken away."""

    def limit():
        for which, value in limits:
            resource.setrlimit(which, (value, value))

    env = {**os.environ, "COACH_PYTHON": sys.executable, **around}
    done = subprocess.run(
        [sys.executable, "-m", "coach", *words],
        cwd=folder,
        env={name: value for name, value in env.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=limit if limits else None,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("words", [("run", "test_it.py"), ("status",)], ids=lambda words: words[0])
def test_a_folder_that_is_gone_under_ones_feet_is_said(folder, state_home, words):
    command = f'rm -r "{folder}"; exec "{sys.executable}" -m coach {" ".join(words)}'
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the folder you are in is gone" in done.stderr


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux keeps to a limit of the address space"
)
@pytest.mark.parametrize(
    ("which", "value", "codes"),
    [
        (resource.RLIMIT_AS, 64 << 20, {7}),  # no thread can be started
        (resource.RLIMIT_NOFILE, 12, {4, 7}),  # git and the run cannot be started
        (resource.RLIMIT_FSIZE, 0, {4}),  # no file of the run can be written
        (resource.RLIMIT_FSIZE, 1_000, {1, 3}),  # what the run reports is cut
    ],
    ids=["no threads", "hardly a file", "nothing can be written", "little can be written"],
)
def test_a_machine_that_gives_no_more_is_named_and_no_defect(folder, which, value, codes):
    done = coach(folder, "run", "test_it.py", limits=[(which, value)])
    assert done.returncode in codes, done.stderr
    assert "a defect of coach" not in done.stderr
    if done.returncode == 7:
        assert "the machine gives no more" in done.stderr
    assert "passed" not in done.stdout
    assert not [each for each in library.sessions() if each.damage]


def test_a_coach_that_stands_still_with_a_lock_holds_no_other(tmp_path, monkeypatch):
    """Stopped by Ctrl-Z while it makes a folder, it keeps the lock that all coaches of this user take."""
    monkeypatch.setattr(scratch, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tmp_path.chmod(0o700)
    home = scratch.temporary_home()
    home.mkdir(mode=0o700)
    holds = "import fcntl, os, signal, sys; f = os.open(sys.argv[1], 0); fcntl.flock(f, 2); print(); sys.stdout.flush(); os.kill(0, 19)"
    other = subprocess.Popen(
        [sys.executable, "-c", holds, home], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert other.stdout.readline()
        with scratch.temporary_folder() as folder:
            (folder / "file").write_text("")
            assert folder.parent.parent != home
        assert scratch.temporary_leftovers() == ()
        with pytest.raises(ScratchError, match="another coach holds it"), scratch.scratch_folder(home):
            pass
    finally:
        other.kill()
        other.communicate()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "threads"),
        (OSError(24, "Too many open files"), "open files"),
        (BlockingIOError(11, "Resource temporarily unavailable"), "processes"),
        (RuntimeError("a defect"), ""),
        (ValueError("a defect"), ""),
    ],
)
def test_what_the_machine_lacks_is_told_from_defects(error, said):
    found = exhausted(error)
    assert (said in found.what) if said else found is None


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a umask without setting it"
)
def test_asking_what_new_files_lose_opens_none_to_others(tmp_path):
    """A umask is one for all threads: set for a moment, what another thread makes in that moment is open to everybody."""
    before, interval = os.umask(0o077), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        asking = threading.Thread(target=lambda: [umask_now() for _ in range(5_000)])
        asking.start()
        made = 0
        while asking.is_alive() or not made:
            place = tmp_path / str(made)
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o666))
            assert not place.stat().st_mode & 0o077
            made += 1
        assert umask_now() == 0o077
    finally:
        os.umask(before)
        sys.setswitchinterval(interval)


def test_what_is_recorded_of_a_project_is_for_its_user_alone(tmp_path):
    """Also the contents that are kept without git; with any umask."""
    root = tmp_path / "project"
    root.mkdir()
    before = os.umask(0)
    try:
        for number in range(3):
            (root / f"{number}.py").write_text(f"VALUE = {number}\n")
            trees = TreeStore(root, tmp_path / "state/projects/0123456789abcdef")
            trees.restore(trees.record())
    finally:
        os.umask(before)
    objects = [each for each in (tmp_path / "state").rglob("objects/??/*") if each.is_file()]
    assert objects
    assert not [each for each in objects if each.stat().st_mode & 0o077]


@pytest.mark.parametrize("how", ["cut", "longer", "exchanged", "bytes"])
def test_kept_output_that_is_not_what_was_kept_is_gone_and_can_be_kept_anew(state_home, how):
    """An artefact of other content would be shown as what a run printed: the evidence would lie."""
    text = "1 failed\n" * 40
    name = keep(text)
    place = artefacts._place(name)
    content = text.encode()
    place.write_bytes(
        {
            "cut": content[:100],
            "longer": content + b"x",
            "exchanged": content.replace(b"failed", b"passed"),
            "bytes": b"\xff" * len(content),
        }[how]
    )
    assert read(name) == ""
    assert keep(text) == name
    assert read(name) == text


@pytest.mark.parametrize(
    "around",
    [
        {"TMPDIR": "test_it.py", "HOME": "", "PATH": "", "TZ": "Nowhere/Atall"},
        {"TMPDIR": "a b\nc", "HOME": None, "XDG_STATE_HOME": "relative", "LC_ALL": "xx_YY.UTF-9"},
        {"TMPDIR": "/nonexistent", "HOME": "/proc", "PATH": None, "TZ": ":/dev/zero"},
    ],
    ids=["a file and empty", "odd and missing", "nowhere"],
)
def test_variables_that_lead_nowhere_change_no_outcome(folder, around):
    if "\n" in around.get("TMPDIR", ""):
        (folder / around["TMPDIR"]).mkdir()
    before = content_hash(folder)
    done = coach(folder, "run", "test_it.py", **around)
    assert done.returncode == 1, done.stderr
    assert "assert 1 == 2" in done.stdout
    shutil.rmtree(folder / "a b\nc" / f"coach-{os.getuid()}", ignore_errors=True)  # as TMPDIR says
    assert content_hash(folder) == before
