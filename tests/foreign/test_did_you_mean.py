"""A mistyped word is answered with what it may have been, and enter takes it: tests, files, steps, workflows, commands."""

import sys

import pytest

from coach.cli import parse
from coach.errors import UsageError
from tests.e2e.terminal import Terminal

SHOP = {
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    "cart.py": "def total(prices):\n    return sum(prices) + 1\n",
    "tests/test_cart.py": """\
        from cart import total

        def test_total():
            assert total([1, 2]) == 3

        class TestDiscount:
            def test_none(self):
                assert total([]) == 1
        """,
}
TEST = "tests/test_cart.py::test_total"


@pytest.fixture
def shop(lay):
    return lay(SHOP)


@pytest.mark.parametrize(
    ("typed", "code", "again"),
    [
        (("run", "tests/test_crt.py"), 4, "coach run tests/test_cart.py"),
        (("run", "tests/test_crt.py::test_total", "--new"), 4, f"coach run {TEST} --new"),
        (("rnu", TEST), 2, f"coach run {TEST}"),
        (("run", TEST, "--workflow", "debgu"), 2, f"coach run {TEST} --workflow debug"),
        (("run", TEST, "--scope", "failurs"), 2, f"coach run {TEST} --scope failures"),
    ],
)
def test_without_a_terminal_the_command_to_repeat_is_said(shop, typed, code, again):
    said = shop.coach(*typed)
    assert said.code == code
    assert said.err.rstrip().endswith(again), said.err


def test_a_test_a_class_and_a_step_that_are_not_there_are_answered_with_the_nearest(shop):
    said = shop.coach("run", "tests/test_cart.py::test_totl")
    assert said.code == 4
    assert f"did you mean {TEST}? coach run {TEST}" in said.err
    said = shop.coach("run", "tests/test_cart.py::TestDiscont::test_none", "--json", "--new")
    assert said.json["did_you_mean"][0] == "tests/test_cart.py::TestDiscount::test_none"
    assert shop.coach("run", TEST).code == 1
    said = shop.coach("step", "isolte", "--json", "--reason", "a look")
    assert (said.code, said.json["did_you_mean"], said.json["typed"]) == (2, ["isolate"], "isolte")
    assert said.json["repeat"] == "coach step isolate --json --reason 'a look'"


def test_what_is_like_nothing_is_answered_with_no_guess(shop):
    for words in (("run", "nowhere/at/all.py"), ("xyzzy",), ("run", "tests/test_cart.py::test_zzzzzzzzzz")):
        assert "did you mean" not in shop.coach(*words).text


def test_enter_takes_it_in_a_terminal_and_n_does_not(shop):
    words = [
        sys.executable,
        "-m",
        "coach",
        "run",
        "--python",
        sys.executable,
        "tests/test_cart.py::test_totl",
    ]
    terminal = Terminal(words, cwd=shop.top)
    terminal.wait_for(f"did you mean {TEST}? [Y/n]")
    terminal.child.send("\r")
    terminal.wait_for("assert 4 == 3")
    terminal = Terminal([*words, "--new"], cwd=shop.top)
    terminal.wait_for("[Y/n]")
    terminal.child.send("n\r")
    while terminal.pump():
        pass
    assert "assert 4 == 3" not in terminal.text


def test_the_screen_offers_the_nearest_by_itself_and_enter_debugs_it(shop):
    words = [
        sys.executable,
        "-m",
        "coach",
        "debug",
        "--python",
        sys.executable,
        "tests/test_cart.py::test_totl",
    ]
    terminal = Terminal(words, cwd=shop.top, columns=80, lines=24)
    terminal.wait_for("Did you mean", TEST)
    terminal.child.send("\r")
    terminal.wait_for("3 of 3, stable")
    terminal.child.send("q")


def test_what_a_form_would_be_filled_with_is_written_without_a_screen_too(shop):
    assert shop.coach("run", TEST, "--new").code == 1
    said = shop.coach("spec")
    assert "known of expected: total([1, 2]) is 3" in said.err
    assert "expected: -" in said.out
    written = shop.coach("spec", "--accept", "--json").json
    assert (written["expected"], written["actual"]) == ("total([1, 2]) is 3", "total([1, 2]) is 4")
    assert "known of" not in shop.coach("spec").err
    assert shop.coach("hypothesis", "--draft", "1").code in {0, 2}


@pytest.mark.parametrize("words", [("spec", "--zzz", "x"), ("loops", "replay", "--zzz=1", "x")])
def test_an_unknown_option_is_what_is_blamed(words, capsys):
    """Its value is no argument, so nothing is said about the choices of one."""
    with pytest.raises(SystemExit):
        parse(words)
    assert "unrecognized arguments: --zzz." in capsys.readouterr().err


def test_an_option_that_is_nearly_known_is_answered_with_that_one():
    with pytest.raises(UsageError) as refused:
        parse(["spec", "--constrain", "x"])
    assert refused.value.meant[0] == "--constraint"
    assert parse(["spec", "--title", "--a title", "show"]).title == "--a title"


@pytest.mark.parametrize("command", ["debug", "run", "reproduce", "investigate"])
def test_every_command_that_takes_a_target_knows_the_word_for_a_new_session(command):
    assert parse([command, TEST, "--new"]).new


def test_a_new_session_is_none_that_is_taken_up_again(capsys):
    with pytest.raises(SystemExit):
        parse(["debug", TEST, "--new", "--resume"])
    assert "not allowed with" in capsys.readouterr().err
