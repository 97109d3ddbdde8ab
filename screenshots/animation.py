"""Make an animated SVG of a cast: no script, no font from elsewhere, so that it moves wherever a picture is shown.

Each row that is ever seen is drawn once. A frame refers to its rows; the frames stand side by side on a film, which one animation
moves on by whole frames behind a window of one frame's size.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyte
from drawing import HIGH, WIDE, Look, Row, Run, drawn, framed, rows_of_terminal

from coach.tui.themes import DARK

PLAIN = Look(DARK.foreground or "", DARK.background or "")
CAPTION = Look(DARK.variables["text-muted"], DARK.surface or "")
KEY = Look(DARK.background or "", DARK.accent or "", "b")
APART = 0.15
"""Seconds that a frame is shown at least."""
LAST = 5.0
"""Seconds that the end stays."""
KEYS = {"\r": "enter", "\x13": "ctrl+s", "\x1b": "esc", "\t": "tab", " ": "space"}
REMARK = "real runs; waiting is shortened "

Frame = tuple[float, tuple[Row, ...]]
"""When it begins, in seconds, and its rows."""


def animate(cast: Path, picture: Path) -> None:
    """Write the picture of a cast."""
    header, *events = map(json.loads, cast.read_text(encoding="utf-8").splitlines())
    size = (header["width"], header["height"])
    frames = list(changes(frames_of(events, size)))
    picture.write_text(film(frames, (size[0], size[1] + 1), header["title"]), encoding="utf-8")


def frames_of(events: Sequence[tuple[float, str, str]], size: tuple[int, int]) -> Iterator[Frame]:
    """Yield what is to be seen after each burst of output, with a row that says which key was pressed or what happened beside."""
    screen = pyte.Screen(*size)
    stream = pyte.Stream(screen)
    key, remark, begun = "", "", 0.0
    for index, (at, kind, text) in enumerate(events):
        if kind == "o":
            stream.feed(text)
        elif kind == "i":
            key, remark = KEYS.get(text, text), ""
        else:
            key, remark = "", text
        following = events[index + 1][0] if index + 1 < len(events) else at + LAST
        if following - begun >= APART:
            yield begun, (*rows_of_terminal(screen, PLAIN), caption(key, remark, size[0]))
            begun = following


def changes(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Leave out frames that show what the one before shows."""
    before: tuple[Row, ...] = ()
    for at, rows in frames:
        if rows != before:
            before = rows
            yield at, rows


def caption(key: str, remark: str, width: int) -> Row:
    """Return the row below the screen."""
    pressed = f" {key} " if key else ""
    said = f"  pressed{' ' * (len(pressed) + 1)}" if key else f"  {remark}"
    runs = [Run(0, said.ljust(width - len(REMARK))[: width - len(REMARK)] + REMARK, CAPTION)]
    if key:
        runs.append(Run(10, pressed, KEY))
    return tuple(runs)


def film(frames: Sequence[Frame], size: tuple[int, int], title: str) -> str:
    """Return the picture of frames; the end stays for some seconds, then it begins again."""
    wide, lasts = size[0] * WIDE, frames[-1][0] + LAST
    known: dict[Row, str] = {}
    shown = []
    for number, (_, rows) in enumerate(frames):
        uses = "".join(
            f'<use href="#{known.setdefault(row, f"r{len(known)}")}" y="{y * HIGH}"/>'
            for y, row in enumerate(rows)
            if not is_blank(row)
        )
        shown.append(f'<g transform="translate({number * wide})">{uses}</g>' if number else f"<g>{uses}</g>")
    steps = "".join(
        f"{100 * at / lasts:.3f}%{{transform:translate({-number * wide}px)}}"
        for number, (at, _) in enumerate(frames)
    )
    rows = "".join(f'<g id="{name}">{drawn([row], PLAIN.ground)}</g>' for row, name in known.items())
    style = (
        f"#film{{animation:film {lasts:.2f}s step-end infinite}}@keyframes film{{{steps}}}"
        f"@media(prefers-reduced-motion:reduce){{#film{{animation:none;"
        f"transform:translate({-(len(frames) - 1) * wide}px)}}}}"
    )
    content = (
        f"<defs>{rows}</defs>\n"
        f'<svg width="{wide}" height="{size[1] * HIGH}"><g id="film">{"".join(shown)}</g></svg>'
    )
    return framed(content, size, PLAIN.ground, title, style)


def is_blank(row: Row) -> bool:
    return all(run.look.ground == PLAIN.ground and not re.search(r"\S", run.text) for run in row)
