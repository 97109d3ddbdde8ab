"""What a warm server loads beforehand, and what it leaves out: packages that show it, plugins of pytest, the project's own."""

import os
import shutil
import sys

import pytest

from tests.engine.conftest import PATIENCE, Warm, installed
from tests.engine.warm.conftest import WITHOUT_OURS, write

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

KEEPER = """\
import threading, time


def pytest_configure():
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""
BUSY = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
SAYS = """\
from importlib.metadata import distribution


def says(version):
    thing = distribution("thing")
    return (thing.version, [each.value for each in thing.entry_points]) == (version, [f"thing:v{version}"])


def test_1():
    assert says("1")


def test_2():
    assert says("2")
"""


@pytest.fixture(scope="module")
def choosy(shared_ground, tmp_path_factory):
    """Return a server of a project whose packages must not be loaded beforehand, after a cold run that used all of them."""
    laid, packages = shared_ground("passing"), tmp_path_factory.mktemp("site") / "site-packages"
    installed(
        packages,
        laid,
        "loud/__init__.py",
        "import warnings\nwarnings.warn('deprecated', DeprecationWarning)\n",
    )
    installed(packages, laid, "busy/__init__.py", BUSY)
    optional = "try:\n    import settings\nexcept ImportError:\n    settings = None\n"
    installed(packages, laid, "looks/__init__.py", optional)
    write(laid, "lib/settings.py", "VALUE = 1\n")
    write(laid, "tests/test_loud.py", "def test_loud():\n    import loud\n")
    write(
        laid,
        "tests/test_busy.py",
        "import busy, threading\ndef test_busy():\n    assert threading.active_count() == 2\n",
    )
    write(
        laid, "tests/test_looks.py", "import looks\ndef test_looks():\n    assert looks.settings.VALUE == 2\n"
    )
    laid.env["PYTHONPATH"] = os.pathsep.join([str(laid.root / "lib"), laid.env["PYTHONPATH"]])
    laid.settle()
    ready = Warm(laid)
    cold = ready.start("tests/test_loud.py", "tests/test_busy.py", "tests/test_looks.py")
    assert [each.test for each in cold.failures] == ["tests/test_looks.py::test_looks"]
    assert cold.counts.passed == 2
    return ready


def test_a_package_that_warns_when_imported_warns_in_every_run(choosy, monkeypatch):
    """Pitfall c: it is not loaded beforehand, so that -W error is an error warm as well."""
    assert "loud" in choosy.server._denied
    monkeypatch.setitem(choosy.laid.env, "PYTEST_ADDOPTS", "-W error")
    assert choosy.laid.run("tests/test_loud.py").counts.failed == 1
    assert choosy.run("tests/test_loud.py").counts.failed == 1


def test_a_package_that_starts_a_thread_is_left_out(choosy):
    """Pitfall g: a thread does not survive a fork."""
    assert "busy" in choosy.server._denied
    assert choosy.run("tests/test_busy.py").counts.passed == 1


def test_no_module_of_the_project_is_ever_loaded_beforehand(choosy):
    """Pitfall i: a package that imports the project (an editable plugin, an optional settings module) is left out."""
    assert "looks" in choosy.server._denied
    write(choosy.laid, "lib/settings.py", "VALUE = 2\n")
    choosy.laid.settle()
    assert choosy.run("tests/test_looks.py").counts.passed == 1


@pytest.fixture(scope="module")
def plugged(shared_ground, tmp_path_factory):
    """Return a server of a project with plugins of pytest, and the reports of a cold and of a warm run of it."""
    laid, packages = shared_ground("passing"), tmp_path_factory.mktemp("site") / "site-packages"

    def plugin(name: str, module: str, place: str, text: str) -> None:
        about = f"{name.replace('-', '_')}-1.dist-info"
        installed(packages, laid, place, text)
        installed(packages, laid, f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        installed(packages, laid, f"{about}/entry_points.txt", f"[pytest11]\n{module} = {module}\n")
        installed(packages, laid, f"{about}/RECORD", f"{place},,\n")

    says = "def pytest_configure(config):\n    print('QUIET IS HERE')\n"
    plugin("pytest-quiet", "pytest_quiet", "pytest_quiet/__init__.py", says)
    plugin("keeper", "keeper", "keeper.py", KEEPER)
    installed(packages, laid, "thing.py", "VALUE = 1\n")
    write(laid, "tests/test_thing.py", "import thing\ndef test_thing():\n    assert thing.VALUE == 1\n")
    laid.env.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    laid.env["PYTEST_ADDOPTS"] = f"-W error::pytest.PytestAssertRewriteWarning {WITHOUT_OURS}"
    laid.settle()
    ready = Warm(laid)
    return ready, ready.start(), ready.run()


def test_plugins_are_not_warned_about(plugged):
    """Pitfall d: a plugin that was imported beforehand was imported by pytest, so nothing is left to warn of."""
    ready, cold, report = plugged
    assert cold.counts.passed == 4
    assert (report.ending.kind, report.counts.passed) == ("completed", 4)
    assert "QUIET IS HERE" in ready.laid.kept[-1]
    assert "PytestAssertRewriteWarning" not in ready.laid.kept[-1]


def test_a_thread_of_a_plugin_is_not_taken_for_that_of_what_is_loaded_next(plugged):
    """Some plugins of pytest serve others on a thread; the server was given up because whatever it loaded next was blamed."""
    ready, cold, report = plugged
    assert "thing" in ready.server._loaded
    assert not [each for each in (*cold.failures, *report.failures) if "test_thing" in each.test]
    assert not ready.server._denied


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
    ready.server.wants(("pytest",))
    ready.server.prepare()
    assert not ready.server.wait_until_settled(PATIENCE)
    report = laid.run(warm=True)
    assert not report.warm
    assert report.counts.passed == 3
    assert "which is not an installed package" in report.cold_because


def test_what_a_package_says_of_itself_is_what_it_says_now(warm, ground, package):
    """The server reads it once; another version is another server."""
    laid = ground("passing")
    for version in (1, 2):
        package(
            laid,
            f"thing-{version}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n",
        )
        package(laid, f"thing-{version}.dist-info/entry_points.txt", f"[things]\nnumber = thing:v{version}\n")
    newer = laid.site / "thing-2.dist-info"
    newer.rename(laid.site / "kept")
    write(laid, "tests/test_version.py", SAYS)
    laid.settle()
    ready = warm(laid)
    ready.prepare("pytest")
    assert ready.run("tests/test_version.py::test_1").counts.passed == 1
    shutil.rmtree(laid.site / "thing-1.dist-info")
    (laid.site / "kept").rename(newer)
    assert laid.run("tests/test_version.py::test_2", warm=True).counts.passed == 1
    ready.prepare()
    assert ready.run("tests/test_version.py::test_2").counts.passed == 1
