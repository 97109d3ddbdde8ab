"""Plugins, conftests and tests that do what none should: real runs, and nothing of it becomes a pass or hides a failure."""

import os
import resource
import sys

import pytest

from tests.engine.conftest import ground  # noqa: F401 - a fixture

RED = "def test_it():\n    assert 1 == 2\n"
GREEN = "def test_it():\n    pass\n"


@pytest.fixture
def run(ground):  # noqa: F811
    """Return a function that writes a conftest and a test, and runs them cold."""

    def carry_out(conftest="", test=RED, *words, **env):
        laid = ground("passing")
        for each in laid.root.rglob("*.py"):
            each.unlink()
        (laid.root / "conftest.py").write_text(conftest)
        (laid.root / "test_it.py").write_text(test)
        laid.settle()
        laid.env |= env
        return laid.run(*(words or ("test_it.py",)))

    return carry_out


@pytest.mark.parametrize(
    ("conftest", "test", "kinds"),
    [
        ("import os\ndef pytest_sessionfinish():\n    os._exit(0)\n", GREEN, {"ended_early"}),
        ("import os\ndef pytest_configure():\n    os._exit(0)\n", GREEN, {"contradiction", "ended_early"}),
        ("import os\ndef pytest_runtest_call():\n    os.closerange(0, 256)\n", GREEN, None),
        ("import os\ndef pytest_collection_finish():\n    os._exit(5)\n", GREEN, None),
        ("", "import sys\nsys.exit(0)\n", None),
        ("", "import pytest\ndef test_it():\n    pytest.exit('bye', returncode=0)\n", None),
        (
            "",
            "import builtins\ndef test_it():\n    for n in ('repr', 'len', 'sorted'): setattr(builtins, n, None)\n    raise AssertionError\n",
            None,
        ),
    ],
    ids=[
        "exit 0 at the end", "exit 0 at the beginning", "every descriptor closed", "exit after the collection",
        "exit in a module", "pytest.exit 0", "no builtins",
    ],
)  # fmt: skip
def test_an_end_that_is_made_is_no_pass(run, conftest, test, kinds):
    report = run(conftest, test)
    assert report.ending.kind != "completed" or report.failures, report.ending
    assert kinds is None or report.ending.kind in kinds, report.ending


@pytest.mark.parametrize(
    "conftest",
    [
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
        "import atexit, os\natexit.register(os._exit, 0)\n",
        "import os, sys\ndef pytest_collection_finish():\n    os.chdir('/'); sys.path[:] = []; sys.meta_path[:] = []\n",
        "import os\nos.environ.clear()\n",
        "import sys\nfor name in list(sys.modules):\n    if name.startswith('coach'): del sys.modules[name]\n",
        "import io, sys\nsys.stdout = io.StringIO()\nsys.stderr = None\n",
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n",
        "import os, json, time\nos.write = json.dumps = json.loads = None\ntime.time = time.monotonic = lambda: -1e18\n",
        "import sys\nsys.settrace(lambda *a: None); sys.setprofile(lambda *a: None); sys.excepthook = sys.unraisablehook = None\n",
        "import sys\ndef pytest_runtest_teardown():\n    sys.stderr.write('x' * 30_000_000)\n",
        "import os\ndef pytest_runtest_teardown():\n    os.write(1, b'\\xff\\xfe\\0\\x1b]0;x\\x07\\x9b' * 2000); os.write(2, b'\\xe2\\x82')\n",
        "import os\ndef pytest_runtest_setup():\n    os.umask(0o777)\n",
    ],
    ids=[
        "exit status", "exit at the very end", "no paths", "no environment", "no modules of coach", "no streams",
        "no signals", "no clock, no writing", "no hooks", "30 MB without a newline", "bytes that are no text", "umask",
    ],
)  # fmt: skip
def test_a_failure_is_seen_whatever_the_project_does_to_its_process(run, conftest):
    report = run(conftest)
    assert [each.test for each in report.failures] == ["test_it.py::test_it"]
    assert report.failures[0].message.startswith("assert 1 == 2")
    assert report.duration >= 0
    assert report.counts.passed == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the processes")
def test_a_child_with_an_environment_of_its_own_is_ended_with_the_run(run):
    """It carries no mark any more; that it is of the run's session tells."""
    report = run(
        "", "import subprocess\ndef test_it():\n    subprocess.Popen(['/bin/sleep', '613'], env={})\n"
    )
    assert report.counts.passed == 1
    (note,) = report.probe_notes
    assert note.startswith("left a process behind: sleep")


def test_a_child_that_returns_from_the_test_reports_nothing(run):
    report = run("", "import os\ndef test_it():\n    os.fork()\n    assert 1 == 2\n")
    assert (report.counts.failed, len(report.failures)) == (1, 1)


LIMITS = """
import resource
def test_it():
    for which in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_AS):
        resource.setrlimit(which, (0, resource.getrlimit(which)[1]))
    assert 1 == 2
"""


def test_limits_that_a_test_sets_itself_end_its_run_and_nothing_else(run):
    before = [resource.getrlimit(each) for each in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)]
    report = run("", LIMITS)
    assert report.counts.passed == 0
    assert report.ending.kind != "completed" or report.failures
    assert [resource.getrlimit(each) for each in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)] == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("call", ["os.setgid(65534); os.setuid(65534)", "os.chroot('/proc')"])
def test_a_test_that_becomes_another_user_or_leaves_the_file_system(run, call):
    report = run("", f"import os\ndef test_it():\n    {call}\n    assert 1 == 2\n")
    assert report.counts.passed == 0
    assert report.ending.kind != "completed" or report.failures


INNER = """
pytest_plugins = ["pytester"]
def test_it(pytester):
    pytester.makepyfile(test_inner="def test_inner():\\n    assert 0\\n")
    assert pytester.runpytest_inprocess().ret == 1
    assert pytester.runpytest_subprocess().ret == 1
def test_other():
    assert 1 == 2
"""


def test_pytest_inside_of_a_test_is_not_the_run(run):
    report = run("", INNER)
    assert [each.test for each in report.failures] == ["test_it.py::test_other"]
    assert (report.counts.selected, report.counts.passed, report.counts.failed) == (2, 1, 1)


def test_plugins_that_run_tests_again_and_elsewhere(run):
    """Rerunning and workers at once: what fails in the end is red, what is red only now and then is no pass by itself."""
    again = "import pathlib\ndef test_again():\n    p = pathlib.Path('count.txt').absolute()\n    assert 0\n"
    words = ("test_it.py",)
    report = run("", again, *words, PYTEST_ADDOPTS="-p pytest_rerunfailures -p xdist --reruns 1 -n 2")
    assert [each.test for each in report.failures] == ["test_it.py::test_again"]
    assert report.counts.passed == 0
