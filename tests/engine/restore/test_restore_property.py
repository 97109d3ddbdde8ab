"""Whatever the files are, and whatever attributes say: restored they are as recorded, and undone as before, byte for byte."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coach.engine.trees.tree_store import TreeStore
from tests.engine.restore.test_restore_hostile import snapshot

NAMES = ("a.txt", "b.py", "d/c.txt", "d/e/f.bin", "d", "g\nh", "ü.u16", "\udcff.txt", "x/y", "x")
CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        (b"", b"a\r\nb\r\n", b"a\nb\n", b"$Id: x $\n", "ü\n".encode("utf-16"), b"\xef\xbb\xbfx\r")
    ),
)
FILE = st.tuples(st.just("file"), CONTENTS, st.sampled_from((0o644, 0o755, 0o600, 0o444, 0o4755, 0o000)))
LINK = st.tuples(st.just("link"), st.sampled_from(("a.txt", "/nowhere", "../out", "d")), st.just(0))
FOLDER = st.tuples(st.just("folder"), st.just(""), st.sampled_from((0o755, 0o700)))
TREES = st.dictionaries(st.sampled_from(NAMES), st.one_of(FILE, LINK, FOLDER), max_size=8)
RULES = st.sampled_from(
    ("", "* text=auto eol=crlf\n*.u16 working-tree-encoding=UTF-16\n", "* ident text\n*.bin binary\n")
)


def lay_out(root: Path, tree: dict[str, tuple[str, object, int]], rules: str) -> None:
    """Make the files; a name below one that is no folder is passed over."""
    for path in root.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    (root / ".gitattributes").write_text(rules)
    for name, (kind, content, mode) in sorted(tree.items()):
        path = root / name
        folders = [each for each in path.parents if each.is_relative_to(root)]
        if os.path.lexists(path) or any(each.is_symlink() or each.is_file() for each in folders):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            path.symlink_to(str(content))
        elif kind == "folder":
            path.mkdir()
            path.chmod(mode)
        else:
            assert isinstance(content, bytes)
            path.write_bytes(content)
            path.chmod(mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="files without rights can be recorded by root only")
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(old=TREES, new=TREES, rules=st.tuples(RULES, RULES))
def test_restored_and_undone_byte_for_byte(
    old: dict[str, tuple[str, object, int]], new: dict[str, tuple[str, object, int]], rules: tuple[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "project")
        root.mkdir()
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        lay_out(root, old, rules[0])
        trees = TreeStore(root, Path(folder, "home"))
        first, before = trees.record(), snapshot(root)
        note = trees.modes_of(first)
        lay_out(root, new, rules[1])
        after = snapshot(root)
        wanted = trees.wanted(first, note)
        trees.restores.planned(wanted)
        paths, kept = trees.restores.put_back(wanted, "")
        assert not kept
        assert files_of(snapshot(root)) == files_of(before)
        back = replace(trees.wanted(wanted.before, wanted.before_modes), written=paths)
        trees.restores.planned(back)
        trees.restores.put_back(back, "")
        assert files_of(snapshot(root)) == files_of(after)


def files_of(state: dict[str, object]) -> dict[str, object]:
    """Leave the permissions of folders out: those that are there keep theirs."""
    return {path: value if value[0] != 0o040000 else "folder" for path, value in state.items()}  # type: ignore[index]
