"""Record the whole story in a real terminal: from `coach debug --demo` typed at a prompt to *closed: verified*.

Nothing but the lit key of the next move is pressed, as a person who trusts it would; forms are kept as they come filled; the fix is
made beside it, as in an editor. The format is asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): times in
seconds, ``o`` output, ``i`` a key, ``m`` a remark. Pauses are shortened; what the screen says of times is as it was measured.
"""

import codecs
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from stage import DEADLINE, ROOT, check_tells_nothing, environment_at

from coach.demo.project import solution
from tests.e2e.terminal import Terminal
from tests.e2e.walking import Walker

SIZE = (120, 38)
THINKING = 1.4
"""Seconds between two keys of a person who reads one line."""
TYPING = 0.07
LONGEST_PAUSE = 2.0
SMALL = 600
"""Characters with which a few figures are painted anew: a clock, a count."""
LEFT = b"\x1b[?1049l"
"""What a program writes that gives the screen back."""
COMMAND = "coach debug --demo"
COACH = """\
#!{python}
import sys
sys.path.insert(0, {root!r})
from coach.engine.search import driver
driver.beside = lambda *_: ()  # what else runs tests on the machine of whoever records
from coach.__main__ import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a cast."""

    at: float
    kind: str
    text: str


class Recorder(Terminal):
    """A terminal that keeps when what was written, and is typed at as slowly as by a person."""

    def __init__(self, *words: str, **more: object) -> None:
        self.events: list[Happened] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(words, columns=SIZE[0], lines=SIZE[1], **more)

    def pump(self, seconds: float = 0.05) -> bool:
        before = len(self.bytes)
        is_alive = super().pump(seconds)
        if text := self._decoder.decode(self.bytes[before:]):
            self.note("o", text)
        return is_alive

    def note(self, kind: str, text: str) -> None:
        self.events.append(Happened(time.monotonic(), kind, text))

    def rest(self, seconds: float) -> None:
        """Let time pass, and see what is written meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()

    def press(self, keys: str) -> None:
        self.rest(THINKING)
        self.note("i", keys)
        super().press(keys)

    def type(self, text: str) -> None:
        for char in text:
            self.rest(TYPING)
            super().press(char)


def record(scratch: Path) -> list[Happened]:
    """Play the story; raises SystemExit when it does not end as *verified*."""
    program = coach_at(scratch / "env")
    temporary = scratch / "tmp"
    temporary.mkdir()
    terminal = Recorder(
        *("bash", "--norc", "--noprofile"),
        cwd=scratch,
        env={
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "TMPDIR": str(temporary),
            "COACH_STATE_DIR": str(scratch / "story-state"),
            "COLORTERM": "truecolor",
            "PS1": "$ ",
        },
    )
    terminal.wait_for("$")
    terminal.type(COMMAND)
    terminal.press("\r")
    terminal.wait_for("Reproduce", "●")
    walker = Walker(
        terminal, lambda: fix(temporary, terminal), lambda step, _screen: print(f"  {step}", flush=True)
    )
    walk = walker.go()
    terminal.rest(LONGEST_PAUSE)
    events = terminal.events
    terminal.events = []
    end(terminal)
    if not walk.is_verified:
        raise SystemExit(f"the story ends otherwise: {walk}\n{terminal.text}")
    print(f"{len(walk.keys)} keys: {' '.join(walk.keys)}")
    return events


def coach_at(folder: Path) -> Path:
    """Make a ``coach`` at a place that tells nothing; returns the program."""
    program = environment_at(folder).with_name("coach")
    program.write_text(COACH.format(python=folder / "bin" / "python", root=str(ROOT)))
    program.chmod(0o755)
    return program


def fix(temporary: Path, terminal: Recorder) -> None:
    path, old, new = solution()
    (file,) = temporary.glob(f"coach-demo-*/shop/{path}")
    terminal.rest(THINKING)
    terminal.note("m", f"in the editor, {path}: {old}  →  {new}")
    terminal.rest(THINKING)
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def end(terminal: Recorder) -> None:
    """Leave coach, then the shell, which must not get what is typed while coach is on the screen."""
    terminal.press("q")
    until = time.monotonic() + DEADLINE
    while LEFT not in terminal.bytes and time.monotonic() < until:
        terminal.pump()
    terminal.type("exit\r")
    terminal.wait_end(10)


def shortened(events: list[Happened]) -> list[Happened]:
    """Return the same from time 0 on; while nothing but figures changes, no more than ``LONGEST_PAUSE`` seconds pass."""
    told, at, waited, before = [], 0.0, 0.0, events[0].at
    for each in events:
        passed = min(each.at - before, LONGEST_PAUSE - waited)
        is_waiting = each.kind == "o" and len(each.text) < SMALL
        waited = waited + passed if is_waiting else 0.0
        at, before = at + passed, each.at
        told.append(Happened(round(at, 3), each.kind, each.text))
    return told


def write_cast(events: list[Happened], path: Path) -> None:
    """Write events, whose times begin at 0, as an asciicast."""
    header = {
        "version": 2,
        "width": SIZE[0],
        "height": SIZE[1],
        "title": "coach: from a failing test to a verified fix (waiting is shortened)",
        "env": {"TERM": "xterm-256color"},
    }
    lines = [json.dumps(header)]
    lines += [json.dumps([each.at, each.kind, each.text], ensure_ascii=False) for each in events]
    text = "\n".join(lines) + "\n"
    check_tells_nothing(text, path.name)
    path.write_text(text, encoding="utf-8")


def joined(events: list[Happened], within: float = 1 / 30) -> list[Happened]:
    """Return events with outputs that follow each other closely put together."""
    found: list[Happened] = []
    for each in events:
        last = found[-1] if found else None
        if last and last.kind == each.kind == "o" and each.at - last.at < within:
            found[-1] = Happened(last.at, "o", last.text + each.text)
        else:
            found.append(each)
    return found


if __name__ == "__main__":
    sys.exit("python screenshots/make.py story")
