"""Run a laid project with the real engine and return the report itself: what the command line tells is made of it."""

import os
import sys
import threading

from coach.core.log.events import Interpreter
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.execute import execute
from coach.engine.process.output import LiveOutput
from coach.engine.process.run_context import RunContext
from coach.engine.process.supervise import Limits


def report_of(laid, *words, addopts="", python=sys.executable, about=(), **env):
    """Run pytest on ``words`` in the top of a laid project; plugins are named by ``-p`` in ``addopts``."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
    kept |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": addopts, **env}
    around = RunContext(laid.top, Interpreter(path=python), Limits(wall=60), lambda _: "", LiveOutput(), kept)
    request = RunRequest(number=1, purpose="reproduce", target=Target(words=words), about=about)
    return execute(request, around, threading.Event())


def parted(failure):
    """Return the differences of a failure as (path, got, wanted)."""
    return [(each.path, each.got, each.wanted) for each in failure.difference]
