"""Trees hold the bytes of the disk, whatever attributes say; commits compared with them look as git shows them."""

import os
import subprocess
from pathlib import Path

import pytest

from coach.engine.trees import work_tree
from coach.engine.trees.compose import composing
from coach.engine.trees.conversion import Conversion
from coach.engine.trees.tree_store import TreeStore

RULES = """\
* text=auto
*.win text eol=crlf
*.unix text eol=lf
*.u16 working-tree-encoding=UTF-16
*.latin text working-tree-encoding=ISO-8859-1
*.key ident
*.odd filter=rot
[attr]theirs text eol=crlf ident
*.mac theirs
*.bin binary
*.old crlf
"""
FILES = {
    "a.win": b"one\r\ntwo\r\n",
    "mixed.win": b"one\r\ntwo\nthree\r\n",
    "b.unix": b"one\r\ntwo\n",
    "c.u16": "text \u00fc\n".encode("utf-16"),
    "d.latin": "\u00fc\u00e4\r\n".encode("latin-1"),
    "e.key": b"# $Id: 0123456789012345678901234567890123456789 $\nx\n",
    "f.odd": b"rotate me\n",
    "g.mac": b"$Id: abc $\r\nx\r\n",
    "h.bin": b"\x00\r\n\xff\n",
    "i.old": b"x\r\ny\r\n",
    "plain.py": b"x = 1\r\ny = 2\r\n",
    "bad.u16": b"no utf-16 at all",
    "bad2.latin": b"\xff\r\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("user", "project"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    root = tmp_path / "project"
    git(root, "init", "-q", "-b", "main")
    for name, value in {"user.name": "a", "user.email": "a@b", "commit.gpgsign": "false"}.items():
        git(root, "config", name, value)
    return root


def git(root: Path, *words: str, check: bool = True) -> bytes:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def commit(root: Path) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    return git(root, "rev-parse", "HEAD").decode().strip()


def recorded(trees: TreeStore, tree: str) -> dict[str, bytes]:
    with composing(trees) as composer:
        entries = composer.entries(tree)
    contents = trees.contents([each.blob for each in entries.values()])
    return {path: contents[entry.blob] for path, entry in entries.items()}


def on_disk(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def times(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        found[str(path)] = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size)
    return found


PLACES = {
    "in the tree": ".gitattributes",
    "in the repository": ".git/info/attributes",
    "of the person": "../user/.config/git/attributes",
    "nowhere": "",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("autocrlf", ["true", "input"])
def test_a_tree_holds_the_bytes_of_the_disk(project: Path, tmp_path: Path, place: str, autocrlf: str) -> None:
    """Recorded, laid out, and recorded again after an edit; with a filter that would run and settings that would refuse."""
    write(project, {PLACES[place]: RULES.encode()} if PLACES[place] else {})
    for name, value in {
        "core.autocrlf": autocrlf,
        "core.safecrlf": "true",
        "filter.rot.clean": f"touch {tmp_path}/ran; tr a-z b-za",
        "filter.rot.required": "true",
    }.items():
        git(project, "config", name, value)
    half = dict(list(FILES.items())[::2])
    write(
        project,
        {name: content.replace(b"\r\n", b"\n") for name, content in half.items() if "bad" not in name},
    )
    git(project, "-c", "core.safecrlf=false", "add", "-A")
    git(project, "commit", "-qm", "as git stores them")
    (tmp_path / "ran").unlink(missing_ok=True)
    write(project, FILES)
    before = times(project / ".git")
    trees = TreeStore(project, tmp_path / "home")
    tree = trees.record()
    assert recorded(trees, tree) == on_disk(project)
    with trees.materialise(tree) as copy:
        assert on_disk(copy) == on_disk(project)
    write(project, {"a.win": b"one\ntwo\n", "e.key": b"$Id$\n"})
    assert recorded(trees, trees.record()) == on_disk(project)
    assert times(project / ".git") == before
    assert not (tmp_path / "ran").exists()


def test_a_checkout_that_git_converted_is_taken_as_it_is(project: Path, tmp_path: Path) -> None:
    """The person's index says these files are unchanged, and they are: but their bytes are others than the commit's."""
    git(project, "config", "filter.rot.clean", "tr a-z b-za")
    git(project, "config", "filter.rot.smudge", "tr b-za a-z")
    write(project, {".gitattributes": b"* text=auto eol=crlf\n*.key ident\n*.odd filter=rot\n"})
    write(project, {"x.py": b"a\r\nb\r\n", "k.key": b"$Id$\r\n", "f.odd": b"abc\r\n"})
    first = commit(project)
    for name in ("x.py", "k.key", "f.odd"):
        (project / name).unlink()
    git(project, "checkout", "--", ".")
    git(project, "update-index", "--refresh", check=False)
    # The attributes go, and what git believes of unchanged files stays.
    (project / ".gitattributes").unlink()
    trees = TreeStore(project, tmp_path / "home")
    assert recorded(trees, trees.record()) == on_disk(project)
    assert (project / "k.key").read_bytes() != b"$Id$\r\n"
    assert trees.head()[0] == first


SIDES = {
    "crlf": (b"* text=auto eol=crlf\n", {}),
    "autocrlf": (b"", {"core.autocrlf": "true"}),
    "eol": (b"* text=auto\n", {"core.eol": "crlf"}),
    "ident": (b"*.py ident\n", {}),
    "legacy": (b"*.py crlf=auto eol=crlf\n", {}),
    "filter": (b"*.py filter=none text eol=crlf\n", {}),
}


@pytest.mark.parametrize("side", SIDES)
def test_an_unedited_checkout_shows_no_change_and_one_line_shows_one(
    project: Path, tmp_path: Path, side: str
) -> None:
    attributes, settings = SIDES[side]
    for name, value in settings.items():
        git(project, "config", name, value)
    body = b"# $Id$\n" + b"".join(b"line = %d\n" % number for number in range(30))
    write(project, {".gitattributes": attributes, "m.py": body, "other.py": body, "sub/gone.py": body})
    head = commit(project)
    for name in ("m.py", "other.py", "sub/gone.py"):
        (project / name).unlink()
    git(project, "checkout", "--", ".")
    assert git(project, "status", "--porcelain") == b""
    trees = TreeStore(project, tmp_path / "home")
    assert trees.changes(head).files == ()
    assert trees.head()[2] == 0
    write(
        project,
        {
            "m.py": (project / "m.py")
            .read_bytes()
            .replace(b"line = 7\r", b"line = 77\r")
            .replace(b"line = 7\n", b"line = 77\n")
        },
    )
    (project / "sub/gone.py").unlink()
    now = trees.record()
    found = {each.path: each for each in trees.changes(head, now).files}
    assert set(found) == {"m.py", "sub/gone.py"}
    (hunk,) = found["m.py"].hunks
    marks = [line[:1] for line in hunk.text.split("\n") if line[:1] in "+-"]
    assert sorted(marks) == ["+", "-"]
    with composing(trees) as composer:
        pieces = composer.differences(trees.beside(head, now), now)
        assert [len(each.hunks) for each in pieces] == [1, 1]
        old = composer.compose(now, {"m.py": composer.entries(trees.beside(head, now))["m.py"]})
    with trees.materialise(old) as copy:
        assert (copy / "m.py").read_bytes() == (project / "other.py").read_bytes() or side == "ident"
    assert "m.py" not in {each.path for each in trees.changes(head, trees.without(head, "")).files}


def test_line_ends_that_a_checkout_would_not_give_are_no_change(project: Path, tmp_path: Path) -> None:
    """A file made with LF where a checkout writes CR LF: git calls it unchanged, and an edit of it is one line."""
    write(project, {".gitattributes": b"* text eol=crlf\n", "m.py": b"a\nb\nc\nd\ne\nf\n"})
    head = commit(project)
    trees = TreeStore(project, tmp_path / "home")
    assert trees.changes(head).files == ()
    write(project, {"m.py": b"a\nb\nc\nD\ne\nf\n"})
    (change,) = trees.changes(head).files
    assert [line for line in change.hunks[0].text.split("\n") if line[:1] in "+-"] == ["-d", "+D"]


def test_two_commits_are_compared_as_git_does(project: Path, tmp_path: Path) -> None:
    write(project, {".gitattributes": b"* text=auto eol=crlf\n", "m.py": b"a\r\nb\r\n"})
    first = commit(project)
    write(project, {"m.py": b"a\r\nB\r\n"})
    second = commit(project)
    trees = TreeStore(project, tmp_path / "home")
    (change,) = trees.changes(first, second).files
    assert change.hunks[0].text.split("\n")[:3] == [" a", "-b", "+B"]


@pytest.mark.parametrize("folder", ["", "sub/"])
def test_a_commit_is_laid_out_as_a_checkout_would(project: Path, tmp_path: Path, folder: str) -> None:
    """Bisecting asks what the commit's own checkout does: with attributes in force, but for programs."""
    files = {
        f"{folder}{name}": content
        for name, content in FILES.items()
        if "bad" not in name and "odd" not in name
    }
    write(
        project,
        {
            ".gitattributes": RULES.encode(),
            **files,
            "sub/.gitattributes": b"*.win -text\n",
            "sub/z.win": b"a\r\n",
        },
    )
    write(project, {".git/info/attributes": b"*.py eol=crlf\n", f"{folder}lf.py": b"a\nb\n"})
    (project / folder / "link").symlink_to("a.win")
    first = commit(project)
    git(project, "rm", "-rq", "--cached", ".")
    git(project, "clone", "-q", "--no-checkout", ".", str(tmp_path / "clone"))
    write(tmp_path / "clone", {".git/info/attributes": b"*.py eol=crlf\n"})
    git(tmp_path / "clone", "checkout", "-q", first)
    git(project, "reset", "-q")
    trees = TreeStore(project / folder, tmp_path / "home")
    with trees.materialise(first) as copy:
        assert on_disk(copy) == on_disk(tmp_path / "clone" / folder)
        assert (copy / "link").is_symlink()


def test_a_file_kept_elsewhere_by_lfs_is_unchanged_where_it_is_the_same(
    project: Path, tmp_path: Path
) -> None:
    digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 3\n".encode()
    write(project, {"big.dat": pointer})
    head = commit(project)
    write(project, {".gitattributes": b"*.dat filter=lfs diff=lfs merge=lfs -text\n", "big.dat": b"foo"})
    trees = TreeStore(project, tmp_path / "home")
    assert {each.path for each in trees.changes(head).files} == {".gitattributes"}
    write(project, {"big.dat": b"fox"})
    assert {each.path for each in trees.changes(head).files} == {".gitattributes", "big.dat"}


def test_what_the_disk_cannot_say_is_no_change(project: Path, tmp_path: Path) -> None:
    """Without links and rights on the disk, git keeps what the commit says; so does the comparison."""
    write(project, {"run.sh": b"x\n"})
    (project / "run.sh").chmod(0o755)
    (project / "link").symlink_to("run.sh")
    head = commit(project)
    git(project, "config", "core.fileMode", "false")
    git(project, "config", "core.symlinks", "false")
    (project / "run.sh").chmod(0o644)
    (project / "link").unlink()
    write(project, {"link": b"run.sh"})
    trees = TreeStore(project, tmp_path / "home")
    tree = trees.record()
    assert trees.changes(head, tree).files == ()
    with trees.materialise(tree) as copy:
        assert not (copy / "link").is_symlink()
        assert (copy / "run.sh").stat().st_mode & 0o100 == 0


@pytest.mark.parametrize(
    "setting", ["core.splitIndex", "index.sparse", "core.untrackedCache", "core.ignoreCase"]
)
def test_nothing_in_git_gets_another_time(project: Path, tmp_path: Path, setting: str) -> None:
    """Loose objects and packs that hold what is recorded, the shared part of an index: nothing is renewed."""
    (project / "sub").mkdir()
    git(project, "config", setting, "true")
    write(project, {"packed.py": b"p\n", "sub/m.py": b"m\n"})
    head = commit(project)
    git(project, "gc", "-q")
    write(project, {"loose.py": b"l\n"})
    commit(project)
    write(project, {"staged.py": b"s\n"})
    git(project, "add", "staged.py")
    git(project, "update-index", "--force-write-index")
    for path in (project / ".git").rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = times(project / ".git")
    for folder in (project, project / "sub"):
        trees = TreeStore(folder, tmp_path / f"home-{folder.name}")
        write(project, {"packed.py": b"x\n"})
        trees.record()
        write(project, {"packed.py": b"p\n", "copy.py": b"l\n", "sub/other.py": b"p\n"})
        tree = trees.record()
        trees.changes(head, tree)
        trees.head()
        trees.without(head, "")
        with trees.materialise(head):
            pass
        (project / "copy.py").unlink()
        trees.restore(tree)
    assert times(project / ".git") == before


def test_what_a_sparse_checkout_left_out_is_seen_when_it_comes(project: Path, tmp_path: Path) -> None:
    write(project, {"in/a.py": b"a\n", "out/b.py": b"b\n"})
    head = commit(project)
    git(project, "sparse-checkout", "set", "in")
    assert not (project / "out").exists()
    trees = TreeStore(project, tmp_path / "home")
    assert trees.changes(head).files == ()
    write(project, {"out/b.py": b"another\n"})
    assert recorded(trees, trees.record())["out/b.py"] == b"another\n"


def test_a_tree_of_an_older_coach_is_compared_and_laid_out_as_it_was_meant(
    project: Path, tmp_path: Path
) -> None:
    """Older ones recorded through the attributes of the tree: such trees hold what a commit would."""
    write(project, {".gitattributes": b"*.txt text eol=crlf\n", "w.txt": b"a\r\nb\r\n", "x.py": b"1\n"})
    trees = TreeStore(project, tmp_path / "home")
    older = older_record(project, trees, {"w.txt": b"a\nb\n"})
    now = trees.record()
    assert trees.changes(older, now).files == ()
    write(project, {"w.txt": b"a\r\nB\r\n"})
    (change,) = trees.changes(older).files
    assert len(change.hunks[0].text.split("\n")) < 6
    with trees.materialise(older) as copy:
        assert (copy / "w.txt").read_bytes() == b"a\r\nb\r\n"


def test_what_cannot_be_recorded_any_more_is_in_no_tree(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content of before would be a lie: a copy gets what the checkout has, or has nothing."""
    monkeypatch.setattr(work_tree, "LARGEST_RECORDED", 100)
    write(project, {"grown.txt": b"small\n", "pipe.txt": b"x\n", "m.py": b"x\n"})
    commit(project)
    trees = TreeStore(project, tmp_path / "home")
    assert set(recorded(trees, trees.record())) == {"grown.txt", "pipe.txt", "m.py"}
    write(project, {"grown.txt": b"l" * 101})
    (project / "pipe.txt").unlink()
    os.mkfifo(project / "pipe.txt")
    tree = trees.record()
    assert set(recorded(trees, tree)) == {"m.py"}
    assert trees.record() == tree
    write(project, {"grown.txt": b"small again\n"})
    assert set(recorded(trees, trees.record())) == {"grown.txt", "m.py"}


def older_record(project: Path, trees: TreeStore, cleaned: dict[str, bytes]) -> str:
    """Make a tree as a coach did that recorded through attributes."""
    with composing(trees) as composer:
        now = trees.record()
        entries = composer.entries(now)
        stored = {
            path: type(entries[path])(entries[path].mode, composer.store(content))
            for path, content in cleaned.items()
        }
        tree = composer.compose(now, stored)
    trees.git.run("update-ref", f"refs/coach/{tree}", tree)
    return tree


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("text", b"a\nb\r\n", b"a\r\nb\r\n"),
        ("auto", b"a\nb\r\n", b"a\nb\r\n"),
        ("auto", b"a\0\n", b"a\0\n"),
        ("auto", b"a\rb\n", b"a\rb\n"),
        ("text", b"a\0\n", b"a\0\r\n"),
        ("binary", b"a\n", b"a\n"),
    ],
)
def test_line_ends_of_a_checkout(kind: str, content: bytes, expected: bytes) -> None:
    assert Conversion(kind=kind, returns=True).to_disk(content, "") == expected
