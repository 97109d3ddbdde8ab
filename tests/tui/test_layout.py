"""The layout at its three sizes: where the next move stands, how much room code has, and that what matters is not cut."""

import re

import pytest
from textual.pilot import Pilot

from coach.core.localize.kept_lines import Excerpt
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.runs.changes import FileChange, Hunk
from coach.core.runs.failure_causes import parting
from coach.core.runs.oracle import Judged
from coach.core.runs.report import Cause, Difference, Failure, Frame
from coach.core.workflow.advice import advise
from coach.tui.views.diff import file_lines, in_reading_order
from coach.tui.views.flow import fill
from coach.tui.views.line import line
from tests.tui import fakes, narrowing
from tests.tui.seeing import begin_again, press, session_of, settle, shown, text_of

SIZES = [(80, 24), (120, 38), (160, 50)]
STEPS = ("start", "reproduce", "failing-test", "isolate", "hypothesize", "before-verify", "partial", "done")
LONG = "        amount += sum(item.price for item in items if item.price) + taken_off(items, voucher_of(customer), 'END')"
CODE = (
    "def total(items):\n"
    '    """Sum.\n\n    More.\n    """\n' + "    items.sort()\n" * 50 + LONG + "\n    return 1\n"
)
MARK = 14 + 55


LONG_ID = "tests/test_stock.py::StockTest::test_a_delivery_is_added_to_what_was_delivered_and_nothing_else_changes[hall-9/shelf Z, 01]"
PRINTED = "{'A-1[230 chars]ck': 60} != {'A-1[230 chars]ck': 540}\n" + "\n".join(
    f"   {{'A-{row}': {{'name': 'hexagonal bolt'}}}}," for row in range(40)
)
BEGIN = "{'name': 'washer, polyamide, 8.4 mm, one bag of a hundred', 'where': {'hall': "


def printed_at_length() -> Failure:
    """Return a failure whose message is longer than a screen, of values that part far from where they begin."""
    parts = Difference(
        path="['A-101'].where", got=f"{BEGIN}1}}, 'tags': []}}", wanted=f"{BEGIN}2}}, 'tags': []}}"
    )
    return fakes.failure(PRINTED, difference=(parts,))


def of_a_doctest() -> Failure:
    """Return a failure as a doctest has it: no values, and a message that is the two texts once more."""
    frame = fakes.failure().frames[1].model_copy(update={"locals": ()})
    return fakes.failure(
        "Expected:\n    False\nGot:\n    True\nin total([]) is EMPTY",
        exception="DocTestFailure",
        frames=(frame,),
        difference=(Difference(path="total([]) is EMPTY", got="True", wanted="False", is_sure=True),),
    )


def begun(found: Failure, step: str = "reproduce") -> list[ev.Event]:
    """Return the events of a session in which every run ends in this failure."""
    told = [
        fakes.opened(),
        *([fakes.entered("reproduce")] if step != "reproduce" else []),
        fakes.entered(step),
    ]
    return [*told, *fakes.ran(1, found), ev.SuspectsRanked(run=1, suspects=fakes.SUSPECTS)]


def long_suspect() -> ev.SuspectsRanked:
    """Return a suspect whose marked line is wider than its column, deep in a long function with a docstring."""
    first = Suspect(
        path="shop/cart.py", function="total", line=MARK, score=1.0, probability=0.9, code=CODE, code_start=14
    )
    return ev.SuspectsRanked(run=3, suspects=(first, *fakes.SUSPECTS[1:]))


def moved_suspect() -> ev.SuspectsRanked:
    """Return the same suspect as a log keeps it: lines were kept where it was suspected first, and some around others."""
    (first, *others) = long_suspect().suspects
    kept = "\n".join(CODE.splitlines()[:40])
    beside = (Excerpt(start=MARK - 4, text="\n".join(CODE.splitlines()[MARK - 18 : MARK - 12])),)
    return ev.SuspectsRanked(
        run=3, suspects=(first.model_copy(update={"code": kept, "beside": beside}), *others)
    )


def rows_of_panels(pilot: Pilot[None]) -> list[str]:
    """Return the rows between the title of the panels and the message."""
    rows = text_of(pilot).split("\n")
    title = next(number for number, row in enumerate(rows) if "Output · Diff · Timeline" in row)
    return rows[title + 1 : -2]


