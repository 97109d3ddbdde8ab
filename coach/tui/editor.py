"""Open the engineer's own editor at a line: an argv, never a shell."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePath

_COLON = {"hx", "helix", "zed", "subl", "sublime_text"}
_GOTO = {"code", "codium", "cursor", "windsurf", "code-insiders"}


def editor_argv(environment: Mapping[str, str], path: Path, line: int) -> list[str]:
    """Return the argv that opens ``path`` at ``line``; empty when no editor is set or its words do not parse."""
    chosen = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(chosen)
    except ValueError:
        return []
    if not words:
        return []
    name = PurePath(words[0]).name
    if name in _GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*words, f"{path}:{line}"]
    return [*words, f"+{line}", str(path)] if line > 0 else [*words, str(path)]


def argv_for(root: str, path: str, line: int) -> tuple[list[str], Path]:
    """Return the argv for a place of the project, and the absolute path (which can be no option)."""
    absolute = Path(root or ".").absolute() / path
    return editor_argv(os.environ, absolute, line), absolute
