"""Trees are recorded, compared and copied, and nothing of the user's repository changes or runs."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coach.engine.copies.complete import completed
from coach.engine.process import scratch
from coach.engine.trees import tree_store, work_tree
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.errors import CoachError, ScratchError
from tests.engine.histories import fingerprint

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a home of their own."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "user").mkdir()
    (tmp_path / "user/.gitconfig").write_text(
        '[user]\nname = a\nemail = a@b\n[protocol "file"]\nallow = always\n[init]\ndefaultBranch = main\n'
    )


@pytest.fixture
def git(root: Path) -> Git:
    def run(*words: str, cwd: Path = root) -> str:
        done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    return place


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state" / "projects" / "0123"


@pytest.fixture
def committed(root: Path, git: Git) -> Path:
    """A repository with one commit, a second branch and a stash."""
    git("init", "-q")
    (root / "cart.py").write_text("def total():\n    return 1\n")
    (root / "src").mkdir()
    (root / "src/ü x.py").write_text("x = 1\n")
    (root / ".gitignore").write_text("ignored/\n*.log\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("branch", "other")
    (root / "cart.py").write_text("stashed\n")
    git("stash")
    return root


@pytest.fixture
def untouched(root: Path) -> Iterator[Callable[[], None]]:
    """Check at the end that the checkout is byte for byte what it was when the test called this."""
    before: dict[str, str] = {}
    yield lambda: before.update(fingerprint(root))
    assert before
    assert fingerprint(root) == before


def exercise(trees: TreeStore) -> str:
    """Use every operation once."""
    tree = trees.record()
    trees.head()
    trees.changes("", tree, "all")
    trees.changed_between("", tree)
    with trees.materialise(tree):
        pass
    assert trees.leftovers() == ()
    return tree


def store(root: Path, home: Path) -> TreeStore:
    trees, reason = open_trees(root, home)
    assert trees is not None, reason
    return trees


def held(trees: TreeStore, tree: str) -> dict[str, str]:
    """Return what a tree holds, without what its copy is completed with."""
    with trees.materialise(tree) as copy:
        added = completed(copy).copied
        files = {
            path.relative_to(copy).as_posix(): path for path in sorted(copy.rglob("*")) if path.is_file()
        }
        return {name: path.read_bytes().decode() for name, path in files.items() if name not in added}


def test_a_recorded_tree_outlives_a_collection_of_garbage(committed: Path, home: Path) -> None:
    """Its name is one that git knows."""
    trees = TreeStore(committed, home)
    (committed / "cart.py").write_text("def total():\n    return 2\n")
    tree = trees.record()
    trees.git.run("gc", "-q", "--prune=now")
    assert trees.git.run("for-each-ref", "--format=%(refname) %(objecttype)").split() == [
        f"refs/coach/{tree}".encode(),
        b"tree",
    ]
    with TreeStore(committed, home).materialise(tree) as copy:
        assert (copy / "cart.py").read_text() == "def total():\n    return 2\n"


def test_dirty_tree(committed: Path, home: Path, git: Git, untouched: Callable[[], None]) -> None:
    """Edits, deletions, staged and untracked files are recorded; ignored ones are not; nothing is touched."""
    (committed / "cart.py").write_text("def total():\n    return 2\n")
    (committed / "new.py").write_text("new\n")
    (committed / "staged.py").write_text("staged\n")
    git("add", "staged.py")
    (committed / "src/ü x.py").unlink()
    for junk in ("ignored/x.py", "__pycache__/a.pyc", ".venv/lib.py", "a.log"):
        (committed / junk).parent.mkdir(exist_ok=True)
        (committed / junk).write_text("junk")
    status = git("--no-optional-locks", "status", "--porcelain=v2", "-z")
    untouched()
    trees = store(committed, home)
    tree = exercise(trees)
    assert sorted(held(trees, tree)) == [".gitignore", "cart.py", "new.py", "staged.py"]
    commit, branch, dirty = trees.head()
    assert (commit, branch, dirty) == (git("rev-parse", "HEAD").strip(), "main", 4)
    changes = trees.changes(commit)
    assert {file.path: file.change for file in changes.files} == {
        "cart.py": "modified",
        "new.py": "added",
        "src/ü x.py": "deleted",
        "staged.py": "added",
    }
    assert git("--no-optional-locks", "status", "--porcelain=v2", "-z") == status


def test_identity_is_content(committed: Path, home: Path) -> None:
    """The same content is the same tree, whatever its times; other content of the same size and time is another."""
    trees = store(committed, home)
    file = committed / "cart.py"
    first, before = trees.record(), file.stat()
    os.utime(file, ns=(1, 1))
    assert trees.record() == first
    file.write_text(file.read_text().replace("1", "2"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = trees.record()
    assert second != first
    file.write_text(file.read_text().replace("2", "1"))
    assert trees.record() == first
    assert store(committed, home).record() == first
    assert trees.changed_between(first, second) == ("cart.py",)
    assert held(trees, second)["cart.py"] == "def total():\n    return 2\n"


def test_a_change_of_one_size_in_the_second_of_a_commit(
    committed: Path, home: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells such a change by the age of its index; a copy that looks younger than the file hides it."""
    place, copy = committed / "cart.py", shutil.copyfile

    def copied_later(source: Path, target: Path) -> None:
        copy(source, target)
        os.utime(target, (time.time() + 5, time.time() + 5))

    for number in range(10):
        place.write_text(f"def total():\n    return {number}00\n")
        before = place.stat()
        git("commit", "-aqm", "new")
        place.write_text(f"def total():\n    return {number}99\n")
        if int(before.st_ctime) == int(place.stat().st_ctime):
            break
    monkeypatch.setattr("shutil.copyfile", copied_later)
    trees = TreeStore(committed, home)
    assert trees.changes(git("rev-parse", "HEAD").strip()).size == "1 hunk in 1 file"


