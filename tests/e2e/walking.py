"""One walk: the real program in a real terminal, driven by nothing but what its own screen offers as the next move.

The walker knows no step and no key by heart. It reads the key that stands lit beside the next move, presses it, keeps a form
as it is filled, and makes the engineer's edit when the screen asks for a change. Whatever does not take it further is counted.
"""

import re
import signal
import time
from dataclasses import dataclass, field

from tests.e2e.terminal import Terminal

MAX_KEYS = 20
MAX_SECONDS = 240
QUIET = 0.15
"""Seconds without a new byte after which the screen is read."""
PATIENCE = 5
"""Seconds in which a key may lead to another move, on a busy machine too."""
PATIENCE_OF_A_SAVE = 20
NAMED = {
    "enter": "\r",
    "esc": "\x1b",
    "space": " ",
    "tab": "\t",
    "ctrl+s": "\x13",
    "↑": "\x1b[A",
    "↓": "\x1b[B",
}
LIT = {("000000", "87afd7"), ("12151a", "7fb4ca")}
"""Colour and ground of the key of the next move: on a terminal of 256 colours, and on one that draws all."""
BAND = (2, 3)
"""The rows of the next move."""
CLOSED = re.compile(r"closed: ([\w ,]+)")
ASKS_FOR_EDIT = re.compile(
    r"\b(change|edit|fix)\b.*\bsave|\bsave\b.*\b(change|edit|fix)\b|(Make|make) the\b.*\b(change|edit|fix)\b"
)
MEASURES = re.compile(r"\bMeasuring: .*, about \d")
WINDOW = re.compile(r"╰─.*?─ ([^─╯]*(?:esc|⚠)[^╯]*?) ─*╯")
CLOCKS = re.compile(r"\d+(?:\.\d+)? ?(?:ms|s|min|h)\b|\d\d:\d\d(:\d\d)?|[▁▂▃▄▅▆▇█⠁-⣿]+")
"""What a screen says of time passing: not a change that a key made."""


@dataclass
class Move:
    """What the screen offers now."""

    text: str
    key: str
    """As it is shown; empty when only a person can make the move."""
    window: str = ""
    """The line of keys of the window that lies on top, if there is one."""


@dataclass
class Walk:
    """What came of it."""

    keys: list[str] = field(default_factory=list)
    detours: list[str] = field(default_factory=list)
    seconds: float = 0.0
    verdict: str = ""
    rests_on: str = ""
    """The sentence of the proof, where somebody has looked it up."""
    why: str = ""
    """Why it ended where it did, when it was not closed as verified."""

    @property
    def is_verified(self) -> bool:
        return self.verdict == "verified"


