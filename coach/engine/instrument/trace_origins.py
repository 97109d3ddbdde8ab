"""Runs that record the failing test for a slice: where one of its values came from."""

import json
from pathlib import Path

from coach.core.localize.origins import OriginsRequest
from coach.core.localize.slicing.backward import origins_of
from coach.core.localize.slicing.def_use import Source
from coach.core.localize.slicing.record import Record
from coach.core.protocol.observations import Observation, OriginsSeen
from coach.core.runs.report import RunReport
from coach.core.runs.run import RunRequest
from coach.engine.channel.recorded_steps import record_in
from coach.engine.instrument.observer import ProbeObserver
from coach.engine.process.run_files import RunFiles
from coach.engine.source.excerpts import read_sources
from coach.engine.source.project_paths import Places


class OriginTracer(ProbeObserver[OriginsRequest]):
    """Records one test, and follows a value of it back to what made it."""

    setting = "origins"
    record: Record | None = None
    root: Path | None = None

    def prepare(self, request: RunRequest, root: Path, _recorded: int = 0, /) -> RunRequest:
        self.plan = json.dumps({"test": request.focus})
        self.root = root
        return request.model_copy(update={"target": request.target.only(request.focus)})

    def collect(self, files: RunFiles, places: Places) -> None:
        self.record = record_in(files.traced(), files.nonce, places)

    def seen(self, request: RunRequest, report: RunReport) -> list[Observation]:
        if self.record is None or self.root is None:
            return [OriginsSeen(run=request.number, why=report.ending.sentence)]
        wanted = {each.path for each in self.record.codes.values()} | {self.instrument.path}
        found = origins_of(self.record, sources_of(self.root, wanted), self.instrument, request.focus)
        failed = any(each.test == request.focus for each in report.failures)
        of_failure = not self.instrument.expression and bool(found.origins)
        told = found.model_copy(update={"run": request.number, "failed": failed, "is_of_failure": of_failure})
        return [OriginsSeen(run=request.number, origins=told, why=report.ending.sentence)]


def sources_of(root: Path, wanted: set[str]) -> dict[str, Source]:
    """Return the files that can be read as Python, by path."""
    found = {}
    for path, text in read_sources(root, sorted(filter(None, wanted))).items():
        try:
            found[path] = Source(path, text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return found
