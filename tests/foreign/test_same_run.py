"""A run is the person's own: what tests can see of their process is as it is without coach, but for a short list."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MIRROR = """\
    import json, os, resource, signal, subprocess, sys, threading

    CHILD = "import json,os,sys; print(json.dumps([sys.dont_write_bytecode, sorted(os.environ)]))"


    def seen():
        status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
        child = json.loads(subprocess.run([sys.executable, "-c", CHILD], stdout=subprocess.PIPE).stdout)
        mask = os.umask(0)
        os.umask(mask)
        return {
            "signals": {str(n): str(signal.getsignal(n)) for n in sorted(signal.valid_signals())},
            "ignored": status["SigIgn"].strip(),
            "caught": [n for n in range(1, 65) if int(status["SigCgt"], 16) >> (n - 1) & 1],
            "blocked": status["SigBlk"].strip(),
            "limits": {
                name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")
            },
            "flags": {name: getattr(sys.flags, name) for name in dir(sys.flags) if name[0] != "_" and name != "count" and name != "index"},
            "dont_write_bytecode": sys.dont_write_bytecode,
            "pycache_prefix": sys.pycache_prefix,
            "environment": sorted(os.environ),
            "umask": mask,
            "cwd": os.getcwd(),
            "nice": os.nice(0),
            "threads": [threading.active_count(), status["Threads"].strip()],
            "path": sys.path,
            "argv": sys.argv[:1],
            "descriptors": len(os.listdir("/proc/self/fd")),
            "child": child,
            "orphans": os.getppid() != 1,
        }


    def test_mirror():
        with open(os.environ["MIRROR"], "w") as file:
            json.dump(seen(), file)
    """


def _as_from_a_terminal():
    """Ignore nothing, as coach starts a run too: what starts the suite in the background ignores SIGINT, SIGQUIT, SIGHUP."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_differences_a_test_can_see_are_a_short_list(lay, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    laid = lay({"tests/test_mirror.py": MIRROR, "pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\n"})
    laid.commit("begin")
    plain, coached = tmp_path / "plain.json", tmp_path / "coached.json"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_mirror.py"],
        cwd=laid.top,
        env={**os.environ, "COACH_PYTHON": sys.executable, "MIRROR": str(plain)},
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
        preexec_fn=_as_from_a_terminal,
    )
    before = sorted(str(path) for path in laid.top.rglob("*") if ".git" not in path.parts)
    said = laid.coach("run", "tests/test_mirror.py", MIRROR=str(coached))
    assert said.code == 0, said.text
    assert sorted(str(path) for path in laid.top.rglob("*") if ".git" not in path.parts) == before
    without, under = json.loads(plain.read_text()), json.loads(coached.read_text())
    ours = {
        "COACH_PROBE",
        "COACH_RUN_ID",
        "COACH_HOLDER",
        "PYTHONHASHSEED",
        "PYTHONPATH",
        "PYTHONPYCACHEPREFIX",
    }
    assert set(under.pop("environment")) - set(without.pop("environment")) <= ours
    first, others = under.pop("child"), without.pop("child")
    assert first[0] == others[0]
    assert set(first[1]) - set(others[1]) <= ours
    assert len(set(under.pop("caught")) ^ set(without.pop("caught"))) == 1  # the signal that writes stacks
    assert under["flags"].pop("dont_write_bytecode")
    assert not without["flags"].pop("dont_write_bytecode")
    del under["flags"]["hash_randomization"], without["flags"]["hash_randomization"]
    assert under.pop("descriptors") - without.pop("descriptors") <= 2
    others = without.pop("path")
    assert [each for each in under.pop("path") if "probe" not in each] == others
    assert under == without


DAEMON = """\
    import os, signal, time


    def status_of_child(number, wait=4.0):
        pid = os.fork()
        if pid == 0:
            time.sleep(wait)
            os._exit(0)
        os.kill(pid, number)
        status = os.waitpid(pid, 0)[1]
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    """
TESTS = """\
    import os, py_compile, resource, signal, subprocess, sys
    from pathlib import Path
    from daemon import status_of_child
    import pytest


    @pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM])
    def test_default_action(number):
        assert status_of_child(number) == -number


    def test_default_action_in_the_process_itself():
        assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


    def test_large_sparse_file(tmp_path):
        with (tmp_path / "disk.img").open("wb") as file:
            file.truncate(3 * 1024**3)


    def test_limits():
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


    def test_made_modules_are_compiled_beside_themselves(tmp_path, monkeypatch):
        assert not sys.dont_write_bytecode
        (tmp_path / "made_here.py").write_text("VALUE = 3\\n")
        monkeypatch.syspath_prepend(tmp_path)
        import made_here
        assert Path(made_here.__cached__).exists()
        assert Path(py_compile.compile(str(tmp_path / "made_here.py"))).parent.name == "__pycache__"


    def test_children_may_write_too():
        said = subprocess.run([sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"], stdout=subprocess.PIPE)
        assert said.stdout == b"False\\n"
    """


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_tests_that_count_on_defaults_pass_cold_and_on_save(lay, monkeypatch):
    """Signals, limits, bytecode; nothing of it is written into the checkout, also by processes that tests start."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    laid = lay({"daemon.py": DAEMON, "test_daemon.py": TESTS, "pytest.ini": "[pytest]\npythonpath = .\n"})
    laid.commit("begin")
    said = laid.coach("run", "test_daemon.py", "--json")
    assert said.code == 0, said.text
    assert said.json["outcome"] == "PASS"
    assert not list(laid.top.rglob("__pycache__"))


PLAIN = {
    "adding.py": "def added(a, b):\n    return a + b\n",
    "tests/test_sum.py": "from adding import added\n\n\ndef test_sum():\n    assert added(2, 3) == 5\n",
}


def _notes(laid, *words, **env):
    said = laid.coach("run", "tests/test_sum.py", "--new", "--json", *words, **env)
    log = max(
        Path(os.environ["COACH_STATE_DIR"]).glob("sessions/*/log.jsonl"),
        key=lambda path: path.stat().st_mtime,
    )
    lines = map(json.loads, log.read_text().splitlines())
    report = next(each["report"] for each in lines if each["kind"] == "run_finished")
    return said, report["other_start"]


def test_the_other_way_to_start_pytest_is_said_where_it_would_differ(lay, tmp_path, monkeypatch):
    """Green by one and red by the other; where pytest itself puts the folder there, nothing is said."""
    monkeypatch.setenv("COACH_STATE_DIR", str(tmp_path / "state"))
    laid = lay(PLAIN)
    laid.commit("begin")
    said, notes = _notes(laid)
    assert said.code == 0, said.text
    assert "with `pytest` this folder is not on sys.path: adding would not be found" in notes
    assert _notes(laid, "--as", "python -m pytest")[1] == ""
    said, notes = _notes(laid, "--as", "pytest")
    assert said.code != 0
    assert "with `python -m pytest` this folder is on sys.path, and adding would be found" in notes
    laid.write({"pyproject.toml": '[tool.coach]\ncommand = "pytest"\n'})
    assert _notes(laid)[0].code != 0
    laid.write({"pyproject.toml": "", "conftest.py": ""})
    for words in ((), ("--as", "pytest")):
        said, notes = _notes(laid, *words)
        assert (said.code, notes) == (0, ""), said.text
    (laid.top / "conftest.py").unlink()
    laid.write({"pytest.ini": "[pytest]\npythonpath = .\n"})
    said, notes = _notes(laid)
    assert (said.code, notes) == (0, ""), said.text
