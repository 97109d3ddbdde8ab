"""``coach trace`` through the real program: a tree, the first divergence, the failing run's own log lines; nothing written."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.engine.conftest import TARGETS, content_hash

TEST = "tests/test_stock.py::test_short"


@pytest.fixture
def coach(tmp_path, coach_in):
    root = tmp_path / "depot"
    shutil.copytree(TARGETS / "called", root)
    stock = root / "depot/stock.py"
    stock.write_text(
        stock.read_text().replace(
            '            with open("stock.log", "a") as file:\n                file.write("short: %s\\n" % name)\n',
            "",
        )
    )
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    good = stock.read_text()
    stock.write_text(good.replace("if left < 0", "if left < -5"))
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    stock.write_text(good)
    before = content_hash(root)
    yield coach_in(root)
    assert content_hash(root) == before


def test_the_tree_the_divergence_and_the_logs(coach):
    coach("run", TEST, "--python", sys.executable, code=1)
    said = coach("trace").out
    assert said.startswith(f"{TEST}\n")
    assert "Stock.take(name='mug', number=1) raised ValueError: no mug left" in said
    assert "first divergence: find raised KeyError: 'mug'; test_taken find gave 1" in said
    assert "! WARNING depot.stock: mug is short by 1" in said
    assert "  WARNING depot.stock: took one" in said
    folded = coach("trace", "--depth", "1").out
    assert "…" in folded

    found = json.loads(coach("trace", "--against", "HEAD", "--json").out)
    assert found["divergence"]["here"] == "Stock.take raised ValueError: no mug left"
    assert found["divergence"]["there"] == "Stock.take gave -1"
    assert found["divergence"]["versus"] == "with the code of HEAD it"
    assert {"path", "function", "arguments", "how", "value", "depth"} <= set(found["calls"][0])

    said = coach("who", "left", "at", "depot/stock.py:24").out
    assert said.startswith("left = -1 ← Stock.take stock.py:24 ← Stock.count stock.py:21"), said
    assert "  depot/stock.py:21 Stock.count: count() = 0 (returned)" in said
    found = json.loads(coach("who", "--json").out)
    assert (found["line"], found["expression"]) == (27, "left < 0")
    assert {"path", "line", "function", "name", "how", "value"} <= set(found["origins"][0])
    assert "names no line" in coach("who", "left", "at", "24", code=2).err
    refused = coach("trace", "--against", "pass", code=2)
    assert "no run has passed" in refused.err
