"""A warm run says what a cold one says; every known way in which a forked interpreter could lie is tried for real."""

import os
import sys
import time

import pytest

from tests.engine.conftest import TARGETS, Warm, installed, processes_with
from tests.engine.warm.conftest import write

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

WHERE = """\
import os, sys
def test_where():
    assert os.getsid(0) == os.getpid() == os.getpgid(0)
    assert os.read(0, 1) == b''
    assert os.getcwd() == os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    assert os.getcwd() in sys.path[:2]
"""
RANDOM = """\
import os, random, subprocess, sys, tempfile, uuid
def test_random():
    named = tempfile._get_candidate_names()
    print('SEEN', random.random(), uuid.uuid4(), next(named))
    inner = subprocess.run([sys.executable, '-c', 'print(hash("a"))'], capture_output=True, text=True)
    print('HASH', hash('a') == int(inner.stdout), hash('a'))
    assert 0
"""
NUMPY = """\
import random as _random
_state = _random.Random(1)
def seed():
    _state.seed()
def rand():
    return _state.random()
"""
POOL = """\
import multiprocessing, sys, work
def test_pool():
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        assert pool.map(work.double, [1, 2]) == [2, 4]
def test_main():
    main = sys.modules['__main__']
    assert main.__spec__.name == 'pytest.__main__'
    assert main.__file__ == sys.argv[0]
"""
EXIT = """\
import atexit, sys, threading, time
def later():
    time.sleep(0.2)
    sys.__stdout__.write('THREAD DONE\\n')
def test_exit():
    atexit.register(sys.__stdout__.write, 'EXIT FUNCTION\\n')
    threading.Thread(target=later).start()
"""
ESCAPE = """\
import os, time
def test_escape():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
"""
TRIED_COLD = {
    "tests/test_where.py": WHERE,
    "tests/test_random.py": RANDOM,
    "tests/test_numpy.py": "import numpy\ndef test_numpy():\n    assert numpy.random.rand() == -1\n",
    "tests/test_pool.py": POOL,
    "tests/test_exit.py": EXIT,
    "tests/test_pdb.py": "def test_pdb():\n    breakpoint()\ndef test_input():\n    input()\n",
}


@pytest.fixture(scope="module")
def served(shared_ground, tmp_path_factory):
    """Return a server of a project with all these tests, which loaded what a cold run of them used, and that run's report."""
    laid, packages = shared_ground("passing"), tmp_path_factory.mktemp("site") / "site-packages"
    installed(packages, laid, "numpy/__init__.py", "from numpy import random\n")
    installed(packages, laid, "numpy/random.py", NUMPY)
    write(laid, "work.py", "def double(x):\n    return 2 * x\n")
    write(laid, "tests/test_escape.py", ESCAPE)
    for name in ("leaves_child", "setsid_child"):
        (test,) = (TARGETS / name).glob("test_*.py")
        write(laid, f"tests/test_{name}.py", test.read_text())
    for name, text in TRIED_COLD.items():
        write(laid, name, text)
    laid.settle()
    ready = Warm(laid)
    cold = ready.start(*TRIED_COLD)
    assert (cold.counts.passed, cold.counts.failed) == (4, 4)
    assert ready.server._loaded >= {"numpy", "multiprocessing", "uuid"}
    return ready, cold


@pytest.fixture
def ready(served):
    """Return the server; whatever a test ran, afterwards nothing but the server is left."""
    server = served[0]
    yield server
    mark = server.server._server.run_id
    assert processes_with(mark) == [server.server._server.process.pid]


def test_a_warm_run_is_supervised_like_any_other(ready):
    """Own session, nothing on stdin, one pipe, and its exit code."""
    report = ready.run("tests/test_where.py")
    assert (report.ending.kind, report.counts.passed, report.ending.exit_code) == ("completed", 1, 0)


def test_randomness_is_fresh_where_it_can_be_and_said_where_not(ready):
    """Pitfall b: random, uuid and tempfile differ between children; the hash seed does not, and children are told it."""
    said = [ready.run("tests/test_random.py").failures[0].sections[0].text for _ in range(2)]
    seen = [line.split() for text in said for line in text.splitlines() if line.startswith("SEEN")]
    assert all(len({line[index] for line in seen}) == 2 for index in (1, 2, 3))
    hashes = {line for text in said for line in text.splitlines() if line.startswith("HASH")}
    assert len(hashes) == 1
    assert hashes.pop().startswith("HASH True")


