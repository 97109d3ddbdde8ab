"""Measured suspects, mutations and searches: what they show, what they cost, how they are stopped."""

import typing

import pytest

from coach.core.log import describe
from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.search.kinds import SEARCH_KINDS
from coach.tui.views.search_menu import offers
from tests.tui import fakes, narrowing
from tests.tui.seeing import compare, evidence_of, press, session_of, settle, shown, text_of


@pytest.mark.parametrize("kind", typing.get_args(ev.Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_has_words(kind: type) -> None:
    assert describe.say.dispatch(kind) is not describe.say.dispatch(object)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_measured_suspects(size: tuple[int, int]) -> None:
    async with shown(fakes.FakeDoor(*narrowing.measured()), size) as pilot:
        text = text_of(pilot)
        assert "never reached" in text
        said = evidence_of(pilot)
        assert "against 11 passing tests of its own file" in said
        compare(f"measured-{size[0]}x{size[1]}", text)
        await press(pilot, "down")
        assert "as likely as 3 others" in evidence_of(pilot)
        await press(pilot, *["down"] * 4)
        assert "the failing test never runs it" in evidence_of(pilot)


async def test_a_search_of_the_investigation_takes_no_room_unless_it_found_something() -> None:
    own = ev.MeasurementBegan(name="regression", why="did an older commit pass?", search=1)
    told = [*fakes.story("reproduce"), ev.InvestigationBegan(run=3, test=fakes.TEST, seconds=90), own]
    nothing = narrowing.ended("not-a-regression", "nothing", "not a regression as far as 64 commits back")
    async with shown(fakes.FakeDoor(*told, narrowing.began("commits"), nothing), (80, 24)) as pilot:
        assert "Bisect" not in text_of(pilot)
    async with shown(
        fakes.FakeDoor(*told, narrowing.began("commits"), narrowing.ended("commits")), (80, 24)
    ) as pilot:
        assert "Bisect" in text_of(pilot)


async def test_flips_and_best_lines() -> None:
    async with shown(fakes.FakeDoor(*narrowing.measured()), (230, 60)) as pilot:
        text = evidence_of(pilot)
        assert "with len(items) <= 2 instead of len(items) > 2 at shop/cart.py:19" in text
        assert "11 of 11 neighbours stay green" in text
        assert "takes a check away" in text
        assert "▸19 ┃" in text_of(pilot)
        assert "20 ┃" in text_of(pilot)
        assert "21 │" in text_of(pilot)


async def test_a_run_that_only_looks_is_named_and_is_neither_red_nor_green() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port) as pilot:
        assert " S  measures which lines run" in evidence_of(pilot)
        port.happen(fakes.started(4, "trace", trace=True, focus=fakes.TEST, scope="suite"))
        await settle(pilot)
        assert "recording which lines the failing test runs" in evidence_of(pilot)
        port.happen(fakes.finished(4, fakes.failure()))
        port.happen(fakes.started(5, "mutants", mutate=10.0))
        await settle(pilot)
        assert "trying small mutations in a copy, 10 s at most" in evidence_of(pilot)
        await press(pilot, "number_sign")
        assert "#4 · which lines run" in text_of(pilot)


async def test_s_and_m_ask_for_measurement_and_mutations() -> None:
    port = fakes.FakeDoor(*narrowing.measured())
    async with shown(port) as pilot:
        await press(pilot, "S", "M")
        assert port.commands == [cmd.Suspects(scope="suite"), cmd.TryMutants()]


async def test_a_search_under_way_is_shown_in_any_step_and_stopped_by_key() -> None:
    port = fakes.FakeDoor(*narrowing.searching())
    async with shown(port) as pilot:
        compare("searching-140x45", text_of(pilot))
        port.happen(fakes.entered("hypothesize"))
        await settle(pilot)
        text = text_of(pilot)
        assert "Suspect the last edit" in text
        assert "4 tried: 1 fail, 2 pass, 1 unresolved" in text
        assert "trying 2 of 7 hunks" in text
        await press(pilot, "escape", "c")
        assert port.commands == [cmd.StopSearch(), cmd.StopSearch()]


async def test_a_search_whose_end_is_known_has_a_bar() -> None:
    port = fakes.FakeDoor(
        *fakes.story("isolate"), narrowing.began("flake", rounds=3), narrowing.progressed("FAIL", "PASS")
    )
    async with shown(port) as pilot:
        assert "13 left" in text_of(pilot)
        assert "████" in text_of(pilot)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("edits", "@@ -17,4 +17,6 @@"),
        ("commits", "9f8e7d6c5b Cart: discount from three items on"),
        ("not-a-regression", "9 runs, 2 known"),
        ("order", "shop.rates.CACHE"),
        ("flake", "3 of 3 fail, 1 unresolved"),
        ("input", "48,112 → 37 bytes"),
    ],
)
async def test_what_was_found(found: str, words: str) -> None:
    async with shown(fakes.FakeDoor(*narrowing.searched(found))) as pilot:
        assert words in " ".join(text_of(pilot).split())
        assert "✔ found" in text_of(pilot)


