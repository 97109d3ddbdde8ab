"""Foreign text is shown literally wherever it can appear: no crash, no escape byte, no live markup."""

import importlib
from pathlib import Path

import pytest
from textual.widget import Widget

import coach.tui
from coach.core.base.text import safe_line
from coach.core.experiments.hypothesis import Prediction
from coach.core.localize.mutation.results import Flip, Mutations
from coach.core.localize.spectrum import FunctionCount, Spectrum
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.loops.attempt import Attempt, Finding
from coach.core.protocol.live import LiveSnapshot
from coach.core.runs.changes import Changes, FileChange, Hunk
from coach.core.runs.report import Frame
from coach.core.runs.target import Target
from coach.core.search.kinds import PollutersFound
from coach.core.search.request import SearchRequest, SearchResult, Tried
from coach.core.spec.spec import Spec
from coach.tui.keys import REGISTRY
from tests.tui import fakes
from tests.tui.nasty import FORBIDDEN, NASTY
from tests.tui.seeing import press, raw_of, session_of, settle, shown, text_of
from tests.tui.textual_private import draw_nothing_unasked


def nasty_story(text: str) -> list[ev.Event]:
    """Return a session in which everything foreign is ``text``."""
    frame = Frame(
        path=text,
        line=3,
        function=text,
        own=True,
        source=text,
        code=f"def f():\n    {text}",
        code_start=1,
        locals=((text, text),),
    )
    failed = fakes.failure(message=text, test=text, exception=text, frames=(frame,))
    suspect = Suspect(path=text, function=text, line=3, score=1.0, reasons=(text,), code=text, code_start=1)
    hunk = Hunk(old_start=1, old_lines=1, new_start=1, new_lines=1, heading=text, text=f"+{text}\n-{text}")
    target = Target(words=(text,))
    return [
        fakes.opened(
            target=target,
            interpreter=ev.Interpreter(path=text, why=text, version=text, pytest=text),
            checkout=ev.Checkout(root=text, commit=text, branch=text),
        ),
        fakes.entered("reproduce"),
        ev.SpecWritten(spec=Spec(title=text, expected=text, actual=text, constraints=(text,), scope=(text,))),
        *fakes.ran(1, failed, target=target),
        *fakes.ended(2, "timeout", text),
        ev.SuspectsRanked(run=1, suspects=(suspect,)),
        ev.ChangesRead(
            changes=Changes(base=text, tree="t", label=text, files=(FileChange(path=text, hunks=(hunk,)),))
        ),
        fakes.pinned(test=text, path=text, source=text),
        ev.SuspectRuledOut(suspect=suspect.key, reason=text),
        ev.HypothesisProposed(id=1, claim=text, prediction=Prediction(text=text)),
        ev.HypothesisJudged(id=1, verdict="REFUTED", reason=text, runs=(1,)),
        ev.HypothesisProposed(id=2, claim=text, prediction=Prediction(text=text)),
        ev.RootCauseWritten(text=text),
        ev.NoteWritten(text=text),
        ev.Unknown(kind=text, raw={}),  # type: ignore[list-item]
        *nasty_narrowing(text, suspect.key),
    ]


def nasty_narrowing(text: str, suspect: str) -> list[ev.Event]:
    """Return what loops, measurements and searches may hold of foreign text."""
    changed = Changes(base=text, tree="t2", label=text, files=(FileChange(path=text),))
    finding = Finding(kind="swallowed", path=text, text=text)
    flip = Flip(path=text, function=text, line=1, kind=text, before=text, after=text)
    tried = Tried(key=text, label=text, outcome="FAIL", reason=text)
    asked = SearchRequest(number=1, kind="order", target=Target(words=(text,)), base_label=text, input=text)
    found = PollutersFound(victim=text, polluters=(text,), of=1, leaked=(text,))
    function = FunctionCount(path=text, function=text, first=1, last=2, size=1, code=text)
    return [
        ev.SuspectRestored(suspect=suspect),
        ev.EditSeen(paths=(text,)),
        ev.HandedOver(to=text),
        ev.AttemptRead(attempt=Attempt(run=1, base_run=0, changes=changed, findings=(finding,), by=text)),
        ev.LoopNoticed(
            pattern="revert",
            level="card",
            run=1,
            evidence=(1,),
            place=text,
            sentence=text,
            move=text,
            action="note",
        ),
        ev.TreeRestored(tree="t1", before="t2", why=text, paths=(text,)),
        ev.LoopDismissed(pattern="guess", place=text, reason=text),
        ev.LoopNoticed(
            pattern="revert", level="banner", run=1, evidence=(1,), place=text, sentence=text, move=text
        ),
        ev.SpectrumMeasured(spectrum=Spectrum(test=text, functions=(function,), not_run=(function,))),
        ev.MutantsTried(mutations=Mutations(test=text, why=text, flips=(flip,))),
        ev.SearchBegan(search=asked),
        ev.SearchProgressed(number=1, tried=(tried,), doing=text),
        ev.SearchEnded(number=1, result=SearchResult(how="found", sentence=text, found=found)),
    ]


