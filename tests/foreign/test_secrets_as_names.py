"""A secret may be spelt like anything that a project names: what names something keeps naming it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.protocol.observations import ChangesSeen, RunEnded
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Counts, Ending, Failure, Frame, NotRun, Output, RunReport, Section
from tests.handoff.conftest import Shop

FOLDER = "tests/postgres"
TEST = f"{FOLDER}/test_total.py::test_totals"
SPELT_LIKE_NAMES = {
    "DEPLOY_TOKEN": "completed",
    "POSTGRES_PASSWORD": "postgres",
    "API_KEY": "test_totals",
    "APP_SECRET": "totals",
    "SIGNING_KEY": "test_total.py",
    "DB_PASSWORD": "AssertionError",
    "OTHER_PASSWORD": "tests/postgres/test_total.py::test_totals",
}
SAID = "hunter22-xyz"


@pytest.fixture
def project(tmp_path):
    made = Shop(tmp_path / "project", tmp_path / "state")
    made.write(
        "totals.py", "def total(prices):\n    if not prices:\n        return 0\n    return sum(prices)\n"
    )
    made.write(
        "tests/postgres/test_total.py",
        "import os\nfrom totals import total\n\n\n"
        "def test_totals():\n    assert total([1, 2]) == 3, 'postgres said ' + os.environ['LOGIN_TOKEN']\n\n\n"
        "def test_nothing():\n    assert total([]) == 0\n",
    )
    made.write("pytest.ini", "[pytest]\npythonpath = .\n")
    made.commit()
    made.write(
        "totals.py", "def total(prices):\n    if not prices:\n        return 0\n    return sum(prices) + 1\n"
    )
    made.git("commit", "-qam", "totals broken")
    made.env["LOGIN_TOKEN"] = SAID
    return made


def _ids(project):
    """Everything recorded that names a test, a file, a kind or an exception."""
    kept = []
    for log in sorted(project.state.glob("sessions/*/log.jsonl")):
        for line in log.read_text().splitlines():
            _names_in(json.loads(line), kept)
    return kept


NAMES = {"kind", "test", "path", "exception", "function", "phase", "words", "skipped", "tests"}


def _names_in(value, kept):
    if isinstance(value, dict):
        for key, one in value.items():
            if key in NAMES and "wanted" not in value:
                kept.append((key, one if isinstance(one, str) else json.dumps(one)))
            _names_in(one, kept)
    elif isinstance(value, list):
        for one in value:
            _names_in(one, kept)


def test_secrets_spelt_like_names_change_no_name_and_end_no_thread(project):
    first = project.coach("run", TEST, "--json", **SPELT_LIKE_NAMES)
    assert first.returncode == 1, first.stderr
    said = json.loads(first.stdout)
    assert [each["test"] for each in said["failures"]] == [TEST]
    assert project.coach("reproduce", **SPELT_LIKE_NAMES).returncode == 1
    pinned = project.coach("pin", "--json", **SPELT_LIKE_NAMES)
    assert pinned.returncode == 0, pinned.stderr
    listed = project.coach("suspects", "--json", **SPELT_LIKE_NAMES)
    suspects = json.loads(listed.stdout)
    assert suspects, listed.stderr
    assert "totals.py" in listed.stdout
    assert "[redacted" not in listed.stdout
    named = project.coach("bisect", "--json", **SPELT_LIKE_NAMES)
    assert "totals broken" in named.stdout, named.stdout + named.stderr
    log = "".join(path.read_text() for path in project.state.glob("sessions/*/log.jsonl"))
    assert SAID not in log
    assert "[redacted:environment#" in log
    assert SAID not in first.stdout
    prompt = project.coach("export", **SPELT_LIKE_NAMES)
    assert TEST in prompt.stdout, prompt.stderr
    assert SAID not in prompt.stdout
    names = _ids(project)
    assert not [each for each in names if "[redacted:" in each[1]]


IDS = [
    "tests/postgres/test_total.py",
    TEST,
    "postgres",
    "completed",
    "AssertionError",
    "test_totals",
    "0123456789abcdef0123456789abcdef01234567",
    "totals.py",
    "skipped",
    "modified",
]


@given(secrets=st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True), said=st.sampled_from(IDS))
def test_no_secret_that_is_spelt_like_a_name_changes_one(secrets, said):
    """Whatever names of a run are secrets of the environment: every identifier is as it was; prose is not."""
    prose = f"it said {said} twice: {said}"
    frame = Frame(
        path=IDS[0],
        line=3,
        function="test_totals",
        own=True,
        source=prose,
        code=prose,
        locals=(("postgres", prose),),
    )
    failure = Failure(
        test=TEST,
        exception="AssertionError",
        message=prose,
        frames=(frame,),
        sections=(Section(name="Captured stdout call", text=prose),),
    )
    report = RunReport(
        ending=Ending(kind="completed", sentence=prose),
        counts=Counts(selected=2, failed=1),
        failures=(failure,),
        skipped=(IDS[0],),
        not_run=(NotRun(test=TEST, how="skipped", reason=prose),),
        passed=(TEST,),
        output=Output(artefact=IDS[6], tail=prose),
        tree=IDS[6],
        probe_notes=(prose,),
    )
    hunk = Hunk(old_start=1, old_lines=1, new_start=1, new_lines=1, heading=prose, text=prose)
    changed = Changes(base=IDS[6], tree=IDS[6], files=(FileChange(path="totals.py", hunks=(hunk,)),))
    redactor = ObservationRedactor(secrets)
    shown = ObservationRedactor(secrets).text(prose)
    for seen in (RunEnded(number=1, report=report), ChangesSeen(changes=changed)):
        before, after = seen.model_dump_json(), redactor.seen(seen).model_dump_json()
        inside = json.dumps(prose)[1:-1]
        assert after == before.replace(inside, json.dumps(shown)[1:-1])
    if said in secrets:
        assert said not in shown
