"""What one mutant does to the files of the copy never reaches the next one, and what is stopped outside of it counts for nothing."""

import importlib
import shutil
import time
from pathlib import Path

import pytest

from coach.core.protocol.effects import MutationPlace
from coach.core.runs.instrument import Mutate, MutateFix
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.confine.landlock import available
from coach.engine.copies.changed_code import file_clock
from coach.engine.instrument.mutate import mutations_of, plan_text, planned
from coach.engine.instrument.wrong_fixes import control_of, wrong_fixes
from coach.engine.process.probe_install import PROBE_FOLDER
from tests.engine.conftest import Ground

needs_fence = pytest.mark.skipif(not available().is_there, reason="this system cannot confine a run")

SPOILS = {
    "rewritten": "(HERE / 'data.txt').write_text('gone')",
    "in place": "f = open(HERE / 'data.txt', 'r+b'); f.write(b'8'); f.flush()",
    "removed": "os.remove(HERE / 'data.txt')",
    "replaced": "(HERE / 'new').write_text('8'); os.replace(HERE / 'new', HERE / 'data.txt')",
    "renamed": "os.rename(HERE / 'data.txt', HERE / 'other')",
    "folder removed": "shutil.rmtree(HERE / 'data')",
    "folder moved": "os.rename(HERE / 'data', HERE / 'moved')",
    "folder for a file": "os.remove(HERE / 'data.txt'); os.mkdir(HERE / 'data.txt')",
    "link for a file": "os.remove(HERE / 'data.txt'); os.symlink('link', HERE / 'data.txt')",
    "mode": "os.chmod(HERE / 'data', 0)",
    "by a program": "subprocess.run(['rm', '-rf', str(HERE / 'data'), str(HERE / 'data.txt')], check=True)",
    "by the C library": "ctypes.CDLL(None).unlink(str(HERE / 'data.txt').encode())",
    "through memory": "f = open(HERE / 'data.txt', 'r+b'); mmap.mmap(f.fileno(), 0)[:1] = b'8'",
    "by what goes on": "subprocess.Popen(['setsid', 'sh', '-c', f'sleep 0.05; rm -rf {HERE}/data {HERE}/data.txt'])",
    "the link": "os.remove(HERE / 'link')",
    "more files": "(HERE / 'more').mkdir(); (HERE / 'more/one').write_text('1')",
    "made when collected": "os.remove(HERE / 'made.txt')",
    "where it was in a file": "MADE.read()",
    "the home": "shutil.rmtree(Path.home(), ignore_errors=True)",
    "the temporary folder": "shutil.rmtree(TEMPORARY, ignore_errors=True)",
}
MODULE = """\
import ctypes, mmap, os, shutil, subprocess, tempfile
from pathlib import Path

HERE = Path(__file__).parent
TEMPORARY = Path(tempfile.gettempdir())
(TEMPORARY / "mine.txt").write_text("7")
(HERE / "made.txt").write_text("7")
MADE = open(HERE / "made.txt")


{spoils}
def state():
    found = [(HERE / "data.txt").read_text(), (HERE / "data/one.txt").read_text(), (HERE / "link").read_text()]
    found += [MADE.read(), (HERE / "made.txt").read_text(), (TEMPORARY / "mine.txt").read_text()]
    more = [each.name for each in HERE.iterdir() if each.name in ("more", "moved", "other", "new")]
    return "".join(found) + "".join(more) + str(Path.home().is_dir()) + oct((HERE / "data").stat().st_mode)[-3:]


def wrong():
    return {value}
"""
TEST = """\
import app

def test_it():
    assert all(getattr(app, each)() == 7 for each in dir(app) if each.startswith("spoil_"))
    assert app.state() == "777777True755"
    assert app.wrong() == 8
"""


@pytest.fixture
def laid(tmp_path, ground):
    root, copy = tmp_path / "project", tmp_path / "copies" / "project"
    (root / "data").mkdir(parents=True)
    (root / "data").chmod(0o755)
    (root / "data.txt").write_text("7")
    (root / "data/one.txt").write_text("7")
    (root / "link").symlink_to("data.txt")
    (root / "test_app.py").write_text(TEST)
    laid = Ground(root, {**ground("passing").env, "HOME": str(tmp_path / "home")})
    (tmp_path / "home").mkdir()
    laid.copy = copy
    return laid


def changed(laid, purpose, places):
    """Run mutants in a copy that is like the checkout; returns what came of them, and what was said."""
    while file_clock() <= max(each.lstat().st_ctime_ns for each in laid.root.rglob("*")):
        time.sleep(0.001)  # the clock of files ticks coarsely
    shutil.copytree(laid.root, laid.copy, symlinks=True)
    request = RunRequest(
        number=1,
        purpose=purpose,
        target=Target(words=("test_app.py",)),
        focus="test_app.py::test_it",
        instrument=MutateFix(seconds=60.0) if purpose == "control" else Mutate(seconds=60.0),
    )
    chosen = planned(places, laid.copy) if purpose == "mutants" else wrong_fixes(places, laid.copy)
    plan = plan_text(request, chosen, laid.copy, None, file_clock())
    report, observer = laid.observe(request, copy=laid.copy, plan=plan)
    if purpose == "control":
        return control_of(1, chosen, observer.said, report), observer.said
    return mutations_of(request, report, chosen, observer.said), observer.said