def assert_literal(raw: str, text: str) -> None:
    assert not FORBIDDEN & set(raw), repr(text)


CHUNKS = [NASTY[start::3] for start in range(3)]
"""One application shows several strings one after the other: starting one costs more than showing a string."""


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what a pilot draws for no terminal: these tests draw the whole screen themselves after every change."""
    draw_nothing_unasked(monkeypatch)


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("texts", CHUNKS, ids=range(len(CHUNKS)))
async def test_every_view_shows_foreign_text_literally(texts: tuple[str, ...]) -> None:
    port = fakes.FakeDoor()
    async with shown(port, (120, 36)) as pilot:
        for text in texts:
            port.outputs = {1: text, 2: text}
            port.unsaved = text
            port.begin_again(*nasty_story(text))
            for step in ("reproduce", "failing-test", "isolate", "hypothesize", "verify"):
                port.happen(fakes.entered(step), notice=text)
                await settle(pilot)
                assert_literal(raw_of(pilot), text)
            for tab in ("output", "diff", "timeline", "work"):
                session_of(pilot).show_tab(tab)
                await settle(pilot)
                assert_literal(raw_of(pilot), text)
            assert safe_line(text)[:6].strip() in text_of(pilot)


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("texts", CHUNKS, ids=range(len(CHUNKS)))
async def test_windows_and_live_output_show_foreign_text_literally(texts: tuple[str, ...]) -> None:
    port = fakes.FakeDoor()
    async with shown(port, (80, 24)) as pilot:
        for version, text in enumerate(texts, start=1):
            port.begin_again(*nasty_story(text), fakes.entered("isolate"), fakes.started(3, "feedback"))
            port.live.now = LiveSnapshot(
                version=version, run=3, selected=2, finished=1, current_test=text, lines=(text,) * 3
            )
            port.happen()
            session_of(pilot).show_tab("output")
            session_of(pilot)._paint_live()
            await settle(pilot)
            assert_literal(raw_of(pilot), text)
            for key in ("s", "j", "u", "w", "L", "D", "B"):
                await press(pilot, key)
                assert_literal(raw_of(pilot), text)
                await press(pilot, "escape")


async def test_markup_in_a_notice_stays_text() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("reproduce"))) as pilot:
        session_of(pilot).show_message("[@click=app.quit()]x[/] [/")
        await settle(pilot)
        assert "[@click=app.quit()]x[/] [/" in text_of(pilot)


BASES = {
    "TypeAheadScreen",
    "TextFindScreen",
    "MouseScreen",
    "PaintedWholeScreen",
    "Dialog",
    "FindDialog",
    "LookDialog",
    "Form",
    "TextDialog",
    "Roles",
}
"""Never shown themselves."""
NOT_BY_KEY = {
    "ConfirmDialog",
    "AssistantForm",
    "ConclusionForm",
    "LogpointForm",
    "LoopDialog",
    "OriginList",
    "Welcome",
    "Choice",
}
"""Not opened by one key over this story: the card is shown above, the others in tests of their own."""


def own_widgets() -> set[str]:
    """Return every class of the screen's room that textual can draw."""
    room = Path(coach.tui.__file__).parent
    for path in sorted(room.rglob("*.py")):
        name = ".".join(("coach.tui", *path.relative_to(room).with_suffix("").parts))
        importlib.import_module(name.removesuffix(".__init__"))
    found: set[str] = set()
    left: list[type[Widget]] = [Widget]
    while left:
        below = left.pop().__subclasses__()
        left += below
        found |= {each.__name__ for each in below if each.__module__.startswith("coach.tui")}
    return found


async def test_row_25_every_widget_shows_markup_literally_or_is_listed() -> None:
    """Row 25: every key is pressed over a hostile story; a new widget fails here until it is seen or listed."""
    text = "[/bold] [@click=app.quit()]x[/] [ \x1b[2J"
    drill = ev.DrillBegan(set=text, number=1, task=text)
    port = fakes.FakeDoor(*nasty_story(text), drill, fakes.entered("isolate"))
    port.outputs, port.unsaved = {1: text, 2: text}, text
    seen = {"WaitingScreen"}
    async with shown(port, (120, 36)) as pilot:
        for each in REGISTRY:
            if each.id in {"quit", "suspend", "editor"}:
                continue
            await press(pilot, each.keys[0])
            assert_literal(raw_of(pilot), text)
            screen = pilot.app.screen
            seen |= {type(found).__name__ for found in (screen, *screen.walk_children())}
            while pilot.app.screen is not session_of(pilot):
                await press(pilot, "escape")
    assert own_widgets() - BASES - NOT_BY_KEY <= seen
    assert own_widgets() >= NOT_BY_KEY | BASES
