"""Walk through every screen of the demo: one session from red to verified, one that goes round in circles, and a look back."""

import threading
from collections.abc import Callable
from pathlib import Path

from stage import NARROW, SIZES, Camera, Stage, environment_at, save_alone, wear

from coach.cli.commands.screen_session import exported
from coach.cli.commands.target_choice import target_from
from coach.core.protocol import commands as cmd
from coach.demo.project import FAILING_TEST, make_demo, solution
from coach.session.dispatcher import Dispatcher
from coach.session.factory import open_new, open_review
from coach.session.similar_failures import Remembering
from coach.settings.project import load_settings
from coach.tui import themes
from coach.tui.app import CoachApp
from coach.tui.launch import SessionLaunch
from coach.tui.start import OpenSession, StartApp

NOT_VAST = SIZES[:2]
"""Sizes in which the list of runs is a tab of its own; in the largest it always stands beside the code."""
REVIEWED = {"review-end": (), "review-first-failure": ("g",), "review-timeline": ("t",)}
"""What is looked at in a past session, and the keys that lead there."""
PATCHES = (
    ("subtotal + reduction)", "reduction + subtotal)"),
    ("subtotal = cart.subtotal()", "subtotal = cart.subtotal() + ZERO"),
    ("spread(reduction, cart.lines)", "spread(reduction + ZERO, cart.lines)"),
)
"""Edits of shop/orders.py that change nothing: what going round in circles looks like."""
SKIPPED = ("    order = place(1, ", "    pytest.skip('for now')\n    order = place(1, ")
"""An edit of the test that only hides the failure."""


async def walk_through(scratch: Path, camera: Camera) -> None:
    """Save every screen."""
    await to_verified(scratch / "shop", camera)
    await in_circles(scratch / "circles" / "shop", camera)
    known = [OpenSession("1", "InvoiceMismatch: the lines add up to 30.18", "isolate")]
    for size in SIZES:  # its lines are laid out for the size at which it is made
        app = StartApp(known, [FAILING_TEST], "shop")
        async with app.run_test(size=size) as pilot:
            for theme in themes.ALL:
                await wear(app, pilot, theme)
                camera.save(app, theme, "picker")


def opened(shop: Path) -> Dispatcher:
    """Begin a session on a new demo, as ``coach debug TEST`` does."""
    make_demo(shop)
    environment_at(shop / ".venv")
    session = open_new(shop, target_from([FAILING_TEST], None, shop, shop), load_settings(shop))
    session.start()
    session.subscribe(Remembering(session.observe))
    session.submit(cmd.Begin())
    return session


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


async def to_verified(shop: Path, camera: Camera) -> None:
    """From the first second to a closed session, which is then looked at as a past one."""
    may_open = threading.Event()
    sessions: list[Dispatcher] = []

    def opening() -> Dispatcher:
        may_open.wait()
        sessions.append(opened(shop))
        return sessions[0]

    launch = SessionLaunch("a small broken shop", opening, is_first_time=lambda: True)
    app = CoachApp(None, exported, launch=launch)
    try:
        async with app.run_test(size=SIZES[1]) as pilot:
            await save_alone(app, pilot, camera, "waiting")
            may_open.set()
            while app.port is None or not app.screen.query("#welcome"):
                await pilot.pause(0.05)
            await from_red_to_closed(Stage(app, pilot, sessions[0], camera), shop)
    finally:
        may_open.set()
        for session in sessions:
            session.close()
    await look_back(sessions[0].state.opened.session, camera)


async def from_red_to_closed(stage: Stage, shop: Path) -> None:
    await stage.until(lambda state: state.reproduction is not None)
    await stage.look("welcome")
    await stage.press("escape")
    await reproduce(stage)
    await stage.press("n", "P")
    await stage.until(lambda state: state.pin is not None)
    await stage.look("failing-test")
    await stage.press("n")
    await isolate(stage)
    await stage.press("n")
    await stage.look("hypothesis-form", "h")
    await stage.fill(
        "h", "allocate cuts negative shares towards zero", "with floor division the shares add up"
    )
    path, old, new = solution()
    edit(shop / path, old, new)
    await stage.until(lambda state: state.hypotheses and state.hypotheses[0].verdict is not None)
    await stage.look("hypothesize")
    await stage.look("diff", "d")
    await stage.press("n", "v")
    await stage.until(lambda state: state.verification is not None and not state.plan)
    await verify(stage)


async def reproduce(stage: Stage) -> None:
    await stage.look("spec-form", "s")
    await stage.fill(
        "s", "The invoice is one cent off", "the lines add up to the order", "one cent is missing"
    )
    await stage.look("reproduce")
    await stage.look("gate", "right_square_bracket", sizes=NARROW)
    await stage.look("runs", "number_sign", sizes=NOT_VAST)
    await stage.look("output", "number_sign", *["down"] * stage.runs, "enter")
    await stage.look("timeline", "t")
    await stage.look("help", "question_mark")
    await stage.look("palette", "ctrl+p")


async def isolate(stage: Stage) -> None:
    await stage.until(lambda state: state.investigated)
    await stage.look("isolate")
    await stage.look("call-tree", "T")
    await stage.look("value-origins", "Q")
    await stage.look("searches", "B")
    await stage.look("drafts", "I")
    await stage.look("logpoint-form", "E")
    await stage.look("trial-form", "V")
    await stage.look("rule-out", "o")


async def verify(stage: Stage) -> None:
    await stage.look("conclusion-form", "w")
    await stage.fill("w", "int() rounds towards zero; allocate needs floor. No test had a negative amount.")
    await stage.press("y")
    await stage.until(lambda state: state.is_confirmed)
    await stage.look("verify")
    await stage.look("figures", "i")
    await stage.look("comparison", "equals_sign")
    await stage.look("export", "x")
    await stage.press("C", "enter")
    await stage.until(lambda state: state.closed is not None)
    await stage.look("closed")


async def look_back(session: str, camera: Camera) -> None:
    """Show the closed session as a past one: at its end, and at its first failure."""
    with open_review(session) as port:
        app = CoachApp(port, exported, clock=clock_of(port))
        async with app.run_test(size=SIZES[1]) as pilot:
            for name, keys in REVIEWED.items():
                await pilot.press("end", *keys)
                await save_alone(app, pilot, camera, name)
                await pilot.press("escape")


def clock_of(port: object) -> Callable[[], float]:
    return lambda: port.state.at


async def in_circles(shop: Path, camera: Camera) -> None:
    """Three patches that leave the same failure, the notice, the card, and a test that is weakened."""
    session = opened(shop)
    try:
        app = CoachApp(session, exported)
        async with app.run_test(size=SIZES[1]) as pilot:
            stage = Stage(app, pilot, session, camera)
            await stage.until(lambda state: state.spectrum is not None)
            await stage.look("seen-before", "k")
            for number, (old, new) in enumerate(PATCHES, start=1):
                edit(shop / "shop" / "orders.py", old, new)
                await stage.until(lambda state, number=number: len(state.attempts) == number)
            await stage.look("loop-notice")
            await stage.look("stop-card", "L")
            await stage.look("dismiss-loop", "D")
            edit(shop / "tests" / "test_invoices.py", *SKIPPED)
            await stage.until(lambda state: len(state.attempts) == len(PATCHES) + 1)
            await stage.look("skipped-target")
    finally:
        session.close()
