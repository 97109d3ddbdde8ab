"""How a run ended is weighed by what was reported: crashes have names, thresholds are no failures, reruns are told."""

import pytest

from tests.foreign.reports import report_of

CRASH = """
    import os
    import signal


    def test_short():
        assert True


    def test_dies():
        os.kill(os.getpid(), signal.{signal})


    def test_after():
        assert True
"""


FORKS = """
    import os
    import pickle
    import tempfile

    import pytest
    from _pytest.runner import runtestprotocol


    def pytest_runtest_protocol(item, nextitem):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in in_child(item):
            item.ihook.pytest_runtest_logreport(report=report)
        item.session._setupstate.teardown_exact(nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True


    def in_child(item):
        with tempfile.TemporaryFile() as said:
            child = os.fork()
            if child == 0:
                said.write(pickle.dumps([each._to_json() for each in runtestprotocol(item, log=False)]))
                said.flush()
                os._exit(0)
            _, status = os.waitpid(child, 0)
            said.seek(0)
            if not status:
                return [pytest.TestReport._from_json(each) for each in pickle.load(said)]
        words = f"{item.path}:1: running the test CRASHED with signal {status}"
        return [pytest.TestReport(item.nodeid, item.location, {}, "failed", words, "???")]
"""


def test_a_failure_in_a_forked_child_comes_with_its_values_and_a_crash_with_its_name(lay):
    """Each test in a process of its own: what failed there is told as it would be here."""
    text = CRASH.format(signal="SIGABRT") + "\n\n    def test_red():\n        assert {'a': 1} == {'a': 2}\n"
    report = report_of(lay({"conftest.py": FORKS, "test_native.py": text}))
    crash, red = report.failures
    assert (crash.test, crash.exception) == ("test_native.py::test_dies", "Crash")
    assert crash.message.split("\n") == [
        "running the test CRASHED with signal 6",
        "run it without --forked to see the stack",
    ]
    assert (red.frames[-1].function, red.difference[0].path) == ("test_red", "a")
    assert (report.counts.passed, report.counts.failed) == (2, 2)


@pytest.mark.parametrize(
    ("addopts", "signal", "hint"),
    [
        ("-p xdist -n 2", "SIGSEGV", "run it without -n"),
        ("-p xdist -n 1 --max-worker-restart=0", "SIGKILL", "run it without -n"),
    ],
)
def test_a_test_whose_process_died_is_red_by_its_name(lay, addopts, signal, hint):
    """A worker or a forked child that dies leaves the name of the test, and the way to its stack."""
    report = report_of(lay({"test_native.py": CRASH.format(signal=signal)}), addopts=addopts)
    assert report.ending.kind in {"completed", "interrupted"}
    (crash,) = report.failures
    assert (crash.test, crash.exception) == ("test_native.py::test_dies", "Crash")
    assert hint in crash.message
    assert "gw" not in crash.message
    assert report.counts.failed == 1


def test_a_crash_is_the_same_failure_in_every_run(lay):
    """Which worker it was is chance."""
    from coach.core.runs.failure import failing_set

    top = lay({"test_native.py": CRASH.format(signal="SIGKILL")})
    (seen,) = failing_set(report_of(top, addopts="-p xdist -n 2"))
    said = top.coach("run", "test_native.py", "--new", "--json", PYTEST_ADDOPTS="-p xdist -n 2")
    assert said.code == 1
    (failure,) = said.json["failures"]
    assert failure["test"] == "test_native.py::test_dies"
    assert failure["signature"] == seen.strict


def test_a_test_that_never_ends_in_a_run_that_failed_is_red(lay):
    """No report at all, and exit code 1: the test that began is named."""
    top = lay(
        {
            "conftest.py": """
            def pytest_runtest_protocol(item, nextitem):
                if item.name == "test_lost":
                    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
                    item.session.testsfailed += 1
                    return True
            """,
            "test_a.py": "def test_fine():\n    pass\n\n\ndef test_lost():\n    pass\n",
        }
    )
    report = report_of(top)
    assert report.ending.kind == "completed"
    assert [each.headline for each in report.failures][0].startswith("Crash: it began")


