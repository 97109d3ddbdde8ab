"""What was edited between two runs is read from real trees, and an earlier tree is put back, undoably and nowhere else."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from coach.core.loops.analysis.analyse_attempt import read_attempt as read_edit
from coach.core.protocol.effects import ReadAttempt
from coach.core.runs.changes import Changes, FileChange
from coach.engine.restore.apply import Source, put_back
from coach.engine.restore.plan import Sides, plan
from coach.engine.trees.attempts import MAX_BYTES, MAX_LOADED, read_attempt, unloaded
from coach.engine.trees.branch_switch import Switches
from coach.engine.trees.object_store import blob_id
from coach.engine.trees.tree_diff import Difference
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import StoreError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    (place / "shop").mkdir(parents=True)
    (place / "tests").mkdir()
    (place / "shop/cart.py").write_text("def total():\n    return 1\n")
    (place / "tests/test_cart.py").write_text("def test_total():\n    assert total() == 2\n")
    (place / "run.sh").write_text("#!/bin/sh\n")
    (place / "run.sh").chmod(0o755)
    return place


@pytest.fixture
def git(root: Path, tmp_path: Path):
    env = {**os.environ, "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}

    def run(*words: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-qm", "one")
    return run


@pytest.fixture
def trees(root: Path, git, tmp_path: Path) -> TreeStore:
    made, why = open_trees(root, tmp_path / "home")
    assert made is not None, why
    return made


def read(trees, root, base, tree, loaded=None, marks=("", "")):
    effect = ReadAttempt(run=2, base_run=1, base=base, tree=tree, base_head=marks[0], head=marks[1])
    return read_attempt(effect, trees, Switches(root), loaded)


def state_of_git(root: Path) -> dict[str, str]:
    """Hash everything in the user's own repository, and what branches, tags and stashes there are."""
    found = {}
    for path in sorted((root / ".git").rglob("*")):
        if path.is_file():
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


# --- reading ----------------------------------------------------------------------------------------------------------


def test_an_edit_says_what_the_commit_has_of_its_files(trees, root, git):
    test = root / "tests/test_cart.py"
    test.write_text(test.read_text() + "\n\ndef test_draft():\n    assert total() == 3\n")
    (root / "tests/test_new.py").write_text("def test_new():\n    assert 1 == 2\n")
    (root / "shop/cart.py").unlink()
    base = trees.record()
    test.write_text(test.read_text().replace("== 3", "> 0").replace("== 2", "> 0"))
    (root / "tests/test_new.py").write_text("def test_new():\n    assert 1 == 1\n")
    (root / "shop/cart.py").write_text("def total():\n    return 2\n")
    seen = read(trees, root, base, trees.record())
    assert {each.path: each.in_head for each in seen.changes.files} == {
        "tests/test_cart.py": True,
        "tests/test_new.py": False,
        "shop/cart.py": True,
    }
    attempt = read_edit(2, 1, seen.changes, seen.sources)
    assert {each.function: each.in_head for each in attempt.findings} == {
        "test_draft": False,
        "test_total": True,
        "test_new": False,
    }
    git("add", "-A")
    git("commit", "-qm", "two")
    assert all(each.in_head for each in read(trees, root, base, trees.record()).changes.files)


def test_both_sides_of_an_edit_are_read(trees, root):
    base = trees.record()
    (root / "shop/cart.py").write_text("def total():\n    return 2\n")
    (root / "shop/new.py").write_text("x = 1\n")
    (root / "tests/test_cart.py").unlink()
    seen = read(trees, root, base, trees.record())
    pairs = {pair.path: (pair.before, pair.after) for pair in seen.sources}
    assert pairs == {
        "shop/cart.py": ("def total():\n    return 1\n", "def total():\n    return 2\n"),
        "shop/new.py": ("", "x = 1\n"),
        "tests/test_cart.py": ("def test_total():\n    assert total() == 2\n", ""),
    }
    files = {file.path: file for file in seen.changes.files}
    assert files["shop/new.py"].before == ""
    assert files["tests/test_cart.py"].after == ""
    assert len(files["shop/cart.py"].after) == 40
    assert (seen.run, seen.base_run, seen.head_moved, seen.unloaded) == (2, 1, False, ())