def test_numpys_global_generator_is_seeded_anew(ready):
    """Pitfall b for numpy's legacy generator: whatever was loaded beforehand is seeded in the child."""
    assert len({ready.run("tests/test_numpy.py").failures[0].message for _ in range(2)}) == 2


def test_a_spawned_process_finds_the_main_module_of_pytest(ready):
    """Pitfall e: multiprocessing's spawn reads __main__; the server's own would be run again."""
    assert ready.run("tests/test_pool.py").counts.passed == 2


def test_exit_functions_run_and_buffers_are_flushed(ready):
    """Pitfall f: atexit, non-daemon threads and unflushed prints; then the hard exit."""
    tail = ready.run("tests/test_exit.py").output.tail
    assert tail.splitlines()[-2:] == ["THREAD DONE", "EXIT FUNCTION"]


def test_a_warm_child_has_nothing_to_read(ready, served):
    """Pitfall k: pdb and input() meet the end of the file at once; nobody waits."""
    hot, name = ready.run("tests/test_pdb.py"), "tests/test_pdb.py::"
    cold = [each for each in served[1].failures if each.test.startswith(name)]
    assert [(each.test, each.message) for each in hot.failures] == [
        (each.test, each.message) for each in cold
    ]
    assert hot.counts.failed == len(cold) == 2


@pytest.mark.parametrize("name", ["leaves_child", "setsid_child"])
def test_leaks_of_a_warm_run_are_found(ready, name):
    """By the session, or by the run's id in their environment."""
    (note,) = ready.run(f"tests/test_{name}.py").probe_notes
    assert note.startswith("left a process behind: python")


def test_a_forked_escape_is_found_by_the_rewritten_mark(ready):
    """A grandchild that leaves the session without starting a program shows the run's id, not the server's."""
    (note,) = ready.run("tests/test_escape.py").probe_notes
    assert note.startswith("left a process behind")


@pytest.fixture(scope="module")
def with_bytecode(shared_ground):
    """Return a server of a project with bytecode as a plain pytest leaves it: of old content, with the second and size of the new."""
    laid = shared_ground("passing")
    write(laid, "value.py", "X = 0\n")
    write(laid, "tests/test_value.py", "import value\n\ndef test_value():\n    assert value.X == 1\n")
    write(laid, "aged.py", "X = 0\n")
    write(laid, "tests/test_aged.py", "import aged\n\ndef test_aged():\n    assert aged.X == 1\n")
    write(laid, "tests/test_own.py", "def test_own():\n    assert 0\n")
    old, now = time.time() - 100, time.time()
    os.utime(laid.root / "aged.py", (old, old))
    for each in ("value.py", "tests/test_own.py"):
        os.utime(laid.root / each, (now, now))
    laid.plain("tests/test_value.py", "tests/test_aged.py", "tests/test_own.py")
    write(laid, "aged.py", "X = 1\n")
    os.utime(laid.root / "aged.py", (old, old))
    write(laid, "tests/test_own.py", "def test_own():\n    assert 1\n")
    os.utime(laid.root / "tests/test_own.py", (now, now))
    laid.settle()
    ready = Warm(laid)
    cold = ready.start("tests/test_aged.py", "tests/test_own.py")
    assert cold.counts.passed == 2
    return ready, now


def test_quick_saves_of_one_size_are_seen(with_bytecode):
    """Pitfall a: whole-second bytecode keys. Warm and cold, no verdict is about old code, and nothing is written."""
    ready, second = with_bytecode
    for wanted in (1, 0):
        write(ready.laid, "value.py", f"X = {wanted}\n")
        os.utime(ready.laid.root / "value.py", (second, second))
        ready.laid.settle()
        for is_warm in (True, False):
            report = ready.laid.run("tests/test_value.py", warm=is_warm)
            assert (report.counts.passed, report.warm) == (wanted, is_warm)


def test_a_file_put_back_with_its_old_time_is_seen(with_bytecode):
    """Same size, same second by its own account: the change time tells."""
    assert with_bytecode[0].run("tests/test_aged.py").counts.passed == 1


def test_a_quick_save_of_a_test_module_is_seen(with_bytecode):
    """The code that pytest itself caches for test modules is looked at twice, too."""
    assert with_bytecode[0].run("tests/test_own.py").counts.passed == 1


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
    ready.prepare("pytest")
    ready.laid.env["PYTEST_ADDOPTS"] = "-p xdist -n 1"
    report = ready.run()
    assert (report.ending.kind, report.ending.exit_code) == ("completed", 1)
    counts = report.counts
    assert (counts.passed, counts.failed, counts.errors, counts.reported) == (1, 2, 2, 5)
