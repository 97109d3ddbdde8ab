import os
import subprocess
import sys

from coach.core.log.events import Interpreter
from coach.engine.process.probe_install import PROBE_FOLDER, probe_folder


def interpreter(path=sys.executable):
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Interpreter(path=path, version=version)


def test_the_probe_is_laid_out_once_with_bytecode_that_python_uses(tmp_path):
    folder = probe_folder(tmp_path, interpreter())
    assert folder.parent == tmp_path / "probe"
    assert {each.name for each in folder.glob("*.py")} == {each.name for each in PROBE_FOLDER.glob("*.py")}
    (folder / "coach_bytecode.py").write_text("raise SystemExit('compiled anew')")  # unchecked: not looked at
    done = subprocess.run(
        [sys.executable, "-B", "-c", "import coach_bytecode; print(coach_bytecode.__cached__)"],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(folder) in done.stdout
    assert probe_folder(tmp_path, interpreter()) == folder


def test_a_state_directory_that_cannot_be_written_costs_nothing_but_time(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert probe_folder(blocked, interpreter()) == PROBE_FOLDER


def test_another_python_compiles_its_own(tmp_path):
    """A python of another version than coach's is asked to do it; here one that cannot."""
    other = Interpreter(path=str(tmp_path / "no-python"), version="3.8.1")
    assert probe_folder(tmp_path, other) == PROBE_FOLDER
    assert not list((tmp_path / "probe").iterdir())
