"""A person's drill from end to end: the real program in a real terminal, the demo set, and what is printed at the end."""

from pathlib import Path

from coach.drills.kept import results_of
from coach.store import library
from tests.e2e.terminal import coach

RIGHT, WRONG = "* rate / (100 + rate)", "* rate / 100"


def arena_of_newest():
    newest = max(library.sessions(), key=lambda each: each.last_at)
    return newest.project


def test_a_demo_drill_is_played_left_gone_on_with_and_debriefed(tmp_path, state_home):
    terminal = coach("drill", "run", "demo/1", cwd=tmp_path, state=state_home)
    terminal.wait_for("drill 0:", "3 of 3")
    terminal.press("J")
    terminal.wait_for("Drill demo/1", "each −5 points")
    terminal.press("\x1b")
    terminal.wait_gone("each −5 points")
    terminal.press("q")
    terminal.wait_end()
    assert "`coach drill run demo/1` goes on with it" in terminal.bytes.decode()
    assert results_of("demo") == ()

    terminal = coach("drill", "run", "demo/1", cwd=tmp_path, state=state_home)
    terminal.wait_for("drill 0:", "3 of 3")
    file = Path(arena_of_newest()) / "shop/tax.py"
    assert file.read_text().count(WRONG) == 1
    file.write_text(file.read_text().replace(WRONG, RIGHT))
    terminal.wait_for("green")
    terminal.press("C")
    terminal.wait_for("The drill ends here")
    terminal.press("\x13")
    terminal.wait_for("Score", "40 of 40", "shop/tax.py", deadline=120)
    terminal.press("\x1b")
    terminal.wait_gone("The cause")
    terminal.wait_for("% in 0:")
    terminal.press("q")
    terminal.wait_end()
    (result,) = results_of("demo")
    assert result.score.is_fixed
    assert (result.number, result.player) == (1, "")
    assert f"demo/1: {result.score.percent} %, session {result.session}" in terminal.bytes.decode()
