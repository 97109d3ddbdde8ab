"""What recording a tree costs in a repository of 20,000 files, against `git status` in the same run.

    python benchmarks/trees.py [FILES]

Prints one JSON object: medians of 5 in milliseconds, and their ratio. Goal: warm ≤ 150 ms.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coach.engine.trees.tree_store import TreeStore

ROUNDS = 5


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder) / "project", Path(folder) / "home"
        generate(root, files)
        first = timed(lambda: TreeStore(root, home).record())
        trees = TreeStore(root, home)
        resumed = timed(trees.record)
        unchanged = median(trees.record)
        edited = median(trees.record, before=lambda: edit(root))
        status = median(lambda: git(root, "status", "--porcelain"))
    figures = {
        "files": files,
        "rounds": ROUNDS,
        "first_ms": first,
        "resumed_ms": resumed,
        "warm_unchanged_ms": unchanged,
        "warm_one_edit_ms": edited,
        "git_status_ms": status,
        "ratio_to_git_status": round(edited / status, 2),
    }
    print(json.dumps(figures, indent=2))


def generate(root: Path, files: int) -> None:
    for number in range(files):
        place = root / f"package{number // 2_000}" / f"module{number // 100}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file{number}.py").write_text(f"x = {number}\n" * 20)
    git(root, "init", "-q")
    git(root, "config", "gc.auto", "0")  # a collection in the background would spoil the figures
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all")


def edit(root: Path) -> None:
    (root / "package0/module0/file7.py").write_text(f"x = {os.urandom(8).hex()!r}\n")


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return round((time.perf_counter() - start) * 1_000, 1)


def median(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    taken = []
    for _ in range(ROUNDS):
        before()
        taken.append(timed(action))
    return round(statistics.median(taken), 1)


if __name__ == "__main__":
    main()
