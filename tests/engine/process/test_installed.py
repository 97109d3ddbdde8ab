"""What lies around the project is looked at without starting anything, and no value of a variable is kept."""

from coach.core.log.events import Interpreter
from coach.engine.process.installed import surroundings


def test_versions_are_read_from_the_targets_folders_and_values_are_not_kept(tmp_path):
    site = tmp_path / "venv/lib/python3.11/site-packages"
    (site / "numpy-2.0.1.dist-info").mkdir(parents=True)
    (site / "Typing_Extensions-4.9.0.dist-info").mkdir()
    (site / "old-1.2-py3.11.egg-info").write_text("")
    (site / "numpy").mkdir()
    (tmp_path / "venv/pyvenv.cfg").write_text("")
    (tmp_path / "home/.local/lib/python3.11/site-packages/numpy-1.0.dist-info").mkdir(parents=True)
    python = Interpreter(path=str(tmp_path / "venv/bin/python"), version="3.11.7")
    env = {"PYTHONPATH": "/secret-folder", "TOKEN": "hunter2", "TZ": "UTC", "HOME": str(tmp_path / "home")}
    seen = surroundings(python, env)
    assert seen.packages == ("numpy 2.0.1", "old 1.2", "typing-extensions 4.9.0")
    assert [name for name, _ in seen.variables] == ["PYTHONPATH", "TZ"]
    assert "secret" not in seen.model_dump_json()
    assert surroundings(python, env | {"TOKEN": "other", "PYTHONHASHSEED": "3"}) == seen
    assert surroundings(python, env | {"TZ": "CET"}) != seen