def test_content_that_comes_back_has_the_same_id(trees, root):
    base = trees.record()
    (root / "shop/cart.py").write_text("other\n")
    middle = trees.record()
    (root / "shop/cart.py").write_text("def total():\n    return 1\n")
    forth = read(trees, root, base, middle).changes.files[0]
    back = read(trees, root, middle, trees.record()).changes.files[0]
    assert (back.before, back.after) == (forth.after, forth.before)


def test_what_is_no_text_or_too_much_is_left_out(trees, root):
    base = trees.record()
    (root / "shop/blob.py").write_bytes(b"\xff\xfe\x00")
    (root / "shop/latin.py").write_bytes("x = 'é'\n".encode("latin-1"))
    (root / "shop/long.py").write_text("x = 1\n" * MAX_BYTES)
    (root / "shop/cart.py").write_text("def total():\n    return 2\n")
    seen = read(trees, root, base, trees.record())
    assert [pair.path for pair in seen.sources] == ["shop/cart.py"]


def test_many_files_are_judged_by_some_and_tests_come_first(trees, root):
    base = trees.record()
    for number in range(90):
        (root / f"shop/m{number:02}.py").write_text(f"x = {number}\n")
    (root / "tests/test_zzz.py").write_text("def test_z():\n    assert 1\n")
    seen = read(trees, root, base, trees.record())
    assert seen.sources[0].path == "tests/test_zzz.py"
    assert len(seen.sources) == 60


def test_names_with_odd_characters_are_read(trees, root):
    base = trees.record()
    (root / "shop/ü x\t.py").write_text("x = 1\n")
    seen = read(trees, root, base, trees.record())
    assert [pair.after for pair in seen.sources] == ["x = 1\n"]


# --- what was not loaded ----------------------------------------------------------------------------------------------


def changes(*paths: str) -> Changes:
    return Changes(
        base="a", tree="b", files=tuple(FileChange(path=path, before="1", after="2") for path in paths)
    )


LOADED = ("shop/cart.py", "tests/test_cart.py")


@pytest.mark.parametrize(
    ("paths", "loaded", "expected"),
    [
        (("shop/report.py",), LOADED, ("shop/report.py",)),
        (("shop/report.py", "shop/cart.py"), LOADED, ("shop/report.py",)),
        (("tests/test_other.py", "data.json"), LOADED, ()),
        (("shop/report.py",), None, ()),
        (("shop/report.py",), (), ()),
        (("shop/report.py",), ("tests/test_cart.py", "conftest.py"), ()),
        (("shop/report.py",), (*LOADED, *(f"m{number}.py" for number in range(MAX_LOADED))), ()),
    ],
)
def test_only_what_is_surely_not_loaded_is_named(paths, loaded, expected):
    assert unloaded(changes(*paths), loaded) == expected


# --- switches ---------------------------------------------------------------------------------------------------------


def test_a_branch_switch_is_seen(root, git):
    switches = Switches(root)
    before = switches.mark()
    git("checkout", "-q", "-b", "idea")
    (root / "shop/cart.py").write_text("x\n")
    git("commit", "-qam", "idea")
    assert not switches.moved(before, switches.mark())
    middle = switches.mark()
    git("checkout", "-q", "main")
    assert switches.moved(middle, switches.mark())
    assert not switches.moved(switches.mark(), switches.mark())


def test_a_stash_is_seen_both_ways(root, git):
    switches = Switches(root)
    (root / "shop/cart.py").write_text("x\n")
    before = switches.mark()
    git("stash", "-q")
    middle = switches.mark()
    assert switches.moved(before, middle)
    git("stash", "pop", "-q")
    assert switches.moved(middle, switches.mark())


def test_own_commits_and_resets_to_the_same_commit_are_no_switch(root, git):
    switches = Switches(root)
    before = switches.mark()
    (root / "shop/cart.py").write_text("x\n")
    git("commit", "-qam", "two")
    git("commit", "-q", "--amend", "-m", "two, again")
    (root / "shop/cart.py").write_text("y\n")
    git("reset", "-q", "--hard")
    assert not switches.moved(before, switches.mark())
    git("reset", "-q", "--hard", "HEAD~1")
    assert switches.moved(before, switches.mark())


def test_without_git_nothing_is_known(tmp_path):
    switches = Switches(tmp_path)
    assert switches.mark() == ""
    assert not switches.moved("", "")
    assert not switches.moved("1 2", "x y")