def test_hunks(committed: Path, home: Path) -> None:
    """A change is told with its hunk and its label."""
    trees = store(committed, home)
    before = trees.record()
    (committed / "cart.py").write_text("def total():\n    return 3\n")
    changes = trees.changes(before, "", "since the last pass")
    ((hunk,),) = (file.hunks for file in changes.files)
    assert "+    return 3" in hunk.text
    assert changes.label == "since the last pass"


def test_planted_programs_do_not_run(
    committed: Path, home: Path, git: Git, tmp_path: Path, untouched: Callable[[], None]
) -> None:
    """No hook, filter, monitor, alias, external diff or textconv runs: not the repository's, not a submodule's."""
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\ncat\n")
    evil.chmod(0o755)
    git("init", "-q", str(tmp_path / "lib"))
    (tmp_path / "lib/a.txt").write_text("a\n")
    git("add", "-A", cwd=tmp_path / "lib")
    git("commit", "-qm", "lib", cwd=tmp_path / "lib")
    git("submodule", "-q", "add", str(tmp_path / "lib"), "lib")
    (committed / "data.bin").write_text("raw\n")
    for place in (committed, committed / "lib"):
        (place / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    git("add", "-A")
    git("commit", "-qm", "attributes")
    for place in (committed, committed / "lib"):
        for name in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process",
                     "diff.external", "diff.evil.textconv", "diff.evil.command", "core.pager", "alias.ls-files",
                     "core.sshCommand", "core.gitProxy", "core.alternateRefsCommand"):  # fmt: skip
            git("config", name, str(evil), cwd=place)
        git("config", "filter.evil.required", "true", cwd=place)
        hooks = Path(git("rev-parse", "--absolute-git-dir", cwd=place).strip()) / "hooks"
        hooks.mkdir(exist_ok=True)
        for name in (
            "post-checkout",
            "post-index-change",
            "reference-transaction",
            "pre-commit",
            "post-merge",
        ):
            (hooks / name).symlink_to(evil)
    for file in ("lib/a.txt", "data.bin", "cart.py"):
        (committed / file).write_text("changed\n")
    ran.unlink(missing_ok=True)
    untouched()
    trees = store(committed, home)
    tree = exercise(trees)
    assert held(trees, tree)["data.bin"] == "changed\n"
    assert not ran.exists(), ran.read_text()