BANK = {
    "bank.py": """
        def deposit(balance, amount):
            return balance + amount


        def withdraw(balance, amount):
            if amount > balance:
                raise ValueError("too much")
            return balance - amount
        """,
    "test_bank.py": """
        from bank import deposit


        def test_deposit():
            assert deposit(10, 5) == 15
        """,
}
SETS_CODE = """
    def pytest_terminal_summary(terminalreporter):
        terminalreporter.write_line("2 snapshots unused, run with --update to remove them")


    def pytest_sessionfinish(session):
        session.exitstatus = 3 if session.exitstatus else 1
"""


@pytest.mark.parametrize(
    ("addopts", "files", "sentence"),
    [
        (
            "-p pytest_cov --cov=bank --cov-fail-under=90",
            {},
            "the test passed; the coverage threshold made the exit code 1: Required test coverage of 90% not reached",
        ),
        (
            "",
            {"conftest.py": SETS_CODE},
            "something else than a test made the exit code 1: 2 snapshots unused",
        ),
        (
            "",
            {"conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 7\n"},
            "the test passed; a plugin or a hook, not a test, made the exit code 7",
        ),
    ],
)
def test_an_exit_code_that_no_test_made_leaves_green_tests_green(lay, addopts, files, sentence):
    """All that were selected reported an end and none failed: the sentence says what made the code."""
    report = report_of(lay({**BANK, **files}), addopts=addopts)
    assert report.ending.kind == "completed"
    assert sentence in report.ending.sentence
    assert (report.failures, report.counts.passed) == ((), 1)


def test_a_threshold_does_not_keep_a_session_from_green(lay):
    """Red by its test, then green by its test, whatever the coverage says."""
    top = lay(
        {
            **BANK,
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p pytest_cov --cov=bank --cov-fail-under=90"\n',
        }
    )
    top.write({"bank.py": BANK["bank.py"].replace("balance + amount", "balance - amount")})
    assert top.coach("run", "test_bank.py", "--new").code == 1
    top.write({"bank.py": BANK["bank.py"]})
    said = top.coach("run", "test_bank.py")
    assert said.code == 0, said.text
    assert "coverage threshold" in said.text


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("pytest.exit('no licence', returncode=1)", "interrupted", "during test_a.py::test_a: "),
        ("os._exit(1)", "ended_early", "ended inside test_a.py::test_a"),
        ("request.session.items[:] = []", "contradiction", "no test was reported as failed"),
    ],
)
def test_tests_that_are_missing_are_no_green(lay, line, kind, words):
    """Code 1 and no failure, with tests that never ended: nothing is known of them."""
    sets = "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"
    body = f"import os\n\nimport pytest\n\n\ndef test_a(request):\n    {line}\n\n\ndef test_b():\n    pass\n"
    report = report_of(lay({"test_a.py": body, "conftest.py": sets}))
    assert report.ending.kind == kind
    assert words in report.ending.sentence
    assert report.failures == ()


@pytest.mark.parametrize(
    ("text", "exception"),
    [
        ("import nowhere_at_all\n\n\ndef test_a():\n    pass\n", "ModuleNotFoundError"),
        ("def test_a():\n    pass\n\n\nraise RuntimeError('no settings')\n", "RuntimeError"),
        ("def test_a(:\n    pass\n", "SyntaxError"),
    ],
)
def test_an_id_in_a_file_that_cannot_be_collected_fails_for_the_files_reason(lay, text, exception):
    """The exception stands under the id that was asked for; the session is kept."""
    top = lay({"tests/test_a.py": text})
    report = report_of(top, "tests/test_a.py::test_a")
    assert report.ending.kind == "collection_error"
    (failure,) = report.failures
    assert (failure.test, failure.phase, failure.exception) == (
        "tests/test_a.py::test_a",
        "collect",
        exception,
    )
    said = top.coach("run", "tests/test_a.py::test_a", "--new")
    assert (said.code, exception in said.text) == (1, True)
    assert "path" not in said.text


