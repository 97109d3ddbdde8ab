"""Restoring where the disk, git and other programs are against it: nothing is lost, and the way back is exact."""

import contextlib
import fcntl
import os
import resource
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coach.engine.copies import complete
from coach.engine.restore import exchange, moves, plan
from coach.engine.restore.plan import same_name
from coach.engine.trees import work_tree
from coach.engine.trees.tree_store import TreeStore
from coach.errors import StoreError

Act = Callable[[Path], object]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(work_tree, "LARGEST_RECORDED", 5_000)
    monkeypatch.setattr(complete, "LARGEST_RECORDED", 5_000)
    monkeypatch.setattr(plan, "LARGEST_RECORDED", 5_000)
    place = tmp_path / "project"
    place.mkdir()
    git(place, "init", "-q", "-b", "main")
    git(place, "config", "user.name", "a")
    git(place, "config", "user.email", "a@b")
    return place


@pytest.fixture
def trees(root: Path, tmp_path: Path) -> TreeStore:
    return TreeStore(root, tmp_path / "home")


def git(root: Path, *words: str) -> None:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def put(path: Path, content: bytes = b"x\n", mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def restore(
    trees: TreeStore, tree: str, written: tuple[str, ...] = ()
) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return the tree of before, what was put back, and what was kept with the reasons."""
    wanted = replace(trees.wanted(tree), written=written)
    trees.restores.planned(wanted)
    paths, kept = trees.restores.put_back(wanted, "test")
    return wanted.before, paths, {each.path: each.why for each in kept}


def snapshot(root: Path) -> dict[str, object]:
    """Everything but .git: kind, permissions, content."""
    found: dict[str, object] = {}
    for folder, inside, files in os.walk(root):
        inside[:] = [each for each in inside if each != ".git"]
        for name in (*inside, *files):
            path = Path(folder, name)
            seen = path.lstat()
            content: object = None
            if stat.S_ISLNK(seen.st_mode):
                content = str(path.readlink())
            elif stat.S_ISREG(seen.st_mode):
                content = path.read_bytes()
            rights = 0 if stat.S_ISLNK(seen.st_mode) else stat.S_IMODE(seen.st_mode)
            found[str(path.relative_to(root))] = (stat.S_IFMT(seen.st_mode), rights, content)
    return found


def below(state: dict[str, object], name: str) -> dict[str, object]:
    return {path: value for path, value in state.items() if path == name or path.startswith(f"{name}/")}


def nothing(_: Path) -> None:
    pass


def replaced_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replaced_by_socket(path: Path) -> None:
    path.unlink()
    here = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def replaced_by_folder(path: Path) -> None:
    path.unlink()
    put(path / "inner.txt", b"inner\n")


def replaced_by_link(to: str) -> Act:
    def act(path: Path) -> None:
        path.unlink()
        path.symlink_to(to)

    return act


def moved_by_editor(path: Path) -> None:
    new = path.with_name(f"{path.name}.tmp-save")
    new.write_bytes(b"saved by renaming\n")
    new.rename(path)


def linked_twice(path: Path) -> None:
    other = path.with_name(f"{path.name}-other")
    os.link(path, other)
    path.write_bytes(b"both names\n")


def folder_then_file(path: Path) -> None:
    (path / "x").unlink()
    path.rmdir()
    put(path, b"a file\n")


def file_then_folder(path: Path) -> None:
    path.unlink()
    put(path / "deep/y", b"y\n")


def emptied(path: Path) -> None:
    (path / "x").unlink()


def filled(path: Path) -> None:
    put(path / "new.txt", b"new\n")


def folder_then_ignored(path: Path) -> None:
    """Where a file was, a folder is now that holds only what git ignores."""
    (path / "x").unlink()
    (path / "x").mkdir()
    put(path / "x/y.log", b"log\n")


CASES: dict[str, tuple[Act, Act, str]] = {
    # name: (as it is recorded, what happens then, why it is kept or "")
    "edited": (put, lambda path: put(path, b"edited\n"), ""),
    "deleted": (put, Path.unlink, ""),
    "made": (nothing, put, ""),
    "private": (lambda path: put(path, b"s\n", 0o600), lambda path: put(path, b"edited\n", 0o644), ""),
    "private gone": (lambda path: put(path, b"s\n", 0o600), Path.unlink, ""),
    "no rights": (lambda path: put(path, b"s\n", 0o000), lambda path: put(path, b"t\n", 0o644), ""),
    "only rights": (lambda path: put(path, b"s\n", 0o640), lambda path: path.chmod(0o604), ""),
    "set user id": (lambda path: put(path, b"s\n", 0o4755), lambda path: put(path, b"t\n", 0o644), ""),
    "runs": (lambda path: put(path, b"s\n", 0o755), lambda path: path.chmod(0o644), ""),
    "read only": (lambda path: put(path, b"s\n", 0o444), lambda path: put(path, b"t\n", 0o400), ""),
    "crlf": (lambda path: put(path, b"a\r\nb\r\n"), lambda path: put(path, b"a\nb\n"), ""),
    "utf16": (lambda path: put(path, "ü\n".encode("utf-16")), lambda path: put(path, b"\xff\xfe"), ""),
    "ident": (lambda path: put(path, b"$Id: 1 $\n"), lambda path: put(path, b"$Id$\n"), ""),
    "empty": (lambda path: put(path, b""), lambda path: put(path, b"not\n"), ""),
    "saved by rename": (put, moved_by_editor, ""),
    "hard link": (put, linked_twice, ""),
    "link": (lambda path: path.symlink_to("nowhere"), replaced_by_link("elsewhere"), ""),
    "link out": (lambda path: path.symlink_to("/etc/passwd"), lambda path: (path.unlink(), put(path)), ""),
    "file to link": (put, replaced_by_link("/etc/hostname"), ""),
    "newline\nname": (put, lambda path: put(path, b"edited\n"), ""),
    "-n": (put, lambda path: put(path, b"edited\n"), ""),
    "[glob]*": (put, lambda path: put(path, b"edited\n"), ""),
    'back\\slash "quote': (put, lambda path: put(path, b"edited\n"), ""),
    "bad \udcff name": (put, lambda path: put(path, b"edited\n"), ""),
    "folder to file": (lambda path: put(path / "x"), folder_then_file, ""),
    "file to folder": (put, file_then_folder, ""),
    "emptied": (lambda path: put(path / "x"), emptied, ""),
    "was empty": (Path.mkdir, filled, ""),
    "empty gone": (lambda path: (path.mkdir(), path.chmod(0o711)), Path.rmdir, ""),
    "empty made": (nothing, Path.mkdir, ""),
    "deep gone": (
        lambda path: (put(path / "a/b/c"), (path / "a").chmod(0o700)),
        lambda path: ((path / "a/b/c").unlink(), (path / "a/b").rmdir(), (path / "a").rmdir(), path.rmdir()),
        "",
    ),
    "lfs": (
        lambda path: put(path, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
        lambda path: put(path, b"real\n"),
        "",
    ),
    # what coach does not hold stays
    "pipe": (put, replaced_by_pipe, "pipe"),
    "socket": (put, replaced_by_socket, "pipe, a socket"),
    "grown": (put, lambda path: put(path, b"g" * 5_001), "too large"),
    "was large": (
        lambda path: put(path, b"l" * 5_001),
        lambda path: put(path, b"small now\n"),
        "not recorded then",
    ),
    "ignored-now.txt": (put, lambda path: put(path, b"precious\n"), "git ignores it"),
    "ignored-then.txt": (put, lambda path: put(path, b"precious\n"), "not recorded then"),
    "ignored-folder": (
        lambda path: put(path / "x"),
        lambda path: ((path / "x").unlink(), put(path / "ignored.log", b"log\n")),
        "",
    ),
    "hidden": (lambda path: put(path / "x"), folder_then_ignored, "a folder is there"),
    ".m.py.swp": (nothing, lambda path: put(path, b"swap\n"), "editor"),
    ".#lock": (nothing, lambda path: path.symlink_to("a@host.1"), "editor"),
    "to folder with logs": (
        put,
        lambda path: (path.unlink(), put(path / "kept.log", b"log\n")),
        "a folder is there",
    ),
}
_UNDER = {"hidden": "hidden/x", "was large": "was large"}


def test_every_hostile_case_at_once(root: Path, trees: TreeStore) -> None:
    """What is put back is as it was recorded, what is kept is as it is, and the undo brings every byte and mode back."""
    put(root / ".gitignore", b"*.log\nignored-then.txt\n")
    put(
        root / ".gitattributes",
        b"* text=auto\ncrlf text eol=crlf\nutf16 working-tree-encoding=UTF-16\nident ident\n",
    )
    for name, (begin, _, _) in CASES.items():
        begin(root / name)
    before = snapshot(root)
    first = trees.record()
    put(root / ".gitignore", b"*.log\nignored-now.txt\n")
    for name, (_, happens, _) in CASES.items():
        happens(root / name)
    after = snapshot(root)
    second, paths, kept = restore(trees, first)
    now = snapshot(root)
    for name, (_, _, why) in CASES.items():
        if why:
            path = _UNDER.get(name, name)
            assert why in kept.get(path, ""), (name, kept)
            assert below(now, name) == below(after, name), name
        elif name == "ignored-folder":
            assert below(now, name) == below(before, name) | {
                f"{name}/ignored.log": after[f"{name}/ignored.log"]
            }
        else:
            assert below(now, name) == below(before, name), name
    assert len(kept) == sum(bool(why) for _, _, why in CASES.values()), kept
    restore(trees, second, written=paths)
    assert snapshot(root) == after


def test_what_is_ignored_now_survives_restore_and_undo_with_other_rules_in_between(
    root: Path, trees: TreeStore
) -> None:
    put(root / "notes.txt", b"first draft\n")
    put(root / "sub/notes.txt", b"first draft\n")
    first = trees.record()
    (root / "notes.txt").unlink()
    (root / "sub/notes.txt").unlink()
    put(root / ".gitignore", b"/notes.txt\n")
    put(root / "sub/.gitignore", b"notes.txt\n")
    put(root / "notes.txt", b"precious\n")
    put(root / "sub/notes.txt", b"precious\n")
    after = snapshot(root)
    second, paths, kept = restore(trees, first)
    assert set(kept) == {"notes.txt", "sub/notes.txt"}
    restore(trees, second, written=paths)
    assert snapshot(root) == after


def test_a_file_of_git_that_was_ignored_and_deleted_comes_and_goes(root: Path, trees: TreeStore) -> None:
    """What the restore itself wrote is undone although git ignores it by the rules of then."""
    put(root / "notes.txt", b"first draft\n")
    first = trees.record()
    (root / "notes.txt").unlink()
    put(root / ".gitignore", b"notes.txt\n")
    after = snapshot(root)
    second, paths, kept = restore(trees, first)
    assert (root / "notes.txt").read_bytes() == b"first draft\n"
    assert not kept
    restore(trees, second, written=paths)
    assert snapshot(root) == after


@contextlib.contextmanager
def moment(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> Iterator[list[int]]:
    """Act right before the first name of a restore is given: the worst moment for a save."""
    done: list[int] = []

    def first(call: Callable[..., None]) -> Callable[..., None]:
        def acting(*words: object) -> None:
            if not done:
                done.append(1)
                act()
            call(*words)

        return acting

    with monkeypatch.context() as patch:
        patch.setattr(moves, "exchange", first(moves.exchange))
        patch.setattr(moves, "give_name", first(moves.give_name))
        yield done


def no_exchange(*_: object) -> None:
    raise exchange.CannotExchangeError(22, "no")


SAVES: dict[str, Callable[[Path], object]] = {
    "written in place": lambda path: path.write_bytes(b"MINE\n"),
    "same size and time": lambda path: (path.write_bytes(b"2\n"[::-1]), os.utime(path, ns=(1, 1))),
    "by rename": moved_by_editor,
    "by rename twice": lambda path: (moved_by_editor(path), path.write_bytes(b"and again\n")),
    "a folder": lambda path: (path.unlink(), put(path / "inner", b"MINE\n")),
    "a link": lambda path: (path.unlink(), path.symlink_to("mine")),
    "deleted and made": lambda path: (path.unlink(), put(path, b"MINE\n")),
}


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize("to", ["other content", "nothing"])
def test_a_save_in_the_moment_of_the_exchange_is_kept(
    root: Path, trees: TreeStore, monkeypatch: pytest.MonkeyPatch, to: str, *, exchanges: bool
) -> None:
    """By whatever way: the save is what is there afterwards, it is named, and the others are put back."""
    for number, (name, save) in enumerate(SAVES.items()):
        path, other = root / f"a{number}.py", root / f"b{number}.py"
        put(other, b"1\n")
        if to != "nothing":
            put(path, b"1\n")
        first = trees.record()
        put(path, b"2\n")
        put(other, b"2\n")
        with monkeypatch.context() as patch:
            if not exchanges:
                patch.setattr(moves, "exchange", no_exchange)
            with moment(patch, lambda path=path, save=save: save(path)) as done:  # type: ignore[misc]
                _, _, kept = restore(trees, first)
        assert done, name
        assert path.name in kept, (name, kept)
        assert other.read_bytes() == b"1\n"
        saved = snapshot(root)[path.name][2]
        assert saved not in {b"1\n", b"2\n"}, name
        assert not list(root.glob(".coach-*"))
        subprocess.run(["rm", "-rf", str(path)], check=True)


def test_a_file_made_where_one_comes_is_kept(
    root: Path, trees: TreeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root / "new/a.py", b"1\n")
    first = trees.record()
    (root / "new/a.py").unlink()
    (root / "new").rmdir()
    with moment(monkeypatch, lambda: put(root / "new/a.py", b"MINE\n")) as done:
        _, _, kept = restore(trees, first)
    assert done
    assert "made while" in kept["new/a.py"]
    assert (root / "new/a.py").read_bytes() == b"MINE\n"


def test_a_file_that_another_program_writes_is_kept(root: Path, trees: TreeStore) -> None:
    put(root / "app.txt", b"1\n")
    put(root / "m.py", b"1\n")
    first = trees.record()
    put(root / "app.txt", b"2\n")
    put(root / "m.py", b"2\n")
    with (root / "app.txt").open("ab") as writer:
        _, _, kept = restore(trees, first)
        writer.write(b"more\n")
    if not hasattr(fcntl, "F_SETLEASE"):
        pytest.skip("the system does not say who writes")
    assert "open for writing" in kept["app.txt"]
    assert (root / "app.txt").read_bytes() == b"2\nmore\n"
    assert (root / "m.py").read_bytes() == b"1\n"


def test_a_folder_exchanged_for_a_link_in_that_moment_leads_nowhere(
    root: Path, trees: TreeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    put(outside / "a.py", b"2\n")
    put(root / "z/a.py", b"1\n")
    put(root / "first.py", b"1\n")
    first = trees.record()
    put(root / "z/a.py", b"2\n")
    put(root / "first.py", b"2\n")

    def swap() -> None:
        (root / "z").rename(root / "moved")
        (root / "z").symlink_to(outside)

    with moment(monkeypatch, swap), contextlib.suppress(StoreError):
        restore(trees, first)
    assert (outside / "a.py").read_bytes() == b"2\n"
    assert list(outside.iterdir()) == [outside / "a.py"]


@pytest.mark.parametrize("after", [1, 2, 3, 4])
@pytest.mark.parametrize("exchanges", [True, False])
def test_a_failure_half_way_is_taken_back_and_names_the_right_file(
    root: Path, trees: TreeStore, monkeypatch: pytest.MonkeyPatch, after: int, *, exchanges: bool
) -> None:
    put(root / "gone.py", b"1\n", 0o600)
    for name in "abc":
        put(root / f"{name}/m.py", b"1\n", 0o640)
    first = trees.record()
    (root / "gone.py").unlink()
    put(root / "new/n.py", b"n\n")
    for name in "abc":
        put(root / f"{name}/m.py", b"2\n", 0o600)
    before, inodes = snapshot(root), {name: (root / f"{name}/m.py").stat().st_ino for name in "abc"}
    names: list[str] = []

    def failing(call: Callable[..., None], at: int) -> Callable[..., None]:
        def one(*words: object) -> None:
            if not str(words[at]).startswith(".coach-") or exchanges:
                names.append(str(words[at]))
            if len(names) == after:
                names.append("failed")
                raise OSError(28, "No space left on device")
            call(*words)

        return one

    if exchanges:
        monkeypatch.setattr(moves, "exchange", failing(moves.exchange, 2))
    else:
        monkeypatch.setattr(moves, "exchange", no_exchange)
    monkeypatch.setattr(moves, "give_name", failing(moves.give_name, 2))
    with pytest.raises(StoreError, match="No space left") as caught:
        restore(trees, first)
    assert "everything is as it was" in str(caught.value)
    assert snapshot(root) == before
    assert {name: (root / f"{name}/m.py").stat().st_ino for name in "abc"} == inodes


@pytest.mark.parametrize("kind", ["immutable file", "immutable folder"])
def test_what_the_disk_would_refuse_is_refused_before_it_begins(
    root: Path, trees: TreeStore, kind: str
) -> None:
    for name in ("a/m.py", "locked/m.py", "z/m.py"):
        put(root / name, b"1\n")
    first = trees.record()
    for name in ("a/m.py", "locked/m.py", "z/m.py"):
        put(root / name, b"2\n")
    before = snapshot(root)
    target = root / ("locked/m.py" if kind == "immutable file" else "locked")
    if subprocess.run(["chattr", "+i", str(target)], capture_output=True, check=False).returncode:
        pytest.skip("no marks on this file system")
    try:
        with pytest.raises(StoreError, match=r"locked/m\.py could not be put back: .*(immutable|written to)"):
            restore(trees, first)
        assert snapshot(root) == before
    finally:
        subprocess.run(["chattr", "-i", str(target)], check=True)


LOCKED = """
import os, sys
from pathlib import Path
from coach.engine.trees.tree_diff import Difference
from coach.engine.trees.object_store import blob_id
from coach.engine.restore.plan import Sides, plan
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
old, new = (blob_id(each, "sha1") for each in (b"2\\n", b"1\\n"))
changes = tuple(Difference(each, "100644", "100644", old, new) for each in ("a/m.py", "locked/m.py"))
plan(Path(sys.argv[1]), "sha1", Sides(changes))
"""


def test_a_folder_that_may_not_be_written_to_refuses_before_it_begins() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a/m.py", "locked/m.py"):
            put(Path(folder, name), b"2\n")
        Path(folder).chmod(0o755)
        Path(folder, "a").chmod(0o777)
        Path(folder, "locked").chmod(0o555)
        words = [sys.executable, "-c", LOCKED, folder]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        Path(folder, "locked").chmod(0o755)
    assert "locked/m.py could not be put back: its folder locked may not be written to" in done.stderr


def test_a_disk_that_is_full_touches_nothing(root: Path, trees: TreeStore, tmp_path: Path) -> None:
    """A small file system of its own, full while the new contents are written; else a limit on the size of files."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False
    )
    place = small / "p" if mounted.returncode == 0 else root
    place.mkdir(exist_ok=True)
    try:
        own = TreeStore(place, tmp_path / "other-home")
        put(place / "a.txt", b"a" * 4_000)
        put(place / "b.txt", b"b" * 4_000)
        first = own.record()
        put(place / "a.txt", b"1\n")
        put(place / "b.txt", b"2\n")
        wanted = own.wanted(first)
        own.restores.planned(wanted)
        before = snapshot(place)
        if mounted.returncode == 0:
            with contextless_open(place / "filler.log") as filler:
                fill(filler)
            before = snapshot(place)
            with pytest.raises(StoreError, match=r"\.txt could not be put back: No space left"):
                own.restores.put_back(wanted, "")
        else:
            limit = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limit[1]))
            try:
                with pytest.raises(StoreError, match=r"\.txt could not be put back: File too large"):
                    own.restores.put_back(wanted, "")
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert snapshot(place) == before
        assert own.restores.interrupted() is None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(small)], check=True)


