"""What a test logs while its calls are traced: records, and what log files gain.

PYTEST_DONT_REWRITE
"""

import logging
import os

LOG_BYTES = 65_536
_open, _read, _close, _lseek, _stat = os.open, os.read, os.close, os.lseek, os.stat


class Records(logging.Handler):
    """Takes in log records while a test is looked at."""

    def __init__(self, owner):
        logging.Handler.__init__(self, level=0)
        self.owner = owner

    def emit(self, record):
        try:
            owner = self.owner
            if owner.is_busy or owner.calls is None:
                return
            owner.is_busy = True
            try:
                text = owner.text_of(record.getMessage())
            finally:
                owner.is_busy = False
            owner.log("%s %s" % (record.levelname, record.name), text[:1_000], record.pathname, record.lineno)
        except Exception:
            return


class FileTail:
    """A log file that is read as it grows."""

    def __init__(self, path):
        self.path, self.rest = path, b""
        self.size = self._size()

    def _size(self):
        try:
            return _stat(self.path).st_size
        except OSError:
            return 0

    def news(self):
        size = self._size()
        if size == self.size:
            return []
        start, self.size = (self.size if size > self.size else 0), size
        try:
            fd = _open(self.path, os.O_RDONLY)
        except OSError:
            return []
        try:
            _lseek(fd, max(start, size - LOG_BYTES), 0)
            lines = (self.rest + _read(fd, LOG_BYTES)).split(b"\n")
        except OSError:
            return []
        finally:
            _close(fd)
        self.rest = lines.pop()[:LOG_BYTES]
        return [line.decode("utf-8", "replace")[:1_000] for line in lines if line.strip()]

    def last(self):
        rest, self.rest = self.rest, b""
        return [rest.decode("utf-8", "replace")[:1_000]] if rest.strip() else []
