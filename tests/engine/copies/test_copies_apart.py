"""A copy is apart from the checkout: nothing in it is the person's own file, what leads out is named, nothing holds the copying."""

import hashlib
import os
import socket
import stat
import subprocess

import pytest

from coach.engine.copies import untracked
from coach.engine.copies.complete import completed
from coach.engine.trees.tree_store import TreeStore
from tests.engine.histories import History, fingerprint
from tests.engine.lab import command


@pytest.fixture
def shop(tmp_path):
    history = History(tmp_path / "work" / "shop")
    history.write(conftest="", shop="A = 1\n")
    (history.root / ".gitignore").write_text("kept/\n*.bin\n")
    history.commit("one")
    return history


def store(history, tmp_path) -> TreeStore:
    return TreeStore(history.root, tmp_path / "home")


def lay_links(root, outside, alias):
    """Make links of every kind; returns those that lead out, with the places."""
    (root / "data").mkdir()
    (root / "data/rows.txt").write_text("rows")
    (root / "kept").mkdir()
    (root / "deep/er").mkdir(parents=True)
    links = {
        "absolute": outside / "notes",
        "above": os.path.relpath(outside / "notes", root),
        "deep/er/above": os.path.relpath(outside, root / "deep/er"),
        "through": "absolute",
        "kept/folder": outside,
        "nowhere": outside / "nothing",
    }
    inside = {
        "here": root / "data",
        "renamed": alias / "data/rows.txt",
        "round": f"../{root.name}/data",
        "far-round": os.path.relpath(root / "data", root.parents[2]),
        "deep/er/rows": root / "data/rows.txt",
        "kept/rows": root / "data/rows.txt",
    }
    inside["far-round"] = f"../../{root.parent.name}/{root.name}/data"
    for name, way in (links | inside).items():
        (root / name).symlink_to(way)
    return {name: os.path.realpath(root / name) for name in links}, list(inside)


def test_links_lead_into_the_copy_or_are_named(shop, tmp_path):
    """Absolute, relative, through another, into the checkout, by another name of it, recorded or ignored."""
    outside, alias = tmp_path / "outside", tmp_path / "alias"
    outside.mkdir()
    (outside / "notes").write_text("mine")
    alias.symlink_to(shop.root)
    leading, inside = lay_links(shop.root, outside, alias)
    trees = store(shop, tmp_path)
    tree = trees.record()
    said = " ".join(trees.outlook(tree))
    assert "leads out of the copies: what tests write there is written" in said
    assert "3 other links lead out" in said
    said = " ".join(trees.outlook(tree, is_confined=True))
    assert "leads out of the copies: tests read it, cannot write it" in said
    before = fingerprint(shop.root)
    with trees.materialise(tree) as copy:
        real = os.path.realpath(copy)
        named = dict(each.split(" -> ") for each in completed(copy).links)
        assert named == leading
        for name in inside:
            assert os.path.realpath(copy / name).startswith(real + os.sep), name
            assert (copy / name).exists(), name
        for name in leading:
            assert os.path.realpath(copy / name) == leading[name]
        (copy / "here/rows.txt").write_text("written in the copy")
        assert (copy / "kept/rows").read_text() == "written in the copy"
    assert fingerprint(shop.root) == before


def test_nothing_is_copied_through_a_link_of_an_older_tree(shop, tmp_path):
    """What is a folder now was a link to a place of the person's own."""
    outside = tmp_path / "outside"
    (outside / "kept").mkdir(parents=True)
    (outside / "x.bin").write_text("mine")
    (shop.root / "assets").symlink_to(outside)
    (shop.root / "more").symlink_to(outside)
    old = shop.commit("a link")
    for name in ("assets", "more"):
        (shop.root / name).unlink()
        (shop.root / name / "empty").mkdir(parents=True)
    (shop.root / "assets/x.bin").write_text("new")
    (shop.root / "assets/y.bin").write_text("new")
    (shop.root / "assets/keep.txt").write_text("")
    shop.commit("a folder")
    before = fingerprint(outside)
    trees = store(shop, tmp_path)
    with trees.materialise(old) as copy:
        assert {"assets/y.bin"} <= set(dict(completed(copy).left_out))
        assert "leads out of the copy" in dict(completed(copy).left_out)["assets/y.bin"]
        assert fingerprint(outside) == before
    assert fingerprint(outside) == before