def test_a_wrong_option_is_quoted(lay):
    """Below the usage stands what is wrong."""
    report = report_of(lay(BANK), addopts="--no-such-option")
    assert report.ending.kind == "usage_error"
    assert report.ending.sentence == "unrecognized arguments: --no-such-option"


FLAKY = """
    import pathlib


    def test_flaky():
        seen = pathlib.Path(__file__).with_suffix(".seen")
        tries = int(seen.read_text()) if seen.exists() else 0
        seen.write_text(str(tries + 1))
        assert tries >= 2


    def test_red():
        assert False


    def test_fine():
        pass
"""
AGAIN = """
    from _pytest.runner import call_and_report, runtestprotocol


    def pytest_runtest_protocol(item, nextitem):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for _ in range(2):
            if any(each.failed for each in reports):
                item._initrequest()
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
"""


@pytest.mark.parametrize(
    ("addopts", "files"),
    [
        ("-p pytest_rerunfailures --reruns 2", {}),
        ("-p xdist -p pytest_rerunfailures -n 1 --reruns 2", {}),
        ("", {"conftest.py": AGAIN}),
    ],
)
def test_tests_that_were_run_again_are_told_with_their_first_failure(lay, addopts, files):
    """A test that passed the third time failed twice; one that stays red is red."""
    report = report_of(lay({"test_a.py": FLAKY, **files}), addopts=addopts)
    assert report.reruns.count("test_a.py::test_flaky") == 2
    (first,) = report.rerun_failures
    assert (first.test, first.message.split("\n")[0]) == ("test_a.py::test_flaky", "assert 0 >= 2")
    assert first.own_frames[-1].function == "test_flaky"
    assert [each.test for each in report.failures] == ["test_a.py::test_red"]
    assert (report.counts.passed, report.counts.failed) == (2, 1)


LEFT_OUT = """
    import pytest


    @pytest.mark.skipif(True, reason="needs a database")
    def test_marked():
        pass


    def test_inside():
        pytest.skip("no network here")


    @pytest.mark.xfail(reason="known since spring")
    def test_known():
        assert False


    def test_slow():
        pass


    def test_fine():
        pass
"""


def test_what_was_not_run_is_told_with_its_reason(lay):
    """Skipped inside and outside, expected to fail, deselected, absent; and what passed of what was asked about."""
    top = lay(
        {
            "test_a.py": LEFT_OUT,
            "test_b.py": 'import pytest\n\npytest.skip("needs the feed feature", allow_module_level=True)\n',
        }
    )
    asked = ("test_a.py::test_fine", "test_a.py::test_gone", "test_a.py::test_inside", "test_b.py::test_b")
    report = report_of(top, addopts="-k 'not slow'", about=asked)
    told = {each.test: (each.how, each.reason) for each in report.not_run}
    assert told == {
        "test_a.py::test_marked": ("skipped", "needs a database"),
        "test_a.py::test_inside": ("skipped", "no network here"),
        "test_a.py::test_known": ("xfailed", "known since spring"),
        "test_a.py::test_slow": ("deselected", "-k 'not slow'"),
        "test_a.py::test_gone": ("absent", ""),
        "test_b.py": ("skipped", "needs the feed feature"),
        "test_b.py::test_b": ("skipped", "needs the feed feature"),
    }
    assert report.passed == ("test_a.py::test_fine",)


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("test_b.py",), {}),
        (("test_b.py::test_b",), {}),
        ((), {"conftest.py": "collect_ignore = ['test_a.py']\n"}),
    ],
)
def test_a_file_that_skips_itself_says_why(lay, words, files):
    """Never "check the path" when a skip is the reason, also of an id in the file."""
    module = 'import pytest\n\npytest.importorskip("no_such_feed", reason="needs the feed feature")\n'
    report = report_of(lay({"test_b.py": module, **files}), *words)
    assert report.ending.kind == "no_tests"
    assert report.ending.sentence == "skipped: needs the feed feature"
