"""Fill the made parts of the pages in ``docs/`` from the code: ``python docs/make.py``; ``--check`` only says what is stale.

A page is written by hand; what stands between ``<!-- made: NAME -->`` and ``<!-- /made -->`` is replaced by what the function
of that name returns, so a table can never say anything else than the program.
"""

import argparse
import ast
import importlib
import inspect
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from coach import cli
from coach.core.base.test_id import FunctionId, TestId
from coach.core.base.text import TextKind
from coach.core.decide.measurement_kinds import MEASUREMENTS
from coach.core.localize.measurement import Limits
from coach.core.log import events
from coach.core.loops.detectors import DETECTORS
from coach.core.loops.thresholds import THRESHOLDS
from coach.core.runs.abilities import RUNNERS, known_runner
from coach.core.spec.spec import TeamRules
from coach.core.workflow.gates import CHECKS
from coach.core.workflow.workflow import GateCheck, Oracle, Step, Workflow
from coach.mcp import server
from coach.mcp.tools import Tools
from coach.settings.project import Settings
from coach.settings.user import Personal
from coach.settings.workflow_files import load_workflow, shipped_folder, workflow_paths
from coach.tui import keys, themes

FOLDER = Path(__file__).parent
_PART = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- /made -->)", re.DOTALL)
_RULES = {
    "a failure's signature": "core.runs.failure",
    "stable or flaky": "core.runs.reproduction",
    "suspects": "core.localize.ranking",
    "logpoints and trials": "core.experiments.logpoint",
    "verification": "core.verify.verdict",
    "what an attempt is": "core.loops.analysis.analyse_attempt",
}
"""Rule → the module whose ``RULE`` is its version; a loop detector's version is in its row."""
_MAKERS: dict[str, Callable[[], str]] = {}


def main() -> int:
    """Write the pages, or say which are stale."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    only_check = asked.parse_args().check
    stale = [path for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{'stale' if only_check else 'made'}: docs/{path.name}")
        if not only_check:
            path.write_text(pages()[path], encoding="utf-8")
    return int(only_check and bool(stale))


def pages() -> dict[Path, str]:
    """Return every page as it should be."""
    return {path: _filled(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.md"))}


def _filled(text: str) -> str:
    return _PART.sub(lambda found: f"{found[1]}{_MAKERS[found[2]]()}\n{found[3]}", text)


def _part(function: Callable[[], str]) -> Callable[[], str]:
    _MAKERS[function.__name__.strip("_").replace("_", "-")] = cache(function)
    return function


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def _code(text: object) -> str:
    return f"`{text}`"


def _first_line(thing: Any) -> str:
    """Return the first sentence of what a class or module says of itself, not of what it inherits."""
    said = thing.__doc__ if inspect.isfunction(thing) else vars(thing).get("__doc__")
    text = inspect.cleandoc(said or "")
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`")


# Types as people read them


_KINDS = {"prose": "text", "path": "path", "tree": "tree id", "name": "name", "own": "id"}


def _type(hint: Any, marks: Sequence[Any] = ()) -> str:
    while get_origin(hint) is Annotated:
        hint, *marks = get_args(hint)
    if kind := next((each.name for each in marks if isinstance(each, TextKind)), ""):
        return _KINDS[kind]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(_code(each) for each in inside) if len(inside) <= 6 else "word"
    if origin in {Union, types.UnionType}:
        return " or ".join(_type(each) for each in inside)
    if origin is tuple:
        ends = inside[-1] is Ellipsis
        return f"list of {_type(inside[0])}" if ends else f"({', '.join(_type(each) for each in inside)})"
    if origin in {dict, frozenset}:
        return "table" if origin is dict else f"list of {_type(inside[0])}"
    words = {
        TestId: "test id",
        FunctionId: "function id",
        str: "text",
        int: "integer",
        float: "number",
        bool: "true or false",
        type(None): "null",
    }
    return words.get(hint, getattr(hint, "__name__", "any"))


def _field_type(field: FieldInfo) -> str:
    if any(getattr(each, "func", None) is known_runner for each in field.metadata):
        return " or ".join(map(_code, sorted(RUNNERS)))
    return _type(field.annotation, field.metadata)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value in {"", ()} if isinstance(value, str | tuple) else isinstance(value, dict | BaseModel):
        return ""
    return _code(str(value).lower() if isinstance(value, bool) else value)


def _meanings(shape: type) -> dict[str, str]:
    """Return the string that stands below each field of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(shape))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if is_text and isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            found[field.target.id] = inspect.cleandoc(str(below.value.value)).replace("``", "`")
    return found


