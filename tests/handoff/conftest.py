"""A small project with a defect, and the real program on it."""

import hashlib
import os
import subprocess
import sys

import pytest

from tests.fork_server import run_coach

TEST = "tests/test_cart.py::test_total"
CART = "def total(prices):\n    return sum(prices) + 1\n"
CHECK = "from cart import total\n\n\ndef test_total():\n    assert total([2, 3]) == 5\n"


class Shop:
    """The project, and ``coach`` run in it."""

    def __init__(self, root, state):
        self.root, self.state = root, state
        env = {key: value for key, value in os.environ.items() if not key.startswith(("COACH_", "PYTEST_"))}
        self.env = env | {
            "COACH_STATE_DIR": str(state),
            "COACH_PYTHON": sys.executable,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }

    def write(self, name, text, mode=0o644):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def git(self, *words):
        own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *own, *words], cwd=self.root, check=True, capture_output=True)

    def commit(self):
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "begin")

    def coach(self, *words, stdin="", **env):
        return run_coach(*words, cwd=self.root, env=self.env | env, stdin=stdin)

    def fingerprint(self):
        """Everything git keeps about the checkout besides the work tree."""
        files = sorted(path for path in (self.root / ".git").rglob("*") if path.is_file())
        return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "shop", tmp_path / "state")
    made.write("cart.py", CART)
    made.write("tests/test_cart.py", CHECK)
    made.write("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["."]\n')
    made.commit()
    return made
