"""Names that Textual does not promise: each is where coach thinks it is, and only one module of coach uses them."""

import ast
import functools
import gc
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

from textual import events
from textual._styles_cache import StylesCache
from textual.app import App
from textual.binding import Binding
from textual.color import Color

import coach.tui
from coach.tui.textual_private import FirstEventApp, PaintedWholeScreen, forget_drawn_rows
from tests.tui.textual_private import rows_of, watch_paints

PRIVATE = "textual_private"
OWN_ATTRIBUTE = re.compile(r"\bself\.(_[a-z]\w*)")


async def test_every_event_goes_through_on_event() -> None:
    """Without it, keys typed before a dialog has its focus would be actions of the session below, and pastes unsafe."""
    seen: list[str] = []

    class Seeing(FirstEventApp):
        BINDINGS = [Binding("a", "note", "note", priority=True)]  # noqa: RUF012

        async def take_event(self, event: events.Event) -> None:
            if isinstance(event, events.Key):
                seen.append(event.key)
                if event.key == "b":
                    return
            await self.pass_on(event)

        def action_note(self) -> None:
            seen.append("done")

        def on_key(self, event: events.Key) -> None:
            seen.append(f"came back: {event.key}")

    async with Seeing().run_test() as pilot:
        await pilot.press("a", "b", "c")
    assert seen == ["a", "done", "b", "c", "came back: c"], (
        "each once, before bindings, and not when it is kept"
    )


async def test_a_screen_paints_through_compositor_refresh_and_lays_out_by_on_timer_update(
    monkeypatch,
) -> None:
    """Without them, a dialog would be painted piece by piece, half a dozen times, whenever it is opened."""
    painted: list[bool] = []

    class Unseen(PaintedWholeScreen[None]):
        def _reveal(self) -> None:
            """Stays hidden."""

    async with App().run_test() as pilot:
        watch_paints(monkeypatch, App, lambda screen: painted.append(isinstance(screen, Unseen)))
        await pilot.app.push_screen(Unseen())
        pilot.app.screen.refresh()
        pilot.app.screen._on_timer_update()
        assert not any(painted), "nothing is painted before it is whole"
        pilot.app.screen._is_whole = True
        pilot.app.screen.refresh(layout=True)
        await pilot.pause()
        painted.clear()
        pilot.app.screen.refresh()
        pilot.app.screen._on_timer_update()
        assert painted == [True], "and once it is whole, at once"


def test_the_cache_of_colours_keeps_rows_until_it_is_cleared() -> None:
    """Without it, every dialog that was ever open stays in memory with all its rows: 0.4 MB each time."""

    def kept() -> int:
        gc.collect()
        return sum(isinstance(each, StylesCache) for each in gc.get_objects())

    forget_drawn_rows()
    before = kept()
    StylesCache().get_inner_outer(Color(0, 0, 0), Color(1, 1, 1))
    assert kept() == before + 1, "Textual has mended it: forget_drawn_rows can go"
    forget_drawn_rows()
    assert kept() == before


async def test_what_is_drawn_can_be_read_row_by_row() -> None:
    """Without it, no test of the screen could compare pictures."""
    async with App().run_test(size=(30, 4)) as pilot:
        rows = rows_of(pilot.app.screen)
        assert [row.cell_length for row in rows] == [30] * 4


def _modules():
    """Yield module, syntax tree of every module of the screen but the one that may."""
    for found in pkgutil.walk_packages(coach.tui.__path__, "coach.tui."):
        if not found.name.endswith(PRIVATE):
            module = importlib.import_module(found.name)
            yield module, ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))


@functools.cache
def _private_names_of(base: type) -> set[str]:
    """Return the private names of a class of Textual: its methods, and what it sets on itself."""
    return {name for name in vars(base) if name.startswith("_")} | set(
        OWN_ATTRIBUTE.findall(inspect.getsource(base))
    )


def _private_names_in(tree: ast.AST) -> set[str]:
    names = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    names |= {
        each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return {name for name in names if re.match(r"_[a-z]", name)}


def _private_imports(tree: ast.AST) -> list[str]:
    found = [each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    return [name for name in found if re.match(r"textual(\.\w+)*\._", name)]


def test_no_other_module_of_the_screen_uses_a_private_name_of_textual() -> None:
    """Used elsewhere, a name breaks with a new release and no test says why; used by accident, it hides Textual's own."""
    used = []
    for module, tree in _modules():
        used += [f"{module.__name__}: {name}" for name in _private_imports(tree)]
        for node in (each for each in tree.body if isinstance(each, ast.ClassDef)):
            bases = [
                each for each in getattr(module, node.name).__mro__ if each.__module__.startswith("textual.")
            ]
            theirs = set().union(*map(_private_names_of, bases)) - {"_exit"}  # os has one too
            used += [f"{module.__name__}.{node.name}: {name}" for name in _private_names_in(node) & theirs]
    assert not used


def test_no_other_test_of_the_screen_uses_a_private_name_of_textual() -> None:
    """What tests use breaks with a new release as well, and is mended in one place."""
    ours = set().union(*(_private_names_in(tree) for _, tree in _modules()))
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if PRIVATE in path.stem:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not _private_imports(tree), path.name
        used = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute)]
        names = {
            each.attr for each in used if not (isinstance(each.value, ast.Name) and each.value.id == "self")
        }
        assert not {name for name in names - ours if re.match(r"_[a-z]", name)}, path.name
