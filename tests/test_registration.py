"""What is registered is registered once: a toy of each kind appears wherever its kind must."""

import argparse
import importlib.util
import inspect
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from coach import cli
from coach.cli.commands.search import details
from coach.cli.options import NotTyped, add
from coach.core.base.value import Value
from coach.core.decide.decision import decide
from coach.core.decide.searches import why_not_searched
from coach.core.export import export
from coach.core.export.blocks import Block
from coach.core.export.sections import SECTIONS, SectionKind
from coach.core.log import events as ev
from coach.core.log.describe import say
from coach.core.loops.detector import Detector
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.escalation import look
from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from coach.core.search.kinds import SEARCH_KINDS, Found, PollutersFound, SearchFinding
from coach.core.search.request import SearchResult
from coach.core.session.fold.dispatch import apply_event
from coach.core.session.state import SessionState
from coach.core.workflow import gates
from coach.core.workflow.action_ids import COMMANDS
from coach.core.workflow.advice import Advice, advise
from coach.core.workflow.gates import check, evaluate
from coach.core.workflow.workflow import GateCheck, Step
from coach.engine.search.queue import SEARCHES
from coach.errors import UsageError
from coach.settings.project import load_settings
from coach.store.lines import encode, read_line
from coach.tui.views.search import search_lines
from coach.tui.views.search_menu import offer_lines, offers
from tests.core.building import shop_session
from tests.core.driving import reproduced, workflow


def _commands(parser):
    """Yield every command of a parser: its words and its own parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            typed = {name: each for name, each in action.choices.items() if not isinstance(each, NotTyped)}
            for name, below in typed.items():
                if below.get_default("load"):
                    yield name, below
                yield from ((f"{name} {words}", each) for words, each in _commands(below))


def test_the_call_of_every_command_stands_beside_its_words():
    """What a command calls is found by the file its words are in: ``cli/trace.py``, ``cli/commands/trace.py``."""
    rooms = ("coach.cli.commands", "coach")
    found = dict(_commands(cli.parser()))
    assert len(found) > 40
    for words, parser in found.items():
        load = parser.get_default("load")
        call = load()
        assert list(inspect.signature(call).parameters) == ["args"], words
        name = load.__module__.rpartition(".")[2]
        assert call.__module__.startswith(tuple(f"{room}.{name}" for room in rooms)), words


def test_the_parser_of_a_typed_command_is_that_of_all_commands():
    """Only what was typed gets a parser; the overview, the words of a command and what it refuses are the same."""
    whole = cli.parser()
    found = dict(_commands(whole))
    for words, parser in found.items():
        alone = cli.parser({words, words.partition(" ")[0]})
        assert alone.format_help() == whole.format_help()
        assert dict(_commands(alone))[words].format_help() == parser.format_help()
    with pytest.raises(UsageError) as refused:
        cli.parse(["dbug"])
    assert refused.value.meant[0] == "debug"


def test_a_command_is_its_words_and_its_call(monkeypatch, capsys):
    """One row in the table of commands: it is in the help, it runs, and its exit code is the program's."""

    def words(commands):
        toy = add(commands, "toy", lambda: lambda args: len(args.word), "say how long a word is")
        toy.add_argument("word")

    monkeypatch.setattr(cli, "COMMANDS", (*cli.COMMANDS, words))
    assert cli.main(["toy", "abc"]) == 3
    assert cli.main([]) == 0
    assert "say how long a word is" in capsys.readouterr().out


@pytest.fixture(scope="module")
def pages():
    """The program that makes the tables of the documentation."""
    place = Path(__file__).parent.parent / "docs" / "make.py"
    spec = importlib.util.spec_from_file_location("docs_make_here", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _own(module):
    """Return the values that a module defines itself."""
    found = (each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Value))
    return {each for each in found if each.__module__ == module.__name__}


def test_every_event_is_read_folded_and_in_the_documentation():
    """One that is forgotten in the union would come back from a log as Unknown, and close it for writing."""
    known = set(get_args(ev.Event))
    assert {each for each in _own(ev) if "kind" in each.model_fields} - known == {ev.Unknown}
    assert known <= set(apply_event.registry)


def test_every_command_and_observation_is_decided_on():
    known = {*get_args(cmd.Command), *get_args(obs.Observation)}
    assert _own(cmd) <= known
    assert known - set(decide.registry) == {cmd.KeepElsewhere}, "the dispatcher's own matter"
    assert {each for each in _own(obs) if each not in known} == set()
    effects = set(get_args(eff.Effect))
    parts = {
        part for each in effects for field in each.model_fields.values() for part in _named(field.annotation)
    }
    assert _own(eff) - effects <= parts


def _named(hint):
    return {hint} if isinstance(hint, type) else {part for each in get_args(hint) for part in _named(each)}


