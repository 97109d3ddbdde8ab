"""A ground for work that needs no project."""

import sys
from pathlib import Path

from coach.core.log.events import Interpreter
from coach.engine.cluster.work import Ground
from coach.engine.process.interpreter import find_interpreter
from coach.engine.process.supervise import Limits


def ground(root: Path) -> Ground:
    found: Interpreter = find_interpreter(root, sys.executable)
    return Ground("key", str(root), found, Limits(), {}, "")
