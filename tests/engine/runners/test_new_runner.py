"""A runner that coach has never heard of is a class and two table rows: it runs, names tests, runs one of them, proves a fix.

What it cannot do is answered in words by every command that would need it.
"""

import json
import subprocess
from collections.abc import Mapping
from typing import get_args

import pytest

from coach.cli import main
from coach.cli.commands.open_session import read_session
from coach.core.decide.refusals import _REASONS, refusal
from coach.core.runs import abilities
from coach.core.runs.abilities import Ability, RunnerRow, who_can
from coach.core.runs.report import Counts, Failure, RunReport
from coach.core.runs.target import of_command
from coach.engine.process.ending import ending_of_process
from coach.engine.process.supervise import Finished
from coach.engine.runners import table
from coach.engine.runners.base import Runner

CHECK = """\
#!/bin/sh
# Runs the sums of sums.txt, or those that are named: ./check.sh [FILE::NAME...]
. ./code.sh
status=0
while read -r name left right wanted; do
    case " $* " in "  " | *" sums.txt::$name "*) ;; *) continue ;; esac
    got=$(total "$left" "$right")
    if [ "$got" = "$wanted" ]; then echo "ok sums.txt::$name"
    else echo "not ok sums.txt::$name $got is not $wanted"; status=1; fi
done < sums.txt
exit $status
"""
WRONG, RIGHT = "total() { echo $(($1 - $2)); }\n", "total() { echo $(($1 + $2)); }\n"
RED = "sums.txt::takes"


class SumsRunner(Runner):
    """Its tests are the lines of ``sums.txt``; a run prints one line for each."""

    def check(self) -> None:
        """Any words are fine."""

    def prepare(self) -> None:
        """The script reads nothing of coach's."""

    def argv(self) -> list[str]:
        return ["./check.sh", *self.setup.request.target.words]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        return {**env, "LC_ALL": "C"}

    def report(self, finished: Finished) -> RunReport:
        lines = [line.split(" ") for line in self.setup.context.live.captured.text().splitlines()]
        passed = [words[1] for words in lines if words[0] == "ok"]
        failures = tuple(
            Failure(test=words[2], exception="Unequal", message=" ".join(words[3:]))
            for words in lines
            if words[0] == "not"
        )
        counts = Counts(selected=len(lines), passed=len(passed), failed=len(failures))
        ending = ending_of_process(finished, self.setup.context.limits)
        return RunReport(ending=ending, counts=counts, failures=failures, passed=tuple(passed))


@pytest.fixture
def coach(tmp_path, monkeypatch, capsys):
    """A project whose tests only this runner knows; returns what runs a command of coach in it, here and now."""
    row = RunnerRow(frozenset({"select", "suite"}), ("./check.sh",), is_recognised=True)
    monkeypatch.setitem(abilities.RUNNERS, "sums", row)
    monkeypatch.setitem(table.RUNNERS, "sums", SumsRunner)
    (tmp_path / "check.sh").write_text(CHECK)
    (tmp_path / "check.sh").chmod(0o755)
    (tmp_path / "code.sh").write_text(WRONG)
    (tmp_path / "code.py").write_text("x = 1\n")
    (tmp_path / "sums.txt").write_text("zero 0 0 0\ntakes 1 2 3\n")
    monkeypatch.chdir(tmp_path)
    own = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "-A"], [*own, "commit", "-qm", "begin"]):
        subprocess.run(["git", *words], check=True)

    def run(*words: str) -> tuple[int, str]:
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_each_runner_of_the_engine_has_a_row_of_abilities_and_each_row_a_runner():
    assert set(table.RUNNERS) == set(abilities.RUNNERS)
    assert set(abilities.ABILITY_WORDS) == set(get_args(Ability))


def test_a_runner_that_may_be_warm_says_how_it_is_forked():
    for name, row in abilities.RUNNERS.items():
        assert (table.RUNNERS[name].fork is not Runner.fork) == ("warm" in row.can)


def test_a_command_that_begins_with_a_runners_program_is_that_runners(coach):
    assert of_command(["./check.sh", RED]).only() == of_command(["./check.sh"])
    assert of_command(["./check.sh"]).runner == "sums"
    assert of_command(["./check.sh"], junit="report.xml").runner == "junit"
    assert of_command(["python", "-m", "pytest"]).runner == "command"


def test_a_new_runner_shows_what_is_red_runs_it_alone_and_proves_the_fix(coach, tmp_path):
    assert coach("run", "--", "./check.sh")[0] == 1
    assert RED in coach("failure")[1]
    assert coach("pin")[0] == 0
    code, said = coach("run", "--scope", "failures", "--json")
    run = json.loads(said[: said.rindex("}") + 1])
    assert (code, run["target"], run["counts"]["selected"]) == (1, [RED], 1)
    assert coach("target", RED)[0] == 0
    assert "3 of 3" in coach("status")[1]
    (tmp_path / "code.sh").write_text(RIGHT)
    assert coach("run")[0] == 0
    code, said = coach("verify")
    assert "[x] no new failure in the whole suite  2 passed" in said
    assert "[x] without the fix it is red again" in said
    assert f"not asked: {who_can('mutate')}" in said
    assert f"Command: `./check.sh '{RED}'`" in coach("export")[1]
    assert code == 0, said


LACKING: dict[Ability, tuple[tuple[str, ...], ...]] = {
    "trace": (("suspects",), ("suspects", "--suite")),
    "mutate": (("suspects", "--mutate"),),
    "logpoint": (("logpoint", "code.py:1", "x"), ("logpoint", "code.py:1", "x", "--pdb")),
    "calls": (("trace",),),
    "origins": (("who",),),
    "order": (("try", "--order", "reversed"), ("reduce", "--order"), ("stress",)),
    "python": (("run", "--scope", "related"),),
}
"""Commands that need what this runner cannot do."""


def test_what_it_cannot_do_is_answered_in_words(coach):
    coach("run", "--", "./check.sh", RED)
    for ability, commands in LACKING.items():
        for words in commands:
            code, said = coach(*words)
            assert who_can(ability) in said, words
            assert code in {0, 1, 2}, words


def test_a_command_has_none_of_it_and_says_so_too(coach):
    coach("run", "--", "sh", "-c", "echo tests/test_x.py::test_y; exit 1")
    for ability, commands in {**LACKING, "select": (("run", "--scope", "failures"),)}.items():
        for words in commands:
            code, said = coach(*words)
            assert who_can(ability) in said, words
            assert code in {0, 1, 2}, words


def test_every_action_of_the_screen_says_whether_it_is_possible(coach):
    coach("run", "--", "./check.sh", RED)
    state = read_session("")
    said = {action: refusal(state, action) for action in _REASONS}
    assert said["logpoint"] == who_can("logpoint")
    assert said["searches:order"] == said["searches:flake"] == who_can("order")
    assert not said["narrow"]