def test_a_check_is_registered_by_its_decorator(monkeypatch, pages, tmp_path):
    monkeypatch.setattr(gates, "CHECKS", gates.CHECKS.copy())
    monkeypatch.setitem(gates.CHECKS, "toy", None)
    check("toy", "at least {limit} toys", "‹note› brings one")(lambda state, limit: (state.seq >= limit, ""))
    step = Step(id="play", title="Play", gate=(GateCheck(check="toy", limit=3),))
    (open_,) = evaluate(SessionState(), step)
    assert (open_.title, open_.passed, open_.figure) == ("at least 3 toys", False, "‹note› brings one")
    assert evaluate(SessionState(seq=3), step)[0].passed
    monkeypatch.setattr(pages, "CHECKS", gates.CHECKS)
    assert "| `toy` | at least `limit` toys | yes |" in pages._checks()


def test_a_section_of_an_export_is_a_row(monkeypatch):
    rows = (
        SectionKind("toy", "A toy", lambda _state, _purpose, _clean: (Block("- it is red"), Block(""))),
        *SECTIONS,
    )
    monkeypatch.setattr("coach.core.export.sections.SECTIONS", rows)
    state = shop_session("isolate").state
    assert "## A toy\n\n- it is red\n" in export(state).text
    assert "<toy>\n- it is red\n</toy>" in export(state, style="xml").text
    assert '"section": "toy"' in export(state, style="json").text


def test_every_search_has_a_row_and_carries_itself_out():
    assert set(SEARCHES) == set(SEARCH_KINDS)
    found = set(get_args(get_args(Found)[0]))
    assert set(SearchFinding.__subclasses__()) == found


def test_a_kind_of_search_is_a_row(monkeypatch):
    """It is asked for, refused for what it lacks, offered, told and described by what its row says."""
    toy = replace(
        SEARCH_KINDS["order"], name="toy", title="look below the bed", question="Which toy?", gate=None
    )
    monkeypatch.setitem(SEARCH_KINDS, "toy", toy)
    nothing = SessionState()
    assert decide(cmd.BeginSearch(kind="toy"), nothing).reason == why_not_searched(nothing, toy) != ""
    assert "Which toy?" in "\n".join(each.plain for each in offer_lines(offers(nothing)))
    drive = reproduced()
    drive.send(cmd.BeginSearch(kind="toy"))
    assert drive.effects[-1].request.kind == "toy"
    began = drive.records[-1]
    assert read_line(encode(began)) == began
    assert say(began.event)[2] == "search 1 began: look below the bed"
    found = PollutersFound(victim="tests/test_a.py::test_a", polluters=("tests/test_b.py::test_b",), of=3)
    result = SearchResult(how="found", sentence="it is there", found=found)
    drive.send(obs.SearchOver(number=1, result=result))
    shown = "\n".join(each.plain for each in search_lines(drive.state.searches[-1], 0.0))
    assert "Look below the bed" in shown
    printed = details(result)
    assert printed[0] == "✘ tests/test_b.py::test_b"
    assert all(
        each.text in shown and any(each.text in line for line in printed) for each in found.described()
    )


def test_a_loop_detector_is_a_row(monkeypatch, pages, tmp_path):
    """It looks after each run, is recorded under its name and rule, can be switched off and dismissed, and has its line in the docs."""

    def seen(history):
        now = history.now
        return toy.detection(
            level="card", evidence=(now.run,), place="here", sentence="toys", move="Tidy up."
        )

    toy = Detector("toy", rule=7, seen=seen, notices="toys on the floor.", action="note", step="isolate")
    toy = replace(toy, answers=("note",), ended_by=frozenset({"note"}))
    monkeypatch.setitem(DETECTORS, "toy", toy)
    assert "| `toy` | true or false | `true` | toys on the floor. |" in pages._loops()
    assert "| loop: toy |" in pages._rule_versions()
    drive = reproduced()
    heard = next(each.loop for each in drive.state.notices if each.loop.pattern == "toy")
    assert (heard.rule, heard.action, heard.step) == (7, "note", "isolate")
    assert advise(drive.state) == Advice("Tidy up.", "note", is_notice=True)
    drive.send(cmd.WriteNote(text="a note"))
    assert drive.state.standing_loop is None
    drive.send(cmd.DismissLoop(pattern="toy", reason="it is his"))
    assert drive.state.dismissals[-1].pattern == "toy"
    (tmp_path / "pyproject.toml").write_text("[tool.coach.loops]\ntoy = false\n")
    assert load_settings(tmp_path).loops_off == ("toy",)
    assert "toy" not in {each.pattern for each in look(drive.state.history, {"toy"})}


def test_every_detector_names_an_action_and_a_step_that_there_are():
    steps = {step.id for step in workflow().steps}
    for each in DETECTORS.values():
        assert {each.action, *each.answers} <= set(COMMANDS), each.name
        assert each.step in steps, each.name
