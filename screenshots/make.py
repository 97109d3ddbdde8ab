"""Drive the real program through the demo and save one picture per step: `python screenshots/make.py [FOLDER]`.

The demo is made in a scratch folder, real pytest runs in it, and the screen is pressed key by key. Only two things are
fixed so that the pictures do not change by themselves: the scratch folder's name and the state directory.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
SIZE = (132, 40)
DEADLINE = 120.0
PATCHES = (
    ("subtotal + reduction)", "reduction + subtotal)"),
    ("subtotal = cart.subtotal()", "subtotal = cart.subtotal() + ZERO"),
    ("spread(reduction, cart.lines)", "spread(reduction + ZERO, cart.lines)"),
)
"""Edits of shop/orders.py that change nothing: what going round in circles looks like."""


async def main():
    scratch = Path(tempfile.gettempdir(), "coach-screenshots")
    shutil.rmtree(scratch, ignore_errors=True)
    os.environ["COACH_STATE_DIR"] = str(scratch / "state")
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    from coach.cli.commands.target_choice import target_from
    from coach.core.protocol import commands as cmd
    from coach.demo.project import FAILING_TEST, make_demo, solution
    from coach.session.export_io import export_session
    from coach.session.factory import open_new
    from coach.settings.project import load_settings
    from coach.tui.app import CoachApp

    shop = scratch / "shop"
    make_demo(shop)
    (shop / ".venv").symlink_to(
        sys.prefix
    )  # the pictures show the project's own environment, not this machine's
    session = open_new(shop, target_from([FAILING_TEST], None, shop, shop), load_settings(shop))
    app = CoachApp(
        session, lambda state, budget, purpose: export_session(state, budget, "markdown", purpose=purpose)
    )
    with session:
        async with app.run_test(size=SIZE) as pilot:
            stage = Stage(app, pilot, session)
            session.submit(cmd.Begin())
            await stage.until(lambda state: state.reproduction is not None)
            await stage.form(
                "s", "The invoice is one cent off", "the lines add up to the order", "one cent is missing"
            )
            await stage.picture("1-reproduce")
            await stage.press("n", "P")
            await stage.until(lambda state: state.pin is not None)
            await stage.picture("2-failing-test")
            await stage.press("n")
            await stage.picture("3-isolate")
            await stage.press("n")
            await stage.form(
                "h", "allocate cuts negative shares towards zero", "with floor division the shares add up"
            )
            path, old, new = solution()
            file = shop / path
            file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
            await stage.until(lambda state: state.hypotheses and state.hypotheses[0].verdict is not None)
            await stage.picture("4-hypothesize")
            await stage.press("n", "v")
            await stage.until(lambda state: state.verification is not None and not state.plan)
            await stage.form(
                "w", "int() rounds towards zero; allocate needs floor. No test had a negative amount."
            )
            await stage.press("y")
            await stage.until(lambda state: state.is_confirmed)
            await stage.picture("5-verify")
            await stage.press("x")
            await stage.picture("6-export")
            await stage.press("escape")
    await in_circles(scratch / "circles" / "shop")
    shutil.rmtree(scratch, ignore_errors=True)


async def in_circles(shop):
    """Three patches that leave the same failure, the notice, and a search over them."""
    from coach.cli.commands.target_choice import target_from
    from coach.core.protocol import commands as cmd
    from coach.demo.project import FAILING_TEST, make_demo
    from coach.session.export_io import export_session
    from coach.session.factory import open_new
    from coach.settings.project import load_settings
    from coach.tui.app import CoachApp

    make_demo(shop)
    (shop / ".venv").symlink_to(sys.prefix)
    session = open_new(shop, target_from([FAILING_TEST], None, shop, shop), load_settings(shop))
    app = CoachApp(
        session, lambda state, budget, purpose: export_session(state, budget, "markdown", purpose=purpose)
    )
    with session:
        async with app.run_test(size=SIZE) as pilot:
            stage = Stage(app, pilot, session)
            session.submit(cmd.Begin())
            await stage.until(lambda state: state.spectrum is not None)
            file = shop / "shop" / "orders.py"
            for number, (old, new) in enumerate(PATCHES, start=1):
                file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
                await stage.until(lambda state, number=number: len(state.attempts) == number)
            await stage.picture("7-loop")
            await stage.press("L")
            await stage.picture("8-stop-card")
            await stage.press("escape", "B")
            await stage.picture("9-searches")
            await stage.press("escape")


def is_quiet(state):
    """Whether nothing runs, and nothing will by itself."""
    found = state.investigation
    return not (state.under_way or state.search or (found and found.is_open))


class Stage:
    """The screen on one side, the session on the other; waits are for idle, never for time alone."""

    def __init__(self, app, pilot, session):
        self._app, self._pilot, self._session = app, pilot, session

    async def until(self, reached):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            await asyncio.to_thread(self._session.wait_idle, 0.05)
            if reached(self._session.state) and is_quiet(self._session.state):
                break
            await asyncio.sleep(0.05)  # an investigation goes on while the session counts as idle
        else:
            raise SystemExit(f"never reached; the screen shows {self._app.screen}")
        await self._pilot.pause()

    async def press(self, *keys):
        for key in keys:
            await self._pilot.press(key)
            await self.until(lambda _state: True)

    async def form(self, key, *fields):
        await self.press(key)
        for position, text in enumerate(fields):
            if position:
                await self._pilot.press("tab")
                await self._pilot.pause()
            field = self._app.focused
            field.clear()  # coach filled it in
            (getattr(field, "insert_text_at_cursor", None) or field.insert)(text)
        await self._pilot.press("ctrl+s")
        await self.until(lambda _state: True)

    async def picture(self, name):
        await self._pilot.pause()
        svg = self._app.export_screenshot(title="coach")
        # No picture may fetch a font from somebody's server when a README is opened.
        svg = re.sub(r',\s*url\("https?://[^"]*"\) format\("[^"]*"\)', "", svg)
        HERE.joinpath(f"{name}.svg").write_text(svg, encoding="utf-8")
        print(f"{name}.svg")


if __name__ == "__main__":
    asyncio.run(main())