class Walker:
    """Walks one session. ``edit`` makes the right change on disk; ``told`` gets each step, for a transcript."""

    def __init__(self, terminal: Terminal, edit, told, *, on=False) -> None:
        self.terminal, self._edit, self._told = terminal, edit, told
        self.goes_on = on
        """Whether it types a sentence where a form cannot be kept as filled: to see what comes behind; counted as a detour."""
        self.walk = Walk()
        self._edited = False
        self._main = Move("", "")
        self._seen: dict[tuple[str, str, str], int] = {}
        self._kept: set[tuple[str, str]] = set()
        self._began = time.monotonic()

    def go(self) -> Walk:
        self._settle()
        while True:
            move = self._next()
            if self._is_over(move) or self._stuck_on(move):
                break
            if move.window:
                self._answer(move)
            elif not self._edited and ASKS_FOR_EDIT.search(move.text):
                self._edited = True
                self._edit()
                self._told(f"the edit is made: {move.text}", self.terminal.text)
                self._wait_moved(move, PATIENCE_OF_A_SAVE)
            elif move.key:
                self._press(move.key, move)
            else:
                self.walk.why = f"the screen offers no key: {move.text}"
                break
        self.walk.seconds = time.monotonic() - self._began
        self._told(self.walk.why or self.walk.verdict, self.terminal.text)
        return self.walk

    def _is_over(self, move: Move) -> bool:
        found = CLOSED.search(move.text)
        if found:
            self.walk.verdict = found[1].strip()
        elif len(self.walk.keys) >= MAX_KEYS:
            self.walk.why = f"{MAX_KEYS} keys were not enough"
        elif time.monotonic() - self._began > MAX_SECONDS:
            self.walk.why = f"{MAX_SECONDS} s were not enough"
        else:
            return False
        return True

    def _stuck_on(self, move: Move) -> bool:
        """Count the same advice twice at the same place as a detour, three times as the end."""
        if ASKS_FOR_EDIT.search(move.text) and not self._edited:
            return False
        mark = (CLOCKS.sub("", move.text), move.key + move.window, self._place())
        self._seen[mark] = self._seen.get(mark, 0) + 1
        if self._seen[mark] == 2 and not move.window:
            self.walk.detours.append(f"the same move again: {move.key or move.window}: {move.text}")
        if self._seen[mark] < 3:
            return False
        self.walk.why = f"the same move for the third time: {move.key or move.window}: {move.text}"
        return True

    def _press(self, key: str, move: Move) -> None:
        before = self.terminal.text
        self.walk.keys.append(key)
        self.terminal.press(NAMED.get(key, key))
        self._wait_moved(move)
        after = self.terminal.text
        self._told(f"{len(self.walk.keys)}. {key}   ({move.window or move.text})", after)
        if self._still(after) == self._still(before):
            self.walk.detours.append(f"{key} changes nothing: {move.window or move.text}")

    def _answer(self, move: Move) -> None:
        """Keep a window as it is filled, by the first key that its own frame names."""
        is_form = "ctrl+s" in move.window or "⚠" in move.window
        if is_form and self._refused(move):
            self.walk.detours.append(f"the form is not filled: {move.text}: {move.window}")
            if not self.goes_on:
                self._press("esc", move)
                return
            self.terminal.press("as the evidence says\tas the evidence says\tas the evidence says")
            self._press("ctrl+s", move)
            return
        named = re.search(r"ctrl\+s|enter|\b[A-Za-z]\b(?= +\w)", move.window)
        self._press(named[0] if named else "esc", move)

    def _refused(self, move: Move) -> bool:
        """Return whether a form did not take its filling: it says so itself, or was kept before and comes again."""
        mark = (move.text, self._place())
        again, self._kept = mark in self._kept, self._kept | {mark}
        return again or "⚠" in move.window

    def _wait_moved(self, before: Move, seconds: float = PATIENCE) -> None:
        """Wait until the screen offers something else than before this move, and than before the window it was made in."""
        if not before.window:
            self._main = before
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._settle()
            move = self._next()
            if move not in (before, self._main):
                return

    def _settle(self) -> None:
        """Wait until the program draws nothing more, and no run, search or proof is under way."""
        end = self._began + MAX_SECONDS + 30
        while time.monotonic() < end:
            self.terminal.settle(QUIET, 2)
            if not self._is_busy():
                return

    def _is_busy(self) -> bool:
        """Return whether a person would wait: nothing is drawn yet, a run goes on that `c` would stop, or what the step asks for is being measured."""
        if self._window():
            return False
        foot = "\n".join(self.terminal.text.splitlines()[-2:])
        if MEASURES.search(self._advice()):
            return True
        return bool(re.search(r"(^|\s)c  stop\b", foot)) or not self._place()

    def _still(self, text: str) -> str:
        return CLOCKS.sub("", text)

    def _place(self) -> str:
        """Return the steps and their marks: what tells progress."""
        return next((CLOCKS.sub("", line) for line in self.terminal.text.splitlines() if "●" in line), "")

    def _next(self) -> Move:
        window = self._window()
        if window:
            return Move(self._title(), "", window)
        return Move(self._advice(), self._lit_key())

    def _window(self) -> str:
        found = [each for line in self.terminal.screen.display for each in WINDOW.findall(line)]
        return found[-1].strip() if found else ""

    def _title(self) -> str:
        tops = [line for line in self.terminal.screen.display if "╭─ " in line]
        return re.sub(r"[─╭╮│╰╯]+", " ", tops[-1] if tops else "").strip()[:60]

    def _cells(self, row: int):
        buffer = self.terminal.screen.buffer[row]
        return [buffer[x] for x in range(self.terminal.screen.columns)]

    def _lit_key(self) -> str:
        """Return the key of the next move: the one place that says what comes next is drawn black on the accent."""
        lit = "".join(cell.data for cell in self._cells(BAND[0]) if _is_lit(cell))
        return lit.strip()

    def _advice(self) -> str:
        """Return the sentence of the next move: it is drawn bold, and goes on in the row below where it is long."""
        said = (
            "".join(cell.data if cell.bold and not _is_lit(cell) else " " for cell in self._cells(row))
            for row in BAND
        )
        return " ".join(" ".join(said).split())

    def leave(self) -> None:
        """End the program, by its own key if it listens."""
        self.terminal.press("\x1b")
        self.terminal.settle(0.2, 2)
        self.terminal.press("\x11")
        end = time.monotonic() + 10
        while time.monotonic() < end and self.terminal.pump():
            pass
        if self.terminal.child.isalive():
            self.terminal.kill(signal.SIGKILL)
        self.terminal.child.close()


def _is_lit(cell) -> bool:
    """Return whether a cell is drawn as the key of the next move is: bold and dark on the accent."""
    return cell.bold and (cell.fg, cell.bg) in LIT