@pytest.mark.parametrize("how", ["nothing", "stopped", "failed"])
async def test_a_search_without_a_result_says_how_it_ended(how: str) -> None:
    told = [
        *fakes.story("isolate"),
        narrowing.began("commits"),
        narrowing.ended("", how, "coach was stopped"),
    ]
    async with shown(fakes.FakeDoor(*told)) as pilot:
        assert "coach was stopped" in text_of(pilot)


async def test_the_chooser_says_costs_and_begins() -> None:
    port = fakes.FakeDoor(*narrowing.measured())
    async with shown(port, (80, 24)) as pilot:
        await press(pilot, "B")
        compare("searches-80x24", text_of(pilot))
        await press(pilot, "2", "B", "enter")
        assert port.commands == [cmd.BeginSearch(kind="commits"), cmd.BeginSearch(kind="edits")]


async def test_the_chooser_asks_for_the_input_file() -> None:
    port = fakes.FakeDoor(*narrowing.measured())
    async with shown(port) as pilot:
        await press(pilot, "B", "5", *"a.json", "enter")
        assert port.commands == [cmd.BeginSearch(kind="input", input="a.json")]


async def test_the_chooser_says_why_a_search_is_not_possible() -> None:
    port = fakes.FakeDoor(fakes.opened(), fakes.entered("reproduce"))
    async with shown(port) as pilot:
        await press(pilot, "B")
        assert "not now: no failure is known yet" in text_of(pilot)
        await press(pilot, "1")
        assert "⚠ no failure is known yet" in text_of(pilot)
        assert not port.commands


def test_every_search_is_offered() -> None:
    assert [each.kind.name for each in offers(fakes.FakeDoor().state)] == list(SEARCH_KINDS)


async def test_the_scope_is_seen_and_esc_widens_it() -> None:
    port = fakes.FakeDoor(*fakes.story("isolate"), ev.ScopeChanged(scope="failures"))
    async with shown(port, (160, 50)) as pilot:
        assert "on save: failing tests only" in text_of(pilot)
        assert "Runs · on save failing only" in text_of(pilot)
        await press(pilot, "escape", "F")
        assert port.commands == [cmd.SetScope(scope="all")] * 2
        await press(pilot, "f")
        assert port.commands[-1] == cmd.RunTarget(scope="failures")


async def test_warm_is_what_happened_and_stale_is_said() -> None:
    asked = [fakes.started(4, "feedback", warm=True), fakes.finished(4, fakes.failure(), tree="t2")]
    really = fakes.finished(4, fakes.failure(), tree="t2")
    report = really.report.model_copy(update={"warm": True, "changed_during": ("shop/cart.py",)})
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), *asked), (160, 50)) as pilot:
        assert "0.31 s cold" in text_of(pilot)
        pilot.app.screen.port.happen(really.model_copy(update={"report": report}))
        await settle(pilot)
        assert "0.31 s warm" in text_of(pilot)
        assert "◐ stale: files changed" in text_of(pilot)


async def test_a_search_stays_below_while_the_message_line_tells_of_it() -> None:
    async with shown(fakes.FakeDoor(*narrowing.searching()), (80, 24)) as pilot:
        assert "suspect the last edit · 4 tried" in text_of(pilot).split("\n")[-2]
        assert session_of(pilot).view.tab == "work"
