"""``pytest --coach``: record this run, however it was started, in the open session of its project.

pytest loads this file in every run of an interpreter that has coach; without the option it adds one and does nothing else.
With it, coach's probe tells what pytest sees, as in coach's own runs, and when pytest is done `coach record` takes that
in. pytest's output, its order and its exit code stay what they are; where coach cannot record, one line says why.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

_PROBE = Path(__file__).parent / "engine" / "probe"
_SECONDS = 60
"""How long coach may take to record a run: it records the work tree, too."""
_NOTHING_RAN = {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("coach").addoption(
        "--coach", action="store_true", help="record this run in coach's open session of the project"
    )


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the probe as early as ``-p`` would: before any conftest. coach's own runs have theirs."""
    if not getattr(early_config.known_args_namespace, "coach", False):
        return
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if "COACH_PROBE" in os.environ and not is_worker:
        return
    if not is_worker:
        early_config.pluginmanager.register(_Recording(early_config), "coach-recording")
    sys.path.insert(0, str(_PROBE))
    early_config.pluginmanager.import_plugin("coach_plugin")


class _Recording:
    """One run: its files are made before it begins and go when it is recorded."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folder = Path(tempfile.mkdtemp(prefix="coach-run-"))
        self._began, self._clock = time.time_ns(), time.monotonic()
        self._session: pytest.Session | None = None
        channel, settings = self._folder / "events", self._folder / "probe.json"
        channel.touch(mode=0o600)
        # No signal and no stacks: whoever started this run handles its hangs.
        root = str(_root_of(config.invocation_params.dir))
        told = {"channel": str(channel), "nonce": os.urandom(8).hex(), "root": root, "stacks": ""}
        settings.write_text(json.dumps({**told, "signal": 0, "other_roots": [], "modules": ""}), "utf-8")
        os.environ["COACH_PROBE"] = str(settings)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        os.environ.pop("COACH_PROBE", None)
        try:
            if self._session is not None and not self._config.getoption("collectonly"):
                code = int(self._session.exitstatus)
                if code in _NOTHING_RAN:
                    print("coach: nothing ran, so nothing is recorded", file=sys.stderr)
                else:
                    self._record(code)
        except Exception as error:  # noqa: BLE001 - the run is the person's: coach never fails it
            print(f"coach: this run is not recorded: {type(error).__name__}: {error}", file=sys.stderr)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _record(self, exit_code: int) -> None:
        import subprocess  # here, not above: without --coach nobody needs it

        source = getattr(self._config, "args_source", None)
        is_named = source is None or source.name == "ARGS"
        run = {
            "words": [str(each) for each in self._config.args] if is_named else [],
            "exit_code": exit_code,
            "seconds": time.monotonic() - self._clock,
            "began": self._began,
        }
        (self._folder / "run.json").write_text(json.dumps(run), "utf-8")
        # -P: a folder of the project called "coach" is not coach.
        words = [sys.executable, "-P", "-m", "coach", "record", str(self._folder)]
        where = str(self._config.invocation_params.dir)
        done = subprocess.run(
            words,
            cwd=where,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        for line in (done.stdout + done.stderr).splitlines():
            print(line if line.startswith("coach") else f"coach: {line}", file=sys.stderr)


def _root_of(folder: Path) -> Path:
    """Return the top of the repository that a folder lies in: ids and paths are relative to that; without one the folder."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
