"""The real program on a stage: a pilot presses its keys, waits for its session, and saves what is seen in every size and theme."""

import asyncio
import os
import re
import socket
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from drawing import Look, picture, rows_of_strips
from gallery import Size, path_of
from textual.app import App
from textual.pilot import Pilot
from textual.theme import Theme

from coach.core.session.state import SessionState
from coach.engine.search import driver
from coach.session.dispatcher import Dispatcher
from coach.tui import themes
from tests.tui.contrast import weak_texts
from tests.tui.textual_private import rows_of

ROOT = Path(__file__).parent.parent
SIZES: tuple[Size, ...] = ((80, 24), (120, 38), (160, 50))
NARROW = SIZES[:1]
DEADLINE = 90.0
RESTS = 4
"""Looks at the session, one after the other, at which it is at rest."""
BACKDROP_SECONDS = 0.15
"""What lies below a window is drawn anew within this time."""
PRIVATE = {str(ROOT), sys.prefix, sys.base_prefix, str(Path.home()), socket.gethostname()} - {"/", "/usr"}
"""Words of the machine on which the pictures are made: they are in none of them."""


class Camera:
    """Saves pictures as ``THEME/WIDTHxHEIGHT/NAME.svg`` below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names: dict[str, list[Size]] = {}
        """Every screen, in the order of the story, and the sizes in which it was seen."""
        self.bytes = 0
        self.weak: set[str] = set()
        """Texts that do not stand out from their ground."""

    def save(self, app: App[object], theme: Theme, name: str) -> None:
        """Save what is shown now."""
        size = (app.size.width, app.size.height)
        if size not in self.names.setdefault(name, []):
            self.names[name].append(size)
        self.weak |= {f"{theme.name}, {name}: {text}" for text in weak_texts(app.screen)}
        plain = Look(theme.foreground or "", theme.background or "")
        rows = rows_of_strips(rows_of(app.screen), plain)
        svg = picture(rows, size, plain.ground, f"coach: {name.replace('-', ' ')}")
        self._write(path_of(theme.name.removeprefix("coach-"), size, name), svg)

    def _write(self, path: str, svg: str) -> None:
        check_tells_nothing(svg, path)
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(svg, encoding="utf-8")
        self.bytes += len(svg.encode())


def check_tells_nothing(text: str, where: object) -> None:
    """Raise SystemExit when a picture, a cast or a log holds a word of this machine."""
    if found := [line for line in re.split(r"\n|<text", text) if any(word in line for word in PRIVATE)]:
        raise SystemExit(f"{where} tells of this machine: {found}")


class Stage:
    """The screen on one side, the session on the other; waits are for idle, never for time alone."""

    def __init__(self, app: App[object], pilot: Pilot[object], session: Dispatcher, camera: Camera) -> None:
        self._app, self._pilot, self._session, self._camera = app, pilot, session, camera

    async def until(self, reached: Callable[[SessionState], object]) -> None:
        """Wait until the session is as ``reached`` says and at rest: one run may be over and the next one not begun."""
        end, rested = time.monotonic() + DEADLINE, 0
        while rested < RESTS:
            if time.monotonic() > end:
                shown = "\n".join(row.text for row in rows_of(self._app.screen))
                raise SystemExit(f"never reached:\n{shown}")
            is_idle = await asyncio.to_thread(self._session.wait_idle, 0.05)
            state = self._session.state
            rested = rested + 1 if is_idle and reached(state) and is_at_rest(state) else 0
            await asyncio.sleep(0.02)
        await self._pilot.pause()

    @property
    def runs(self) -> int:
        return len(self._session.state.runs)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._pilot.press(key)
            await self.until(bool)

    async def fill(self, key: str, *fields: str) -> None:
        """Open a form, write one text into each field from the first on, and keep it."""
        await self.press(key)
        for position, text in enumerate(fields):
            if position:
                await self._pilot.press("tab")
                await self._pilot.pause()
            field = self._app.focused
            field.clear()  # coach filled it in
            (getattr(field, "insert_text_at_cursor", None) or field.insert)(text)
        await self.press("ctrl+s")

    async def look(self, name: str, *keys: str, sizes: Sequence[Size] = SIZES) -> None:
        """Save what the keys lead to, in each size and theme as somebody who has these gets there; then go back."""
        for size in sizes:
            await self._pilot.resize_terminal(*size)
            for theme in themes.ALL:
                await wear(self._app, self._pilot, theme)
                await self._pilot.press(*keys)
                await self.until(bool)
                self._camera.save(self._app, theme, name)
                if keys:
                    await self._leave()
        await self._pilot.resize_terminal(*SIZES[1])
        await self._pilot.pause()

    async def _leave(self) -> None:
        while self._app.screen.is_modal:
            await self._pilot.press("escape")
            await self._pilot.pause()
        await self._pilot.press("escape")  # from another tab to the step's work


def is_at_rest(state: SessionState) -> bool:
    """Return whether nothing runs, and nothing will by itself."""
    found = state.investigation
    return not (state.under_way or state.search or (found and found.is_open))


async def wear(app: App[object], pilot: Pilot[object], theme: Theme) -> None:
    app.theme = theme.name
    await pilot.pause(BACKDROP_SECONDS if app.screen.is_modal else 0)


async def save_alone(app: App[object], pilot: Pilot[object], camera: Camera, name: str) -> None:
    """Save a screen without a session, in each size and theme."""
    for size in SIZES:
        await pilot.resize_terminal(*size)
        for theme in themes.ALL:
            await wear(app, pilot, theme)
            camera.save(app, theme, name)


def hide_surroundings(scratch: Path) -> None:
    """Let nothing of whoever makes the pictures reach them: settings, sessions, editor, time zone."""
    os.environ.update(
        COACH_STATE_DIR=str(scratch / "state"),
        COACH_CONFIG_DIR=str(scratch / "config"),
        HOME=str(scratch),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        TEXTUAL_ANIMATIONS="none",
        TZ="UTC",
    )
    for name in ("NO_COLOR", "TEXTUAL_THEME", "VISUAL", "EDITOR"):
        os.environ.pop(name, None)
    time.tzset()
    driver.beside = lambda *_: ()  # what else runs tests here


def environment_at(folder: Path) -> Path:
    """Make a virtual environment that has what this one has, at a place that tells nothing; returns its Python."""
    venv.create(folder, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    packages.rmdir()
    packages.symlink_to(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"