@pytest.mark.parametrize("size", SIZES)
async def test_every_step_has_its_next_move_in_the_third_row_and_room_for_code(size: tuple[int, int]) -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port, size) as pilot:
        for step in STEPS:
            await begin_again(pilot, port, *fakes.story(step))
            rows = text_of(pilot).split("\n")
            assert re.match(r" [→✔⚠] \w", rows[2]), rows[2]
            assert re.search(r"\btest_total_of_three_items\b", rows[0]), rows[0]
            filled = [row for row in rows_of_panels(pilot) if row.strip(" │")]
            assert len(filled) >= 9, "\n".join(rows)
            if size[0] == 120:
                assert session_of(pilot).query_one("#tab-work").scrollable_content_region.width >= 76


@pytest.mark.parametrize("size", SIZES)
async def test_no_message_however_long_takes_the_room_of_code_and_of_where_values_part(
    size: tuple[int, int],
) -> None:
    """The dump of two dictionaries filled the screen: no line of code, and what they differ in below the fold."""
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port, size) as pilot:
        for found in (printed_at_length(), of_a_doctest()):
            for step in ("reproduce", "failing-test", "isolate", "hypothesize"):
                await begin_again(pilot, port, *begun(found, step))
                text = "\n".join(rows_of_panels(pilot))
                assert "▸20 " in text or "▸14 " in text, text
                assert len([row for row in text.split("\n") if row.strip(" │")]) >= 9
                if step in {"reproduce", "failing-test"} or size[0] > 80:
                    assert text.count("  expected ") == 1, text
                    assert text.count("  got      ") == 1


async def test_a_doctest_says_its_two_texts_once_and_heads_no_list_of_values() -> None:
    port = fakes.FakeDoor(*begun(of_a_doctest()))
    async with shown(port, (120, 38)) as pilot:
        text = text_of(pilot)
        assert "Expected:" not in text
        assert "Values where it failed" not in text


async def test_of_a_doctest_that_raised_the_code_that_raised_is_shown() -> None:
    """The place of such a failure is its example, perhaps in a text file: the screen had no code at all."""
    (_, raised) = fakes.failure().frames
    example = Frame(path="README.rst", line=103, function="README.rst", own=True)
    found = fakes.failure(
        "total(3)\nUnexpected exception: KeyError: 'item'",
        exception="UnexpectedException",
        frames=(example,),
        causes=(Cause(kind="cause", exception="KeyError", message="'item'", frames=(raised,)),),
    )
    async with shown(fakes.FakeDoor(*begun(found)), (120, 38)) as pilot:
        text = text_of(pilot)
        assert "KeyError: 'item'" in text.split("\n")[0]
        assert "▸20 │         return amount" in text
        assert "at README.rst:103" in text
        assert "  amount   = 30.0" in text


async def test_while_the_first_run_is_under_way_nobody_is_told_to_begin_it() -> None:
    begun = [*fakes.story("start"), ev.ReproductionBegan(), fakes.started(1)]
    async with shown(fakes.FakeDoor(*begun), (80, 24)) as pilot:
        assert "#1 is under way: a failure of it and its code appear here." in text_of(pilot)


async def test_a_test_with_a_long_id_leaves_room_for_what_is_wrong() -> None:
    target = fakes.TARGET.model_copy(update={"words": (LONG_ID,)})
    found = printed_at_length().model_copy(update={"test": LONG_ID})
    told = [fakes.opened(target=target), fakes.entered("reproduce"), *fakes.ran(1, found, target=target)]
    port = fakes.FakeDoor(*told)
    for size in SIZES:
        async with shown(port, size) as pilot:
            top = text_of(pilot).split("\n")[0]
            assert "[hall-9/shelf Z, 01]  " in top
            assert "['A-101'].where" in top


