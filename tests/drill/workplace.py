"""A folder with a state of coach's own, in which several tests look at what was made there once."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Let coach keep its state beside a project, and this process be in the project, for a while. Its folder is made where there is none."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COACH_STATE_DIR", str(folder.parent / "state"))
        patch.setenv("COACH_CONFIG_DIR", str(folder.parent / "config"))
        patch.setenv("COACH_PYTHON", sys.executable)
        patch.setenv("COACH_INVESTIGATE", "off")
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        yield
