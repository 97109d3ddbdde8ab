"""Give tests back what coach switched off before they began: they see a process that may write bytecode.

PYTEST_DONT_REWRITE

A run begins with ``PYTHONDONTWRITEBYTECODE``, so that nothing is written before this file is loaded. Then flag and
variable are as without coach, and only bytecode of the project itself and of what is installed is still not written: what
a test makes and imports elsewhere is compiled as always. Processes that tests start write theirs below another folder.
"""

import os
import sys
from importlib.machinery import SourceFileLoader

VARIABLE, PREFIX = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"


def restore(children, roots):
    """Put flag and variable back; harmless to repeat.

    Args:
        children: folder for the bytecode of processes that tests start; empty: they write it as always.
        roots: folders below which this process writes none, with all that can be imported now.
    """
    if getattr(SourceFileLoader, "_coach_holds_back", False) or not hasattr(SourceFileLoader, "_cache_bytecode"):
        return
    places = {os.path.realpath(each) for each in (*roots, *filter(None, sys.path), sys.prefix)}
    places |= set(roots)
    held = tuple(place.rstrip(os.sep) + os.sep for place in places if place)
    _hold_back(held)
    os.environ.pop(VARIABLE, None)
    if children:
        os.environ.setdefault(PREFIX, children)
    sys.dont_write_bytecode = False


def _hold_back(held):
    plain = SourceFileLoader._cache_bytecode

    def cache_bytecode(self, source_path, bytecode_path, data):
        if not str(source_path).startswith(held):
            return plain(self, source_path, bytecode_path, data)
        return None

    SourceFileLoader._cache_bytecode = cache_bytecode
    SourceFileLoader._coach_holds_back = True
    try:
        from _pytest.assertion import rewrite

        makes = rewrite.try_makedirs
    except (ImportError, AttributeError):
        return

    def try_makedirs(folder, *rest, **named):
        """Say that there is no place: pytest then compiles a test module and keeps nothing."""
        if (str(folder) + os.sep).startswith(held):
            return False
        return makes(folder, *rest, **named)

    rewrite.try_makedirs = try_makedirs


def folder_first():
    """Return the current folder when ``python -m`` alone has put it on ``sys.path``; else nothing."""
    try:
        here = os.getcwd()
        same = [each for each in sys.path if each and os.path.realpath(each) == os.path.realpath(here)]
    except OSError:
        return ""
    return here if sys.path[:1] == same else ""


def found_by(folder, session):
    """Name modules that were found by ``folder`` alone: pytest started as a program would not find them."""
    if not folder or folder_first_is_doubled(folder):
        return []
    tests = {getattr(getattr(item, "module", None), "__file__", None) for item in session.items}
    tests |= {getattr(each, "__file__", None) for each in session.config.pluginmanager.get_plugins()}
    tests.discard(None)
    if session.config.getoption("importmode", "prepend") != "importlib":
        if any(_base(path) == folder for path in tests if type(path) is str):
            return []  # pytest puts the folder there itself
    found = []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if type(name) is str and "." not in name and type(path) is str and path not in tests:
            place = os.path.dirname(path)
            if os.path.basename(path) == "__init__.py":
                place = os.path.dirname(place)
            if place == folder and not name.startswith("__"):
                found.append(name)
    return sorted(found)[:5]


def folder_first_is_doubled(folder):
    return len([each for each in sys.path if each == folder]) > 1


def _base(path):
    """Return the folder that pytest's default import mode puts on ``sys.path`` for a test module or conftest."""
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder
