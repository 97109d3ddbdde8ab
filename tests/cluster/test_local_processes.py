"""A cluster of this machine's own processes starts also where stderr is not a file, as under the screen, and without a word."""

import subprocess
import sys

from tests.fork_server import TOP

STARTS = """\
import contextlib, io, sys
from pathlib import Path
from coach.core.cluster.address import parse_address
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.engine.cluster.connection import connect


class NoFile(io.StringIO):
    def fileno(self):
        return -1  # what Textual's own answers


if __name__ == "__main__":
    said = NoFile()
    with contextlib.redirect_stderr(said):
        made = connect(parse_address("local:1"), ClusterSettings(), Path.cwd(), "coach.session.worker_preload")
        print(len(made.client.scheduler_info()["workers"]), repr(said.getvalue()))
        made.close()
"""


def test_it_starts_where_stderr_has_no_descriptor(tmp_path):
    program = tmp_path / "starts.py"
    program.write_text(STARTS)
    done = subprocess.run(
        [sys.executable, str(program)], cwd=TOP, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-1] == "1 ''", done.stderr
    assert not done.stderr
