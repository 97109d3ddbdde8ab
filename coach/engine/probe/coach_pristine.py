"""Put files back as they were: what one mutant did to the copy must not reach the next one.

PYTEST_DONT_REWRITE

Standard library only, Python 3.8+. The kernel tells which names were touched, by whatever program and however (inotify):
a mutant that touched none costs one system call. Where that is not to be had, every name is compared after every mutant.
Lost content is read again from the checkout, where it has not changed since the copy was made; what the checkout does not
hold is kept in memory from the start.
"""

import os
import shutil
import stat
import sys
import time

from coach_notices import Notices

try:
    from fcntl import F_GETFL, fcntl
except ImportError:  # where there is no fork either
    F_GETFL = fcntl = None

MOST_FILES = 100_000
MOST_HELD = 64_000_000
_COARSE = 5
"""CLOCK_REALTIME_COARSE, that files are stamped with; the time module has no name for it."""
_GRAIN = 20_000_000


class _Real:
    """The system as it was at import, before any test could replace a part of it."""

    def __init__(self):
        self.lstat, self.scandir, self.readlink, self.symlink = os.lstat, os.scandir, os.readlink, os.symlink
        self.open, self.read, self.write, self.close = os.open, os.read, os.write, os.close
        self.ftruncate, self.fstat, self.lseek = os.ftruncate, os.fstat, os.lseek
        self.unlink, self.mkdir, self.chmod, self.utime = os.unlink, os.mkdir, os.chmod, os.utime
        self.listdir, self.rmtree, self.join, self.split = os.listdir, shutil.rmtree, os.path.join, os.path.split


_real = _Real()


def stamp_now():
    """Return what the kernel would stamp a file with, or a little less."""
    try:
        if sys.platform.startswith("linux"):
            return time.clock_gettime_ns(_COARSE)
    except (OSError, AttributeError):
        pass
    return time.time_ns() - _GRAIN


