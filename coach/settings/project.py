"""Settings: ``[tool.coach]`` in the project's pyproject.toml, then environment, then flags.

Reading settings runs nothing. A wrong key or value is refused with the file and the nearest valid key, because a silent
typo in a timeout is found at the worst moment.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from coach.core.base.value import Value
from coach.core.cluster.cluster_settings import ClusterSettings
from coach.core.localize.measurement import Limits
from coach.core.loops.detectors import DETECTORS
from coach.core.runs.confinement import Confine
from coach.core.spec.spec import TeamRules
from coach.errors import UsageError
from coach.regular_files import read_toml, reason

RULE_FILES = ("AGENTS.md",)
"""Documents in which projects tell assistants their rules."""

MAX_SECONDS = 1e9
"""Thirty years; beyond it clocks overflow."""


def _pattern(name: str) -> str:
    if name not in DETECTORS:
        raise ValueError(f"no detector is called {name!r}; there are {', '.join(DETECTORS)}")
    return name


class Settings(Value):
    """What can be set. Seconds where a number is a time."""

    python: str = ""
    """The target's interpreter; empty: it is found. Named by the project alone it is shown first; a change asks again."""
    command: Literal["", "python -m pytest", "pytest"] = ""
    """How pytest is started; the first, and empty, puts the current folder on ``sys.path``, the second does not."""
    workflow: str = "debug"
    """The steps to walk through."""
    workflows: tuple[str, ...] = ()
    """Workflow files of the team, relative to the project root."""
    timeout: float = Field(default=600.0, gt=0, le=MAX_SECONDS)
    """Wall time of one run."""
    silence: float = Field(default=180.0, gt=0, le=MAX_SECONDS)
    """Time without any output or report."""
    confine: Confine = "copies"
    """Which runs write only where they may (Linux): those in copies, all, or none. Of a project alone, ``off`` is asked about."""
    warm: bool = True
    """Whether runs on save, and what searches try on their way, are forked from a warm interpreter (Linux); evidence always runs cold."""
    loops: dict[Annotated[str, AfterValidator(_pattern)], bool] = Field(default_factory=dict)
    """``[tool.coach.loops]``: a detector by its name and whether it speaks; all do unless switched off."""

    template: str = ""
    """A Jinja2 template for the Markdown of exports, relative to the project root."""
    assistants: dict[str, str] = Field(default_factory=dict)
    """``[tool.coach.assistants]``: a name and the command that reads a prompt on its standard input."""
    investigate: Limits = Limits()
    """``[tool.coach.investigate]``: what coach measures by itself once a failure is known, and how much."""
    rules: TeamRules = TeamRules()
    """``[tool.coach.rules]``: what the team demands of every fix."""
    cluster: ClusterSettings = ClusterSettings()
    """``[tool.coach.cluster]``: workers on other machines that searches may use."""

    _project_python: str = PrivateAttr(default="")
    _is_only_projects: bool = PrivateAttr(default=False)
    _project_confine: str = PrivateAttr(default="")
    _is_own_confine: bool = PrivateAttr(default=False)

    @property
    def project_python(self) -> str:
        """The interpreter that the project's own file names; empty: none."""
        return self._project_python

    @property
    def is_project_python(self) -> bool:
        """Whether ``python`` is the project's wish alone: no flag and no variable of the engineer's says anything."""
        return bool(self._project_python) and self._is_only_projects

    @property
    def is_unconfined_by_project(self) -> bool:
        """Whether the project's own file wants nothing confined; the engineer may have said nothing, or the same."""
        return self._project_confine == "off"

    @property
    def is_own_confine(self) -> bool:
        """Whether the engineer says by flag or variable what is confined."""
        return self._is_own_confine

    def noting(self, table: Mapping[str, Any], own: Mapping[str, Any]) -> "Settings":
        """Note who says what is asked about: the project's ``table``, or the engineer's ``own`` flags and variables."""
        self._project_python = str(table.get("python", ""))
        self._is_only_projects = "python" not in own
        self._project_confine = str(table.get("confine", ""))
        self._is_own_confine = "confine" in own
        return self

    @property
    def loops_off(self) -> tuple[str, ...]:
        return tuple(sorted(pattern for pattern, is_on in self.loops.items() if not is_on))


def load_settings(root: Path, flags: Mapping[str, Any] | None = None) -> Settings:
    """Merge file, environment and flags. Raises UsageError that names the file and key."""
    path = root / "pyproject.toml"
    table = _table(path)
    refuse_unknown(path.name, "tool.coach", table, Settings)
    if isinstance(rules := table.get("rules"), dict):
        refuse_unknown(path.name, "tool.coach.rules", rules, TeamRules)
    if isinstance(limits := table.get("investigate"), dict):
        refuse_unknown(path.name, "tool.coach.investigate", limits, Limits)
    if isinstance(cluster := table.get("cluster"), dict):
        refuse_unknown(path.name, "tool.coach.cluster", cluster, ClusterSettings)
    if os.environ.get("COACH_INVESTIGATE") == "off" and isinstance(table.get("investigate", {}), dict):
        table["investigate"] = {**table.get("investigate", {}), "auto": False}
    own = {**_environment(), **{key: value for key, value in (flags or {}).items() if value is not None}}
    _refuse_nul(path.name, table)
    try:
        return Settings.model_validate({**table, **own}).noting(table, own)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path.name}: [tool.coach] {key} is not usable", why=first["msg"].lower()) from None


def refuse_unknown(file: str, table: str, found: Mapping[str, Any], shape: type[Value]) -> None:
    """Raise UsageError for the first key ``shape`` does not know, with the nearest one; ``table`` is empty at the top."""
    unknown = sorted(set(found) - set(shape.model_fields))
    if unknown:
        close = difflib.get_close_matches(unknown[0], shape.model_fields, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(shape.model_fields)}"
        where = f"[{table}] has" if table else "there is"
        raise UsageError(f"{file}: {where} no key {unknown[0]!r}", do=hint)


def _refuse_nul(file: str, value: Any, where: str = "") -> None:
    """Raise UsageError for a text that no path and no word of a command can be."""
    if isinstance(value, str) and "\0" in value:
        raise UsageError(f"{file}: [tool.coach] {where} holds a NUL character")
    if isinstance(value, Mapping):
        for key, each in value.items():
            _refuse_nul(file, str(key), where or "a key")
            _refuse_nul(file, each, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for each in value:
            _refuse_nul(file, each, where)


def team_rules(root: Path, settings: Settings) -> TeamRules:
    """Return the rules of a project: those of its settings, and the documents with rules that are there."""
    found = [name for name in RULE_FILES if (root / name).is_file()]
    return settings.rules.model_copy(update={"files": tuple(dict.fromkeys((*settings.rules.files, *found)))})


def _table(path: Path) -> dict[str, Any]:
    try:
        parsed = read_toml(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(
            f"{path.name} cannot be read", why=reason(error), do="mend it, or run coach in another folder"
        ) from None
    tool = parsed.get("tool", {})
    table = tool.get("coach", {}) if isinstance(tool, dict) else {}
    return dict(table) if isinstance(table, dict) else {}


def _environment() -> dict[str, str]:
    names = {
        "COACH_PYTHON": "python",
        "COACH_TIMEOUT": "timeout",
        "COACH_WARM": "warm",
        "COACH_COMMAND": "command",
        "COACH_CONFINE": "confine",
    }
    return {key: os.environ[name] for name, key in names.items() if os.environ.get(name)}