def contextless_open(path: Path):  # type: ignore[no-untyped-def]
    return path.open("wb", buffering=0)


def fill(file) -> None:  # type: ignore[no-untyped-def]
    try:
        while True:
            file.write(b"f" * 4096)
    except OSError:
        return


def test_names_that_a_disk_takes_for_one_are_refused(
    root: Path, trees: TreeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that ignores case one would replace the other."""
    put(root / "Readme.txt", b"1\n")
    put(root / "README.txt", b"2\n")
    first = trees.record()
    (root / "README.txt").unlink()
    before = snapshot(root)
    monkeypatch.setattr(plan, "ignores_case", lambda _: True)
    with pytest.raises(StoreError, match=r"README\.txt could not be put back.*Readme\.txt"):
        restore(trees, first)
    assert snapshot(root) == before
    assert same_name(["a"], ["B", "a"]) == ()
    assert same_name(["Straße"], ["STRASSE"]) == ("Straße", "STRASSE")


def test_a_second_restore_at_the_same_time_is_refused(
    root: Path, trees: TreeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coach.engine.restore import restores

    put(root / "a.py", b"1\n")
    first = trees.record()
    put(root / "a.py", b"2\n")
    wanted = trees.wanted(first)
    monkeypatch.setattr(restores, "LOCK_SECONDS", 0.0)
    with trees.restores.alone(), pytest.raises(StoreError, match="another coach"):
        trees.restores.put_back(wanted, "")
    assert (root / "a.py").read_bytes() == b"2\n"


def test_contents_that_git_threw_away_are_held(root: Path, trees: TreeStore, tmp_path: Path) -> None:
    """The undo does not rest on objects of the user's repository: it may collect them."""
    put(root / "a.py", b"staged once\n")
    git(root, "add", "a.py")
    other = TreeStore(root, tmp_path / "home2")
    put(root / "a.py", b"staged once\n")
    first = other.record()
    put(root / "a.py", b"2\n")
    second, _, _ = restore(other, first)
    put(root / "a.py", b"3\n")
    git(root, "add", "a.py")
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "-q", "--prune=now")
    restore(other, first)
    assert (root / "a.py").read_bytes() == b"staged once\n"
    restore(other, second)
    assert (root / "a.py").read_bytes() == b"2\n"


