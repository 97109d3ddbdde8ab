"""Stop in pdb at a logpoint, on the real terminal: a person leads the run. It is no evidence and is not recorded."""

import os
import subprocess
import sys
from pathlib import Path

from coach.core.experiments.logpoint import Logpoint
from coach.core.log.events import SessionOpened
from coach.engine.channel.report_reader import channel_settings
from coach.engine.instrument.place_logpoint import located, look_text
from coach.engine.process.environment import clean_environment
from coach.engine.process.probe_install import PROBE_FOLDER
from coach.engine.process.run_files import RunFiles
from coach.engine.process.scratch import temporary_folder
from coach.engine.runners.pytest_start import as_started


def break_into(logpoint: Logpoint, test: str, opened: SessionOpened) -> int:
    """Run the test in the foreground and stop before the line (where the condition holds); returns pytest's exit code.

    Raises:
        TargetError: the line cannot be found.
        OSError: the interpreter cannot be started.
        ScratchError: there is no place for the files of the run.

    """
    root = Path(opened.checkout.root)
    placed = located(logpoint, root)
    with temporary_folder() as place:
        files = RunFiles(place, "pdb")
        files.plan.write_text(look_text(placed, root, stops=True), "utf-8")
        for file in (files.channel, files.trace):
            file.touch(mode=0o600)
        told = {"trace": str(files.trace), "logpoint": str(files.plan)}
        files.settings.write_text(channel_settings(files, root, **told), "utf-8")
        env = clean_environment(os.environ)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROBE_FOLDER), env.get("PYTHONPATH", "")]))
        env["COACH_PROBE"] = str(files.settings)
        argv = [opened.interpreter.path, "-B", "-m", "pytest", "-p", "coach_plugin", "-q", "-s"]
        start = Path(opened.checkout.start)
        argv += ["-o", f"cache_dir={files.cache}", as_started(test, root, start)]
        sys.stdout.flush()
        return subprocess.run(argv, cwd=start, env=env, check=False).returncode