def investigated(*, is_weak: bool, step: str) -> list[ev.Event]:
    """Return the events of a session whose investigation has ended, in a step."""
    first = fakes.SUSPECTS[0].model_copy(
        update={"probability": 0.36 if is_weak else 0.93, "kinds": ("line", "flip")}
    )
    others = tuple(each.model_copy(update={"probability": 0.01}) for each in fakes.SUSPECTS[1:])
    ending, said = ("nothing left", "weak") if is_weak else ("isolated", "isolated")
    return [
        *fakes.story("reproduce"),
        *([] if step == "reproduce" else [fakes.entered(step)]),
        ev.InvestigationBegan(run=3, test=fakes.TEST, tree="t1", seconds=90),
        ev.SpectrumMeasured(spectrum=narrowing.SPECTRUM.model_copy(update={"tree": "t1"})),
        ev.SuspectsRanked(run=3, suspects=(first, *others)),
        ev.InvestigationEnded(ending=ending, sentence=said),
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", ["reproduce", "failing-test", "hypothesize"])
async def test_the_end_of_an_investigation_is_told_beside_the_next_move(step, size):
    for is_weak in (True, False):
        async with shown(fakes.FakeDoor(*investigated(is_weak=is_weak, step=step)), size) as pilot:
            rows = text_of(pilot).split("\n")
            place = f"shop/cart.py:{fakes.SUSPECTS[0].line}"
            if is_weak:
                assert f"◐ weak: {place} 36%   S  measures the suite, 10 s" in rows[3], rows[:5]
            else:
                assert f"✔ isolated: {place} 93%   e  opens it" in rows[3], rows[:5]
            await press(pilot, "e")
            assert f"{place}" in text_of(pilot).split("\n")[-2], "the place that is named is opened"


DAY = "'At 12:00 AM, on day 1 of the month, only in every 2 months, January through May and October'"


@pytest.mark.parametrize(
    ("path", "wanted", "got", "said"),
    [
        ("column 45", DAY, DAY.replace("in every", "in , every"), "…in , every 2…, not …in every 2 m…"),
        ("", "[1, 2, 3, 4, 5, 6, 7, 8]", "[1, 2, 3, 4, 5, 6, 9]", "…, 5, 6, 9], not …, 5, 6, 7, 8]"),
        ("price", "9.99", "9", "price: expected 9.99, got 9"),
        ("items[13].price", "9.99", "9", "items[13].price: 9, not 9.99"),
    ],
)
async def test_of_a_long_difference_the_top_line_shows_both_values_where_they_part(path, wanted, got, said):
    parts = Difference(path=path, wanted=wanted, got=got)
    async with shown(fakes.FakeDoor(*begun(fakes.failure(difference=(parts,)))), (80, 24)) as pilot:
        top = text_of(pilot).split("\n")[0]
        assert "test_total_of_three_items  " in top
        assert f"  {said}  " in top
        assert "assert 30.0 == 27.0" not in text_of(pilot), "the two values stand there, a row each"


@pytest.mark.parametrize(
    ("expected", "got", "room", "wanted"),
    [
        ("540", "60 (480 less)", 28, (("", "540"), ("", "60 (480 less)"))),
        ("'abc'", "'abd'", 28, (("'ab", "c'"), ("'ab", "d'"))),
        (
            "x" * 50 + "1" + "y" * 50,
            "x" * 50 + "2" + "y" * 50,
            13,
            (("…xxx", "1yyyyyyy…"), ("…xxx", "2yyyyyyy…")),
        ),
        ("x" * 50 + "1", "x" * 50 + "2", 13, (("…" + "x" * 11, "1"), ("…" + "x" * 11, "2"))),
        ("x" * 50, "x" * 51, 13, (("…" + "x" * 11, ""), ("…" + "x" * 11, "x"))),
        ("", "x" * 51, 13, (("", ""), ("", "x" * 12 + "…"))),
    ],
)
def test_two_texts_are_cut_at_the_same_place_around_where_they_part(
    expected: str, got: str, room: int, wanted: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    assert parting(expected, got, room) == wanted


def test_a_figure_wider_than_its_panel_is_wrapped_below_its_line() -> None:
    rows = fill(
        [line("[ ] small wrong fixes", figure="7 of 18 caught; add a case for 1 line", hang=4)], 24, 9
    )
    assert ["".join(part.text for part in row.pieces) for row in rows] == [
        "[ ] small wrong fixes",
        "    7 of 18 caught; add",
        "    a case for 1 line",
    ]


async def test_beside_a_green_lamp_what_was_wrong_is_said_to_be_over() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("before-verify")), (120, 38)) as pilot:
        top = text_of(pilot).split("\n")[0]
        assert top.startswith(" ✔ green")
        assert "  was: assert 30.0 == 27.0" in top


@pytest.mark.parametrize("size", SIZES[1:])
async def test_steps_keep_their_names_while_gates_and_runs_change(size: tuple[int, int]) -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port, size) as pilot:
        for step in STEPS:
            await begin_again(pilot, port, *fakes.story(step))
            for number in range(port.state.last_number + 1, 12):
                port.happen(*fakes.ran(number, fakes.failure()))
            await settle(pilot)
            row = text_of(pilot).split("\n")[1]
            assert all(
                name in row for name in ("Reproduce", "Failing test", "Isolate", "Hypothesize", "Verify")
            ), row


