"""Any command: the first failing test of whatever runner it starts, what was wanted, the line of its own, and the same
signature each time; a hidden exit code is no green, and what failed after green tests is the failure."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

UNITTEST = """
    import random
    import unittest


    class Cart(unittest.TestCase):
        def test_first(self):
            pass

        def test_total(self):
            self.assertEqual(TOTAL, 7, f"port 127.0.0.1:{random.randint(40000, 60000)}")
"""

NODE = """
    const { test, describe, it } = require('node:test');
    const assert = require('node:assert');
    describe('cart', () => {
      it('is empty', () => {});
      it('adds up', () => {
        console.log('at', Date.now());
        assert.deepStrictEqual({ items: [1, TOTAL] }, { items: [1, 7] });
      });
      it('comes later', { todo: true }, () => { throw new Error('not yet'); });
    });
"""

GO = """
    package shop

    import "testing"

    func TestEmpty(t *testing.T) {}

    func TestTotal(t *testing.T) {
    \tt.Run("two items", func(t *testing.T) {
    \t\tt.Logf("at %p", t)
    \t\tif got := TOTAL; got != 7 {
    \t\t\tt.Errorf("total() = %d, want 7", got)
    \t\t}
    \t})
    }
"""

RUST = """
    pub fn total() -> i32 { TOTAL }

    #[cfg(test)]
    mod tests {
        #[test]
        fn empty() {}
        #[test]
        fn other() { panic!("last") }
        #[test]
        fn adds() {
            assert_eq!(crate::total(), 7);
        }
    }
"""


@dataclass(frozen=True)
class Kind:
    """One runner: its files, how it is run, and what is to be told of it."""

    needs: str
    words: tuple[str, ...]
    files: dict[str, str]
    test: str
    got: str
    path: str
    line: int
    place: str = ""
    wanted: str = "7"


CARGO = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
TAP = ("node", "--test", "--test-reporter=tap")
KINDS = {
    "unittest": Kind(
        sys.executable,
        (sys.executable, "-m", "unittest"),
        {"test_cart.py": UNITTEST},
        "test_cart.Cart.test_total",
        "6",
        "test_cart.py",
        11,
    ),
    "node-tap": Kind(
        "node", TAP, {"a/cart.test.js": NODE}, "cart > adds up", "6", "a/cart.test.js", 8, "items[1]"
    ),
    "node-spec": Kind(
        "node",
        (*TAP[:2], "--test-reporter=spec"),
        {"cart.test.js": NODE},
        "cart > adds up",
        "6",
        "cart.test.js",
        8,
        "items[1]",
    ),
    "go": Kind(
        "go",
        ("go", "test", "./..."),
        {"go.mod": "module example.com/shop\n\ngo 1.19\n", "deep/cart_test.go": GO},
        "example.com/shop/deep.TestTotal/two_items",
        "6",
        "deep/cart_test.go",
        12,
    ),
    "go-json": Kind(
        "go",
        ("go", "test", "-json", "./..."),
        {"go.mod": "module example.com/shop\n\ngo 1.19\n", "cart_test.go": GO},
        "example.com/shop.TestTotal/two_items",
        "6",
        "cart_test.go",
        12,
    ),
    "cargo": Kind(
        "cargo",
        ("cargo", "test", "--offline"),
        {"Cargo.toml": CARGO, "src/lib.rs": RUST},
        "tests::adds",
        "6",
        "src/lib.rs",
        12,
    ),
}


@pytest.fixture
def reported(state_home):
    """Return a function that runs a command through the command line and returns what the log says of the run."""

    def run(laid, *words, at=""):
        said = laid.coach("run", "--new", "--json", "--", *words, at=at, HOME=os.environ["HOME"]).json
        log = next(path for path in state_home.rglob("*.jsonl") if said["session"] in str(path))
        events = [json.loads(line) for line in log.read_text().splitlines()]
        report = [each for each in events if each.get("kind") == "run_finished"][-1]["report"]
        return said, report

    return run


def with_total(files, total):
    return {name: text.replace("TOTAL", str(total)) for name, text in files.items()}


def answers(tool):
    """Whether a tool is here and works: the ``cargo`` that rustup puts on PATH has no compiler under another HOME."""
    words = [tool, "version" if tool == "go" else "--version"]
    if shutil.which(tool) is None:
        return False
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def signatures(said):
    return [each["signature"] for each in said["failures"]]


@pytest.mark.parametrize("name", KINDS)
def test_the_first_failing_test_is_the_failure(lay, reported, name):
    """Its own id, what was got and wanted, its own line; the same signature twice, another one for another value."""
    kind = KINDS[name]
    if not answers(kind.needs):
        pytest.skip(f"{kind.needs} is not here, or cannot work here")
    top = lay({**with_total(kind.files, 6), ".gitignore": "target/\n"})
    top.commit("one")
    said, report = reported(top, *kind.words)
    first = report["failures"][0]
    assert first["test"] == kind.test, said
    assert [(each["path"], each["got"], each["wanted"]) for each in first["difference"]] == [
        (kind.place, kind.got, kind.wanted)
    ]
    own = [each for each in first["frames"] if each["own"]]
    assert (own[-1]["path"], own[-1]["line"]) == (kind.path, kind.line)
    assert own[-1]["source"] in own[-1]["code"]
    assert signatures(reported(top, *kind.words)[0]) == signatures(said)
    top.write(with_total(kind.files, 5))
    other = reported(top, *kind.words)[0]
    assert other["failures"][0]["test"] == kind.test
    assert not set(signatures(other)[:1]) & set(signatures(said)[:1])


HIDING = {
    "make": {"Makefile": "test:\n\t-python3 -m unittest\n", "test_cart.py": UNITTEST},
    "shell": {"check.sh": "#!/bin/sh\npython3 -m unittest 2>&1 | cat\n", "test_cart.py": UNITTEST},
}


@pytest.mark.parametrize("words", [("make", "test"), ("sh", "check.sh")])
def test_a_hidden_exit_code_is_no_green(lay, reported, words):
    """A script swallows the exit code, its output says that a test failed: neither green nor red, and why."""
    files = HIDING["make" if words[0] == "make" else "shell"]
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not here")
    said, _ = reported(lay(with_total(files, 6)), *words)
    assert (said["outcome"], said["exit_code"]) == ("UNRESOLVED", 0)
    assert "ended with 0, but its output (unittest) tells of 1 failed test" in said["reason"]
    assert "test_cart.Cart.test_total" in said["reason"]


def test_what_failed_after_green_tests_is_the_failure(lay, reported):
    """Every test passed, then a check fails: the check is named, the tests are counted."""
    top = lay(
        {
            "test.sh": f"set -e\n{sys.executable} -m unittest\n{sys.executable} check.py\n",
            "test_cart.py": with_total({"": UNITTEST}, 7)[""],
            "check.py": "import os\n\n\ndef check():\n    raise SystemError('prices.csv has no header')\n\n\ncheck()\n",
        }
    )
    said, report = reported(top, "sh", "test.sh")
    assert said["outcome"] == "FAIL"
    assert (said["counts"]["passed"], said["counts"]["failed"]) == (2, 0)
    [failure] = report["failures"]
    assert (failure["test"], failure["exception"]) == ("sh test.sh", "SystemError")
    assert failure["message"] == "prices.csv has no header"
    assert (failure["frames"][-1]["path"], failure["frames"][-1]["line"]) == ("check.py", 5)


def test_two_runners_in_one_command_are_told_in_their_order(lay, reported):
    """A recipe that goes on after the first red suite: the failures of both, and both counted."""
    if shutil.which("node") is None:
        pytest.skip("node is not here")
    files = with_total({"test_cart.py": UNITTEST, "web/cart.test.js": NODE}, 6)
    files["all.sh"] = f"{sys.executable} -m unittest\nnode --test --test-reporter=tap\n"
    _, report = reported(lay(files), "sh", "all.sh")
    assert [each["test"] for each in report["failures"]] == ["test_cart.Cart.test_total", "cart > adds up"]
    assert (report["counts"]["failed"], report["counts"]["passed"]) == (2, 2)


def test_an_output_nobody_knows_tells_its_error(lay, reported):
    """The line that tells of an error, without recipes' closing words; how long it took is no part of it."""
    script = "import time\nprint('checked 3 of 17 files in', round(time.time() % 7, 3), 's')\nprint('bad price in row 4: -3')\nprint('done in %.3fs' % (time.time() % 9))\nraise SystemExit(3)\n"
    top = lay({"check.py": script, "Makefile": f"test:\n\t@{sys.executable} check.py\n"})
    words = ("make", "test") if shutil.which("make") else (sys.executable, "check.py")
    said, report = reported(top, *words)
    [failure] = report["failures"]
    assert failure["message"] == "bad price in row 4: -3"
    assert signatures(reported(top, *words)[0]) == signatures(said)


def test_a_command_in_a_folder_of_a_repository_names_its_files_from_the_top(lay, reported):
    """It was typed and started in `web`: its runner names files from there, coach from the top of the repository."""
    files = with_total({"pyproject.toml": "", "web/pyproject.toml": "", "web/test_cart.py": UNITTEST}, 6)
    files["web/say.sh"] = "echo './test_cart.py:4: error: no rate'; exit 1\n"
    top = lay(files)
    top.commit("one")
    for words, line in (((sys.executable, "-m", "unittest"), 11), (("sh", "say.sh"), 4)):
        _, report = reported(top, *words, at="web")
        frame = report["failures"][0]["frames"][-1]
        assert (frame["path"], frame["line"], frame["own"]) == ("web/test_cart.py", line, True)
