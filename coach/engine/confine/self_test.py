"""Try the fence for real: a small program attempts what it may not, and says what was refused."""

import json
import os
import sys
import threading
from pathlib import Path

from coach.engine.confine.landlock import Fence, available
from coach.engine.process.output import CappedOutput
from coach.engine.process.scratch import temporary_folder
from coach.engine.process.spawn import Launch
from coach.engine.process.supervise import Limits, supervise

RIGHTS = {
    "files": "files outside are not written, removed or renamed",
    "truncation": "nor cut",
    "modes": "modes, owners, times and attributes outside are not changed",
    "TCP": "what coach changed opens no TCP",
    "signals": "no process outside is signalled",
}
_LIMITS = Limits(wall=20.0, silence=20.0)
_SCRIPT = """\
import json, os, socket, sys
outside, parent, refused = sys.argv[1], int(sys.argv[2]), []
def attempt(right, act):
    try:
        act()
    except PermissionError:
        refused.append(right)
    except OSError:
        pass
attempt("files", lambda: open(outside, "a").close())
attempt("truncation", lambda: os.truncate(outside, 0))
attempt("modes", lambda: os.chmod(outside, 0o600))
attempt("TCP", lambda: socket.create_connection(("127.0.0.1", 9), 1))
attempt("signals", lambda: os.kill(parent, 0))
print(json.dumps(refused))
"""


def refused_here() -> tuple[str, ...]:
    """Return which of ``RIGHTS`` are refused to a confined program on this system; none where nothing can be confined."""
    if not available().is_there:
        return ()
    with temporary_folder() as folder:
        outside, inside = folder / "outside", folder / "inside"
        outside.write_text("whole")
        inside.mkdir()
        argv = [sys.executable, "-I", "-S", "-c", _SCRIPT, str(outside), str(os.getpid())]
        said = CappedOutput()
        launch = Launch(argv, Path(inside), dict(os.environ), fence=Fence((inside,), is_strict=True))
        supervise(launch, _LIMITS, said.feed, threading.Event(), lambda: False)
        try:
            found = json.loads(said.text().strip().rpartition("\n")[2])
        except ValueError:
            return ()
    return tuple(each for each in RIGHTS if each in found)
