"""Read workflows from TOML: the shipped ones and a team's own. A broken file is refused with file, line and reason."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.core.base.settings_text import toml_table
from coach.core.workflow.gates import CHECKS
from coach.core.workflow.workflow import Step, Workflow
from coach.errors import UsageError
from coach.regular_files import MAX_SETTINGS, is_there, read_text, reason

_WORKFLOW_KEYS = {"name", "title", "oracle", "extends", "steps"}
_STEP_KEYS = {*Step.model_fields, "after"}


def shipped_folder() -> Path:
    """Return where the shipped workflows are: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "workflows"
    return inside if inside.is_dir() else package.parent / "workflows"


def workflow_paths(root: Path, own: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return name → file; a team's own file replaces a shipped one of the same name."""
    paths = {path.stem: path for path in sorted(shipped_folder().glob("*.toml"))}
    for name in own:
        path = root / name
        if not is_there(path):
            raise UsageError(
                f"workflow file {name} is missing", do="mend `workflows` under [tool.coach] in pyproject.toml"
            )
        paths[path.stem] = path
    return paths


def load_workflow(name: str, paths: Mapping[str, Path]) -> Workflow:
    """Load one workflow by name. Raises UsageError."""
    if name not in paths:
        meant = tuple(get_close_matches(name, paths))
        raise UsageError(
            f"no workflow {_shown(name)}", do=f"choose one of: {', '.join(paths)}", typed=name, meant=meant
        )
    return read_workflow(paths[name], paths)


def read_workflow(path: Path, known: Mapping[str, Path] | None = None) -> Workflow:
    """Read and check one file, with what it extends (by name, among ``known`` or the shipped ones).

    Raises:
        UsageError: naming file, line and reason.

    """
    text, table = _read(path)
    table = {**table, "steps": _steps(path, known or workflow_paths(path.parent), ())}
    table.pop("extends", None)
    try:
        return Workflow.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        word = next((str(part) for part in reversed(first["loc"]) if isinstance(part, str)), "")
        raise UsageError(
            f"{path.name}, line {_line_of(text, word)}: {word}: {first['msg'].lower()}"
        ) from None


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = read_text(path, MAX_SETTINGS)
        table = toml_table(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path.name} is not a workflow", why=reason(error)) from None
    problem = _problem(table)
    if problem:
        word, why = problem
        raise UsageError(f"{path.name}, line {_line_of(text, word)}: {why}")
    return text, table


def _steps(path: Path, known: Mapping[str, Path], below: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the steps of a file over those it extends: one with a known id changes it, a new one goes ``after`` another."""
    text, table = _read(path)
    name, base = str(table["name"]), str(table.get("extends", ""))
    own = [dict(step) for step in table.get("steps", [])]
    if not base:
        return [_without_place(path, text, step) for step in own]
    if base in {*below, name}:
        circle = " → ".join((*below, name, base))
        raise UsageError(f"{path.name}, line {_line_of(text, 'extends')}: it extends itself: {circle}")
    if base not in known:
        raise UsageError(
            f"{path.name}, line {_line_of(text, 'extends')}: no workflow {_shown(base)} to extend",
            do=f"choose one of: {', '.join(known)}",
        )
    steps = _steps(known[base], known, (*below, name))
    for step in own:
        _lay(steps, step, path, text)
    return steps


def _without_place(path: Path, text: str, step: dict[str, Any]) -> dict[str, Any]:
    if "after" in step:
        raise UsageError(f"{path.name}, line {_line_of(text, 'after')}: 'after' needs a workflow to extend")
    return step


def _lay(steps: list[dict[str, Any]], step: dict[str, Any], path: Path, text: str) -> None:
    """Change the step of the same id, or put a new one in its place."""
    places = {each["id"]: index for index, each in enumerate(steps)}
    after = step.pop("after", None)
    if step["id"] in places:
        steps[places[step["id"]]] |= step
    elif after is None:
        steps.append(step)
    elif after in places:
        steps.insert(places[after] + 1, step)
    else:
        where = f"{path.name}, line {_line_of(text, str(after))}"
        raise UsageError(f"{where}: no step {_shown(after)} to come after; known: {', '.join(places)}")


def template(name: str) -> str:
    """Return a workflow to begin with, as text."""
    return f"""name = "{name}"
title = "Our way with a failing test"
extends = "debug"            # its steps are ours, changed and joined by those below

[[steps]]
id = "ask"
after = "reproduce"          # a new step says where it goes
title = "Ask"
guidance = "Who saw it first, and what did they do?"
questions = ["Which customer?", "Which release?"]
gate = [{{ check = "notes-at-least", limit = 1 }}]

[[steps]]
id = "isolate"               # a step of the same id is changed
title = "Isolate"
gate = [{{ check = "isolated" }}]

# checks: {", ".join(CHECKS)}
"""


def _problem(table: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first fault as (word to look for, reason)."""
    if problem := _unknown_key(table, _WORKFLOW_KEYS) or _no_text(table, ("name", "title", "oracle")):
        return problem
    if "extends" in table and not isinstance(table["extends"], str):
        return "extends", "extends names one other workflow"
    needs_steps = "extends" not in table
    steps = table.get("steps", [])
    if not table.get("name") or not isinstance(steps, list) or (needs_steps and not steps):
        return "name", "a workflow needs a name and at least one step"
    seen: set[str] = set()
    for step in steps:
        problem = _step_problem(step, seen)
        if problem:
            return problem
    return None


def _step_problem(step: Any, seen: set[str]) -> tuple[str, str] | None:
    if not isinstance(step, dict) or not step.get("id") or not step.get("title"):
        return "steps", "a step needs an id and a title"
    if problem := _unknown_key(step, _STEP_KEYS) or _no_text(step, ("id", "title", "guidance", "after")):
        return problem
    if step["id"] in seen:
        return step["id"], f"step {_shown(step['id'])} appears twice"
    seen.add(step["id"])
    gates = step.get("gate", [])
    if not isinstance(gates, list) or not all(isinstance(each, dict) for each in gates):
        return "gate", 'a gate is a list of checks: gate = [{ check = "..." }]'
    for gate in gates:
        name = gate.get("check", "")
        if not isinstance(name, str) or name not in CHECKS:
            word = name if isinstance(name, str) and name else "gate"
            return word, f"unknown check {_shown(name)}; known: {', '.join(CHECKS)}"
    return None


def _unknown_key(table: dict[str, Any], known: set[str]) -> tuple[str, str] | None:
    key = next((each for each in table if each not in known), None)
    return None if key is None else (key, f"unknown key {_shown(key)}; known: {', '.join(sorted(known))}")


def _no_text(table: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, str] | None:
    key = next((each for each in keys if not isinstance(table.get(each, ""), str)), None)
    return None if key is None else (key, f"{key} is a text")


def _shown(word: object) -> str:
    """Quote a word of the file in a sentence; a long one is cut."""
    text = word if isinstance(word, str) else type(word).__name__
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _line_of(text: str, word: str) -> int:
    match = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) if word else None
    return text.count("\n", 0, match.start()) + 1 if match else 1
