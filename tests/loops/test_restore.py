"""Restoring with real files, a real git repository and real runs: the latest good files, what differs, and the way back."""

import hashlib

from coach.core.history.restore_goal import Goal, files_to_change, goal
from coach.core.protocol import commands as cmd
from tests.loops.bench import Bench
from tests.loops.projects import SHOP, Edit


def content(root):
    """Every file of the checkout and of git, but for what only git's own reading rewrites."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differing(before, after):
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def test_the_last_good_files_come_back_and_go_again(tmp_path):
    bench = Bench(SHOP, tmp_path, reproduce=True)
    try:
        good = content(bench.root)
        first, second = bench.project.useless[:2]
        stray = Edit("shop/stray.py", "", "LEFT = 1\n")
        bench.save(first, expect="same")
        bench.save(second, stray, expect="same")
        (bench.root / stray.path).unlink()
        bench.saved((stray.path,), "same")
        bad = content(bench.root)

        assert bench.state.standing_loop is not None
        wanted = goal(bench.state)
        assert wanted == Goal(run=3), "three cold runs had these files: the last of them is the one to name"
        assert files_to_change(bench.state, wanted) == differing(good, bad)

        bench.ask(cmd.RestoreTree(run=wanted.run))
        assert content(bench.root) == good
        undo = goal(bench.state)
        assert files_to_change(bench.state, undo) == bench.state.restores[-1].paths == differing(good, bad)
        bench.ask(cmd.RestoreTree(tree=undo.tree))
        assert content(bench.root) == bad
    finally:
        bench.close()
