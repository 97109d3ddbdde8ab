"""Never run stale bytecode of the project: compile a module from its source unless its cached code is surely newer.

PYTEST_DONT_REWRITE

CPython and pytest take cached code for valid when the source's size and *whole-second* time are those noted in it. Two
saves within a second that keep the size, or a file put back with its old time, run the old code (CPython #75953,
#121376; pytest #14905). Here cached code of the project's own modules counts only when it was written well after the
source last changed; the change time (ctime) sees renames and restored times too. Nothing is written or deleted.
"""

import os
from importlib.machinery import SourceFileLoader

SURELY = 2_000_000_000
"""Nanoseconds between the last change of a source and the writing of its cached code that leave no doubt."""


def install(is_own, cache_of=None):
    """Look twice at cached code of the modules for which ``is_own(path)`` holds. Harmless to repeat.

    Args:
        is_own: whether a path belongs to the project.
        cache_of: path of a source -> path of its cached code; for tests.
    """
    if getattr(SourceFileLoader, "_coach_looks_twice", False):
        return
    if cache_of is None:
        from importlib.util import cache_from_source as cache_of
    stat = os.stat
    plain = SourceFileLoader.path_stats

    def is_doubtful(source, cached):
        try:
            written = stat(cached).st_mtime_ns
        except OSError:
            return False  # there is none
        seen = stat(source)
        return written - max(seen.st_mtime_ns, seen.st_ctime_ns) < SURELY

    def path_stats(self, path):
        """Raise OSError for doubtful code: the import system then compiles the source and writes nothing."""
        try:
            doubtful = is_own(path) and is_doubtful(path, cache_of(path))
        except NotImplementedError:
            doubtful = False
        if doubtful:
            raise OSError("its cached code may be stale")
        return plain(self, path)

    SourceFileLoader.path_stats = path_stats
    SourceFileLoader._coach_looks_twice = True
    _look_twice_in_pytest(is_own, is_doubtful)


def _look_twice_in_pytest(is_own, is_doubtful):
    """The same for test modules and conftests, whose rewritten code pytest caches itself."""
    try:
        from _pytest.assertion import rewrite

        plain = rewrite._read_pyc
    except (ImportError, AttributeError):
        return  # another pytest: its own rule holds

    def read_pyc(source, pyc, *rest, **named):
        try:
            if is_own(str(source)) and is_doubtful(source, pyc):
                return None
        except OSError:
            pass
        return plain(source, pyc, *rest, **named)

    rewrite._read_pyc = read_pyc