def test_filtered_files_have_one_identity(committed: Path, home: Path, git: Git) -> None:
    """A file git stores through a filter is recorded as it is, so that touching it is no change."""
    git("config", "filter.up.clean", "tr a-z A-Z")
    git("config", "filter.up.smudge", "tr A-Z a-z")
    (committed / ".gitattributes").write_text("*.dat filter=up\n")
    (committed / "x.dat").write_text("abc\n")
    git("add", "-A")
    git("commit", "-qm", "filtered")
    trees = store(committed, home)
    first = trees.record()
    assert held(trees, first)["x.dat"] == "abc\n"
    os.utime(committed / "x.dat")
    assert trees.record() == first


def test_detached_head(committed: Path, home: Path, git: Git, untouched: Callable[[], None]) -> None:
    """A detached HEAD has a commit and no branch."""
    git("checkout", "-q", "--detach")
    untouched()
    trees = store(committed, home)
    exercise(trees)
    assert trees.head() == (git("rev-parse", "HEAD").strip(), "", 0)


def test_no_commits(root: Path, home: Path, git: Git, untouched: Callable[[], None]) -> None:
    """A repository before its first commit is recorded."""
    git("init", "-q")
    (root / "a.py").write_text("a\n")
    untouched()
    trees = store(root, home)
    exercise(trees)
    assert trees.head() == ("", "main", 1)


def test_no_repository(root: Path, home: Path, untouched: Callable[[], None]) -> None:
    """A plain folder is recorded, and no .git appears in it."""
    (root / "a.py").write_text("a\n")
    untouched()
    trees = store(root, home)
    assert held(trees, exercise(trees)) == {"a.py": "a\n"}
    assert trees.head() == ("", "", 1)


def test_empty_folder(root: Path, home: Path) -> None:
    """Nothing is a tree too."""
    trees = store(root, home)
    assert held(trees, trees.record()) == {}
    assert trees.changes("").files == ()


def test_linked_worktree_and_submodule(
    committed: Path, home: Path, git: Git, tmp_path: Path, untouched: Callable[[], None]
) -> None:
    """A linked worktree and a submodule are projects like any other."""
    linked = tmp_path / "linked"
    git("worktree", "add", "-q", str(linked), "other")
    git("submodule", "-q", "add", str(linked), "sub")
    (committed / "sub/mine.py").write_text("mine\n")
    untouched()
    for number, place in enumerate((linked, committed / "sub")):
        trees = store(place, home / str(number))
        tree = exercise(trees)
        assert held(trees, tree)["cart.py"] == "def total():\n    return 1\n"
        assert trees.head()[2] == number
    exercise(store(committed, home))


def test_submodule_moves(committed: Path, home: Path, git: Git, tmp_path: Path) -> None:
    """Another commit in a submodule is another tree."""
    lib = tmp_path / "lib"
    git("clone", "-q", str(committed), str(lib))
    git("submodule", "-q", "add", str(lib), "lib")
    git("commit", "-qm", "lib")
    trees = store(committed, home)
    first = trees.record()
    git("commit", "-q", "--allow-empty", "-m", "moved", cwd=committed / "lib")
    assert trees.record() != first


def test_folder_of_a_repository(committed: Path, home: Path, git: Git, untouched: Callable[[], None]) -> None:
    """A project below the repository's root has a tree of its own, with names relative to it."""
    (committed / "src/new.py").write_text("new\n")
    (committed / "src/a.log").write_text("ignored by the root's rules")
    (committed / "cart.py").write_text("elsewhere\n")
    untouched()
    trees = store(committed / "src", home)
    exercise(trees)
    assert sorted(held(trees, trees.record())) == ["new.py", "ü x.py"]
    assert trees.head()[2] == 1
    assert [file.path for file in trees.changes(git("rev-parse", "HEAD").strip()).files] == ["new.py"]


