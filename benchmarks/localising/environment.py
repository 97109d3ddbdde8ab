"""The interpreter that runs the tests of all defects, with what they need; it imports the project it stands in.

A project is on the path by where the run stands (``src`` of the working folder, which a copy has as well), so that no
variable has to be set that would change what coach itself imports.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_HERE = "import os, sys; sys.path.insert(0, os.path.join(os.getcwd(), 'src'))\n"


def environment(folder: Path, needs: Sequence[str]) -> str:
    """Return the interpreter below ``folder``, made when it is not there. Raises CalledProcessError."""
    python = folder / "bin" / "python"
    done = folder / "needs.txt"
    if not done.exists() or done.read_text("utf-8").split("\n") != list(needs):
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs]
        subprocess.run([str(python), *words], check=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        (packages / "project_here.pth").write_text(_HERE, "utf-8")
        done.write_text("\n".join(needs), "utf-8")
    return str(python)