def test_a_line_of_few_rows_takes_more_where_rows_would_stay_empty() -> None:
    long = line("value = ", "word " * 20, hang=8, most=2)
    few = fill([long], 30, 2)
    assert len(few) == 2
    assert few[1].pieces[-1].text.endswith("…")
    whole = fill([long], 30, 10)
    assert "".join(part.text for row in whole for part in row.pieces).count("word") == 20


async def test_why_a_place_is_suspected_is_said_on_the_smallest_screen() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), (80, 24)) as pilot:
        assert "innermost frame of the failure · edited since it passed in #3" in text_of(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_every_suspect_is_named_by_file_line_and_function(size: tuple[int, int]) -> None:
    names = (
        ("src/library_of_carts/billing/voucher.py", "Voucher.applies_to"),
        ("src/library/__init__.py", "total"),
    )
    found = [
        Suspect(path=path, function=function, line=1729, score=0.5, probability=0.3)
        for path, function in names
    ]
    ranked = ev.SuspectsRanked(run=3, suspects=tuple(found))
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), ranked), size) as pilot:
        text = "\n".join(rows_of_panels(pilot))
        assert re.search(r"voucher\.py:1729 \S*applies_to +30%", text), text
        assert re.search(r"library\S*\.py:1729 total +30%", text), text


FORBIDDEN = re.compile(r"\d lead\b|\d+ of \d+ left|named by #|tied with|\b0 known|axis of the")
"""Words that nobody outside of this project knows the meaning of."""


async def test_no_screen_has_words_that_only_its_makers_know() -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    told = [fakes.story(step) for step in STEPS]
    told += [[*narrowing.loop()], [*fakes.story("isolate"), long_suspect()]]
    async with shown(port, (160, 50)) as pilot:
        for events in told:
            await begin_again(pilot, port, *events)
            assert not FORBIDDEN.search(text_of(pilot)), text_of(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_under_way_takes_nothing_from_the_next_move(size: tuple[int, int]) -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port, size) as pilot:
        for step in ("reproduce", "failing-test", "isolate", "hypothesize"):
            await begin_again(pilot, port, *fakes.story(step))
            before = text_of(pilot).split("\n")
            port.happen(fakes.started(port.state.last_number + 1, "suite", target=fakes.Target()))
            await settle(pilot)
            after = text_of(pilot).split("\n")
            assert after[2] == before[2]
            assert "◌" in after[-2]
            assert "whole suite" in after[-2]


async def test_what_a_run_answers_is_waited_for_in_the_third_row() -> None:
    begun = [*fakes.story("start"), ev.ReproductionBegan(), fakes.started(1)]
    async with shown(fakes.FakeDoor(*begun), (80, 24)) as pilot:
        assert "→ Wait for #1: a run failed?" in text_of(pilot).split("\n")[2]


@pytest.mark.parametrize("size", SIZES)
async def test_the_marked_line_is_in_view_and_whole_and_docstrings_are_folded(size: tuple[int, int]) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), long_suspect()), size) as pilot:
        text = "\n".join(row.partition("│ ")[0] + row.partition("│ ")[2] for row in rows_of_panels(pilot))
        assert f"▸{MARK}" in text
        assert "'END')" in text
        assert "14 def total(items):" in text
        assert "More." not in text
        assert "⋮" in text


@pytest.mark.parametrize("size", SIZES)
async def test_the_marked_line_is_in_view_where_it_was_suspected_after_the_lines_were_kept(
    size: tuple[int, int],
) -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), moved_suspect()), size) as pilot:
        assert f"▸{MARK}" in "\n".join(rows_of_panels(pilot))


@pytest.mark.parametrize("size", SIZES[1:])
async def test_no_row_stays_empty_while_a_line_is_cut(size: tuple[int, int]) -> None:
    port = fakes.FakeDoor(*fakes.story("start"))
    async with shown(port, size) as pilot:
        for step in STEPS:
            await begin_again(pilot, port, *fakes.story(step))
            for name in ("#tab-work", "#side-evidence"):
                panel = session_of(pilot).query_one(name)
                region = panel.scrollable_content_region
                if panel.virtual_size.height < region.height - 1:
                    assert panel.virtual_size.width <= region.width, (step, name)


