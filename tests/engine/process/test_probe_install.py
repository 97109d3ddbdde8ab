import os
import py_compile
import subprocess
import sys
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.engine.process import probe_install
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


def test_bytecode_that_is_there_is_taken_when_it_is_of_the_text(tmp_path, monkeypatch):
    """As an installation leaves it; what is of another text, or cut, is compiled anew."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in ("fresh", "stale", "cut", "bare"):
        (sources / f"{name}.py").write_text("SAID = 'new'\n")
    made = [Path(py_compile.compile(str(sources / f"{name}.py"))) for name in ("fresh", "stale", "cut")]
    (sources / "stale.py").write_text("SAID = 'newer'\n")
    made[2].write_bytes(made[2].read_bytes()[:9])
    monkeypatch.setattr(probe_install, "PROBE_FOLDER", sources)
    compiled = []
    compile_one = py_compile.compile
    monkeypatch.setattr(
        py_compile,
        "compile",
        lambda path, **more: compiled.append(Path(path).stem) or compile_one(path, **more),
    )
    folder = probe_folder(tmp_path / "home", interpreter())
    assert sorted(compiled) == ["bare", "cut", "stale"]
    said = "import fresh, stale, cut, bare; print(fresh.SAID, stale.SAID, cut.SAID, bare.SAID)"
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-B", "-c", said], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "new newer new new\n"


def test_a_state_directory_that_cannot_be_written_costs_nothing_but_time(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert probe_folder(blocked, interpreter()) == PROBE_FOLDER


def test_another_python_compiles_its_own(tmp_path):
    """A python of another version than coach's is asked to do it; here one that cannot."""
    other = Interpreter(path=str(tmp_path / "no-python"), version="3.8.1")
    assert probe_folder(tmp_path, other) == PROBE_FOLDER
    assert not list((tmp_path / "probe").iterdir())