def test_submodules_and_nested_repositories_stay_and_are_named(root: Path, tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    git(lib, "init", "-q")
    git(lib, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "one")
    git(root, "-c", "protocol.file.allow=always", "submodule", "-q", "add", str(lib), "lib")
    put(root / "m.py", b"1\n")
    trees = TreeStore(root, tmp_path / "home2")
    first = trees.record()
    git(
        root / "lib",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "two",
    )
    git(root, "init", "-q", "nested")
    put(root / "nested/x.py", b"nested\n")
    put(root / "m.py", b"2\n")
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root / "lib", capture_output=True, check=True
    ).stdout
    _, paths, kept = restore(trees, first)
    assert paths == ("m.py",)
    assert "submodule" in kept["lib"]
    assert (
        subprocess.run(["git", "rev-parse", "HEAD"], cwd=root / "lib", capture_output=True, check=True).stdout
        == head
    )
    assert (root / "nested/x.py").read_bytes() == b"nested\n"


def test_what_a_sparse_checkout_left_out_is_not_brought(root: Path, tmp_path: Path) -> None:
    put(root / "in/a.py", b"1\n")
    put(root / "out/b.py", b"1\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "sparse-checkout", "set", "in")
    trees = TreeStore(root, tmp_path / "home2")
    first = trees.record()
    git(root, "sparse-checkout", "disable")
    put(root / "out/b.py", b"2\n")
    put(root / "in/a.py", b"2\n")
    trees.record()
    git(root, "checkout", "--", "out")
    git(root, "sparse-checkout", "set", "in")
    _, paths, kept = restore(trees, first)
    assert "in/a.py" in paths
    assert "in/a.py" not in kept
    assert (root / "in/a.py").read_bytes() == b"1\n"


def test_extended_attributes_and_owner_stay(root: Path, trees: TreeStore) -> None:
    put(root / "a.py", b"1\n")
    try:
        os.setxattr(root / "a.py", "user.note", b"mine")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    if os.geteuid() == 0:
        os.chown(root / "a.py", 1234, 1235)
    first = trees.record()
    (root / "a.py").write_bytes(b"2\n")
    restore(trees, first)
    assert os.getxattr(root / "a.py", "user.note") == b"mine"
    if os.geteuid() == 0:
        assert ((root / "a.py").stat().st_uid, (root / "a.py").stat().st_gid) == (1234, 1235)


def test_a_tree_of_an_older_coach_is_refused_where_its_bytes_are_not_known(
    root: Path, trees: TreeStore
) -> None:
    from tests.engine.trees.test_exact_trees import older_record

    put(root / ".gitattributes", b"*.txt text eol=crlf\n")
    put(root / "w.txt", b"a\r\n")
    put(root / "m.py", b"1\n")
    older = older_record(root, trees, {"w.txt": b"a\n", "m.py": b"0\n"})
    put(root / "w.txt", b"b\r\n")
    before = snapshot(root)
    with pytest.raises(StoreError, match=r"w\.txt cannot be put back.*older coach"):
        restore(trees, older)
    assert snapshot(root) == before


def test_an_older_tree_is_exact_where_no_attribute_applies(root: Path, trees: TreeStore) -> None:
    from tests.engine.trees.test_exact_trees import older_record

    put(root / "m.py", b"1\r\n")
    older = older_record(root, trees, {"m.py": b"0\r\n"})
    restore(trees, older)
    assert (root / "m.py").read_bytes() == b"0\r\n"