def test_home_under_version_control(tmp_path: Path, root: Path, home: Path, git: Git) -> None:
    """A project in a folder that some other repository happens to contain, and ignores, is recorded for itself."""
    git("init", "-q", cwd=tmp_path)
    (tmp_path / ".gitignore").write_text("*\n")
    (root / "a.py").write_text("a\n")
    trees = store(root, home)
    assert held(trees, trees.record()) == {"a.py": "a\n"}


def test_bare_repository(root: Path, home: Path, git: Git) -> None:
    """A bare repository has no work tree."""
    git("init", "-q", "--bare")
    trees, reason = open_trees(root, home)
    assert trees is None
    assert "without a work tree" in reason


def test_shallow_clone(committed: Path, home: Path, git: Git, tmp_path: Path) -> None:
    """A shallow clone has all that is needed."""
    git("clone", "-q", "--depth=1", f"file://{committed}", str(tmp_path / "shallow"))
    trees = store(tmp_path / "shallow", home)
    exercise(trees)
    assert trees.head()[2] == 0


def test_sha256(root: Path, home: Path, git: Git) -> None:
    """A repository with the long hashes is recorded in the same."""
    git("init", "-q", "--object-format=sha256")
    (root / "a.py").write_text("a\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    trees = store(root, home)
    assert len(exercise(trees)) == 64
    assert trees.head()[2] == 0


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_marks_hide_nothing(committed: Path, home: Path, git: Git, mark: str) -> None:
    """A file marked to look unchanged is recorded as it is."""
    git("update-index", mark, "cart.py")
    (committed / "cart.py").write_text("changed\n")
    trees = store(committed, home)
    assert held(trees, trees.record())["cart.py"] == "changed\n"


def test_conflict(committed: Path, home: Path, git: Git, untouched: Callable[[], None]) -> None:
    """A merge that stopped is recorded with its conflict marks."""
    (committed / "cart.py").write_text("mine\n")
    git("commit", "-qam", "mine")
    git("checkout", "-q", "other")
    (committed / "cart.py").write_text("theirs\n")
    git("commit", "-qam", "theirs")
    subprocess.run(["git", "merge", "-q", "main"], cwd=committed, capture_output=True, check=False)
    untouched()
    trees = store(committed, home)
    assert "<<<<<<<" in held(trees, exercise(trees))["cart.py"]


@pytest.mark.parametrize("setting", ["core.splitIndex", "core.untrackedCache", "core.autocrlf"])
def test_other_kinds_of_index(committed: Path, home: Path, git: Git, setting: str) -> None:
    """An index that cannot serve as a beginning is done without."""
    git("config", setting, "true")
    git("update-index", "--force-write-index")
    trees = store(committed, home)
    assert trees.head()[2] == 0


def test_awkward_files(committed: Path, home: Path, git: Git) -> None:
    """Nested repositories, links, pipes and files replaced by folders do not stop a recording."""
    git("init", "-q", str(committed / "nested"))
    (committed / "nested/x.py").write_text("x")
    (committed / "link.py").symlink_to("nowhere")
    os.mkfifo(committed / "pipe.py")
    (committed / "cart.py").unlink()
    (committed / "cart.py").mkdir()
    (committed / "cart.py/inner.py").write_text("inner\n")
    Path(os.fsdecode(os.fsencode(committed) + b"/bad\xff.py")).write_text("bad name\n")
    trees = store(committed, home)
    tree = trees.record()
    with trees.materialise(tree) as copy:
        assert (copy / "cart.py/inner.py").read_text() == "inner\n"
        assert (copy / "link.py").is_symlink()
        assert not (copy / "pipe.py").exists()
    assert trees.record() == tree


def test_large_files_are_left_out(committed: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data too large to keep at every run is not recorded."""
    monkeypatch.setattr(work_tree, "LARGEST_RECORDED", 100)
    (committed / "data.json").write_text("x" * 101)
    trees = store(committed, home)
    assert "data.json" not in held(trees, trees.record())


def test_users_own_ignore_rules(committed: Path, home: Path, git: Git, tmp_path: Path) -> None:
    """Global excludes and .git/info/exclude hold here too."""
    (tmp_path / "user/.config/git").mkdir(parents=True)
    (tmp_path / "user/.config/git/ignore").write_text("global.py\n")
    (committed / ".git/info").mkdir(exist_ok=True)
    (committed / ".git/info/exclude").write_text("local.py\n")
    for name in ("global.py", "local.py", "mine.py"):
        (committed / name).write_text("x")
    trees = store(committed, home)
    assert sorted(held(trees, trees.record())) == [".gitignore", "cart.py", "mine.py", "src/ü x.py"]


def test_inherited_git_variables(committed: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of a hook that started coach do not redirect it."""
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", str(committed / ".git/index"))
    before = fingerprint(committed)
    trees = store(committed, home)
    exercise(trees)
    assert fingerprint(committed) == before


def test_other_owner(committed: Path, home: Path) -> None:
    """A checkout that belongs to somebody else is recorded; nothing of its configuration is in force."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (committed, committed / ".git"):
        os.chown(path, 1234, 1234)
    assert store(committed, home).head()[1] == "main"


def test_materialised_tree_is_removed(committed: Path, home: Path) -> None:
    """A copy is gone after use, also after an error in it and when it was made unremovable."""
    trees = store(committed, home)

    def use() -> None:
        with trees.materialise(trees.record()) as copy:
            (copy / "src").chmod(0o500)
            raise KeyError

    with pytest.raises(KeyError):
        use()
    assert list((home / "scratch").iterdir()) == []
    with pytest.raises(CoachError), trees.materialise("0" * 40):
        pass
    with pytest.raises(CoachError), trees.materialise("--help"):
        pass
    assert list((home / "scratch").iterdir()) == []


def test_leftovers_of_dead_processes(committed: Path, home: Path) -> None:
    """A copy in use is no leftover; one of a dead process is, and can be removed."""
    trees = store(committed, home)
    dead = home / "scratch/1-dead"
    (dead / "tree").mkdir(parents=True)
    (dead / "owner").touch()
    with trees.materialise(trees.record()):
        assert trees.leftovers() == (dead,)
    scratch.remove(dead)
    assert trees.leftovers() == ()


def test_scratch_on_a_file(tmp_path: Path) -> None:
    """A place that cannot hold a copy is said."""
    (tmp_path / "scratch").write_text("")
    with (
        pytest.raises(ScratchError, match="no disposable copy"),
        scratch.scratch_folder(tmp_path / "scratch"),
    ):
        pass


def test_a_temporary_home_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name can be guessed: what somebody else laid there is neither used nor removed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    planted = scratch.temporary_home() / "1-planted"
    planted.mkdir(parents=True)
    scratch.temporary_home().chmod(0o777)
    assert scratch.temporary_leftovers() == ()
    with scratch.temporary_folder() as folder:
        assert not folder.is_relative_to(scratch.temporary_home())
    scratch.temporary_home().chmod(0o700)
    assert scratch.temporary_leftovers() == (planted,)


def test_broken_private_repository_heals(committed: Path, home: Path) -> None:
    """A damaged index, a lock of a dead git and a half-made repository do not stop coach."""
    tree = store(committed, home).record()
    (home / "trees.git/index").write_bytes(b"garbage")
    (home / "trees.git/index.lock").write_text("")
    assert store(committed, home).record() == tree
    (home / "trees.git/HEAD").unlink()
    assert store(committed, home).record() == tree


def test_why_there_are_no_trees(root: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many files, the home folder and a missing git are said in words."""
    (root / "a.py").write_text("")
    monkeypatch.setenv("HOME", str(root))
    assert "no project folder" in open_trees(root, home)[1]
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setattr(tree_store, "MAX_UNTRACKED_FILES", 0)
    assert "git init" in open_trees(root, home)[1]
    monkeypatch.setattr(tree_store, "program", lambda: "")
    assert "not installed" in open_trees(root, home)[1]


def test_unwritable_home(committed: Path, tmp_path: Path) -> None:
    """A state directory that is a file gives a reason, not a crash."""
    (tmp_path / "file").write_text("")
    trees, reason = open_trees(committed, tmp_path / "file" / "x")
    assert trees is None
    assert "cannot be recorded" in reason
