"""A warm run says what a cold one says; every known way in which a forked interpreter could lie is tried for real."""

import os
import sys
import time
from pathlib import Path

import pytest

from coach.engine.process.supervise import Limits
from coach.engine.warm.server import Trouble
from tests.engine.conftest import PATIENCE, processes_with

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

WITHOUT_OURS = " ".join(
    f"-p no:{name}"
    for name in (
        "hypothesispytest",
        "pytest_cov",
        "xdist",
        "xdist.looponfail",
        "rerunfailures",
        "asyncio",
        "anyio",
    )
)
"""Plugins of the environment the tests run in: importing them takes longer than a run."""


def write(laid, name, text):
    path = laid.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_warm_run_is_supervised_like_any_other(warm):
    """Own session, nothing on stdin, one pipe, and its exit code."""
    ready = warm("passing")
    write(
        ready.laid,
        "tests/test_where.py",
        "import os, sys\n"
        "def test_where():\n"
        "    assert os.getsid(0) == os.getpid() == os.getpgid(0)\n"
        "    assert os.read(0, 1) == b''\n"
        "    assert os.getcwd() == os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"
        "    assert os.getcwd() in sys.path[:2]\n",
    )
    ready.laid.settle()
    ready.start()
    report = ready.run("tests/test_where.py")
    assert (report.ending.kind, report.counts.passed, report.ending.exit_code) == ("completed", 1, 0)


def test_quick_saves_of_one_size_are_seen(warm):
    """Pitfall a: whole-second bytecode keys. Warm and cold, no verdict is about old code, and nothing is written."""
    ready = warm("passing")
    write(ready.laid, "value.py", "X = 0\n")
    write(ready.laid, "tests/test_value.py", "import value\n\ndef test_value():\n    assert value.X == 1\n")
    # Bytecode as a plain pytest leaves it: of the old content, with the second and the size of the new.
    ready.laid.plain("tests/test_value.py")
    ready.laid.settle()
    ready.start("tests/test_value.py")
    for step in range(6):
        wanted = step % 2
        write(ready.laid, "value.py", f"X = {wanted}\n")
        ready.laid.settle()
        for is_warm in (True, False):
            report = ready.laid.run("tests/test_value.py", warm=is_warm)
            assert (report.counts.passed, report.warm) == (wanted, is_warm)


def test_a_file_put_back_with_its_old_time_is_seen(warm):
    """Same size, same second by its own account: the change time tells."""
    ready = warm("passing")
    write(ready.laid, "value.py", "X = 0\n")
    write(ready.laid, "tests/test_value.py", "import value\n\ndef test_value():\n    assert value.X == 1\n")
    old = time.time() - 100
    os.utime(ready.laid.root / "value.py", (old, old))
    ready.laid.plain("tests/test_value.py")
    write(ready.laid, "value.py", "X = 1\n")
    os.utime(ready.laid.root / "value.py", (old, old))
    ready.laid.settle()
    assert ready.start("tests/test_value.py").counts.passed == 1
    assert ready.run("tests/test_value.py").counts.passed == 1


def test_a_quick_save_of_a_test_module_is_seen(warm):
    """The code that pytest itself caches for test modules is looked at twice, too."""
    ready = warm("passing")
    write(ready.laid, "tests/test_value.py", "def test_value():\n    assert 0\n")
    ready.laid.plain("tests/test_value.py")
    write(ready.laid, "tests/test_value.py", "def test_value():\n    assert 1\n")
    ready.laid.settle()
    assert ready.start("tests/test_value.py").counts.passed == 1
    assert ready.run("tests/test_value.py").counts.passed == 1


def test_randomness_is_fresh_where_it_can_be_and_said_where_not(warm):
    """Pitfall b: random, uuid and tempfile differ between children; the hash seed does not, and children are told it."""
    ready = warm("passing")
    write(
        ready.laid,
        "tests/test_random.py",
        "import os, random, subprocess, sys, tempfile, uuid\n"
        "def test_random():\n"
        "    named = tempfile._get_candidate_names()\n"
        "    print('SEEN', random.random(), uuid.uuid4(), next(named))\n"
        "    inner = subprocess.run([sys.executable, '-c', 'print(hash(\"a\"))'], capture_output=True, text=True)\n"
        "    print('HASH', hash('a') == int(inner.stdout), hash('a'))\n"
        "    assert 0\n",
    )
    ready.laid.settle()
    ready.start("tests/test_random.py")
    said = [ready.run("tests/test_random.py").failures[0].sections[0].text for _ in range(3)]
    seen = [line.split() for text in said for line in text.splitlines() if line.startswith("SEEN")]
    assert all(len({line[index] for line in seen}) == 3 for index in (1, 2, 3))
    hashes = {line for text in said for line in text.splitlines() if line.startswith("HASH")}
    assert len(hashes) == 1
    assert hashes.pop().startswith("HASH True")