def _keys_of(shape: type[BaseModel], *, leave_out: tuple[str, ...] = ()) -> str:
    meanings = _meanings(shape)
    rows = [
        (
            _code(name),
            _type(field.annotation).replace("of name", "of text"),
            _default(field),
            meanings.get(name, ""),
        )
        for name, field in shape.model_fields.items()
        if name not in leave_out
    ]
    return _table(("key", "type", "default", "meaning"), rows)


# Configuration


@_part
def _settings() -> str:
    return _keys_of(Settings, leave_out=("loops", "assistants", "rules", "investigate"))


@_part
def _rules() -> str:
    return _keys_of(TeamRules)


@_part
def _investigate() -> str:
    return _keys_of(Limits)


@_part
def _measurements() -> str:
    rows = [(_code(each.name), each.title, "yes" if each.changes_code else "no") for each in MEASUREMENTS]
    return _table(("name", "what is measured", "runs changed code, so only where it is confined"), rows)


@_part
def _loops() -> str:
    rows = [(_code(name), "true or false", "`true`", each.notices) for name, each in DETECTORS.items()]
    return _table(("key", "type", "default", "what it notices"), rows)


@_part
def _thresholds() -> str:
    rows = [(each.counts, f"{each.value:g}", each.source) for each in THRESHOLDS.values()]
    return _table(("what is counted", "from", "source"), rows)


@_part
def _personal() -> str:
    return _keys_of(Personal)


@_part
def _themes() -> str:
    return ", ".join(_code(each.name) for each in themes.ALL)


@_part
def _keys() -> str:
    rows = [
        (_code(each.id), " ".join(_code(key) for key in each.keys), each.group, each.help)
        for each in keys.REGISTRY
    ]
    return _table(("id", "keys", "group", "what it does"), rows)


# Commands


def commands() -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """Yield every command that can be typed: its words, its parser and what it is for."""
    yield from _commands_of(cli.parser(), "coach")


def _commands_of(
    parser: argparse.ArgumentParser, words: str
) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in parser._actions:  # argparse has no public way to its own commands
        if isinstance(action, argparse._SubParsersAction):
            summaries = {each.dest: each.help or "" for each in action._choices_actions}
            for name, below in action.choices.items():
                if below.get_default("load"):
                    yield f"{words} {name}", below, summaries.get(name, below.description or "")
                yield from _commands_of(below, f"{words} {name}")


@_part
def _commands() -> str:
    parts = []
    for words, parser, summary in commands():
        rows = [
            (_spelling(action), (action.help or "").replace("%%", "%"))
            for action in parser._actions
            if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        ]
        first = f"{summary[:1].upper()}{summary[1:].rstrip('.')}."
        table = f"\n\n{_table(('option', 'meaning'), rows)}" if rows else ""
        parts.append(f"## `{words}`\n\n{first}{table}\n")
    return "\n" + "\n".join(parts)


def _spelling(action: argparse.Action) -> str:
    choices = "\\|".join(str(each) for each in action.choices) if action.choices else ""
    name = str(action.metavar or choices or (action.dest.upper() if action.option_strings else action.dest))
    value = "" if action.nargs == 0 else name
    value = {"?": f"[{value}]", "*": f"[{value} …]", "+": f"{value} …", "...": f"{value} …"}.get(
        str(action.nargs), value
    )
    return _code(" ".join(filter(None, [", ".join(action.option_strings), value])))


# Log