async def test_from_a_hundred_and_fifty_columns_the_failing_test_stands_below_the_suspect() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate"), long_suspect()), (160, 50)) as pilot:
        rows = text_of(pilot).split("\n")
        suspect = next(number for number, row in enumerate(rows) if row.startswith(" shop/cart.py:69"))
        test = next(number for number, row in enumerate(rows) if row.startswith(" tests/test_cart.py:14"))
        assert suspect < test
        assert any(row.startswith(" ▸14 │     assert total") for row in rows[test:])
        assert "─ Runs ─" in text_of(pilot)


async def test_a_stop_card_folds_to_the_next_move_while_runs_go_on() -> None:
    port = fakes.FakeDoor(*narrowing.loop()[:-1])
    async with shown(port) as pilot:
        port.happen(narrowing.noticed("card"))
        await settle(pilot)
        assert type(pilot.app.screen).__name__ == "LoopDialog"
        port.happen(fakes.started(7, "feedback"))
        await settle(pilot)
        assert session_of(pilot) is pilot.app.screen
        assert text_of(pilot).split("\n")[2].startswith(" ⚠ Look at the state before the next edit")
        await press(pilot, "L")
        assert type(pilot.app.screen).__name__ == "LoopDialog"


async def test_an_edit_that_broke_itself_and_a_moved_goal_are_in_the_band() -> None:
    broken = fakes.finished(4, fakes.failure("name 'x' is not defined", exception="NameError"))
    judged = Judged(outcome="UNRESOLVED", reason="your edit broke it: NameError", remark="broken edit")
    gone = ev.PinnedTestRead(digest="")
    port = fakes.FakeDoor(*fakes.story("isolate"))
    async with shown(port, (80, 24)) as pilot:
        port.happen(ev.EditSeen(paths=("shop/cart.py",)))
        port.happen(fakes.started(4, "feedback"), broken.model_copy(update={"judged": judged}))
        await settle(pilot)
        assert text_of(pilot).split("\n")[2].startswith(" ⚠ your edit broke it"), text_of(pilot)
        await begin_again(pilot, port, *fakes.story("isolate"), gone)
        assert text_of(pilot).split("\n")[2].startswith(" ⚠ The pinned test changed"), text_of(pilot)


async def test_the_list_of_runs_unfolds_and_folds() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("hypothesize")), (120, 38)) as pilot:
        assert "✘✘✘✘ #4" in text_of(pilot).split("\n")[1]
        await press(pilot, "number_sign")
        assert "#4 ✘ same as #3" in text_of(pilot)
        await press(pilot, "number_sign")
        assert session_of(pilot).view.tab == "work"


async def test_questions_to_oneself_are_in_the_help() -> None:
    async with shown(fakes.FakeDoor(*fakes.story("isolate")), (120, 38)) as pilot:
        assert "Where is the value still right?" not in text_of(pilot)
        await press(pilot, "question_mark", "end")
        await press(pilot, *["pagedown"] * 8)
        assert "Where is the value still right?" in text_of(pilot)


async def test_between_two_runs_of_a_proof_nothing_else_is_offered() -> None:
    """For a moment nothing was under way, and the next move was to close the session with what there was."""
    begun = [*fakes.story("before-verify"), ev.VerificationBegan(plan=("verify", "suite"))]
    async with shown(fakes.FakeDoor(*begun), (80, 24)) as pilot:
        assert "  C  close" not in text_of(pilot).split("\n")[2]
        assert advise(session_of(pilot).state).is_waiting


def test_what_only_tools_write_comes_last_and_in_one_row() -> None:
    """A commit of a release has its one hunk of code behind a page of what its packaging wrote."""
    files = [
        FileChange(
            path=path,
            hunks=(Hunk(old_start=1, old_lines=1, new_start=1, new_lines=1, text=f"-old of {path}\n+new"),),
        )
        for path in ("a.egg-info/SOURCES.txt", "poetry.lock", "notes.md", "shop/cart.py")
    ]
    shown = "\n".join(each.plain for file in in_reading_order(files) for each in file_lines(file))
    assert [
        shown.index(each) for each in ("shop/cart.py", "notes.md", "a.egg-info", "poetry.lock")
    ] == sorted(shown.index(file.path) for file in files)
    assert "old of shop/cart.py" in shown
    assert "old of a.egg-info" not in shown
    assert "modified, 1 line, written by a tool" in shown
