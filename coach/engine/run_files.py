"""The files that one run and coach share: they lie in a folder that goes when the run is over."""

import json
from dataclasses import dataclass
from pathlib import Path

_MOST_MODULE_BYTES = 2_000_000


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
    def cache(self) -> Path:
        return self.folder / "cache"

    def loaded_modules(self) -> list[str]:
        """Return what the run loaded that is not the project's own. The test process wrote it: only names are believed."""
        try:
            named = json.loads(self.modules.read_bytes()[:_MOST_MODULE_BYTES])
        except (OSError, ValueError, RecursionError):
            return []
        known = (each for each in named if isinstance(each, str)) if isinstance(named, list) else ()
        return [each for each in known if all(part.isidentifier() for part in each.split("."))]

    def hung_stacks(self) -> str:
        try:
            return self.stacks.read_text("utf-8", "replace")[:200_000]
        except OSError:
            return ""