def module(host, value):
    """Return the text of the module, and the lines whose mutants spoil."""
    spoils = (
        f"def spoil_{n}(size=0):\n    if size > 0:\n        {way}\n    return 7\n\n\n"
        for n, way in enumerate(host)
    )
    text = MODULE.replace("{spoils}", "".join(spoils)).replace("{value}", str(value))
    return text, [n for n, line in enumerate(text.split("\n"), 1) if line == "    if size > 0:"]


@needs_fence
@pytest.mark.parametrize("start", range(0, len(SPOILS), 10))
def test_a_mutant_that_spoils_the_copy_does_not_reach_the_next_one(laid, start):
    """The right flip is tried after them: it must still be found."""
    text, lines = module(list(SPOILS.values())[start : start + 10], 7)
    (laid.root / "app.py").write_text(text)
    before = contents(laid.root)
    last = text.count("\n")
    places = [MutationPlace(path="app.py", function=f"spoil_{n}", lines=(at,)) for n, at in enumerate(lines)]
    found, said = changed(
        laid, "mutants", [*places, MutationPlace(path="app.py", function="wrong", lines=(last,))]
    )
    assert (found.ended, found.why) == ("all", ""), said
    assert (last, "8") in {(each.line, each.after) for each in found.flips}, said
    assert found.refused == 0, found.refusals
    assert contents(laid.root) == before


@needs_fence
def test_a_wrong_fix_is_not_noticed_for_what_another_one_spoilt(laid):
    """No test looks at ``unseen``: each of its wrong versions must live."""
    host = ("removed", "by a program", "folder moved", "the temporary folder")
    text, lines = module([SPOILS[each] for each in host], 8)
    text += "\n\ndef unseen(x):\n    return x + 1\n"
    (laid.root / "app.py").write_text(text)
    (laid.root / "test_app.py").write_text(TEST + "    app.unseen(1)\n")
    last = text.count("\n")
    found, said = changed(laid, "control", [MutationPlace(path="app.py", lines=(*lines, last))])
    assert (found.ended, found.why) == ("all", ""), said
    assert len([each for each in found.survivors if each.line == last]) >= 3, said
    assert found.killed < found.tried


def remembered(laid, monkeypatch, *, told):
    """The files of a copy as they are put back, where the kernel tells what was touched and where it does not."""
    monkeypatch.syspath_prepend(str(PROBE_FOLDER))
    pristine, notices = (importlib.import_module(each) for each in ("coach_pristine", "coach_notices"))
    if not told:
        monkeypatch.setattr(notices, "ctypes", None)
    shutil.copytree(laid.root, laid.copy, symlinks=True)
    after = file_clock() + 1_000_000_000
    found = pristine.Pristine([str(laid.copy)], str(laid.copy), str(laid.root), after, after)
    assert not found.held
    assert found.notices.is_on == told
    return found


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("told", [True, False])
def test_files_are_put_back_whoever_tells_what_was_touched(laid, monkeypatch, told):
    files = remembered(laid, monkeypatch, told=told)
    before = contents(laid.copy)
    assert not files.changed()
    for spoil in SPOILS.values():
        if not any(word in spoil for word in ("MADE", "made.txt", "TEMPORARY", "home()", "Popen")):
            exec(f"import ctypes, mmap, os, shutil, subprocess\n{spoil}", {"HERE": laid.copy})
            assert files.changed(), spoil
            assert files.put_back(), files.trouble
            assert contents(laid.copy) == before, spoil
            assert not files.changed()
    shutil.rmtree(laid.copy)
    assert files.changed()
    assert files.put_back(), files.trouble
    assert contents(laid.copy) == before


def test_what_cannot_be_put_back_is_named(laid, monkeypatch):
    """The checkout's file is saved meanwhile, so its content is no longer that of the copy."""
    files = remembered(laid, monkeypatch, told=True)
    (laid.root / "data.txt").write_text("other")
    (laid.copy / "data.txt").unlink()
    assert files.changed()
    assert not files.put_back()
    assert files.trouble == f"{laid.copy}/data.txt cannot be put back"


def contents(top: Path):
    return {
        path: (path.lstat().st_mode, path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in top.rglob("*")
    }


@needs_fence
def test_a_mutant_that_leaves_the_copy_is_stopped_and_counts_for_nothing(laid, tmp_path):
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("kept")
    spoil = f"subprocess.run(['rm', '-f', {str(theirs)!r}]); os.remove({str(theirs)!r})"
    text, lines = module([spoil], 8)
    (laid.root / "app.py").write_text(text)
    found, said = changed(laid, "control", [MutationPlace(path="app.py", lines=tuple(lines))])
    assert found.refused >= 2, said
    assert found.refusals == (f"removes {theirs}",)
    assert found.tried + found.refused == found.planned
    assert theirs.read_text() == "kept"
