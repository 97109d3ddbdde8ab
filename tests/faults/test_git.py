"""A git that lies, hangs, fails, is old or is gone; repositories in odd states. Real wrappers and real repositories."""

import os
import shutil
import subprocess
import time

import pytest

from coach.engine.trees import git as engine_git
from coach.engine.trees.git import ContentMissing, Git, GitError
from coach.engine.trees.tree_store import TreeStore, open_trees
from coach.engine.trees.user_repository import find_repository
from tests.engine.conftest import processes_with

REAL = shutil.which("git")


@pytest.fixture
def checkout(tmp_path):
    """A repository with two commits of one file."""
    root = tmp_path / "project"
    root.mkdir()
    for value in (1, 2):
        (root / "m.py").write_text(f"VALUE = {value}\n")
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", str(value)]):
            plain(root, *words)
    return root


def plain(root, *words):
    own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *own, *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@pytest.fixture
def wrapper(tmp_path, monkeypatch):
    """Return a function that puts a shell script in front of git, as teams and sandboxes do."""
    folder = tmp_path / "bin"

    def put(script):
        folder.mkdir(exist_ok=True)
        (folder / "git").write_text(f"#!/bin/sh\necho . >> {tmp_path}/asked\n{script}\n")
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        engine_git.program.cache_clear()
        return tmp_path / "asked"

    yield put
    engine_git.program.cache_clear()
    engine_git._silent.clear()


def files_of(root):
    return {str(each): each.read_bytes() for each in sorted(root.rglob("*")) if each.is_file()}


def times_of(root):
    return {str(each): each.lstat().st_mtime_ns for each in (root / ".git").rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    "script",
    [
        f'echo "Using cached credentials"; exec {REAL} "$@"',
        f'{REAL} "$@"; code=$?; echo; echo bye; exit $code',
        "echo fehler >&2; exit 128",
        "exit 0",
        "kill -SEGV $$",
    ],
    ids=["talks first", "talks last", "fails", "says nothing", "crashes"],
)
def test_a_git_that_does_not_answer_as_git_does_gives_no_trees_and_says_so(
    checkout, tmp_path, wrapper, script
):
    wrapper(script)
    trees, why = open_trees(checkout, tmp_path / "home")
    assert trees is None
    assert why


@pytest.mark.parametrize(
    "script",
    [
        f'echo "warning: something" >&2; exec {REAL} "$@"',
        f'LC_ALL=de_DE.UTF-8 LANGUAGE=de exec {REAL} "$@"',
    ],
    ids=["warns", "speaks german"],
)
def test_what_git_says_beside_its_answer_changes_nothing(checkout, tmp_path, wrapper, script):
    wrapper(script)
    trees, _ = open_trees(checkout, tmp_path / "home")
    first = trees.record()
    (checkout / "m.py").write_text("VALUE = 3\n")
    assert trees.changed_between(first, trees.record()) == ("m.py",)


def test_a_git_that_hangs_is_ended_with_its_children_and_not_asked_again(checkout, wrapper, monkeypatch):
    mark = f"hangs-{checkout.parent.name}-{os.getpid()}"
    monkeypatch.setenv("COACH_TEST_MARK", mark)
    asked = wrapper("sleep 600 & sleep 600")
    began = time.monotonic()
    with pytest.raises(GitError, match="no answer within"):
        Git(checkout, timeout=0.3).run("rev-parse", "--show-toplevel")
    while processes_with(mark):
        assert time.monotonic() - began < 20
    assert find_repository(checkout) is None
    with pytest.raises(GitError, match="hangs"):
        Git(checkout).run("ls-files")
    assert asked.read_text() == ".\n"


@pytest.mark.parametrize("gone", ["a blob", "the alternate", "the repository"])
def test_content_that_is_not_there_is_said_to_be_missing(checkout, tmp_path, gone):
    root = checkout
    commit = plain(checkout, "rev-parse", "HEAD~1")
    if gone == "the alternate":
        root = tmp_path / "borrows"
        plain(tmp_path, "clone", "-qs", str(checkout), str(root))
    trees = TreeStore(root, tmp_path / "home")
    now = trees.record()
    if gone == "a blob":
        blob = plain(checkout, "rev-parse", "HEAD~1:m.py")
        (checkout / ".git/objects" / blob[:2] / blob[2:]).unlink()
    else:
        shutil.rmtree(checkout / ".git")
    with pytest.raises(ContentMissing, match="not in the repository"):
        trees.changes(commit, now)
    assert trees.record() == now or gone != "a blob"