class Pristine:
    """The files below some folders as they are now, and the way back to them."""

    def __init__(self, folders, copy="", checkout="", recorded=0, began=0):
        """Remember what is there.

        Args:
            folders: what is put back.
            copy: the one among them that holds the tree.
            checkout: where its files came from, as they were at ``recorded`` (nanoseconds).
            began: when this process began: what changed in the copy since then is not the checkout's.
        """
        self.folders = [each for each in folders if os.path.isdir(each)]
        self.copy, self.checkout, self.recorded, self.began = copy, checkout, recorded, began
        self.trouble = ""
        self.held, self.lost, self.room = {}, set(), MOST_HELD
        self.known, self.times = {}, {}
        for path, seen in self._walk():
            self._remember(path, seen)
        self.offsets = _offsets()
        self.tops = self._numbers()
        self.notices = Notices(self.times)

    def changed(self):
        """Whether anything was touched since it was last put back. Costs a few system calls where the kernel tells."""
        if self._numbers() != self.tops:  # nobody tells of these: a fence that names a folder keeps it alive
            return True
        if self.notices.is_on:
            touched = self.notices.any()
        else:
            touched = self._differs()
        return touched or any(_real.lseek(fd, 0, os.SEEK_CUR) != at for fd, at in self.offsets.items())

    def put_back(self):
        """Undo what was touched; returns whether all is as it was, and else says in ``trouble`` what is not."""
        try:
            names = self.notices.names() if self._numbers() == self.tops else None
            if names is None:
                self._put_all_back()
            else:
                for path in sorted(names):
                    self._put(path)
                self._stamp_folders(names)
            if names is None:
                self.notices.close()
                self.notices = Notices(self.times)
                self.tops = self._numbers()
            else:
                self.notices.drop()
            for fd, offset in self.offsets.items():
                _real.lseek(fd, offset, os.SEEK_SET)
        except Exception as error:
            self.trouble = self.trouble or "%s: %s" % (type(error).__name__, error)
        return not self.trouble

    def close(self):
        """For a forked child: what it does is not for it to hear."""
        self.notices.close()

    def _numbers(self):
        found = []
        for each in self.folders:
            try:
                found.append(_real.lstat(each).st_ino)
            except OSError:
                found.append(0)
        return found

    # ---- looking ------------------------------------------------------------------------------------------------------

    def _walk(self):
        """Yield every path below the folders with what ``lstat`` says, folders before what they hold."""
        count = 0
        for top in self.folders:
            yield top, _real.lstat(top)
            waiting = [top]
            while waiting:
                with _real.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        seen = _real.lstat(entry.path)
                        count += 1
                        if count > MOST_FILES:
                            raise OSError("more than %d files" % MOST_FILES)
                        if stat.S_ISDIR(seen.st_mode):
                            waiting.append(entry.path)
                        yield entry.path, seen

    def _remember(self, path, seen):
        self.known[path] = _record(path, seen)
        if stat.S_ISDIR(seen.st_mode):
            self.times[path] = seen.st_mtime_ns
        if stat.S_ISREG(seen.st_mode) and not self._is_checkouts(path, seen):
            self._hold(path, seen)

    def _is_checkouts(self, path, seen):
        """Whether the checkout holds the same content: neither the copy's file nor the checkout's was changed since."""
        return seen.st_ctime_ns < self.began and self._twin(path, seen.st_size) is not None

    def _twin(self, path, size):
        """Return the path of the checkout's file; None when it is not what it was."""
        if not self.checkout or not path.startswith(self.copy + os.sep):
            return None
        twin = self.checkout + path[len(self.copy) :]
        try:
            seen = _real.lstat(twin)
        except OSError:
            return None
        is_same = stat.S_ISREG(seen.st_mode) and seen.st_size == size and seen.st_ctime_ns < self.recorded
        return twin if is_same else None

    def _hold(self, path, seen):
        try:
            if seen.st_size <= self.room:
                self.held[path] = _content(path)
                self.room -= seen.st_size
        except OSError:
            pass  # it cannot be read, and so not be put back: that is said when it is touched
        if path not in self.held:
            self.lost.add(path)

    def _differs(self):
        now = dict((path, _record(path, seen)) for path, seen in self._walk())
        return now != self.known

    # ---- putting back -------------------------------------------------------------------------------------------------

    def _put_all_back(self):
        for path, known in self.known.items():  # folders come before what they hold
            if stat.S_ISDIR(known[0]):
                self._put(path)
        for path, _ in list(self._walk()):
            if path not in self.known:
                _remove(path)
        for path in list(self.known):
            self._put(path)
        self._stamp_folders(self.known)

    def _put(self, path):
        """Make one name what it was."""
        known = self.known.get(path)
        try:
            seen = _real.lstat(path)
        except OSError:
            seen = None
        if known is None:
            if seen is not None:
                _remove(path)
            return
        if seen is not None and _record(path, seen) == known:
            return
        if stat.S_ISDIR(known[0]):
            if seen is None or not stat.S_ISDIR(seen.st_mode):
                _remove(path)
                _real.mkdir(path)
            _real.chmod(path, stat.S_IMODE(known[0]))
        elif stat.S_ISLNK(known[0]):
            _remove(path)
            _real.symlink(known[4], path)
            _real.utime(path, ns=(known[2], known[2]), follow_symlinks=False)
        elif stat.S_ISREG(known[0]):
            self._write(path, known, seen)
        elif seen is None or stat.S_IFMT(seen.st_mode) != stat.S_IFMT(known[0]):
            self.trouble = self.trouble or "%s is gone" % path
            return
        self.known[path] = _record(path, _real.lstat(path))

    def _write(self, path, known, seen):
        """Write a file's content anew: in place where it is the same file, since somebody may have it open."""
        content = self.held.get(path)
        if content is None and path not in self.lost:
            twin = self._twin(path, known[1])
            content = _content(twin) if twin is not None else None
        if content is None or len(content) != known[1]:
            self.trouble = self.trouble or "%s cannot be put back" % path
            return
        is_same = seen is not None and stat.S_ISREG(seen.st_mode) and seen.st_ino == known[3]
        if not is_same:
            _remove(path)
        else:
            _real.chmod(path, 0o600)
        fd = _real.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _real.ftruncate(fd, 0)
            while content:
                content = content[_real.write(fd, content) :]
        finally:
            _real.close(fd)
        _real.chmod(path, stat.S_IMODE(known[0]))
        _real.utime(path, ns=(known[2], known[2]))

    def _stamp_folders(self, names):
        """Folders get their times again: putting a name back changes them."""
        for folder in set(_real.split(path)[0] for path in names) | set(names):
            if folder in self.times:
                _real.utime(folder, ns=(self.times[folder], self.times[folder]))


def _record(path, seen):
    """Return what tells a change. Of a folder only its mode: what it holds has records of its own."""
    if stat.S_ISDIR(seen.st_mode):
        return (seen.st_mode,)
    target = _real.readlink(path) if stat.S_ISLNK(seen.st_mode) else ""
    return seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ino, target, seen.st_ctime_ns


def _content(path):
    fd = _real.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        parts = []
        while True:
            part = _real.read(fd, 1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)
    finally:
        _real.close(fd)


def _remove(path):
    """Remove a name with all below it, also what was made unremovable."""
    try:
        seen = _real.lstat(path)
    except OSError:
        return
    if not stat.S_ISDIR(seen.st_mode):
        _real.unlink(path)
        return
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        _real.chmod(folder, stat.S_IRWXU)
        with _real.scandir(folder) as entries:
            waiting.extend(each.path for each in entries if each.is_dir(follow_symlinks=False))
    _real.rmtree(path)


def _offsets():
    """Return where this process stands in the files it reads: its children move that for it."""
    found = {}
    try:
        names = _real.listdir("/proc/self/fd")
    except OSError:
        return found
    for name in names:
        try:
            fd = int(name)
            seen = _real.fstat(fd)
            if stat.S_ISREG(seen.st_mode) and seen.st_nlink and fcntl(fd, F_GETFL) & os.O_ACCMODE != os.O_WRONLY:
                found[fd] = _real.lseek(fd, 0, os.SEEK_CUR)
        except (OSError, ValueError):
            continue
    return found
