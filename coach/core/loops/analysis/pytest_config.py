"""Edits to pytest's own configuration that let it run or report less than before."""

import shlex
from typing import Any

from coach.core.base.settings_text import ini_sections, toml_table
from coach.core.loops.analysis.syntax import Edited
from coach.core.loops.attempt import Finding

CONFIG_FILES = frozenset({"pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg"})

_SECTIONS = {"setup.cfg": "tool:pytest"}
_LEAVES_OUT = ("-k", "-m", "--deselect", "--ignore", "--ignore-glob", "--exitfirst", "--collect-only", "--co")
_TRIES_AGAIN = ("--reruns", "--force-flaky", "--count")
_CHOOSES = ("testpaths", "python_files", "python_classes", "python_functions", "norecursedirs")


def is_config(path: str) -> bool:
    return path.rpartition("/")[2] in CONFIG_FILES


def narrowed(file: Edited) -> tuple[Finding, ...]:
    """Say how a configuration file makes pytest run less, or try again what failed."""
    before, after = _options(file.path, file.before_text), _options(file.path, file.after_text)
    if before is None or after is None:
        return ()
    found: list[str] = []
    new_words = _beyond(_words(before), _words(after))
    left_out = [each for each in new_words if each.partition("=")[0] in _LEAVES_OUT or each.startswith("no:")]
    if left_out:
        found.append(f"addopts gained {' '.join(left_out)}")
    found += [
        f"{key} is {after.get(key) or 'gone'}, before {before.get(key) or 'not set'}"
        for key in _CHOOSES
        if before.get(key) != after.get(key)
    ]
    findings = [_finding(file, text) for text in found]
    again = [each for each in new_words if each.partition("=")[0] in _TRIES_AGAIN]
    if again:
        findings.append(
            Finding(kind="retried", path=file.path, text=f"failed tests are tried again: {again[0]}")
        )
    return tuple(findings)


def _finding(file: Edited, text: str) -> Finding:
    key = text.partition(" ")[0]
    lines = file.after_text.split("\n")
    line = next((number for number, each in enumerate(lines, 1) if each.strip().startswith(key)), 0)
    return Finding(kind="narrowed", path=file.path, line=line, text=text)


def _options(path: str, source: str) -> dict[str, str] | None:
    """Return pytest's options as text; None when the file cannot be read."""
    name = path.rpartition("/")[2]
    if not source:
        return {}
    try:
        if name == "pyproject.toml":
            return _from_toml(source)
        parser = ini_sections(source)
    except ValueError:
        return None
    section = _SECTIONS.get(name, "pytest")
    return dict(parser[section]) if parser.has_section(section) else {}


def _from_toml(source: str) -> dict[str, str]:
    table: Any = toml_table(source)
    for key in ("tool", "pytest", "ini_options"):
        table = table.get(key, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        return {}
    return {key: _as_text(value) for key, value in table.items()}


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(shlex.quote(str(each)) for each in value)
    return str(value)


def _words(options: dict[str, str]) -> list[str]:
    try:
        return shlex.split(options.get("addopts", ""))
    except ValueError:
        return options.get("addopts", "").split()


def _beyond(before: list[str], after: list[str]) -> list[str]:
    left = list(before)
    new = []
    for word in after:
        if word in left:
            left.remove(word)
        else:
            new.append(word)
    return new
