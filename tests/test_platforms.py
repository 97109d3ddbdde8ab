"""Where coach cannot be tried it takes the safe path, or says no in words."""

import json
import os
import subprocess
import sys
import textwrap
from types import SimpleNamespace

from coach import cli
from coach.cli.commands import screen


def test_windows_is_refused_in_words(monkeypatch, capsys):
    monkeypatch.setattr(
        cli, "sys", SimpleNamespace(platform="win32", stdout=sys.stdout, stderr=sys.stderr, argv=["coach"])
    )
    assert cli.main(["status"]) == 2
    assert "WSL" in capsys.readouterr().err
    assert cli.main([]) == 0


def test_a_screen_in_a_browser_needs_no_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    screen.need_terminal("nothing")


def test_elsewhere_than_on_linux_runs_are_cold_and_all_else_works(tmp_path, state_home):
    """The same kernel under another name: what asks for the platform takes the other way."""
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 1 == 2\n")
    code = """
    import sys, sysconfig
    sysconfig.get_config_vars()
    sys.platform = "darwin"
    from coach.engine.process.process_tree import become_subreaper
    assert not become_subreaper()
    from coach.cli import main
    raise SystemExit(main(["run", "test_it.py::test_it", "--python", sys.executable, "--json"]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env={**os.environ, "COACH_STATE_DIR": str(state_home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["outcome"] == "FAIL"