def test_numpys_global_generator_is_seeded_anew(warm, ground, package):
    """Pitfall b for numpy's legacy generator: whatever was loaded beforehand is seeded in the child."""
    laid = ground("passing")
    package(laid, "numpy/__init__.py", "from numpy import random\n")
    package(
        laid,
        "numpy/random.py",
        "import random as _random\n_state = _random.Random(1)\ndef seed():\n    _state.seed()\n"
        "def rand():\n    return _state.random()\n",
    )
    write(
        laid, "tests/test_numpy.py", "import numpy\ndef test_numpy():\n    assert numpy.random.rand() == -1\n"
    )
    laid.settle()
    ready = warm(laid)
    ready.start("tests/test_numpy.py")
    assert len({ready.run("tests/test_numpy.py").failures[0].message for _ in range(3)}) == 3


def test_a_package_that_warns_when_imported_warns_in_every_run(warm, ground, package):
    """Pitfall c: it is not loaded beforehand, so that -W error is an error warm as well."""
    laid = ground("passing")
    package(laid, "loud/__init__.py", "import warnings\nwarnings.warn('deprecated', DeprecationWarning)\n")
    write(laid, "tests/test_loud.py", "def test_loud():\n    import loud\n")
    laid.settle()
    ready = warm(laid)
    assert ready.start("tests/test_loud.py").counts.passed == 1
    assert "loud" in ready.server._denied
    laid.env["PYTEST_ADDOPTS"] = "-W error"
    assert laid.run("tests/test_loud.py").counts.failed == 1
    assert ready.run("tests/test_loud.py").counts.failed == 1


def test_plugins_are_not_warned_about(warm, ground, package):
    """Pitfall d: a plugin that was imported beforehand was imported by pytest, so nothing is left to warn of."""
    laid = ground("passing")
    package(laid, "pytest_quiet/__init__.py", "def pytest_configure(config):\n    print('QUIET IS HERE')\n")
    package(
        laid, "pytest_quiet-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: pytest-quiet\nVersion: 1\n"
    )
    package(laid, "pytest_quiet-1.dist-info/entry_points.txt", "[pytest11]\nquiet = pytest_quiet\n")
    package(laid, "pytest_quiet-1.dist-info/RECORD", "pytest_quiet/__init__.py,,\n")
    laid.env.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    laid.env["PYTEST_ADDOPTS"] = f"-W error::pytest.PytestAssertRewriteWarning {WITHOUT_OURS}"
    ready = warm(laid)
    assert ready.start().counts.passed == 3
    report = ready.run()
    assert (report.ending.kind, report.counts.passed) == ("completed", 3)
    assert "QUIET IS HERE" in laid.kept[-1]
    assert "PytestAssertRewriteWarning" not in laid.kept[-1]


def test_a_spawned_process_finds_the_main_module_of_pytest(warm):
    """Pitfall e: multiprocessing's spawn reads __main__; the server's own would be run again."""
    ready = warm("passing")
    write(ready.laid, "work.py", "def double(x):\n    return 2 * x\n")
    write(
        ready.laid,
        "tests/test_pool.py",
        "import multiprocessing, sys, work\n"
        "def test_pool():\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        assert pool.map(work.double, [1, 2]) == [2, 4]\n"
        "def test_main():\n"
        "    main = sys.modules['__main__']\n"
        "    assert main.__spec__.name == 'pytest.__main__'\n"
        "    assert main.__file__ == sys.argv[0]\n",
    )
    ready.laid.settle()
    assert ready.start("tests/test_pool.py").counts.passed == 2
    assert ready.run("tests/test_pool.py").counts.passed == 2


def test_exit_functions_run_and_buffers_are_flushed(warm):
    """Pitfall f: atexit, non-daemon threads and unflushed prints; then the hard exit."""
    ready = warm("passing")
    write(
        ready.laid,
        "tests/test_exit.py",
        "import atexit, sys, threading, time\n"
        "def later():\n"
        "    time.sleep(0.2)\n"
        "    sys.__stdout__.write('THREAD DONE\\n')\n"
        "def test_exit():\n"
        "    atexit.register(sys.__stdout__.write, 'EXIT FUNCTION\\n')\n"
        "    threading.Thread(target=later).start()\n",
    )
    ready.laid.settle()
    ready.start("tests/test_exit.py")
    tail = ready.run("tests/test_exit.py").output.tail
    assert tail.splitlines()[-2:] == ["THREAD DONE", "EXIT FUNCTION"]


