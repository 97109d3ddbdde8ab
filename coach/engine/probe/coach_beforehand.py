"""Load beforehand what a test loads while it runs: a forked child inherits it, else each of them would load it again.

PYTEST_DONT_REWRITE

Part of ``coach_mutator``; standard library only, Python 3.8+, systems with ``fork``. The project's own modules are left
to the test: what they do when they are imported is a part of what it tests.
"""

import importlib
import importlib.util
import mmap
import sys

SIZE = 65_536
MOST = 500
_BUILT_IN = ("built-in", "frozen")


class Beforehand:
    """The modules that the unchanged test loaded in its child, told through memory that the parent shares."""

    def __init__(self, root):
        self.root, self.memory = root.rstrip("/") + "/", mmap.mmap(-1, SIZE)
        self.known = frozenset(sys.modules)

    def say(self):
        """In a child: name what was loaded since it was forked, in this order."""
        rows = []
        for name, module in list(sys.modules.items()):
            place = _place(module)
            if name not in self.known and place and not place.startswith(self.root):
                rows.append("%s\t%s" % (name, place))
        text = "\n".join(rows[:MOST]).encode("utf-8", "replace")
        if len(text) <= SIZE - 4:
            self.memory[4 : 4 + len(text)] = text
            self.memory[:4] = len(text).to_bytes(4, "little")

    def load(self):
        """In the parent: load what would be the same module here; returns whether there was any."""
        size = min(int.from_bytes(self.memory[:4], "little"), SIZE - 4)
        rows = bytes(self.memory[4 : 4 + size]).decode("utf-8", "replace").split("\n")
        return any([_loaded(*row.split("\t")) for row in rows if row.count("\t") == 1])


def _place(module):
    """Return the file that a module was loaded from, or that it is a part of the interpreter; empty: nobody knows."""
    try:
        place = vars(module)["__spec__"].origin
    except Exception:
        return ""
    return place if type(place) is str and (place in _BUILT_IN or "/" in place) else ""


def _loaded(name, place):
    if name in sys.modules:
        return False
    try:
        found = importlib.util.find_spec(name)
        if found is None or found.origin != place:
            return False
        importlib.import_module(name)
    except BaseException:  # also what a module says by ending the process
        return False
    return True
