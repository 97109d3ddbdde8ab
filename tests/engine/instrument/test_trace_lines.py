"""Which lines each test runs: the same as coverage.py sees, on every python, and nothing else changes."""

import json
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.localize.spectrum import Coverage
from coach.core.runs.instrument import Trace
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.channel.coverage import read_coverage
from coach.engine.instrument.kept_coverage import coverage_from, lines_of, ranges
from coach.engine.instrument.trace_lines import spectrum_of
from tests.engine.conftest import Ground, has, other_python

VERSIONS = ["", "3.8", "3.12", "3.13"]
WITH_TESTS = ["passing", "failing", "flaky", "loops/bank"]
CONTEXTS = """\
import json, sys
import coverage, pytest

cov = coverage.Coverage(data_file=None, include=[sys.argv[1] + "/*"], config_file=False)


class Contexts:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid):
        cov.switch_context(nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid):
        cov.switch_context("between")


cov.start()
pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]], plugins=[Contexts()])
cov.stop()
data, root = cov.get_data(), sys.argv[1] + "/"
seen = {}
for path in data.measured_files():
    for line, contexts in data.contexts_by_lineno(path).items():
        for context in contexts:
            seen.setdefault(context, {}).setdefault(path[len(root):], []).append(line)
print("COVERAGE" + json.dumps({name: {path: sorted(set(lines)) for path, lines in files.items()} for name, files in seen.items()}))
"""


def traced(laid, *words, python=sys.executable, focus="", scope="file"):
    request = RunRequest(
        number=1, purpose="trace", target=Target(words=words), focus=focus, instrument=Trace(scope=scope)
    )
    report, observer = laid.observe(request, python=python)
    return request, report, observer.coverage


@pytest.fixture(params=VERSIONS, ids=lambda version: version or "own")
def python(request):
    return other_python(request.param) if request.param else sys.executable


