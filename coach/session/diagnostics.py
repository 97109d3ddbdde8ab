"""Defects of coach leave their traceback in ``diagnostics.log`` of the state directory; the file is made when there is one.

Also those that nobody catches: a thread's last words would be printed over the screen, and be gone with it.
"""

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from types import TracebackType

from coach.private_folders import private_opener
from coach.store.paths import state_home

_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
_LOGGER = logging.getLogger("coach")


class _Diagnostics(logging.FileHandler):
    """A file that may be impossible to write: then a defect is only said, never a second one."""

    def _open(self) -> TextIOWrapper:
        fd = private_opener(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        return TextIOWrapper(os.fdopen(fd, "ab"), encoding=self.encoding, errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say nothing: the standard way prints over the screen."""


def keep_diagnostics() -> None:
    """Keep tracebacks from here on; harmless to repeat."""
    if _LOGGER.handlers:
        return
    _LOGGER.propagate = False
    _LOGGER.addHandler(_Diagnostics(state_home() / "diagnostics.log", delay=True, encoding="utf-8"))
    threading.excepthook = _of_thread
    sys.excepthook = partial(_of_program, sys.excepthook)


def _of_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value and not isinstance(found.exc_value, SystemExit):
        name = found.thread.name if found.thread else "a thread that is gone"
        _LOGGER.error("%s ended by a defect", name, exc_info=found.exc_value)


def _of_program(
    said: _Hook, kind: type[BaseException], value: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, Exception):
        _LOGGER.error("coach ended by a defect", exc_info=(kind, value, trace))
    said(kind, value, trace)
