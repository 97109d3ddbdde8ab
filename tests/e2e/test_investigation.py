"""An investigation of a small repository: from red to the place without a key, and from red to the place in one command."""

import json
import subprocess
import sys
import threading

import pytest

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.runs.target import Target
from coach.session.factory import open_new
from coach.settings.project import load_settings

TEST = "test_rates.py::test_a_year_at_ten_percent"
FILES = {
    "rates.py": "def share(percent):\n    return percent / 10\n\n\ndef grown(amount, percent):\n"
    "    if not percent:\n        return amount\n    return amount + amount * share(percent)\n",
    "test_rates.py": "from rates import grown\n\n\ndef test_nothing_grows_at_zero():\n    assert grown(50, 0) == 50\n"
    "\n\ndef test_nothing_grows_from_nothing():\n    assert grown(0, 10) == 0\n"
    "\n\ndef test_a_year_at_ten_percent():\n    assert grown(100, 10) == 110\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n[tool.coach.investigate]\nseconds = 300\n',
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with one defect, everything committed."""
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("COACH_INVESTIGATE")
    root = tmp_path / "rates"
    root.mkdir()
    for name, text in FILES.items():
        (root / name).write_text(text)
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"),
    ):
        subprocess.run(("git", *words), cwd=root, check=True)
    return root


class Watcher:
    """Waits for what happens in a session."""

    def __init__(self, port):
        self.port, self.woken = port, threading.Condition()
        port.subscribe(self._wake)

    def _wake(self, _update):
        with self.woken:
            self.woken.notify_all()

    def until(self, holds):
        with self.woken:
            assert self.woken.wait_for(lambda: holds(self.port.state), 120), self.port.records[-5:]


def test_from_red_to_the_place_without_a_key_and_a_run_in_the_middle_comes_first(project):
    with open_new(project, Target(words=(TEST,)), load_settings(project, {"python": sys.executable})) as port:
        watcher = Watcher(port)
        port.submit(cmd.Begin(reproduce=False))
        port.submit(cmd.SetWatching(watching=True))
        watcher.until(lambda state: state.watching)
        port.submit(cmd.RunTarget()).result(10)
        watcher.until(lambda state: state.measurement and state.measurement.name == "mutations")
        port.submit(cmd.RunTarget()).result(10)
        assert port.state.measurement is None
        watcher.until(lambda state: not state.is_investigating)
        found, state = port.state.investigation, port.state
        assert ("mutations", "interrupted") in [(each.name, each.how) for each in found.measurements]
        done = [each.name for each in found.measurements if each.how == "done"]
        assert done[0] == "lines"
        assert "mutations" in done
        assert len(set(done)) == len(done), "nothing is measured twice on one tree"
        assert "share" in [each.function for each in state.suspects[:2]]
        assert "rates.py:2" in found.sentence, "two places fit, and both are named"
        assert state.mutants.flips[0].path == "rates.py"
        assert not state.under_way
    status = subprocess.run(
        ("git", "status", "--porcelain", "--ignored"), cwd=project, capture_output=True, check=True
    )
    assert status.stdout == b""
    kinds = [record.event.kind for record in port.records]
    assert kinds.count("investigation_began") == 1
    told = kinds.index("flip_found")
    ended = kinds.index("run_finished", told)
    assert ended < kinds.index("mutants_tried", told), "a flip is told while its round goes on"
    assert isinstance(port.records[-1].event, ev.InvestigationEnded)


def test_one_command_from_nothing_to_a_ranked_explained_answer(project, coach_in):
    coach = coach_in(project)
    said = coach("investigate", TEST, "--python", sys.executable, "--json", "--seconds", "240", code=None)
    told = json.loads(said.out)
    assert "share" in [each["function"] for each in told["suspects"][:2]]
    assert [each["name"] for each in told["measurements"]][0] == "lines"
    assert {each["how"] for each in told["measurements"]} == {"done"}
    assert told["sentence"]
    assert told["seconds"] <= 240
    again = json.loads(coach("investigate", "--json", code=None).out)
    assert again["measurements"] == [], "what was measured on this tree is not measured again"
    assert again["suspects"] == told["suspects"]
    coach("step", "--json")
    (project / "rates.py").write_text(FILES["rates.py"].replace("/ 10", "/ 100"))
    assert "nothing to investigate" in coach("investigate", code=3).err