# --- putting back -----------------------------------------------------------------------------------------------------


def snapshot(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(".git/") or name == ".git":
            continue
        found[name] = (
            path.readlink()
            if path.is_symlink()
            else (path.stat().st_mode, path.read_bytes())
            if path.is_file()
            else "folder"
        )
    return found


def test_a_tree_is_put_back_and_the_way_back_is_known(trees, root, git):
    (root / ".gitignore").write_text("ignored/\n")
    (root / "ignored").mkdir()
    (root / "ignored/data").write_text("mine")
    first, before = trees.record(), snapshot(root)
    git_before = state_of_git(root)
    (root / "shop/cart.py").write_text("other\n")
    (root / "tests/test_cart.py").unlink()
    (root / "tests").rmdir()
    (root / "deep/er").mkdir(parents=True)
    (root / "deep/er/new.py").write_text("new\n")
    (root / "run.sh").chmod(0o644)
    (root / "link").symlink_to("run.sh")
    second, after = trees.record(), snapshot(root)

    was, paths = trees.restore(first)
    assert was == second
    assert set(paths) == {"shop/cart.py", "tests/test_cart.py", "deep/er/new.py", "run.sh", "link"}
    assert snapshot(root) == before
    assert trees.record() == first
    was, _ = trees.restore(second)
    assert was == first
    assert snapshot(root) == after
    assert (root / "ignored/data").read_text() == "mine"
    assert state_of_git(root) == git_before


def test_a_file_where_a_folder_was_and_back(trees, root):
    first = trees.record()
    (root / "tests/test_cart.py").unlink()
    (root / "tests").rmdir()
    (root / "tests").write_text("a file now\n")
    second = trees.record()
    trees.restore(first)
    assert (root / "tests/test_cart.py").read_text().startswith("def test_total")
    trees.restore(second)
    assert (root / "tests").read_text() == "a file now\n"


def test_the_same_tree_is_nothing_to_do(trees, root):
    tree = trees.record()
    assert trees.restore(tree) == (tree, ())


def test_a_folder_that_became_a_link_out_of_the_project_is_refused(trees, root, tmp_path):
    first = trees.record()
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "tests/test_cart.py").unlink()
    (root / "tests").rmdir()
    (root / "tests").symlink_to(outside)
    planned = plan(root, "sha1", Sides((Difference("tests/test_cart.py", "000000", "100644", "", "b" * 40),)))
    assert [each.path for each in planned.kept] == ["tests/test_cart.py"]
    assert planned.steps == ()
    assert list(outside.iterdir()) == []
    trees.restore(first)
    assert (root / "tests/test_cart.py").is_file()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("path", ["../x.py", "/tmp/x.py", "a/../../x.py", ".git/config", "sub/.GIT/hooks/x"])
def test_a_path_out_of_the_project_is_refused(root, path):
    with pytest.raises(StoreError):
        plan(root, "sha1", Sides((Difference(path, "000000", "100644", "", "b" * 40),)))


def test_content_that_is_gone_changes_nothing(root):
    before = snapshot(root)
    old = blob_id((root / "shop/cart.py").read_bytes(), "sha1")
    sides = Sides(
        (
            Difference("shop/cart.py", "100644", "100644", old, "b" * 40),
            Difference("shop/other.py", "000000", "100644", "", "c" * 40),
        )
    )
    with pytest.raises(StoreError, match=r"shop/other\.py could not be put back.*gone"):
        put_back(root, plan(root, "sha1", sides), Source(lambda _: {"b" * 40: b"2"}), "0")
    assert snapshot(root) == before


def test_submodules_are_left_alone(root):
    planned = plan(root, "sha1", Sides((Difference("vendor", "160000", "160000", "a" * 40, "b" * 40),)))
    assert planned.steps == ()
    assert [each.path for each in planned.kept] == ["vendor"]


def test_contents_keep_to_their_budget(trees, root):
    (root / "a.py").write_text("a" * 100)
    (root / "b.py").write_text("b" * 100)
    full = trees.record()
    (root / "a.py").unlink()
    (root / "b.py").unlink()
    blobs = [file.before for file in trees.changes(full, trees.record()).files]
    assert len(trees.contents(blobs, 150)) == 1
    assert len(trees.contents(blobs)) == 2
    assert trees.contents([]) == {}
    assert trees.contents(["f" * 40]) == {}
