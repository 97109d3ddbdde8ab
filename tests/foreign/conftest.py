"""Lay a small project of any shape, and drive the real command line on it as a person in a folder would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.fork_server import run_coach

PATIENCE = 120


@dataclass(frozen=True)
class Said:
    """What one command said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


class Laid:
    """A folder with a project in it."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def git(self, *words: str) -> str:
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *who, *words],
            cwd=self.top,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self, subject: str, files: dict[str, str] | None = None) -> str:
        self.write(files or {})
        if not (self.top / ".git").exists():
            self.git("init", "-q", ".")
        self.git("add", "-A")
        self.git("commit", "-qm", subject)
        return self.git("rev-parse", "HEAD").strip()

    def coach(self, *words: str, at: str | Path = "", stdin: str = "", **env: str) -> Said:
        """Run a command in the folder ``at`` (below the top, or anywhere when it is absolute)."""
        home = self.top.parent / "home"  # what the machine's own holds is mirrored for every run in a copy
        home.mkdir(exist_ok=True)
        around = {**os.environ, "HOME": str(home), "COACH_PYTHON": sys.executable, **env}
        done = run_coach(*words, cwd=self.top / at, env=around, stdin=stdin, timeout=PATIENCE)
        assert "Traceback (most recent call last)" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def red(self, *words: str, at: str | Path = "", **env: str) -> list[str]:
        """Run a target in a session of its own and return the ids of its failing tests."""
        said = self.coach("run", *words, "--new", "--json", at=at, **env)
        return [each["test"] for each in said.json["failures"]]


@pytest.fixture
def lay(tmp_path):
    """Return a function that lays a project below the test's own folder: file names and their texts."""

    def laid(files: dict[str, str], name: str = "top") -> Laid:
        top = tmp_path / name
        top.mkdir()
        made = Laid(top)
        made.write(files)
        return made

    return laid