def test_a_package_that_starts_a_thread_is_left_out(warm, ground, package):
    """Pitfall g: a thread does not survive a fork."""
    laid = ground("passing")
    package(
        laid,
        "busy/__init__.py",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n",
    )
    write(
        laid,
        "tests/test_busy.py",
        "import busy, threading\ndef test_busy():\n    assert threading.active_count() == 2\n",
    )
    laid.settle()
    ready = warm(laid)
    assert ready.start("tests/test_busy.py").counts.passed == 1
    assert "busy" in ready.server._denied
    assert ready.run("tests/test_busy.py").counts.passed == 1


def test_a_thread_of_a_plugin_is_not_taken_for_that_of_what_is_loaded_next(warm, ground, package):
    """Some plugins of pytest serve others on a thread; the server was given up because whatever it loaded next was blamed."""
    laid = ground("passing")
    keeper = "import threading, time\n\n\ndef pytest_configure():\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    package(laid, "keeper.py", keeper)
    package(laid, "keeper-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: keeper\nVersion: 1\n")
    package(laid, "keeper-1.dist-info/entry_points.txt", "[pytest11]\nkeeper = keeper\n")
    package(laid, "thing.py", "VALUE = 1\n")
    write(laid, "tests/test_thing.py", "import thing\ndef test_thing():\n    assert thing.VALUE == 1\n")
    laid.env.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    laid.env["PYTEST_ADDOPTS"] = WITHOUT_OURS
    laid.settle()
    ready = warm(laid)
    assert ready.start("tests/test_thing.py").counts.passed == 1
    assert ready.run("tests/test_thing.py").counts.passed == 1
    assert not ready.server._denied


def test_coverage_is_the_same_warm(warm):
    """Pitfall h: the tracer begins in the child, and sees what it sees in a cold run."""
    pytest.importorskip("coverage")
    ready = warm("failing")
    script = (
        "import coverage, pytest\n"
        "@pytest.fixture(autouse=True, scope='session')\n"
        "def measured():\n"
        "    cov = coverage.Coverage(data_file=None, branch=True, include=['*/shop/*'])\n"
        "    cov.start()\n    yield\n    cov.stop()\n"
        "    print('LINES', sorted(cov.get_data().arcs(cov.get_data().measured_files().pop())))\n"
    )
    write(ready.laid, "conftest.py", script)
    ready.laid.env["PYTEST_ADDOPTS"] = "-s"
    ready.laid.settle()
    ready.start()
    ready.run()
    cold, hot = ([line for line in text.splitlines() if "LINES" in line] for text in ready.laid.kept[-2:])
    assert cold == hot != []


def test_xdist_works_in_a_warm_child(warm):
    """Pitfall h: workers are processes of their own."""
    pytest.importorskip("xdist")
    ready = warm("failing")
    ready.laid.env["PYTEST_ADDOPTS"] = "-p xdist -n 2"
    cold, hot = ready.start(), ready.run()
    assert hot.counts == cold.counts
    assert hot.counts.reported == 5


def test_no_module_of_the_project_is_ever_loaded_beforehand(warm, ground, package):
    """Pitfall i: a package that imports the project (an editable plugin, an optional settings module) is left out."""
    laid = ground("passing")
    package(
        laid, "looks/__init__.py", "try:\n    import settings\nexcept ImportError:\n    settings = None\n"
    )
    write(laid, "lib/settings.py", "VALUE = 1\n")
    write(
        laid, "tests/test_looks.py", "import looks\ndef test_looks():\n    assert looks.settings.VALUE == 2\n"
    )
    laid.env["PYTHONPATH"] = os.pathsep.join([str(laid.root / "lib"), laid.env["PYTHONPATH"]])
    laid.settle()
    ready = warm(laid)
    assert ready.start("tests/test_looks.py").counts.failed == 1
    assert "looks" in ready.server._denied
    write(laid, "lib/settings.py", "VALUE = 2\n")
    laid.settle()
    assert ready.run("tests/test_looks.py").counts.passed == 1


def test_a_project_that_is_a_plugin_of_pytest_runs_cold_and_says_so(warm, ground, package):
    """Pitfall i: what pytest loads by itself cannot be left out."""
    laid = ground("passing")
    write(laid, "lib/myplugin.py", "")
    package(laid, "mine-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: mine\nVersion: 1\n")
    package(laid, "mine-1.dist-info/entry_points.txt", "[pytest11]\nmine = myplugin\n")
    laid.env["PYTHONPATH"] = os.pathsep.join([str(laid.root / "lib"), laid.env["PYTHONPATH"]])
    laid.env.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    laid.env["PYTEST_ADDOPTS"] = WITHOUT_OURS
    laid.settle()
    ready = warm(laid)
    laid.run()
    ready.server.prepare()
    assert not ready.server.wait_until_settled(PATIENCE)
    report = laid.run(warm=True)
    assert not report.warm
    assert report.counts.passed == 3
    assert "which is not an installed package" in report.cold_because


