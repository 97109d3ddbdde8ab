"""What the engine needs of others to do its work: trees to record and compare, and somebody who watches."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from coach.core.changes import Changes


class Trees(Protocol):
    """Records and compares work trees."""

    def record(self) -> str: ...
    def changes(self, base: str, tree: str, label: str) -> Changes: ...
    def changed_between(self, before: str, after: str) -> tuple[str, ...]: ...
    def materialise(self, tree: str) -> AbstractContextManager[Path]: ...
    def contents(self, blobs: Sequence[str], most_bytes: int) -> Mapping[str, bytes]: ...
    def restore(self, tree: str) -> tuple[str, tuple[str, ...]]: ...


class Watcher(Protocol):
    """Tells about saves."""

    def start(
        self, on_saved: Callable[[tuple[str, ...]], None], on_note: Callable[[bool, str], None]
    ) -> None: ...
    def stop(self) -> None: ...
