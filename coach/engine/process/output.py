"""Keep the output of a run within fixed bounds, whatever it prints, and let others look at it meanwhile.

``CappedOutput`` keeps the first and the last 256 kB as bytes; ``LiveOutput`` also keeps the newest lines and the
progress for the screen. Memory does not grow with the output: a million lines or one endless line cost the same few
megabytes.
"""

import codecs
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

from coach.core.protocol.live import AtWork, LiveSnapshot

HEAD_LIMIT = 256 * 1024
TAIL_LIMIT = 256 * 1024
LINES_KEPT = 2_000
LINE_LIMIT = 4_096
UNREAD_LIMIT = 1_000_000
"""Bytes that wait until somebody looks: splitting every line of a flood would keep the screen from its keys."""
SILENT_FROM, SILENT_STEP = 10, 5
"""Seconds without a word of a run before that is said, and in which steps: a figure that ticks is drawn each time."""


class CappedOutput:
    """Head and tail of a byte stream, and how much lay between them."""

    def __init__(self, head: int = HEAD_LIMIT, tail: int = TAIL_LIMIT) -> None:
        self._head_limit, self._tail_limit = head, tail
        self._head = bytearray()
        self._tail = bytearray()
        self.bytes = 0

    def feed(self, part: bytes) -> None:
        self.bytes += len(part)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += part[:room]
            part = part[room:]
        self._tail += part
        if len(self._tail) > 2 * self._tail_limit:
            del self._tail[: -self._tail_limit]

    @property
    def dropped(self) -> int:
        """Bytes that are not kept."""
        return self.bytes - len(self._head) - min(len(self._tail), self._tail_limit)

    def text(self) -> str:
        """Return what was kept as text; what is missing is announced where it was."""
        tail = bytes(self._tail[-self._tail_limit :])
        if not self.dropped:
            return (bytes(self._head) + tail).decode("utf-8", "replace")
        head = self._head.decode("utf-8", "replace")
        return f"{head}\n… {self.dropped:,} bytes left out …\n{tail.decode('utf-8', 'replace')}"


class LiveOutput:
    """The run under way, as the screen may look at it. Implements ``coach.core.protocol.live.LiveView``; any thread may call."""

    def __init__(self, lines_kept: int = LINES_KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._lines_kept = lines_kept
        self._clock = clock
        self._version, self._heard = 0, clock()
        self._progress = (0, 0, 0, "")
        self._failure = ""
        self._workers: tuple[AtWork, ...] = ()
        self._torn = ""
        self._torn_dropped = 0
        self._reset(0)

    def begin(self, run: int) -> None:
        """Forget the run before; the version goes on growing."""
        with self._lock:
            self._change()
            self._progress = (0, 0, 0, "")
            self._failure = ""
            self._reset(run)

    def feed(self, part: bytes) -> None:
        """Take in output as it was read; characters and lines may be cut anywhere."""
        with self._lock:
            self._change()
            self.captured.feed(part)
            self._unread.append(part)
            self._unread_bytes += len(part)
            if self._unread_bytes >= UNREAD_LIMIT:
                self._read()

    def end(self) -> None:
        """Show the last line even when no newline ended it."""
        with self._lock:
            self._version += 1
            self._read()
            self._add(self._decoder.decode(b"", final=True))
            if self._torn:
                self._keep_torn()

    def progress(self, selected: int, finished: int, failed: int, current_test: str) -> None:
        with self._lock:
            seen = (selected, finished, failed, current_test)
            if seen != self._progress:
                self._change()
                self._progress = seen

    def failed_with(self, failure: str) -> None:
        with self._lock:
            self._version += failure != self._failure
            self._failure = failure

    def at_work(self, workers: tuple[AtWork, ...]) -> None:
        """Say what each worker of a cluster does now; none: no cluster is in use. Runs that begin here leave it as it is."""
        with self._lock:
            self._version += workers != self._workers
            self._workers = workers

    def snapshot(self, lines: int) -> LiveSnapshot:
        with self._lock:
            if lines > 0:
                self._read()
            selected, finished, failed, current_test = self._progress
            return LiveSnapshot(
                version=self._version,
                run=self._run,
                selected=selected,
                finished=finished,
                failed=failed,
                current_test=current_test,
                failure=self._failure,
                lines=self._newest(lines) if lines > 0 else (),
                dropped=self._dropped,
                silent=self._silent(),
                workers=self._workers,
            )

    def _change(self) -> None:
        self._version += 1
        self._heard = self._clock()

    def _silent(self) -> int:
        seconds = int(self._clock() - self._heard) // SILENT_STEP * SILENT_STEP
        return seconds if seconds >= SILENT_FROM else 0

    def tail(self, lines: int) -> tuple[str, ...]:
        """Return the newest lines that say something."""
        with self._lock:
            self._read()
            kept = [line for line in self._lines if line.strip()]
        return tuple(kept[-lines:])

    def _newest(self, lines: int) -> tuple[str, ...]:
        torn = [_cut(self._torn, self._torn_dropped)] if self._torn else []
        return (*self._lines, *torn)[-lines:]

    def _reset(self, run: int) -> None:
        self._run = run
        self.captured = CappedOutput()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines: deque[str] = deque(maxlen=self._lines_kept)
        self._unread: list[bytes] = []
        self._unread_bytes = 0
        self._torn = ""
        self._torn_dropped = 0
        self._dropped = 0

    def _read(self) -> None:
        """Split what came into lines. Of a flood only the newest that can stay are decoded; the others are counted."""
        unread = b"".join(self._unread)
        self._unread.clear()
        self._unread_bytes = 0
        older, *newest = unread.rsplit(b"\n", self._lines_kept + 1)
        if len(newest) > self._lines_kept:
            self._dropped += len(self._lines) + older.count(b"\n") + 1
            self._lines.clear()
            self._decoder.reset()
            self._torn, self._torn_dropped = "", 0
            unread = b"\n".join(newest)
        self._add(self._decoder.decode(unread))

    def _add(self, text: str) -> None:
        first, *rest = text.split("\n")
        self._extend_torn(first)
        if not rest:
            return
        last = rest.pop()
        self._keep_torn()
        self._keep(rest)
        self._extend_torn(last)

    def _extend_torn(self, text: str) -> None:
        """Lengthen the line that has no newline yet, up to the limit: an endless line costs no more than a long one."""
        room = max(LINE_LIMIT - len(self._torn), 0)
        self._torn += text[:room]
        self._torn_dropped += max(len(text) - room, 0)

    def _keep_torn(self) -> None:
        """Take in the line whose newline has come: it is cut already, and must not be cut a second time."""
        self._dropped += len(self._lines) == self._lines_kept
        self._lines.append(_cut(self._torn.removesuffix("\r"), self._torn_dropped))
        self._torn, self._torn_dropped = "", 0

    def _keep(self, lines: list[str]) -> None:
        """Only lines that can stay are looked at: a flood must not cost more than reading it."""
        overflow = len(self._lines) + len(lines) - self._lines_kept
        self._dropped += max(overflow, 0)
        newest = islice(lines, max(len(lines) - self._lines_kept, 0), None)
        self._lines.extend(_cut(line.removesuffix("\r"), 0) for line in newest)


def _cut(line: str, dropped: int) -> str:
    if len(line) > LINE_LIMIT:
        dropped += len(line) - LINE_LIMIT
        line = line[:LINE_LIMIT]
    return f"{line}… {dropped:,} more characters" if dropped else line