@pytest.mark.parametrize("what", ["pyproject.toml", "uv.lock", "package"])
def test_what_the_server_would_not_notice_restarts_it(warm, ground, package, what):
    """Pitfall i: configuration, lock files and installed packages; one cold run, then warm again with the new code."""
    laid = ground("passing")
    installed = package(laid, "thing.py", "VALUE = 1\n")
    write(laid, "tests/test_thing.py", "import thing\ndef test_thing():\n    assert thing.VALUE == 1\n")
    laid.settle()
    ready = warm(laid)
    ready.start("tests/test_thing.py")
    assert ready.run("tests/test_thing.py").counts.passed == 1
    if what == "package":
        installed.write_text("VALUE = 2\n")
    else:
        write(laid, what, "")
        laid.settle()
    report = laid.run("tests/test_thing.py", warm=True)
    assert not report.warm
    assert report.cold_because.endswith("changed; the warm server starts anew")
    ready.prepare()
    assert ready.run("tests/test_thing.py").counts.failed == (what == "package")


def test_a_warm_child_has_nothing_to_read(warm):
    """Pitfall k: pdb and input() meet the end of the file at once; nobody waits."""
    ready = warm("passing")
    write(
        ready.laid,
        "tests/test_pdb.py",
        "def test_pdb():\n    breakpoint()\ndef test_input():\n    input()\n",
    )
    ready.laid.settle()
    cold, hot = ready.start("tests/test_pdb.py"), ready.run("tests/test_pdb.py")
    assert hot.counts == cold.counts
    assert hot.counts.failed == 2


@pytest.mark.parametrize("name", ["segfault", "os_exit", "kills_group", "ignores_signals", "hang"])
def test_a_crash_or_a_hang_takes_nothing_along(warm, name):
    """Pitfall k: the same ending as cold, and the server forks the next run."""
    ready = warm(name)
    for wall in (2, 8, 30) if name in {"hang", "ignores_signals"} else (60,):
        limits = Limits(wall=wall)
        cold = ready.laid.run(limits=limits)
        if " in " in cold.ending.sentence or wall == 60:  # a busy machine needs longer to come to the place
            break
    ready.prepare()
    hot = ready.run(limits=limits)
    assert hot.ending == cold.ending
    assert not ready.server.why_cold


@pytest.mark.parametrize("name", ["leaves_child", "setsid_child"])
def test_leaks_of_a_warm_run_are_found(warm, name):
    """By the session, or by the run's id in their environment."""
    ready = warm(name)
    ready.start()
    (note,) = ready.run().probe_notes
    assert note.startswith("left a process behind: python")


def test_a_forked_escape_is_found_by_the_rewritten_mark(warm):
    """A grandchild that leaves the session without starting a program shows the run's id, not the server's."""
    ready = warm("passing")
    write(
        ready.laid,
        "tests/test_escape.py",
        "import os, time\n"
        "def test_escape():\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(600)\n"
        "        os._exit(0)\n",
    )
    ready.laid.settle()
    ready.start("tests/test_escape.py")
    (note,) = ready.run("tests/test_escape.py").probe_notes
    assert note.startswith("left a process behind")


def test_a_server_that_dies_is_said_and_replaced(warm):
    """The run that needed it is cold; the next ones are warm again."""
    ready = warm("passing")
    ready.start()
    ready.server._server.process.kill()
    ready.server._server.process.wait()
    report = ready.laid.run(warm=True)
    assert (report.warm, report.counts.passed) == (False, 3)
    assert "warm server" in report.cold_because
    ready.prepare()
    assert ready.run().counts.passed == 3


def test_closing_ends_the_server(warm):
    """Nothing is left, and nothing starts again."""
    ready = warm("passing")
    ready.start()
    assert processes_with(ready.server._server.run_id)
    run_id = ready.server._server.run_id
    ready.server.close()
    assert processes_with(run_id) == []
    ready.server.wants(["json"])
    ready.server.prepare()
    with pytest.raises(Trouble, match="closed"):
        ready.server.fork([], Path(), {}, Path("nowhere"))


def test_the_end_of_coach_is_the_end_of_the_server(warm):
    """When the socket closes, the server goes, also after kill -9 of coach."""
    ready = warm("passing")
    ready.start()
    process = ready.server._server.process
    ready.server._server.socket.close()
    assert process.wait(timeout=10) == 0
