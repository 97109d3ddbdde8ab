"""Ask a program a question: it answers within its time, or is ended with everything it started.

``subprocess.run`` ends only the program itself when its time is over: what a wrapper script started would go on for ever,
and an answer without an end would fill the memory.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

MAX_BYTES = 1_000_000
"""Of a short answer."""
QUOTED = """\
def quoted(word):
    if all(" " <= each <= "~" and each not in '"\\\\' for each in word):
        return '"%s"' % word
    import json
    return json.dumps(word)
"""
"""For what is asked of an interpreter: a word as JSON. To import ``json`` takes as long as the rest of Python's start."""


@contextmanager
def ended_together(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a program that leads its own group, and the group with it, when something goes wrong while it is waited for."""
    with process:
        try:
            yield
        except BaseException:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def answer_of(
    argv: Sequence[str], cwd: Path | None, env: Mapping[str, str], stdin: bytes, seconds: float
) -> tuple[int, bytes, bytes]:
    """Return exit code, output and errors of a program. Raises TimeoutExpired, and OSError when it cannot be started."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        argv, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    with ended_together(process):
        output, errors = process.communicate(stdin, seconds)
    return process.returncode, output, errors


def short_answer(argv: Sequence[str], cwd: Path, env: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """Return exit code and output of a program that says little.

    Raises:
        TimeoutExpired: it did not end in time, or says too much.
        OSError: it cannot be started.

    """
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + seconds
    with ended_together(process):
        said = b""
        for part in _parts(process, until):
            said += part
            if len(said) > MAX_BYTES:
                raise subprocess.TimeoutExpired(list(argv), seconds)
        process.wait(max(0.0, until - time.monotonic()))
    return process.returncode, said


def _parts(process: subprocess.Popen[bytes], until: float) -> Iterator[bytes]:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = until - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise subprocess.TimeoutExpired(process.args, 0)
            part = os.read(process.stdout.fileno(), 65_536)
            if not part:
                return
            yield part