def test_a_partial_clone_is_never_completed_over_the_network(checkout, tmp_path):
    """The place it came from counts who asks: nobody does."""
    plain(checkout, "config", "uploadpack.allowFilter", "true")
    root = tmp_path / "partial"
    plain(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{checkout}", str(root))
    plain(root, "remote", "set-url", "origin", f"ext::sh -c 'touch {tmp_path}/asked; false'")
    plain(root, "config", "protocol.ext.allow", "always")
    commit = plain(root, "rev-parse", "HEAD~1")
    trees = TreeStore(root, tmp_path / "home")
    with pytest.raises(ContentMissing):
        trees.changes(commit, trees.record())
    assert not (tmp_path / "asked").exists()


STATES = {
    "no commit": ["rm -rf .git && git init -q"],
    "unborn branch": ["git checkout -q --orphan other"],
    "detached": ["git checkout -q --detach HEAD~1"],
    "a lock of a dead git": ["touch .git/index.lock"],
    "a corrupt index": ["printf 'DIRC garbage' > .git/index"],
    "an empty index": [": > .git/index"],
    "a HEAD that is none": ["echo garbage > .git/HEAD"],
    "refs in a circle": ["echo 'ref: refs/heads/main' > .git/refs/heads/main"],
    "settings that are none": [r"printf '[core\n\000\377' > .git/config"],
    "a merge": ["git checkout -qb o HEAD~1", "echo 5 > m.py", "git commit -qam o", "git merge -q main"],
    "a rebase": ["git checkout -qb o HEAD~1", "echo 5 > m.py", "git commit -qam o", "git rebase -q main"],
    "a bisection": ["git bisect start -q HEAD HEAD~1"],
    "a file where .git was": ["rm -rf .git", "echo 'gitdir: /nowhere' > .git"],
    "a pipe where .git was": ["rm -rf .git", "mkfifo .git"],
    "of another user": ["chown -R 12345:12345 ."],
}


@pytest.mark.parametrize("state", STATES)
def test_a_repository_in_any_state_is_recorded_and_left_as_it_is(checkout, tmp_path, state):
    if state == "of another user" and os.geteuid():
        pytest.skip("only root can give files away")
    own = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    for line in STATES[state]:
        command = line.replace("git ", f"git {' '.join(own)} ", 1) if line.startswith("git ") else line
        subprocess.run(["sh", "-c", command], cwd=checkout, capture_output=True, check=False)
    before, times = files_of(checkout), times_of(checkout)
    trees, why = open_trees(checkout, tmp_path / "home")
    assert trees is not None, why
    first = trees.record()
    assert trees.head()
    assert (files_of(checkout), times_of(checkout)) == (before, times)
    (checkout / "m.py").write_text("VALUE = 'edited'\n")
    assert trees.changed_between(first, trees.record()) == ("m.py",)
    trees.restore(first)
    assert files_of(checkout) == before


def test_inside_a_hook_coach_looks_at_the_project_and_not_at_what_git_points_to(
    checkout, tmp_path, monkeypatch
):
    """A hook runs with GIT_DIR, GIT_INDEX_FILE and more; one of another repository must not be written or recorded."""
    other = tmp_path / "other"
    shutil.copytree(checkout, other)
    (other / "only_here.py").write_text("")
    for name, place in {
        "GIT_DIR": ".git",
        "GIT_INDEX_FILE": ".git/index",
        "GIT_WORK_TREE": "",
        "GIT_OBJECT_DIRECTORY": ".git/objects",
        "GIT_COMMON_DIR": ".git",
    }.items():
        monkeypatch.setenv(name, str(other / place))
    before = files_of(other), files_of(checkout)
    trees = TreeStore(checkout, tmp_path / "home")
    (checkout / "new.py").write_text("")
    recorded = trees.changes("", trees.record())
    assert {each.path for each in recorded.files} == {"m.py", "new.py"}
    (checkout / "new.py").unlink()
    assert (files_of(other), files_of(checkout)) == before


NAMES = (
    b"a\nb.py",
    b"t\tb.py",
    b"\xff\xfe.py",
    b"-rf.py",
    b":(exclude)m.py",
    b"A.py",
    b"a.py",
    b'q"u.py',
    b"*.py",
)


def test_names_that_git_could_take_for_something_else_are_files(checkout, tmp_path):
    places = [checkout / os.fsdecode(name) for name in NAMES]
    for place in places:
        place.write_text("x = 1\n")
    trees = TreeStore(checkout, tmp_path / "home")
    first = trees.record()
    for place in places:
        place.write_text("x = 2\n")
    assert set(map(os.fsencode, trees.changed_between(first, trees.record()))) == set(NAMES)
    trees.restore(first)
    assert {place.read_text() for place in places} == {"x = 1\n"}
    assert (checkout / "m.py").read_text() == "VALUE = 2\n"


def test_folders_deeper_than_a_path_can_be_are_no_end(checkout, tmp_path):
    here = os.open(checkout, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("deep.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    trees, why = open_trees(checkout, tmp_path / "home")
    assert trees is not None, why
    first = trees.record()
    (checkout / "m.py").write_text("VALUE = 9\n")
    assert "m.py" in trees.changed_between(first, trees.record())
    with trees.materialise(first) as copy:
        assert (copy / "m.py").read_text() == "VALUE = 2\n"
    subprocess.run(["rm", "-rf", str(checkout)], check=True)


@pytest.mark.parametrize("place", ["state", "a b[1]*", ".cache/coach"])
def test_a_state_directory_in_the_project_is_not_recorded_or_copied_itself(checkout, place):
    """It would hold itself: every recording would be larger than the one before."""
    (checkout / ".gitignore").write_text(".cache/\n")
    (checkout / ".cache").mkdir()
    (checkout / ".cache/kept.txt").write_text("for the tests\n")
    home = checkout / place / "projects" / "0123456789abcdef"
    trees = TreeStore(checkout, home)
    first = trees.record()
    log = checkout / place / "sessions" / "abcd2345" / "log.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text("{}\n")
    assert trees.record() == first
    with trees.materialise(first) as copy:
        assert not (copy / place / "sessions").exists()
        assert not (copy / place / "projects").exists()
        assert (copy / ".cache/kept.txt").read_text() == "for the tests\n"
