"""The files that one run and coach share: they lie in a folder that goes when the run is over."""

from dataclasses import dataclass
from pathlib import Path

from coach.regular_files import opened, read_head, read_json, read_text

MAX_TRACE_BYTES = 400_000_000
_MAX_MODULE_BYTES = 2_000_000
_MAX_PART_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The disposable files of one run."""

    folder: Path
    nonce: str

    @property
    def channel(self) -> Path:
        return self.folder / "events"

    @property
    def stacks(self) -> Path:
        return self.folder / "stacks"

    @property
    def trace(self) -> Path:
        return self.folder / "lines"

    @property
    def plan(self) -> Path:
        return self.folder / "plan.json"

    @property
    def settings(self) -> Path:
        return self.folder / "probe.json"

    @property
    def modules(self) -> Path:
        return self.folder / "modules"

    @property
    def request(self) -> Path:
        return self.folder / "request.json"

    @property
    def barrier(self) -> Path:
        """Where a run waits that is started before its turn; not there: it does not wait."""
        return self.folder / "barrier"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def loaded_modules(self) -> list[str]:
        """Return what the run loaded that is not the project's own. The test process wrote it: only names are believed."""
        try:
            named = read_json(self.modules, _MAX_MODULE_BYTES)
        except OSError:
            return []
        known = (each for each in named if isinstance(each, str)) if isinstance(named, list) else ()
        return [each for each in known if all(part.isidentifier() for part in each.split("."))]

    def hung_stacks(self) -> str:
        try:
            return read_head(self.stacks, 200_000).decode("utf-8", "replace")
        except OSError:
            return ""

    def traced(self) -> str:
        """Return what the probe wrote of calls, mutants or values; nothing, when it never spoke or far too much."""
        try:
            return read_text(self.trace, MAX_TRACE_BYTES, errors="replace")
        except OSError:
            return ""

    def traced_since(self, offset: int) -> tuple[list[str], int]:
        """Return the lines that the probe ended since ``offset``, a few hundred kB at most, and how far they reach: it is still writing."""
        try:
            with opened(self.trace) as file:
                file.seek(offset)
                part = file.read(_MAX_PART_BYTES)
        except OSError:
            return [], offset
        whole = part[: part.rfind(b"\n") + 1]
        return whole.decode("utf-8", "replace").splitlines(), offset + len(whole)
