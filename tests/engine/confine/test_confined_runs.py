"""Runs of tests in copies: folders of their own, a home to read, what they are refused and what that makes of the outcome."""

import os
import sys
import threading
from dataclasses import replace

import pytest

from coach.core.experiments.trial_request import Trial
from coach.core.log.events import Interpreter
from coach.core.runs.confinement import confinement_of
from coach.core.runs.failure import failing_set
from coach.core.runs.instrument import Mutate
from coach.core.runs.oracle import judge
from coach.core.runs.reference import Reference
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.core.runs.variation import Variation
from coach.engine.confine import confined_run
from coach.engine.confine.landlock import Support, available
from coach.engine.execute import execute
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits
from coach.errors import NotConfined

needs_fence = pytest.mark.skipif(not available().is_there, reason="this system cannot confine")


class Place:
    """A checkout, a copy of it in a scratch folder, and a home."""

    def __init__(self, top, env):
        self.top, self.root, self.copy, self.home = top, top / "shop", top / "scratch/shop", top / "home"
        for each in (self.root, self.copy, self.home / ".config/app", self.home / ".cache/models"):
            each.mkdir(parents=True)
        (self.home / "notes").write_text("mine\n")
        (self.home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
        (self.home / ".config/app/settings").write_text("blue\n")
        (self.home / ".cache/models/weights").write_text("heavy\n")
        self.env = {
            **env,
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "SSH_AUTH_SOCK": "/nowhere",
        }

    def run(self, source, *words, confine="copies", in_copy=True, kind="pytest", **request):
        (self.copy if in_copy else self.root).joinpath("test_it.py").write_text(source)
        asked = RunRequest(
            number=1,
            purpose="experiment",
            target=Target(kind=kind, words=words or ("test_it.py",)),
            **request,
        )
        around = RunContext(
            self.root, Interpreter(path=sys.executable), Limits(wall=60), lambda _: "", LiveOutput(), self.env
        )
        around = replace(around, confine=confine)
        return execute(asked, around, threading.Event(), self.copy if in_copy else None)

    def state(self):
        return {
            each: (each.read_bytes() if each.is_file() else None, each.lstat().st_mtime_ns)
            for each in sorted(self.home.rglob("*"))
        }


@pytest.fixture
def place(tmp_path):
    return made(tmp_path)


def made(folder):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
    return Place(folder, {**env, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


SEES = """
import os, pathlib, shutil, sqlite3, subprocess, tempfile
from pathlib import Path

def test_temporary(tmp_path):
    (tmp_path / "a").write_text("x")
    assert tmp_path.is_relative_to(os.environ["TMPDIR"]) and "pytest-of" in str(tmp_path)
    assert tempfile.gettempdir() == os.environ["TMPDIR"]
    shutil.copy2(tmp_path / "a", tmp_path / "b")

def test_here():
    Path("made").write_text("x")
    sqlite3.connect("base.db").execute("create table t (a)")

def test_home():
    home = Path.home()
    assert (home / "notes").read_text() == "mine\\n"
    assert (home / ".config/app/settings").read_text() == "blue\\n"
    assert Path(os.environ["XDG_CACHE_HOME"], "models/weights").read_text() == "heavy\\n"
    for name in ("new", ".cache/mine/x", ".config/app/other", ".cache/models/own"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("x")
    shutil.rmtree(home / ".cache/models")
    os.remove(home / "notes")

def test_git(tmp_path):
    said = subprocess.run("git init -q . && git commit -q --allow-empty -m x && git log --format=%an", shell=True,
        cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said == "Ada\\n"
"""


@needs_fence
@pytest.mark.parametrize("strict", [True, False])
def test_a_run_in_a_copy_has_folders_of_its_own_and_reads_the_home(place, strict):
    place.env["PYTEST_DEBUG_TEMPROOT"] = str(place.home)  # pytest asks for it before TMPDIR
    before = place.state()
    report = place.run(SEES, is_mixed=strict)
    assert (report.counts.passed, report.failures, report.refused) == (4, (), ()), report.output.tail
    assert place.state() == before


@needs_fence
@pytest.mark.parametrize("source", ["", "go.mod", "cmd/tool/main.go"])
def test_a_compilers_cache_is_at_hand_where_there_is_something_to_compile(place, source):
    """One link for each of its files, tens of thousands for some, took a command longer to make and remove than to run."""
    built = place.home / ".cache/go-build/a1"
    built.mkdir(parents=True)
    (built / "a1-d").write_text("object\n")
    if source:
        (place.copy / source).parent.mkdir(parents=True, exist_ok=True)
        (place.copy / source).write_text("")
    before = place.state()
    says = (
        "cd ~/.cache/go-build && mkdir -p b2 && echo x > b2/new && find . -type f -o -type l | sort; exit 1"
    )
    report = place.run("", "sh", "-c", says, kind="command")
    assert report.refused == ()
    assert report.output.tail.split() == (["./a1/a1-d"] if source else []) + ["./b2/new"]
    assert place.state() == before


REFUSED = """
import os
from pathlib import Path

def test_it():
    {act}
"""
ACTS = {
    "(Path.home() / 'notes').write_text('x')": "writes {home}/notes",
    "Path({root!r}, 'made').write_text('x')": "makes {root}/made|writes {root}/made",
    "os.chmod(Path.home() / '.config/app/settings', 0)": "changes the mode of {home}/.config/app/settings",
    "assert not os.system('rm {home}/notes')": "removes {home}/notes",
    "try:\n        (Path.home() / 'notes').write_text('x')\n    except OSError:\n        pass\n    assert not os.environ": "writes {home}/notes",
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """Return a place, the report of one run of all these acts, each a red test, and what each is refused."""
    place = made(tmp_path_factory.mktemp("refused"))
    names = {"home": str(place.home), "root": str(place.root)}
    tests = [
        REFUSED.partition("def test_it")[2]
        .format(act=each.format(**names))
        .replace("():", f"_{number}():", 1)
        for number, each in enumerate(ACTS)
    ]
    before = place.state()
    report = place.run(
        REFUSED.partition("def test_it")[0] + "".join(f"def test_it{each}\n" for each in tests)
    )
    assert place.state() == before
    return report, {act: [each.format(**names) for each in said.split("|")] for act, said in ACTS.items()}


@needs_fence
@pytest.mark.parametrize("act", ACTS)
def test_a_red_run_that_was_refused_something_says_so_and_is_no_evidence(refused, act):
    if "mode" in ACTS[act] and not available().asks:
        pytest.skip("nothing looks at modes here")
    whole, wanted = refused
    name = f"test_it.py::test_it_{list(ACTS).index(act)}"
    own = [each for each in whole.refused if each in wanted[act]]
    assert own, (whole.refused, whole.failures)
    alone = {"failures": tuple(each for each in whole.failures if each.test == name), "refused": tuple(own)}
    report = whole.model_copy(update=alone)
    failing = failing_set(report)
    assert [each.test for each in failing] == [name]
    judged = judge(report, failing)
    assert judged.outcome == "UNRESOLVED"
    assert report.refused[0] in judged.reason
    assert judge(report, failing, Reference(run=1, failing=failing)).outcome == "FAIL"


@needs_fence
def test_a_green_run_stays_green_whatever_it_was_refused(place):
    report = place.run(REFUSED.format(act=f"os.system('rm {place.home}/notes')"))
    assert report.refused
    assert judge(report, failing_set(report)).outcome == "PASS"


@needs_fence
def test_what_a_run_was_refused_is_named_by_the_engineers_folders(place):
    report = place.run(REFUSED.format(act="raise ValueError(str(Path.home() / 'x') + os.environ['TMPDIR'])"))
    (failure,) = report.failures
    assert failure.message == f"{place.home}/x{place.env.get('TMPDIR', '/tmp')}"


SERVER = """
import asyncio, socket

def test_it():
    async def main():
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        return await reader.read()
    assert asyncio.run(main()) == b""
"""


@pytest.mark.skipif("tcp" not in available().known, reason="this kernel knows nothing of TCP")
def test_servers_of_the_projects_own_tests_work_and_those_of_changed_code_are_not_tried(place):
    assert place.run(SERVER).counts.passed
    report = place.run(SERVER, is_mixed=True)
    assert report.refused[0].startswith("connects to TCP 127.0.0.1")
    assert judge(report, failing_set(report)).reason.startswith("connects to TCP 127.0.0.1")


@needs_fence
def test_workers_of_xdist_run_in_a_copy(place):
    pytest.importorskip("xdist")
    source = "import pytest\n\n@pytest.mark.parametrize('n', range(4))\ndef test_it(n, tmp_path):\n    (tmp_path / 'a').write_text('x')\n"
    place.env["PYTEST_ADDOPTS"] = "-p xdist -n 1"
    report = place.run(source, is_mixed=True)
    assert (report.counts.passed, report.refused) == (4, ()), report.output.tail


@needs_fence
def test_variables_that_lead_to_services_are_kept_from_changed_code_only(place):
    source = REFUSED.format(act="assert 'SSH_AUTH_SOCK' not in os.environ")
    assert place.run(source, is_mixed=True).counts.passed
    assert place.run(source).counts.failed


@needs_fence
def test_all_runs_are_confined_where_that_is_wanted_and_none_where_not(place):
    inside = "Path('made').write_text('x')\n    Path(os.environ['TMPDIR'], 'x').write_text('x')\n    assert Path.home() == Path({!r})"
    outside = REFUSED.format(act="(Path.home() / 'made').write_text('x')")
    within = f"def test_within():\n    {inside.format(str(place.home))}\n"
    report = place.run(outside + within, confine="all", in_copy=False)
    assert [each.test for each in report.failures] == ["test_it.py::test_it"], report.failures
    assert (report.counts.passed, report.refused) == (1, (f"writes {place.home}/made",))
    assert place.run(outside, confine="off").counts.passed
    assert (place.home / "made").exists()


def test_changed_code_is_not_run_where_nothing_can_be_confined_and_the_projects_own_says_so(
    place, monkeypatch
):
    for module in (confined_run, sys.modules["coach.engine.confine.landlock"]):
        monkeypatch.setattr(module, "available", lambda: Support(frozenset(), asks=False))
    green = REFUSED.format(act="Path('ran').touch()")
    with pytest.raises(NotConfined):
        place.run(green, is_mixed=True)
    assert not (place.copy / "ran").exists()
    report = place.run(green)
    assert report.counts.passed
    assert confined_run.UNCONFINED in report.probe_notes
    assert place.run(green, is_mixed=True, confine="off").counts.passed


def test_which_runs_are_strict():
    def asked(**more):
        return RunRequest(number=1, purpose="trial", target=Target(words=("t.py",)), **more)

    changed = [
        asked(instrument=Mutate(seconds=1.0)),
        asked(without="tree"),
        asked(is_mixed=True),
        asked(instrument=Trial(kind="patch", patch="x")),
        asked(variation=Variation(packages=("a==1",))),
    ]
    own = [asked(), asked(tree="tree"), asked(variation=Variation(variables=(("TZ", "UTC"),)))]
    for setting in ("copies", "all"):
        assert all(confinement_of(each, setting, in_copy=True).is_strict for each in changed)
        assert not any(confinement_of(each, setting, in_copy=True).is_strict for each in own)
    assert confinement_of(own[0], "copies", in_copy=False) is None
    assert confinement_of(own[0], "all", in_copy=False).in_checkout
    assert confinement_of(changed[0], "off", in_copy=True) is None
