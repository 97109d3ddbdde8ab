"""Lines are laid out in cells: wrapped, cut, shortened in the middle, figures at the right."""

import ast
import inspect

import pytest
from rich.cells import cell_len

from coach.core.protocol import commands as cmd
from coach.core.workflow import moves
from coach.tui.keys import action
from coach.tui.views.flow import cells, flow, middle
from coach.tui.views.header import lamp, title
from coach.tui.views.line import elastic, line
from tests.core.driving import green, opened, red


def rows(*lines: object, width: int) -> list[str]:
    return ["".join(piece.text for piece in row.pieces) for row in flow(lines, width)]  # type: ignore[arg-type]


def test_figure_stands_at_the_right_edge() -> None:
    assert rows(line("a run failed", figure="#3"), width=20) == ["a run failed      #3"]


def test_long_text_wraps_at_words_with_a_hang() -> None:
    assert rows(line("→ ", "one two three four", hang=2), width=12) == ["→ one two", "  three four"]


def test_a_figure_that_does_not_fit_goes_below_where_the_text_begins() -> None:
    assert rows(line("[ ] ", "failing test pinned", figure="p pins it", hang=4), width=24) == [
        "[ ] failing test pinned",
        "    p pins it",
    ]


def test_elastic_text_loses_its_middle_before_anything_is_cut() -> None:
    shown = rows(
        line("at ", elastic("tests/unit/test_cart.py::test_total"), figure="#3", fit="cut"), width=26
    )[0]
    assert "…" in shown
    assert shown.startswith("at tes")
    assert "test_total" in shown
    assert shown.endswith("  #3")


def test_cut_lines_say_that_they_are_cut() -> None:
    assert rows(line("abcdefghij", fit="cut"), width=5) == ["abcd…"]


def test_long_lines_are_left_for_scrolling() -> None:
    assert rows(line("abcdefghij", fit="long"), width=5) == ["abcdefghij"]


@pytest.mark.parametrize(
    "text", ["日本語のテスト名前です", "e\u0301" * 30, "a" * 50, "", "x y z " * 20, "👩‍💻" * 12]
)
@pytest.mark.parametrize("width", [4, 7, 20])
def test_no_row_is_wider_than_the_panel(text: str, width: int) -> None:
    for shape in (line(text, figure="#12"), line("ab ", elastic(text), fit="cut"), line(text, hang=4)):
        for row in flow([shape], width):
            assert cells(row.pieces) <= width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("shop/parts/invoices.py:40", 25, "shop/parts/invoices.py:40"),
        ("shop/parts/invoices.py:40", 24, "…/parts/invoices.py:40"),
        ("shop/parts/invoices.py:40", 18, "…/invoices.py:40"),
        ("shop/parts/invoices.py:40", 12, "invo…s.py:40"),
        ("tests/test_cart.py::test_it[a/b/c]", 30, "…/test_cart.py::test_it[a/b/c]"),
        ("tests/test_cart.py::test_it[a/b/c]", 20, "test_ca…st_it[a/b/c]"),
        ("src/shop/__init__.py:40", 22, "…/shop/__init__.py:40"),
        ("src/shop/__init__.py:40", 18, "shop/_…nit__.py:40"),
        ("and/or in a sentence", 12, "and/…entence"),
    ],
)
def test_of_a_path_the_folders_go_first(text: str, width: int, shown: str) -> None:
    assert middle(text, width) == shown


def test_middle_counts_cells() -> None:
    assert cell_len(middle("日本語のテスト名前です", 9)) <= 9


def test_a_pass_of_a_flaky_target_does_not_light_the_green_lamp() -> None:
    drive = opened()
    drive.send(cmd.Begin())
    for index in range(10):
        drive.ends(green() if index % 2 else red())
    drive.looked()
    assert "flaky" in lamp(drive.state).text
    drive.send(cmd.RunTarget(purpose="experiment"))
    drive.ends(green())
    assert "green" in lamp(drive.state).text, "a later run is no part of the measurement"


def test_every_next_move_fits_a_narrow_terminal_with_its_key() -> None:
    calls = [
        each
        for each in ast.walk(ast.parse(inspect.getsource(moves)))
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "Advice" and len(each.args) > 1
    ]
    said = [[part.value for part in call.args if isinstance(part, ast.Constant)] for call in calls]
    whole = [(text, name) for text, name in (each for each in said if len(each) == 2)]
    assert len(whole) > 15
    for text, name in whole:
        found = action(name)
        assert found is not None
        assert len(f" → {text}   {found.shown_key}  {found.label}") <= 80, text


def test_what_was_cut_before_is_not_marked_twice() -> None:
    assert rows(line("add(line=Line(name='tea…", fit="cut"), width=24)[0].count("…") == 1
    assert rows(line("add(line=Line(name='te… and more", fit="cut"), width=24)[0].count("…") == 1


def test_a_title_is_what_was_asserted_and_not_its_explanation() -> None:
    drive = opened()
    drive.send(cmd.Begin())
    drive.ends(red("assert 9 == 10\n +  where 9 = total(lines=[1, 2, 3])"))
    assert title(drive.state) == "AssertionError: assert 9 == 10"