@pytest.mark.parametrize("name", WITH_TESTS)
def test_line_sets_are_those_of_coverage(ground, python, name):
    laid = ground(name)
    if not has(python, "coverage"):
        pytest.skip("coverage is not installed there")
    env = {**laid.env, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "COVERAGE_CORE": "ctrace"}
    said = subprocess.run(
        [python, "-c", CONTEXTS, str(laid.root)],
        cwd=laid.root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    theirs = json.loads(said.rpartition("COVERAGE")[2])
    _, _, coverage = traced(laid, python=python)
    tests = {name: lines for name, lines in theirs.items() if "::" in name}
    assert tests
    assert {name: lines for name, lines in joined(coverage).items() if "::" in name and lines} == tests


def joined(coverage: Coverage) -> dict[str, dict[str, list[int]]]:
    """What each context ran, bodies and import-time lines together."""
    found: dict[str, dict[str, set[int]]] = {}
    for kind in (coverage.tests, coverage.imports):
        for name, files in kind.items():
            for path, lines in files.items():
                found.setdefault(name, {}).setdefault(path, set()).update(lines)
    return {name: {path: sorted(lines) for path, lines in files.items()} for name, files in found.items()}


def test_the_report_of_a_traced_run_is_that_of_a_plain_one(ground, plainly_run, python):
    laid = ground("failing")
    plain = plainly_run("failing")[1] if python == sys.executable else laid.run(python=python)
    _, report, _ = traced(laid, python=python)
    assert report.counts == plain.counts
    assert [(each.test, each.exception, each.message) for each in report.failures] == [
        (each.test, each.exception, each.message) for each in plain.failures
    ]
    assert not report.probe_notes


def written(laid, **files):
    """Lay other tests than the target's own into its copy."""
    for path in sorted(laid.root.rglob("*.py")):
        path.unlink()
    for name, text in files.items():
        (laid.root / f"{name}.py").write_text(textwrap.dedent(text))
    return laid


@pytest.fixture
def project(tmp_path, ground):
    root = tmp_path / "project"
    root.mkdir()
    laid = Ground(root, ground("passing").env)
    return lambda **files: written(laid, **files)


LIBRARY = """\
    import threading
    SEEN = []

    def work(x):
        for y in range(x):
            if y > 1:
                SEEN.append(y)
        return x

    def threaded():
        thread = threading.Thread(target=work, args=(3,))
        thread.start()
        thread.join()

    def numbers():
        yield 1
        yield 2
"""


SEVERAL = {
    "library": LIBRARY,
    "test_it": """\
        import library
        def test_a(): assert library.work(5) == 5
        def test_b(): assert library.work(1) == 1
        def test_c(): library.threaded()
        def test_d(): assert list(library.numbers()) == [1, 2]
        def test_e(): assert next(library.numbers()) == 1
    """,
    "plain": "X = 1\n",
    "test_plain_a": "import plain\ndef test_a(): pass\n",
    "test_plain_b": "import plain\ndef test_b(): pass\n",
    "late": "X = 1\n",
    "test_late": "def test_a():\n    import late\n",
    "test_takes": """\
        import sys, library
        def test_a(): sys.settrace(None); library.work(1)
        def test_b(): library.work(1)
    """,
    "test_venv": "import sys\nsys.path.insert(0, '.venv')\nimport foreign\ndef test_a(): foreign.f()\n",
}


@pytest.fixture(scope="module", params=VERSIONS, ids=lambda version: version or "own")
def several(request, shared_ground):
    """Return the report and the coverage of one run of all these, each with tests of its own."""
    python = other_python(request.param) if request.param else sys.executable
    laid = written(shared_ground("passing"), **SEVERAL)
    (laid.root / ".venv").mkdir()
    (laid.root / ".venv" / "foreign.py").write_text("def f():\n    return 1\n")
    laid.settle()
    _, report, coverage = traced(laid, python=python)
    assert report.counts.passed == report.counts.selected == 11
    return coverage


def test_each_test_sees_its_own_lines_again_and_threads_and_generators_too(several):
    tests = {name: files for name, files in several.tests.items() if name.startswith("test_it.py")}
    lines = {name[-1]: sorted(files.get("library.py", ())) for name, files in tests.items()}
    assert lines == {
        "a": [5, 6, 7, 8],
        "b": [5, 6, 8],
        "c": [5, 6, 7, 8, 11, 12, 13],
        "d": [16, 17],
        "e": [16],
    }


def test_import_time_lines_belong_to_the_file_that_imported(several):
    assert several.imports["test_plain_a.py"]["plain.py"] == {1}
    assert "plain.py" not in several.imports["test_plain_b.py"]


def test_an_import_inside_a_test_belongs_to_the_test(several):
    assert several.imports["test_late.py::test_a"]["late.py"] == {1}


def test_a_test_that_takes_the_tracer_away_costs_only_itself(several):
    assert several.tests["test_takes.py::test_b"]["library.py"] == {5, 6, 8}


def test_code_in_an_environment_inside_the_project_is_not_own(several):
    assert set(several.tests["test_venv.py::test_a"]) == {"test_venv.py"}


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_with_every_tool_number_taken_the_old_way_is_used(project, version):
    taken = "import sys\nfor tool in range(6): sys.monitoring.use_tool_id(tool, 'x') if not sys.monitoring.get_tool(tool) else None\n"
    laid = project(library=LIBRARY, conftest="", test_it="import library\ndef test_a(): library.work(1)\n")
    (laid.root / "sitecustomize.py").write_text(taken)
    laid.env["PYTHONPATH"] = str(laid.root)
    _, _, coverage = traced(laid, python=other_python(version))
    assert coverage.way == "sys.settrace"
    assert coverage.tests["test_it.py::test_a"]["library.py"] == {5, 6, 8}


def test_a_very_long_file_is_told_in_several_lines(project):
    body = "\n".join(f"    x = {index}\n    if x < 0:\n        x = 0" for index in range(6_000))
    laid = project(library=f"def f():\n{body}\n", test_it="import library\ndef test_a(): library.f()\n")
    _, report, coverage = traced(laid)
    assert report.counts.passed == 1
    assert len(coverage.tests["test_it.py::test_a"]["library.py"]) == 12_000


def test_the_spectrum_names_the_failing_test_s_functions(ground):
    laid = ground("failing")
    focus = "tests/test_cart.py::test_total"
    request, report, coverage = traced(laid, "tests/test_cart.py", focus=focus)
    kept = []
    found = spectrum_of(request, report, coverage, laid.root, lambda text: kept.append(text) or "hash")
    assert found.has_failed
    assert "tests/test_cart.py" in {each.path for each in found.functions}
    assert coverage_from(kept[0]).tests == coverage.tests
    assert found.coverage == "hash"


def test_foreign_and_broken_lines_are_dropped(tmp_path):
    good = {
        "event": "lines",
        "pid": 1,
        "nonce": "n",
        "context": "test",
        "test": "t::a",
        "parts": [[0, "b", "1-3,9"]],
    }
    lines = [
        {"event": "file", "pid": 1, "nonce": "n", "index": 0, "path": str(tmp_path / "a.py")},
        good,
        {**good, "nonce": "other"},
        {**good, "parts": [[0, "b", "1-999999999"], [0, "b", "x"], [7, "b", "4"], [0, "b", 5]]},
        {**good, "parts": "no"},
        {"event": "unknown"},
    ]
    channel = tmp_path / "lines"
    channel.write_text("".join(json.dumps(each) + "\n" for each in lines) + "{torn\n[]\n")
    assert read_coverage(channel, "n", tmp_path).tests == {"t::a": {"a.py": {1, 2, 3, 9}}}


@given(st.frozensets(st.integers(1, 300)))
def test_ranges_are_read_as_they_are_written(lines):
    assert lines_of(ranges(sorted(lines))) == lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"tests": 3, "imports": {}, "way": ""}',
        '{"tests": {"a": {"b": "x"}}, "imports": {}, "way": ""}',
    ],
)
def test_a_kept_coverage_that_is_damaged_is_none(text):
    assert coverage_from(text) == Coverage({})
