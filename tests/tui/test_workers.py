"""A search on a cluster: what each worker does, as far as there is room, and the place where the next one is carried out."""

from dataclasses import replace

import pytest

from coach.core.log import events as ev
from coach.core.protocol import commands as cmd
from coach.core.protocol.live import AtWork
from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest, Tried
from coach.tui.host_services import NoHostServices
from tests.tui import fakes
from tests.tui.seeing import NOW, compare, press, session_of, settle, shown, text_of

ON = "tls://build.example:8786"
TARGET = Target(words=(fakes.TEST,))
SEARCH = SearchRequest(number=1, kind="commits", target=TARGET, on=ON, width=4)
TRIED = tuple(Tried(key=f"k{number}", outcome="PASS" if number % 3 else "FAIL") for number in range(24))
WORKERS = (
    AtWork("build-1", "3f2a1c9 faster totals", NOW - 12),
    AtWork("build-2", "a90be11 round before adding up", NOW - 3),
    AtWork("build-3", "", 0.0),
    AtWork("laptop", "77d01aa cache the rates", NOW - 81),
)


def searching(workers=WORKERS) -> fakes.FakeDoor:
    progress = ev.SearchProgressed(number=1, tried=TRIED, doing="3f2a1c9 · a90be11 · 77d01aa")
    port = fakes.FakeDoor(*fakes.story("isolate"), ev.SearchBegan(search=SEARCH), progress)
    port.live.now = replace(port.live.now, workers=workers, version=1)
    return port


@pytest.mark.parametrize("size", [(80, 24), (120, 38), (160, 50)])
async def test_what_each_worker_does(size):
    async with shown(searching(), size) as pilot:
        session_of(pilot)._paint_live()
        await settle(pilot)
        seen = text_of(pilot)
        if size[1] < 30:
            assert "4 workers · 3 busy" in seen
            assert "build-2" not in seen
        else:
            assert "3 of 4 workers" in seen
            assert "build-3  waits" in seen
            assert "1 min 21 s" in seen
        compare(f"workers-{size[0]}x{size[1]}", seen)


async def test_the_next_search_goes_where_the_window_says():
    port = searching()
    async with shown(port, (120, 38)) as pilot:
        await press(pilot, "B")
        assert f"o on {ON}"[:20] in text_of(pilot)
        await press(pilot, "1")
        assert [(each.on, each.width) for each in port.commands if isinstance(each, cmd.BeginSearch)] == [
            (ON, 0)
        ]
        await press(pilot, "B", "o")
        assert "o here" in text_of(pilot)
        await press(pilot, "1")
        assert port.commands[-1] == cmd.BeginSearch(kind="edits")


class Knowing(NoHostServices):
    """Lets everything but one address be used."""

    def why_no_cluster(self, state, typed):
        return "nothing is sent there" if typed == "tcp://far:8786" else ""


async def test_an_address_is_typed_where_no_cluster_is_known():
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        session_of(pilot).host = Knowing()
        await press(pilot, "B", "O", *"tcp://far:8786", "ctrl+s")
        assert "nothing is sent there" in text_of(pilot)
        await press(pilot, "home", *["delete"] * 14, *"local:2", "ctrl+s")
        assert "o on local:2" in text_of(pilot)
        await press(pilot, "1")
        assert port.commands[-1] == cmd.BeginSearch(kind="edits", on="local:2", width=0)


async def test_without_a_cluster_the_window_asks_nothing_more():
    async with shown(fakes.FakeDoor(*fakes.story("isolate"))) as pilot:
        await press(pilot, "B")
        assert "o here" not in text_of(pilot)
