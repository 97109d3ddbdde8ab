"""What coach says of one defect: a session as a user would have it, in a process and a folder of its own."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from coach.session.factory import open_review
from coach.session.replay import Replay
from coach.store import library
from localising.defects import Defect, Variant
from localising.features import candidates_of

PATIENCE = 240.0
"""Seconds beyond its own limit after which a command is given up: the machine may be under load."""

LIKELY = 0.8
"""What one place, or two together, must hold for the cause to be isolated."""
_ONE_FOLDER_AT_A_TIME = threading.Lock()
"""Where sessions lie is a variable of the process: reading one keeps the others waiting."""


def measure(
    defect: Defect, variant: Variant, seconds: float, *, with_features: bool = False
) -> dict[str, Any]:
    """Run the session; returns one row, fit for JSON. ``why`` says what went wrong, when something did."""
    with tempfile.TemporaryDirectory(prefix="localise-") as scratch:
        folder, state = Path(scratch, defect.id.split("-")[0]), Path(scratch, "state")
        defect.lay_out(folder, variant)
        session = _Session(folder, state, defect)
        row: dict[str, Any] = {
            "id": defect.id,
            "set": defect.set,
            "origin": defect.origin,
            "kind": defect.kind,
            "variant": variant,
            "small": defect.is_small,
            "undone": defect.can_be_undone,
            "test": defect.test,
            "places": [[each.path, each.function] for each in defect.places],
        }
        try:
            row |= session.investigated(seconds)
            if with_features:
                row["candidates"] = session.candidates()
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            row["why"] = f"{type(error).__name__}: {error}"[:500]
        return row


class _Session:
    def __init__(self, folder: Path, state: Path, defect: Defect) -> None:
        self.folder, self.state, self.defect = folder, state, defect
        ours = ("COACH_", "PYTEST_", "GIT_")
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.env.pop("PYTHONPATH", None)
        self.env |= {"COACH_STATE_DIR": str(state), "GIT_CONFIG_GLOBAL": os.devnull}

    def investigated(self, seconds: float) -> dict[str, Any]:
        began = time.perf_counter()
        self._coach(seconds, "run", "--new", "--python", self.defect.python, self.defect.test, "--json")
        red = time.perf_counter() - began
        began = time.perf_counter()
        said = json.loads(self._coach(seconds, *asked(seconds)))
        took = time.perf_counter() - began
        answer = said if isinstance(said, dict) else {"suspects": said}
        return {
            "suspects": [self._judged(each) for each in answer["suspects"]],
            "isolated": self._isolated(answer),
            "seconds": {"red": red, "all": took, **self._times()},
        }

    def candidates(self) -> list[dict[str, Any]]:
        return candidates_of(self._review().state, self.defect)

    def _coach(self, seconds: float, *words: str) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("coach")), *words],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=seconds + PATIENCE,
            check=False,
        )
        if not done.stdout.strip():
            raise ValueError(f"coach {words[0]}: exit {done.returncode}, {done.stderr.strip()[-300:]}")
        return done.stdout

    def _judged(self, row: dict[str, Any]) -> dict[str, Any]:
        names = (
            "key",
            "file",
            "function",
            "line",
            "rank",
            "ties",
            "score",
            "probability",
            "ran",
            "leads",
            "flip",
        )
        kept = {name: row[name] for name in (*names, "reasons") if name in row}
        place = (row["file"], row["function"], row["line"])
        return kept | {
            "right": row.get("ran", True) and self.defect.is_right(*place),
            "right_line": self.defect.is_line(row["file"], row["line"]),
        }

    def _isolated(self, answer: dict[str, Any]) -> list[str]:
        """Return the keys of the places that are said to hold the cause; none when nothing is said to be isolated."""
        places = answer["suspects"] if answer.get("isolated") else []
        first = [each["key"] for each in places[:2]]
        is_alone = bool(places) and (
            places[0]["probability"] >= LIKELY or sum(each["probability"] for each in places[:2]) < LIKELY
        )
        return first[:1] if is_alone else first

    def _times(self) -> dict[str, float]:
        """Return the seconds from the end of the red run to the first evidence, as the session's log has them."""
        records = self._review().records
        red = next((each.at for each in records if each.event.kind == "run_finished"), None)
        if red is None:
            return {}
        measured = [each.at - red for each in records if each.event.kind == "suspects_ranked"]
        return {"first": measured[0]} if measured else {}

    def _review(self) -> Replay:
        with _ONE_FOLDER_AT_A_TIME:
            os.environ["COACH_STATE_DIR"] = str(self.state)
            return open_review(library.sessions()[0].id)


def asked(seconds: float) -> list[str]:
    """Return the words of what is asked; before there was an investigation: the ranking, with mutations."""
    if importlib.util.find_spec("coach.cli.investigate"):
        return ["investigate", "--seconds", str(seconds), "--json"]
    return ["suspects", "--mutate", "--seconds", str(min(seconds, 20.0)), "--json"]
