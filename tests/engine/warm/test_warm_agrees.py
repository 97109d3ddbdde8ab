"""Cold and warm say the same of every small repository; where they cannot, the cold run is the one that counts."""

import sys

import pytest

from coach.core.runs.failure import failing_set
from tests.engine.conftest import Warm

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="warm runs need Linux")

TARGETS = [
    "bad_conftest",
    "closes_fds",
    "collection_error",
    "contradicts",
    "failing",
    "fork_unwinds",
    "frozen_time",
    "hostile_repr",
    "no_tests",
    "passing",
    "src_layout",
    "sys_exit_conftest",
]
HARMFUL = {"closes_fds", "fork_unwinds", "frozen_time", "sys_exit_conftest"}


def said(report):
    """What a person would see of a report: no times, no places in scratch folders, no process ids."""
    failures = [(each.test, each.phase, each.exception, len(each.own_frames)) for each in report.failures]
    signatures = sorted(each.strict for each in failing_set(report))
    return report.ending, report.counts, sorted(failures), signatures, sorted(report.skipped)


@pytest.fixture(scope="module")
def server(shared_ground):
    """Return one server for all of them: it must not wear out, and a run may stand in another folder than it."""
    ready = Warm(shared_ground("passing"))
    ready.prepare("pytest")
    return ready.server


@pytest.mark.parametrize("name", TARGETS)
def test_cold_and_warm_agree(shared_ground, server, name):
    """Ending and sentence, counts, failures with their frames, skips; twice where a run harms its own process."""
    ready = Warm(shared_ground(name), server)
    cold = ready.start()
    for _ in range(2 if name in HARMFUL else 1):
        assert said(ready.run()) == said(cold)


SURROUNDINGS = """\
import gc, locale, os, signal, sys, threading, time, warnings
import pytest

def test_surroundings(request):
    signals = [str(signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGUSR1)]
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONHASHSEED", "COACH_RUN_ID", "COACH_PROBE")}
    seen = {
        "path": sys.path, "flags": str(sys.flags), "argv": sys.argv[:3], "orig": sys.orig_argv[1:6], "signals": signals,
        "env": sorted(env.items()), "cwd": os.getcwd(), "threads": threading.active_count(), "gc": gc.isenabled(),
        "limits": sys.getrecursionlimit(), "hooks": [type(each).__name__ for each in sys.meta_path],
        "main": (sys.modules["__main__"].__name__, sys.modules["__main__"].__package__, sys.modules["__main__"].__file__),
        "streams": [(str(each.encoding), each.errors, each.line_buffering) for each in (sys.__stdout__, sys.__stderr__)],
        "filters": len(warnings.filters), "zone": time.tzname, "umask": os.umask(0o22), "isatty": sys.__stdout__.isatty(),
        "plugins": sorted(str(name) for name, _ in request.config.pluginmanager.list_name_plugin()
                          if not str(name).isdigit()),
    }
    with open(os.environ["SEEN"], "w") as file:
        file.write("\\n".join(f"{key} {value}" for key, value in seen.items()))
"""


def test_a_warm_run_stands_in_the_surroundings_of_a_cold_one(warm, tmp_path):
    """Path, flags, arguments, signals, environment, streams, plugins: what a test could ask about its process."""
    ready = warm("passing")
    (ready.laid.root / "tests/test_seen.py").write_text(SURROUNDINGS)
    ready.laid.env["SEEN"] = str(tmp_path / "seen")
    ready.laid.settle()
    ready.start("tests/test_seen.py", hash_seed=1)
    cold = (tmp_path / "seen").read_text().splitlines()
    ready.run("tests/test_seen.py")
    hot = (tmp_path / "seen").read_text().splitlines()
    places = ("orig", "argv")  # the cache folder is one of the run
    assert [line for line in hot if not line.startswith(places)] == [
        line for line in cold if not line.startswith(places)
    ]


def test_what_hash_order_hides_is_found_cold(warm):
    """The known divergence: a warm server has one hash seed, so a flake of the hash order never shows. Cold runs show it."""
    ready = warm("flaky")
    cold = {1: ready.start(hash_seed=1).counts.failed}
    for seed in range(2, 7):
        if len(set(cold.values())) < 2:
            cold[seed] = ready.laid.run(hash_seed=seed).counts.failed
    assert len(set(cold.values())) == 2
    assert len({ready.run(hash_seed=seed).counts.failed for seed in (1, max(cold))}) == 1
