"""Take in a run of pytest that somebody else started with coach's probe in it (``pytest --coach``)."""

from dataclasses import replace
from pathlib import Path

from coach.core.runs.made_run import MadeRun
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.run_files import RunFiles
from coach.engine.process.supervise import Finished
from coach.engine.runners.base import RunSetup
from coach.engine.runners.pytest import PytestRunner
from coach.errors import TargetError
from coach.regular_files import read_json

NOTE = "started outside of coach, by pytest --coach: with options, variables and a hash seed of its own"
_MAX_SETTINGS = 10_000


def take_in(request: RunRequest, made: MadeRun, around: RunContext) -> RunReport:
    """Read what the probe wrote of a run, and judge how it ended as of any other. Raises TargetError."""
    folder = Path(made.folder)
    try:
        told = read_json(folder / "probe.json", _MAX_SETTINGS)
    except (OSError, ValueError) as error:
        raise TargetError("the run cannot be recorded", why=str(error)) from None
    nonce = str(told.get("nonce", "")) if isinstance(told, dict) else ""
    around = replace(around, live=LiveOutput(), warm=None)  # what runs here meanwhile has its own figures
    start = around.root / (request.target.folder or around.project)
    runner = PytestRunner(RunSetup(request, around, RunFiles(folder, nonce), around.root, start, None))
    runner.progress()
    report = runner.report(Finished(made.exit_code, "", made.seconds))
    notes = (*report.probe_notes, NOTE)
    return report.model_copy(update={"duration": made.seconds, "probe_notes": notes})
