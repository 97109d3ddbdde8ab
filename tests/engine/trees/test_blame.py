"""Which commit touched a place last, asked of a real repository; nothing of it changes by asking."""

import os

from coach.core.search.request import Place
from coach.engine.trees.tree_store import open_trees
from tests.engine.histories import History, fingerprint


def test_the_newest_commit_of_each_place_also_when_lines_have_moved(tmp_path, monkeypatch):
    history = History(tmp_path / "shop")
    history.write(shop__cart="def a():\n    return 1\n\n\ndef b():\n    return 2\n")
    monkeypatch.setitem(os.environ, "GIT_CONFIG_GLOBAL", os.devnull)
    first = history.commit("begin")
    history.write(shop__cart="def a():\n    return 1\n\n\ndef b():\n    return 3\n")
    history.git("add", "-A")
    history.git("-c", "user.name=a", "commit", "-qm", "b gives three", "--date", "2031-01-01T00:00:00Z")
    second = history.git("rev-parse", "HEAD")
    history.write(
        shop__cart="# moved\n\ndef a():\n    return 1\n\n\ndef b():\n    return 3\n", shop__new="x = 1\n"
    )
    before = fingerprint(history.root)
    trees, why = open_trees(history.root, tmp_path / "home")
    assert trees is not None, why
    places = [("shop/cart.py", 3, 4), ("shop/cart.py", 7, 8), ("shop/cart.py", 1, 1), ("shop/new.py", 1, 1)]
    found = trees.touched([Place(path=path, start=start, end=end) for path, start, end in places])
    assert [(each.start, each.commit, each.subject) for each in found] == [
        (3, first, "begin"),
        (7, second, "b gives three"),
    ]
    assert found[1].at > found[0].at
    assert trees.touched([Place(path="shop/gone.py", start=1, end=2)]) == ()
    assert fingerprint(history.root) == before


def test_without_a_history_nothing_is_known(tmp_path):
    root = tmp_path / "plain"
    root.mkdir()
    (root / "a.py").write_text("x = 1\n")
    trees, _ = open_trees(root, tmp_path / "home")
    assert trees is None or trees.touched([Place(path="a.py", start=1, end=1)]) == ()
