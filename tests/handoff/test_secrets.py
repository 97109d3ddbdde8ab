"""What is recorded: no value of this machine's secrets, equal ones still equal, everything else as it came."""

from coach.core.protocol.observations import RunEnded
from coach.core.redact.observation_redactor import ObservationRedactor
from coach.core.runs.report import Ending, RunReport
from coach.session.export_io import dotenv_secrets
from tests.core.building import failure, report
from tests.handoff.conftest import TEST

IN_SHELL = "Hunter" + "-22xyz"
IN_FILE = "q7Tz0Wm4" + "LLx81kQp0ttRw"
LIKE_ONE = "abc" + "DEF0123456789"


def test_a_log_holds_no_secret_of_the_machine(shop):
    """Values of the environment and of .env are gone from events and outputs; what only looks like one is still there."""
    shop.write(".env", f"# of the shop\nexport DB_PASSWORD='{IN_FILE}'\nSTAGE=development\nPORT=5432\n")
    shop.write(
        "tests/test_cart.py",
        f"def test_total():\n    token = '{LIKE_ONE}'\n    print('{IN_SHELL}')\n    assert token == '{IN_FILE}', '{IN_SHELL}'\n",
    )
    done = shop.coach("run", TEST, API_PASSWORD=IN_SHELL)
    assert done.returncode == 1, done.stderr
    log = next(shop.state.glob("sessions/*/log.jsonl")).read_text()
    assert IN_SHELL not in log
    assert IN_FILE not in log
    assert "[redacted:environment#" in log
    assert LIKE_ONE in log
    assert IN_SHELL not in done.stdout
    artefacts = b"".join(path.read_bytes() for path in shop.state.glob("artefacts/*/*"))
    assert artefacts
    assert IN_SHELL.encode() not in artefacts


def test_values_of_dotenv_files_that_are_secrets(tmp_path):
    """Secret names, and random values of any name; no words, numbers, paths or references."""
    (tmp_path / ".env").write_text(
        f"API_KEY=abc-123-x\nSALT={IN_FILE}\nDEBUG=true\nSECRET_FILE=/run/secrets/db\nTOKEN=${{OTHER}}\nNAME=development-server-one\n"
    )
    (tmp_path / ".env.local").write_bytes(b"PASSWORD=\xff\xfe-bytes-1\nPASS=short\n")
    found = dotenv_secrets(tmp_path)
    assert "abc-123-x" in found
    assert IN_FILE in found
    assert not {"true", "/run/secrets/db", "${OTHER}", "development-server-one", "short"} & set(found)


def test_numbers_stay_the_same_from_one_run_to_the_next():
    """A failure with a secret in it has the same signature whatever came before it."""
    first, second = ObservationRedactor((IN_SHELL, IN_FILE)), ObservationRedactor((IN_FILE, IN_SHELL))
    second.text(IN_FILE)
    seen = RunEnded(number=1, report=report(failure(message=f"{IN_SHELL} != {IN_FILE}")))
    assert first.seen(seen) == second.seen(seen) != seen
    clean = RunEnded(number=1, report=RunReport(ending=Ending()))
    assert first.seen(clean) is clean
