"""What coach says of one defect: a session as a user would have it, in a process and a folder of its own."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coach.core.localize.suspect import Suspect
from coach.core.log.events import Recorded
from coach.core.session.state import SessionState
from coach.errors import CoachError
from coach.session.factory import open_review
from coach.session.replay import Replay
from coach.store import library
from coach.store.log import LOG_NAME
from localising.defects import Defect, Variant
from localising.features import candidates_of

try:
    from coach.core.localize.isolation import isolation
except ImportError:  # versions that count places instead
    isolation = None

PATIENCE = 240.0
"""Seconds beyond its own limit after which a command is given up: the machine may be under load."""

_KEPT = ("function", "line", "rank", "ties", "score", "probability", "ran", "leads", "flip", "reasons")
LIKELY = 0.8
"""What one place, or two together, must hold for the cause to be isolated."""
_ONE_FOLDER_AT_A_TIME = threading.Lock()
"""Where sessions lie is a variable of the process: reading one keeps the others waiting."""


def measure(
    defect: Defect,
    variant: Variant,
    seconds: float,
    *,
    with_features: bool = False,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Run the session; returns one row, fit for JSON. ``why`` says what went wrong, when something did.

    ``keep`` is a folder that gets the session's log (``log.jsonl``) and the lines that must change (``lines.json``).
    """
    row: dict[str, Any] = {
        "id": defect.id,
        "set": defect.set,
        "group": defect.group,
        "origin": defect.origin,
        "kind": defect.kind,
        "variant": variant,
        "small": defect.is_small,
        "undone": defect.can_be_undone,
        "test": defect.test,
        "places": [[each.path, each.function] for each in defect.places],
    }
    with tempfile.TemporaryDirectory(prefix="localise-", ignore_cleanup_errors=True) as scratch:
        folder, state = Path(scratch, defect.group), Path(scratch, "state")
        try:
            defect.lay_out(folder, variant)
            session = _Session(folder, state, defect)
            row |= session.investigated(seconds)
            if with_features:
                row["candidates"] = session.candidates()
            if keep:
                session.keep(keep)
        except (subprocess.SubprocessError, OSError, ValueError, LookupError, CoachError) as error:
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
        review = self._review()
        answer = said if isinstance(said, dict) else {}
        return {
            "suspects": [self._judged(each) for each in review.state.suspects],
            "isolated": isolated(review.state, is_said=bool(answer.get("isolated"))),
            "ending": answer.get("sentence", ""),
            "measurements": [
                [each["name"], each["how"], each["seconds"]] for each in answer.get("measurements", ())
            ],
            "seconds": {"red": red, "all": took, **times(review.records)},
        }

    def candidates(self) -> list[dict[str, Any]]:
        return candidates_of(self._review().state, self.defect)

    def keep(self, folder: Path) -> None:
        """Copy the log, and write down the lines that must change: path, number and text of each."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            (place.path, number, text)
            for place in self.defect.places
            for number, text in enumerate((self.folder / place.path).read_text("utf-8").split("\n"), 1)
            if number in place.lines
        ]
        shutil.copy(next((self.state / "sessions").glob(f"*/{LOG_NAME}")), folder / LOG_NAME)
        (folder / "lines.json").write_text(json.dumps(lines), "utf-8")

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

    def _judged(self, suspect: Suspect) -> dict[str, Any]:
        place = (suspect.path, suspect.function, suspect.line)
        row = suspect.model_dump(include=set(_KEPT)) | {"key": suspect.key}
        if not hasattr(suspect, "probability"):
            row.pop("probability", None)
        return row | {
            "right": suspect.ran and self.defect.is_right(*place),
            "right_line": self.defect.is_line(suspect.path, suspect.line),
        }

    def _review(self) -> Replay:
        with _ONE_FOLDER_AT_A_TIME:
            os.environ["COACH_STATE_DIR"] = str(self.state)
            return open_review(library.sessions()[0].id)


def isolated(state: SessionState, *, is_said: bool) -> list[str]:
    """Return the keys of the places that are said to hold the cause; none when nothing is said to be isolated."""
    if isolation is not None:
        return [each.key for each in isolation(state.standing_suspects).places]
    first = state.suspects[:2] if is_said else ()
    is_alone = bool(first) and first[0].probability >= LIKELY
    return [each.key for each in first[: 1 if is_alone else 2]]


def times(records: Sequence[Recorded]) -> dict[str, float]:
    """Return seconds as the session's log has them: to the first evidence, once lines had run, and from red to *isolated*."""
    ended = [each.at for each in records if each.event.kind == "run_finished"]
    spectrum = next((each.seq for each in records if each.event.kind == "spectrum_measured"), None)
    found: dict[str, float] = {}
    if spectrum is not None:
        ran = [each.at for each in records if each.event.kind == "run_finished" and each.seq < spectrum]
        ranked = [each.at for each in records if each.event.kind == "suspects_ranked" and each.seq > spectrum]
        found = {"first": ranked[0] - ran[-1], "measured": ranked[0] - ended[0]} if ran and ranked else {}
    for each in records:
        if each.event.kind == "investigation_ended" and each.event.ending == "isolated":
            found["isolated"] = each.at - ended[0]
    return found


def asked(seconds: float) -> list[str]:
    """Return the words of what is asked; before there was an investigation: the ranking, with mutations."""
    if importlib.util.find_spec("coach.cli.investigate"):
        return ["investigate", "--seconds", str(seconds), "--json"]
    return ["suspects", "--mutate", "--seconds", str(min(seconds, 20.0)), "--json"]
