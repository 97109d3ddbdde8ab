"""Scripted assistants: each is a real program that plays a drill in its own way."""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from coach.assistants.runner import Assistant
from coach.core.drill.guidance import Guidance
from coach.core.drill.score import DrillResult
from coach.drills.kept import keep_set
from coach.drills.play import play
from tests.drill.planted import Planted, plant

NOTHING_GIVEN = Guidance()
BEGIN = """
import json, os, pathlib, subprocess, sys, time
prompt = sys.stdin.read()
told = json.loads(pathlib.Path(sys.argv[1]).read_text())
def save(name, text):
    pathlib.Path(name).write_text(text)
"""


@dataclass
class Table:
    """Where scripted assistants play."""

    planted: Planted
    folder: Path

    @classmethod
    def laid(cls, checkout: Path) -> "Table":
        """Plant a bug in a shop below a folder, in which this process is, and lay a place for scripts beside it."""
        return cls(plant(checkout / "shop"), checkout.parent / "scripts")

    def write(self, script: str, **told: str) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "told.json").write_text(json.dumps(told))
        (self.folder / "player.py").write_text(BEGIN + script)

    def play(
        self, script: str, guidance: Guidance = NOTHING_GIVEN, timeout: float = 60, **told: str
    ) -> DrillResult:
        """Let a script play the first drill; ``told`` is what it knows of the world outside the arena."""
        keep_set(self.planted.made)
        self.write(script, **told)
        argv = (sys.executable, str(self.folder / "player.py"), str(self.folder / "told.json"))
        source = self.planted.root / "pyproject.toml"
        assistant = Assistant("scripted", argv, self.planted.root, source)
        self.said: list[str] = []
        return play(
            self.planted.made,
            1,
            assistant=assistant,
            guidance=guidance,
            timeout=timeout,
            say=self.said.append,
        )


def command_of(table: Table) -> str:
    return shlex.join((sys.executable, str(table.folder / "player.py"), str(table.folder / "told.json")))
