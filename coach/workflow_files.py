"""Read workflows from TOML: the shipped ones and a team's own. A broken file is refused with file, line and reason."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.core.checks import REGISTRY
from coach.core.workflow import Step, Workflow
from coach.errors import UsageError

_WORKFLOW_KEYS = {"name", "title", "steps"}
_STEP_KEYS = set(Step.model_fields)


def shipped_folder() -> Path:
    """Return where the shipped workflows are: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "workflows"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "workflows"


def workflow_paths(root: Path, own: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return name → file; a team's own file replaces a shipped one of the same name."""
    paths = {path.stem: path for path in sorted(shipped_folder().glob("*.toml"))}
    for name in own:
        path = root / name
        if not path.is_file():
            raise UsageError(
                f"workflow file {name} is missing", do="mend `workflows` under [tool.coach] in pyproject.toml"
            )
        paths[path.stem] = path
    return paths


def load_workflow(name: str, paths: dict[str, Path]) -> Workflow:
    """Load one workflow by name. Raises UsageError."""
    if name not in paths:
        raise UsageError(f"no workflow {name!r}", do=f"choose one of: {', '.join(paths)}")
    return read_workflow(paths[name])


def read_workflow(path: Path) -> Workflow:
    """Read and check one file. Raises UsageError naming file, line and reason."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path.name} is not a workflow", why=str(error)) from None
    problem = _problem(table)
    if problem:
        word, reason = problem
        raise UsageError(f"{path.name}, line {_line_of(text, word)}: {reason}")
    try:
        return Workflow.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        word = next((str(part) for part in reversed(first["loc"]) if isinstance(part, str)), "")
        raise UsageError(
            f"{path.name}, line {_line_of(text, word)}: {word}: {first['msg'].lower()}"
        ) from None


def _problem(table: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first fault as (word to look for, reason)."""
    for key in table:
        if key not in _WORKFLOW_KEYS:
            return key, f"unknown key {key!r}; known: {', '.join(sorted(_WORKFLOW_KEYS))}"
    steps = table.get("steps")
    if not table.get("name") or not isinstance(steps, list) or not steps:
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
    for key in step:
        if key not in _STEP_KEYS:
            return key, f"unknown key {key!r}; known: {', '.join(sorted(_STEP_KEYS))}"
    if step["id"] in seen:
        return step["id"], f"step {step['id']!r} appears twice"
    seen.add(step["id"])
    for gate in step.get("gate", []):
        name = gate.get("check", "") if isinstance(gate, dict) else ""
        if name not in REGISTRY:
            return name or "gate", f"unknown check {name!r}; known: {', '.join(REGISTRY)}"
    return None


def _line_of(text: str, word: str) -> int:
    match = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) if word else None
    return text.count("\n", 0, match.start()) + 1 if match else 1
