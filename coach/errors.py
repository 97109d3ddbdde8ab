"""Expected errors, as a tree; each says what happened, why, and what to do.

    CoachError
    ├── UsageError          2   the command line asks for something that cannot be
    ├── TargetError         4   no such test, nothing collected, no interpreter, no pytest
    ├── SessionError        5   no such session, an ambiguous id, a damaged or newer log
    │   └── SessionHeld     6   another coach holds the session
    ├── StoreError          7   the state directory or the log cannot be read or written
    └── ScratchError        8   a disposable copy could not be made or removed
        └── NotConfined     8   what was to be confined cannot be, and so is not run

Exit codes are an API: 0 fine, 1 failures outstanding, 3 unresolved, the rest as above, 128+n stopped by signal n.
Anything that is not a CoachError is a defect of coach and shows its traceback.
"""

import errno

EXIT_FINE = 0
EXIT_FAILURES = 1
EXIT_UNRESOLVED = 3
EXIT_NO_TARGET = 4
EXIT_LOOP = 9

EXIT_CODES = """\
exit codes:
  0  fine
  1  failures outstanding: a red run, a verification that is not complete, a search that found nothing
  2  usage: the command line asks for something that cannot be
  3  unresolved: neither red nor green (timeout, crash, another failure); a search that was stopped or failed
  4  target: no such test, nothing collected, no interpreter, no pytest
  5  session: no such session, ambiguous id, damaged or newer log
  6  held: another coach works on this session
  7  store: the state directory or the log cannot be read or written
  8  scratch: a disposable copy could not be made
  9  loop: an assistant goes round in circles; stop it and look
  128+n  stopped by signal n
"""


class CoachError(Exception):
    """An expected error. ``what`` happened, ``why``, and what to ``do`` about it.

    ``typed`` is a word that names nothing, ``meant`` what it may have been, nearest first: a command at a terminal asks, and takes the first.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, why: str = "", do: str = "", typed: str = "", meant: tuple[str, ...] = ()
    ) -> None:
        self.what = what
        self.why = why
        self.do = do
        self.typed, self.meant = typed, meant
        super().__init__(what)

    def __str__(self) -> str:
        why = f": {self.why}" if self.why else ""
        do = f"; {self.do}" if self.do else ""
        return f"{self.what}{why}{do}"


_EXHAUSTED = {
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.ENOMEM: "memory",
    errno.EAGAIN: "processes",
}


def exhausted(error: BaseException) -> "StoreError | None":
    """Say what the machine had no more of, where that is why something failed; None for anything else."""
    lacks = ""
    if isinstance(error, MemoryError):
        lacks = "memory"
    elif isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        lacks = "threads or memory"
    elif isinstance(error, OSError):
        lacks = _EXHAUSTED.get(error.errno or 0, "")
    if not lacks:
        return None
    do = "see ulimit -a, and what else is running"
    return StoreError(f"the machine gives no more {lacks}", why=str(error)[:200], do=do)


class UsageError(CoachError):
    exit_code = 2


class TargetError(CoachError):
    exit_code = 4


class SessionError(CoachError):
    exit_code = 5


class SessionHeld(SessionError):
    exit_code = 6


class StoreError(CoachError):
    exit_code = 7


class ScratchError(CoachError):
    exit_code = 8


class NotConfined(ScratchError):
    pass
