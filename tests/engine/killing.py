"""A restore in a child process that is killed right before the n-th call that changes the disk; used by a test and a benchmark."""

import os
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coach.engine.restore import exchange
from coach.engine.restore.restores import Interrupted, Wanted
from coach.engine.trees.tree_store import TreeStore

State = dict[str, object]
CALLS = ("rename", "link", "unlink", "mkdir", "rmdir", "symlink", "fchmod", "open", "replace")


class Ground:
    """A project with two recorded states: many files that differ in every way."""

    def __init__(self, place: Path, files: int) -> None:
        self.root, self.home = place / "project", place / "home"
        self.root.mkdir()
        for number in range(files):
            self.put(f"edited/{number}.py", b"old\r\n" * (number + 1), 0o600)
            self.put(f"gone/{number}.py", b"g\n")
        (self.root / "link").symlink_to("old")
        self.put("file-to-folder", b"f\n")
        self.put("folder-to-file/x", b"x\n")
        (self.root / "empty").mkdir()
        self.trees = TreeStore(self.root, self.home)
        self.first, self.old = self.trees.record(looks_at_modes=True), self.state()
        for number in range(files):
            self.put(f"edited/{number}.py", b"new\n" * (number + 2), 0o644)
            (self.root / f"gone/{number}.py").unlink()
            self.put(f"made/{number % 3}/{number}.py", b"m\n")
        (self.root / "gone").rmdir()
        (self.root / "link").unlink()
        (self.root / "link").symlink_to("new")
        (self.root / "file-to-folder").unlink()
        self.put("file-to-folder/deep/y", b"y\n")
        (self.root / "folder-to-file/x").unlink()
        (self.root / "folder-to-file").rmdir()
        self.put("folder-to-file", b"now a file\n")
        (self.root / "empty").rmdir()
        self.modes = {self.first: self.trees.modes_of(self.first)}
        self.second, self.new = self.trees.record(looks_at_modes=True), self.state()
        self.modes[self.second] = self.trees.modes_of(self.second)

    def put(self, name: str, content: bytes, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    def state(self) -> State:
        """Every file and folder: kind, permissions, content."""
        found: State = {}
        for path in sorted(self.root.rglob("*")):
            seen = path.lstat()
            kind, rights = stat.S_IFMT(seen.st_mode), stat.S_IMODE(seen.st_mode)
            name = path.relative_to(self.root).as_posix()
            if stat.S_ISLNK(seen.st_mode):
                found[name] = (kind, str(path.readlink()))
            else:
                found[name] = (kind, rights, path.read_bytes() if stat.S_ISREG(seen.st_mode) else b"")
        return found


def killed_in(
    trees: TreeStore,
    wanted: Wanted,
    kill_at: int,
    when_done: Callable[[int], None] = lambda _: None,
    after: float = 0,
) -> bool:
    """Restore in a child that dies at a moment (0: never); returns whether it was killed."""
    pid = os.fork()
    if pid == 0:
        count = 0

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def one(*words: Any, **more: Any) -> Any:
                nonlocal count
                if call is not real_open or (len(words) > 1 and words[1] & (os.O_WRONLY | os.O_RDWR)):
                    count += 1
                    if count == kill_at:
                        os.kill(os.getpid(), signal.SIGKILL)
                return call(*words, **more)

            return one

        try:
            real_open = os.open
            for name in CALLS:
                setattr(os, name, counted(getattr(os, name)))
            exchange._rename = counted(exchange._rename)
            trees.restores.put_back(wanted, "test")
            when_done(count)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the parent is told by the exit code
            os._exit(3)
    if after:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def moments(ground: Ground) -> int:
    """Return how many moments a restore has; the ground is as before afterwards."""
    reader, writer = os.pipe()
    wanted = planned(ground)
    killed_in(ground.trees, wanted, 0, lambda count: os.write(writer, str(count).encode()))
    count = int(os.read(reader, 20))
    os.close(reader)
    os.close(writer)
    assert ground.state() == ground.old
    bring(ground, ground.second)
    assert ground.state() == ground.new
    return count


def planned(ground: Ground) -> Wanted:
    wanted = ground.trees.wanted(ground.first, ground.modes[ground.first])
    ground.trees.restores.planned(wanted)
    return wanted


def bring(ground: Ground, tree: str) -> None:
    wanted = ground.trees.wanted(tree, ground.modes[tree])
    ground.trees.restores.planned(wanted)
    _, kept = ground.trees.restores.put_back(wanted, "test")
    assert not kept, kept


def killed_at(ground: Ground, moment: float, *, finishes: bool) -> Interrupted | None:
    """Kill a restore at a moment, look, and finish it or take it back. Raises AssertionError for anything lost.

    A negative moment is one from outside: so many times 30 milliseconds after it began.
    """
    wanted = planned(ground)
    was_killed = killed_in(ground.trees, wanted, int(moment), after=-moment * 0.03 if moment < 0 else 0)
    found = TreeStore(ground.root, ground.home).restores.interrupted()
    assert was_killed or found is None
    now = ground.state()
    for path, value in now.items():
        assert value in (ground.old.get(path), ground.new.get(path)) or _is_folder(value), (
            moment,
            path,
            value,
        )
    for path in ground.old.keys() & ground.new.keys():
        both = _is_folder(ground.old[path]), _is_folder(ground.new[path])
        assert path in now or True in both, (moment, path)
    assert not [each for each in now if ".coach-" in each or ".kept" in each], now.keys()
    goal, state = (ground.first, ground.old) if finishes else (ground.second, ground.new)
    bring(ground, goal)
    assert not (differing := set(ground.state().items()) ^ set(state.items())), (moment, finishes, differing)
    ground.trees.restores.settle()
    bring(ground, ground.second)
    assert ground.state() == ground.new
    return found


def _is_folder(value: object) -> bool:
    return isinstance(value, tuple) and value[0] == stat.S_IFDIR
