"""What holds for every test: folders of its own for state and settings, and whether it is fast or slow.

Nobody's real folders are read or written.
"""

import compileall
import gc
import importlib.util
import itertools
import sys
from pathlib import Path

import hypothesis
import pytest

HERE = Path(__file__).parent
FAST = ("core", "tui")
"""Folders whose tests start no other program: the pure core and the screen. A test may be marked slow by hand there."""


LOADED = ("coach", "_pytest", "pluggy", "packaging", "pygments", "pydantic", "textual", "rich", "coverage")
"""Packages that the programs which tests start load; together nearly all of their start."""
WRITES_NONE = pytest.StashKey[bool]()
"""Whether python was told to write no bytecode."""


def pytest_configure(config):
    """Compile these once: where python writes no bytecode, each of the programs that tests start would do it again.

    A virtual environment that was copied is one of stale bytecode throughout. What pytest makes of the test modules is
    kept as well while they are collected: each process would rewrite the assertions of all of them again.
    """
    config.stash[WRITES_NONE] = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    # How long an example takes depends on what else this machine does: only what it shows counts.
    hypothesis.settings.register_profile("any machine", deadline=None)
    hypothesis.settings.load_profile("any machine")
    if hasattr(config, "workerinput"):
        return
    for name in LOADED:
        if found := importlib.util.find_spec(name):
            compileall.compile_dir(Path(found.origin).parent, quiet=2)


def pytest_ignore_collect(collection_path, config):
    """Do not import what ``-m fast`` leaves out: to collect the whole suite takes as long as many tests."""
    is_asked_for = config.option.markexpr != "fast" or collection_path.parent != HERE
    return None if is_asked_for or collection_path.name in FAST else True


def pytest_collection_modifyitems(items):
    for item in items:
        is_fast = item.path.relative_to(HERE).parts[0] in FAST and not item.get_closest_marker("slow")
        item.add_marker("fast" if is_fast else "slow")


def pytest_collection_finish(session):
    """Keep what was collected out of every later search for garbage, the screen's own ones included; search less often.

    Many small searches cost less than few large ones, whose objects no cache of the processor holds; full ones cost most.
    """
    sys.dont_write_bytecode = session.config.stash[WRITES_NONE]
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 400)


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory, monkeypatch):
    """Name a fresh state directory; coach makes it when it needs one, and most tests of the core never do.

    Runs of targets load no plugins of coach's own environment: importing them takes a second. The temporary folders of
    their pytest are ours: it removes all but the newest at its end, and those of a whole suite take it a minute.
    """
    base = tmp_path_factory.getbasetemp()
    home = base / "state" / str(next(_numbers))
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(base))
    monkeypatch.setenv("COACH_STATE_DIR", str(home))
    monkeypatch.setenv("COACH_CONFIG_DIR", str(home / "config"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COACH_INVESTIGATE", "off")  # minutes of mutations beside tests of something else
    return home


@pytest.fixture
def state_home(own_folders):
    """Return the state directory of this test, made."""
    own_folders.mkdir(mode=0o700, parents=True)
    return own_folders
