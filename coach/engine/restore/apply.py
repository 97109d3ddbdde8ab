"""Put a recorded tree back into the checkout: every new file is made before the first old one is touched, and nothing is lost.

First all contents that come are written beside their places, under names of coach's own; a full disk ends it there. Then names
are exchanged, one by one and each at once (``restore_moves``). The old files stay under the other names until the last is done,
so that a failure is taken back by renaming. A kill at any moment leaves every path old or new; ``interrupted`` tells the next
coach how far it came.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.core.history.kept_file import Kept
from coach.engine.restore.moves import Moves
from coach.engine.restore.path_state import nearest_folder, opened, parent_of, root_folder
from coach.engine.restore.plan import Plan, Step, failed, in_order
from coach.engine.trees.modes import UNKNOWN, Modes
from coach.engine.trees.tree_diff import GONE, LINK

_CREATED = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
UNFINISHED = ".part"
"""Ends the name of a new file of coach's own until it is whole."""
_TOGETHER = 200
"""Contents that are asked for at a time."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where contents come from, and how they are named."""

    contents: Callable[[Sequence[str]], Mapping[str, bytes]]
    format: str = "sha1"
    modes: Modes = UNKNOWN
    """Of the wanted files and folders."""


def put_back(root: Path, planned: Plan, source: Source, token: str) -> tuple[Kept, ...]:
    """Carry a plan out; returns what was kept besides what the plan keeps.

    Raises:
        StoreError: everything is as it was; the file that could not be put back is named.

    """
    with root_folder(root) as top:
        moves = Moves(top, source.format, token, source.modes, frozenset(planned.remove))
        try:
            steps = in_order(planned.steps)
            _prepare(moves, steps, source)
            _move(moves, steps, planned)
        finally:
            moves.clear()
    return tuple(moves.kept)


def _move(moves: Moves, steps: Sequence[Step], planned: Plan) -> None:
    at = ""
    going = [step.change.new_mode == GONE for step in steps].count(True)
    try:
        for number, step in enumerate(steps[:going]):
            at = step.path
            moves.remove(number, step)
        for at in planned.remove:
            moves.remove_folder(at)
        for number, step in enumerate(steps[going:], start=going):
            at = step.path
            moves.bring(number, step)
        for at in planned.make:
            moves.make_folder(at)
    except OSError as error:
        left = moves.take_back()
        do = f"look at {', '.join(left)}; everything else is as it was" if left else "everything is as it was"
        raise failed(at, error.strerror or str(error), do) from error


def _prepare(moves: Moves, steps: Sequence[Step], source: Source) -> None:
    """Write every content that comes beside its place. Raises StoreError."""
    coming = [
        each for each in enumerate(steps) if each[1].change.new_mode != GONE and not each[1].keeps_content
    ]
    contents = in_parts(source.contents, [step.change.new_blob for _, step in coming])
    for (number, step), (_, content) in zip(coming, contents, strict=True):
        if content is None:
            raise failed(step.path, "its recorded content is gone")
        try:
            _write(moves, number, step, content)
        except OSError as error:
            raise failed(step.path, error.strerror or str(error)) from error


def in_parts(
    contents: Callable[[Sequence[str]], Mapping[str, bytes]], blobs: Sequence[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield each blob with its content, None for one that is gone; many are asked for together, and few are held."""
    for start in range(0, len(blobs), _TOGETHER):
        part = blobs[start : start + _TOGETHER]
        held = contents(part)
        for blob in part:
            yield blob, held[blob] if blob in held else contents([blob]).get(blob)


def _write(moves: Moves, number: int, step: Step, content: bytes) -> None:
    folder, _ = nearest_folder(moves.top, step.path)
    path = moves.own_path(folder, number)
    moves.prepared[number] = path
    with parent_of(moves.top, path) as (fd, name):
        half = f"{name}{UNFINISHED}"
        moves.own[f"{path}{UNFINISHED}"] = 0
        if step.change.new_mode == LINK:
            os.symlink(os.fsdecode(content), half, dir_fd=fd)
        else:
            with os.fdopen(os.open(half, _CREATED, 0o600, dir_fd=fd), "wb") as file:
                file.write(content)
                file.flush()
                _dress(moves.top, step, file.fileno(), fd)
        moves.own[path] = os.stat(half, dir_fd=fd, follow_symlinks=False).st_ino
        os.rename(half, name, src_dir_fd=fd, dst_dir_fd=fd)
        del moves.own[f"{path}{UNFINISHED}"]


def _dress(top: int, step: Step, made: int, folder: int) -> None:
    """Give a new file the owner, the extended attributes and the permissions of the one it replaces."""
    replaced = step.there.seen if step.there.kind == "file" else None
    model, own = replaced or os.fstat(folder), os.fstat(made)
    if (model.st_uid, model.st_gid) != (own.st_uid, own.st_gid) and (replaced or os.geteuid() == 0):
        with contextlib.suppress(OSError):
            os.fchown(made, model.st_uid, model.st_gid)
    if replaced and hasattr(os, "listxattr"):
        with (
            contextlib.suppress(OSError),
            parent_of(top, step.path) as (parent, name),
            opened(parent, name) as old,
        ):
            for each in os.listxattr(old):
                with contextlib.suppress(OSError):
                    os.setxattr(made, each, os.getxattr(old, each))
    os.fchmod(made, step.rights)