@_part
def _events() -> str:
    rows = [
        (_code(each.model_fields["kind"].default), _first_line(each), _fields(each))
        for each in get_args(events.Event)
    ]
    return _table(("kind", "what happened", "fields"), rows)


@_part
def _values() -> str:
    found: dict[str, type[BaseModel]] = {}
    for each in get_args(events.Event):
        _collect(each, found)
    kinds = set(get_args(events.Event))
    rows = [
        (name, _first_line(shape), _fields(shape))
        for name, shape in sorted(found.items())
        if shape not in kinds
    ]
    return _table(("value", "what it is", "fields"), rows)


def _collect(hint: Any, found: dict[str, type[BaseModel]]) -> None:
    if isinstance(hint, type) and issubclass(hint, BaseModel) and hint.__name__ not in found:
        found[hint.__name__] = hint
        for field in hint.model_fields.values():
            _collect(field.annotation, found)
    for each in get_args(hint):
        _collect(each, found)


def _fields(shape: type[BaseModel]) -> str:
    return ", ".join(
        f"`{name}` {_field_type(field)}{'' if field.is_required() else '?'}"
        for name, field in shape.model_fields.items()
        if name != "kind" or shape not in get_args(events.Event)
    )


@_part
def _rule_versions() -> str:
    versions = [(name, f"coach.{place}") for name, place in _RULES.items()]
    rules = [(name, place, importlib.import_module(place).RULE) for name, place in versions]
    rules += [(f"loop: {name}", each.seen.__module__, each.rule) for name, each in DETECTORS.items()]
    rows = [(name, _code(f"{place.replace('.', '/')}.py"), str(rule)) for name, place, rule in rules]
    return _table(("rule", "where it stands", "version now"), rows)


@_part
def _schema() -> str:
    return f"The schema now: **{events.SCHEMA}**, with {len(get_args(events.Event))} kinds of events."


# Workflows


@_part
def _workflows() -> str:
    paths = workflow_paths(shipped_folder().parent)
    parts = []
    for name in sorted(paths, key=lambda each: (each != "debug", each)):
        flow = load_workflow(name, paths)
        oracle = {
            "tests": "",
            "crash": "A crash is a failure too. ",
            "time": "A run over its budget is one too. ",
        }
        rows = [
            (step.title, _code(step.id), step.guidance, ", ".join(_gate(each) for each in step.gate))
            for step in flow.steps
        ]
        head = f"### `{name}`: {flow.title}\n\n{oracle[flow.oracle]}"
        parts.append(f"{head.rstrip()}\n\n{_table(('step', 'id', 'guidance', 'gate'), rows)}\n")
    return "\n" + "\n".join(parts)


def _gate(gate: GateCheck) -> str:
    return f"`{gate.check}`" + (f" {gate.limit}" if gate.limit else "")


@_part
def _workflow_keys() -> str:
    oracles = ", ".join(_code(each) for each in get_args(Oracle))
    more = "| `extends` | text |  | Another workflow by name: its steps are changed and joined by those of this file. |"
    return f"{_keys_of(Workflow)}\n{more}\n\nOracles: {oracles}."


@_part
def _step_keys() -> str:
    more = (
        "| `after` | text |  | With `extends`: the step after which a new one comes (without: at the end). |"
    )
    return f"{_keys_of(Step)}\n{more}"


@_part
def _gate_keys() -> str:
    return _keys_of(GateCheck)


@_part
def _checks() -> str:
    rows = [
        (
            _code(each.name),
            each.title.format(limit="`limit`"),
            "yes" if "limit" in inspect.signature(each.asks).parameters else "",
        )
        for each in CHECKS.values()
    ]
    return _table(("check", "what must hold", "takes a limit"), rows)


# Assistants


@_part
def _mcp_tools() -> str:
    tools = re.findall(r"^        tools\.(\w+),$", inspect.getsource(server), re.MULTILINE)
    rows = [(_code(name), _first_line(vars(Tools)[name])) for name in tools]
    return _table(("tool", "what it does"), rows)


if __name__ == "__main__":
    sys.exit(main())