def test_what_is_no_file_is_named_and_never_opened(shop, tmp_path):
    """A pipe without a writer, a socket, a device: each among files that are copied."""
    kept = shop.root / "kept"
    kept.mkdir()
    os.mkfifo(kept / "pipe")
    os.mkfifo(shop.root / "pipe.bin")
    (kept / "link-to-pipe").symlink_to(kept / "pipe")
    (kept / "endless").symlink_to("/dev/zero")
    special = {"kept/pipe": "it is a pipe", "kept/socket": "it is a socket"}
    if os.getuid() == 0:
        try:
            os.mknod(kept / "device", stat.S_IFCHR | 0o600, os.makedev(1, 5))
            special["kept/device"] = "it is a device"
        except OSError:
            pass  # not every container may
    (kept / "rows.txt").write_text("rows")
    here = os.open(kept, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        trees = store(shop, tmp_path)
        tree = trees.record()
        assert "kept/pipe" in " ".join(trees.outlook(tree))
        with trees.materialise(tree) as copy:
            left_out = dict(completed(copy).left_out)
            assert {path: left_out[path] for path in special} == {
                path: f"no tree holds it, and {why}" for path, why in special.items()
            }
            assert (copy / "kept/rows.txt").read_text() == "rows"
            assert (copy / "kept/endless").readlink().as_posix() == "/dev/zero"


def test_gigabytes_and_very_many_files_are_named_and_not_copied(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(untracked, "MAX_FILES", 20)
    monkeypatch.setattr(untracked, "MAX_LOOKED_AT", 60)
    kept = shop.root / "kept"
    for folder in ("a", "b"):
        (kept / folder).mkdir(parents=True)
        for number in range(30):
            (kept / folder / f"{number}.txt").write_text("x")
    with (kept / "large").open("wb") as large:
        large.truncate(3 * 10**9)
    long = kept
    while len(str(long)) < 3_900 - 250:
        long /= "d" * 200
        here = os.open(long.parent, os.O_RDONLY)
        os.mkdir(long.name, dir_fd=here)
        os.close(here)
    length = 4_090 - len(str(long)) - 1
    (long / ("f" * min(length, 250))).write_text("deep")
    trees = store(shop, tmp_path)
    tree = trees.record()
    with trees.materialise(tree) as copy:
        held = [each for each in (copy / "kept").rglob("*") if each.is_file()]
        left_out = dict(completed(copy).left_out)
        assert len(held) <= 20
        assert sum(each.stat().st_blocks for each in held) < 10**5
        for number in range(30):
            for folder in ("a", "b"):
                path = f"kept/{folder}/{number}.txt"
                above = {path, f"kept/{folder}", "kept"}
                assert (copy / path).exists() or above & set(left_out), path
    monkeypatch.undo()
    said = " ".join(trees.outlook(tree))
    assert "kept/large (3.0 GB)" in said


def test_no_file_of_a_copy_is_one_of_the_checkout(shop, tmp_path):
    """No link of the other kind either, which would share the content: recorded, ignored, of a package, large."""
    for name in ("kept/rows.txt", "kept/node_modules/p/a.js", "x.bin"):
        (shop.root / name).parent.mkdir(parents=True, exist_ok=True)
        (shop.root / name).write_text("mine")
    os.link(shop.root / "x.bin", shop.root / "y.bin")
    trees = store(shop, tmp_path)
    ours = {(each.stat().st_dev, each.stat().st_ino) for each in shop.root.rglob("*") if each.is_file()}
    with trees.materialise(trees.record()) as copy:
        files = [each for each in copy.rglob("*") if each.is_file()]
        assert {each.name for each in files} >= {"rows.txt", "a.js", "x.bin", "y.bin", "shop.py"}
        assert not ours & {(each.stat().st_dev, each.stat().st_ino) for each in files}


def pointer(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n".encode()


def lay_lfs(history, contents):
    """Commit pointers as git-lfs does, and leave the newest content in the checkout."""
    place = history.root / "rows.dat"
    (history.root / ".gitattributes").write_text("*.dat filter=lfs diff=lfs merge=lfs -text\n")
    for number, content in enumerate(contents):
        place.write_bytes(pointer(content))
        history.write(notes=f"x = {number}\n")
        history.commit(f"rows {number}")
    place.write_bytes(contents[-1])


def test_contents_that_lfs_keeps_are_in_the_copy_or_named(shop, tmp_path):
    """Of the checkout where it is the same, of git-lfs's own store, else a pointer that is named."""
    contents = [b"fetched", b"not here", b"now"]
    lay_lfs(shop, contents)
    digest = hashlib.sha256(contents[0]).hexdigest()
    kept = shop.root / ".git/lfs/objects" / digest[:2] / digest[2:4]
    kept.mkdir(parents=True)
    (kept / digest).write_bytes(contents[0])
    before = fingerprint(shop.root)
    trees = store(shop, tmp_path)
    seen = []
    for commit in ("HEAD~2", "HEAD~1", "HEAD"):
        with trees.materialise(shop.git("rev-parse", commit)) as copy:
            seen.append(((copy / "rows.dat").read_bytes(), "rows.dat" in dict(completed(copy).left_out)))
    assert seen == [(b"fetched", False), (pointer(b"not here"), True), (b"now", False)]
    assert fingerprint(shop.root) == before


def test_a_commit_whose_content_lfs_did_not_fetch_is_no_evidence(lab, shop):
    """The test reads it as data: red in the copy, and not for the code."""
    history = shop
    test = (
        "from pathlib import Path\nfrom shop import A\n\n\ndef test_total():\n"
        "    assert int(Path('rows.dat').read_text().split()[-1]) * A == 4\n"
    )
    history.write(tests__test_shop=test)
    lay_lfs(history, [b"four 4", b"also 4"])
    history.write(notes="x = 9\n")
    history.commit("later")
    history.write(shop="A = 2\n")
    (history.root / "rows.dat").write_bytes(pointer(b"also 4"))
    culprit = history.commit("breaks it")
    (history.root / "rows.dat").write_bytes(b"also 4")
    here = lab(history.root)
    check = command("import runpy", "runpy.run_path('tests/test_shop.py')['test_total']()")
    base = history.git("rev-parse", "HEAD~2")
    result = here.search("commits", check, reference=here.reference(check), base=base)
    assert [each.id for each in result.found.commits] == [culprit], result
    old = here.search("commits", reference=here.reference("tests/test_shop.py::test_total"))
    assert [each.id for each in old.found.commits] == [culprit], old
    tried = [each for seen in here.observed for each in seen.tried if "pointer" in each.reason]
    assert all(each.outcome == "UNRESOLVED" for each in tried)


def test_a_sparse_checkout_is_searched_in_whole_trees_and_stays_sparse(lab, tmp_path):
    history = History(tmp_path / "shop")
    test = command("from shop import A", "assert A == 1, A")
    history.write(shop="A = 1\n", tests__test_shop="", big__data="B = 1\n")
    history.commit("one")
    history.write(big__data="B = 2\n")
    history.commit("two")
    history.write(shop="A = 2\n")
    culprit = history.commit("breaks it")
    history.write(big__more="C = 1\n")
    history.commit("later")
    history.git("sparse-checkout", "set", "--no-cone", "/shop.py", "/tests/")
    assert not (history.root / "big").exists()
    here = lab(history.root)
    result = here.search("commits", test, reference=here.reference(test))
    assert [each.id for each in result.found.commits] == [culprit], result
    edited = (history.root / "shop.py").read_text() + "B = 1\n"
    (history.root / "shop.py").write_text(edited)
    edits = here.search(
        "edits", test, reference=here.reference(test), base=history.git("rev-parse", "HEAD~2")
    )
    assert [each.path for each in edits.found.files] == ["shop.py"], edits
    assert not (history.root / "big").exists()
    assert (
        subprocess.run(["git", "status", "--short"], cwd=history.root, capture_output=True, check=True).stdout
        == b" M shop.py\n"
    )


def test_what_lies_above_the_root_is_named_when_a_copy_lacks_it(lab, shop):
    """By a way up from the test's own file, and from the folder it runs in."""
    (shop.root.parent / "shared.txt").write_text("4")
    above = "from pathlib import Path\nfrom shop import A\n\n\ndef test_total():\n    assert int({}.read_text()) * A == 4\n"
    shop.write(tests__test_file=above.format("(Path(__file__).parents[2] / 'shared.txt')"))
    shop.commit("right")
    shop.write(shop="A = 2\n")
    shop.commit("breaks it")
    here = lab(shop.root)
    of_folder = command(
        "from pathlib import Path",
        "from shop import A",
        "assert int(Path('../shared.txt').read_text()) * A == 4",
    )
    for test in ("tests/test_file.py::test_total", of_folder):
        result = here.search("commits", test, reference=here.reference(test))
        assert result.how != "found", result
        assert f"the copy has no {shop.root.parent / 'shared.txt'}" in result.sentence, result
