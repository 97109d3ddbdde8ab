"""The hosts of assistants: which files each reads, and what coach puts into them.

What is written lies in ``coach/plugin/`` as it is read by hosts, with the plain word ``coach`` as the program; where that word
would not be found, the program's own path takes its place. The formats are the hosts' own: see ``docs/assistants.md``.
"""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Scope = Literal["project", "user"]
Shape = Literal["hooks", "servers", "toml", "markdown", "own"]
"""How a part is put into a file: merged into ``hooks``, into ``mcpServers``, as a marked block, or as the whole file."""
FOLDER = Path(__file__).parents[1] / "plugin"
OUR_HOOK = re.compile(r"(?:^|[\s/'\"])coach['\"]? hook (claude|codex|cursor) (\w+)$")
"""The end of a command line that ``hooks`` of coach have, whichever coach it is."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is put into one file of a host."""

    source: str
    """Below ``coach/plugin/``."""
    shape: Shape
    place: str
    """Below the project's folder, or below the user's home."""
    is_of_projects: bool = False
    """Whether users have no such file that another program may write."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host, its parts, and what it wants besides, in words."""

    name: str
    title: str
    parts: tuple[Part, ...]
    then: str = ""
    """What the engineer does afterwards."""
    user_then: str = ""
    has_user_scope: bool = True


HOSTS: Mapping[str, Host] = {
    "claude": Host(
        "claude",
        "Claude Code",
        (
            Part("hooks/claude.json", "hooks", ".claude/settings.json"),
            Part("mcp/claude.json", "servers", ".mcp.json", is_of_projects=True),
            Part("skills/coach/SKILL.md", "own", ".claude/skills/coach/SKILL.md"),
        ),
        user_then="for the MCP server: claude mcp add --scope user coach -- coach mcp --name claude",
    ),
    "codex": Host(
        "codex",
        "Codex",
        (
            Part("hooks/codex.json", "hooks", ".codex/hooks.json"),
            Part("mcp/codex.toml", "toml", ".codex/config.toml"),
            Part("skills/coach/SKILL.md", "own", ".agents/skills/coach/SKILL.md"),
        ),
        then="open /hooks in Codex and trust the hooks: until then it runs none",
        user_then="open /hooks in Codex and trust the hooks: until then it runs none",
    ),
    "cursor": Host(
        "cursor",
        "Cursor",
        (
            Part("hooks/cursor.json", "hooks", ".cursor/hooks.json"),
            Part("mcp/cursor.json", "servers", ".cursor/mcp.json"),
            Part("skills/coach/SKILL.md", "own", ".cursor/skills/coach/SKILL.md"),
        ),
        then="switch the server on in Cursor's settings for MCP",
        user_then="switch the server on in Cursor's settings for MCP",
    ),
    "agents-md": Host(
        "agents-md",
        "AGENTS.md",
        (Part("agents.md", "markdown", "AGENTS.md"),),
        has_user_scope=False,
    ),
}


_MOVED = {".claude": "CLAUDE_CONFIG_DIR", ".codex": "CODEX_HOME"}
"""Folder in the user's home → the host's variable that names another one."""


def places(host: Host, scope: Scope, project: Path) -> list[tuple[Part, Path]]:
    """Return the parts of a host with the file each goes into."""
    if scope == "project":
        return [(part, project / part.place) for part in host.parts]
    return [(part, _of_the_user(part.place)) for part in host.parts if not part.is_of_projects]


def _of_the_user(place: str) -> Path:
    first, _, below = place.partition("/")
    moved = os.environ.get(_MOVED.get(first, ""), "")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - HOME as it is set, links unfollowed
    return Path(moved) / below if moved else home / place


def own_program() -> tuple[str, ...]:
    """Return the words that start this coach from anywhere: its name where PATH leads to it, else its interpreter."""
    found = shutil.which("coach")
    here = Path(sys.executable).parent / "coach"
    if found and (not here.exists() or os.path.realpath(found) == os.path.realpath(here)):
        return ("coach",)
    return (str(here),) if here.exists() else (sys.executable, "-m", "coach")


def text_of(part: Part, program: tuple[str, ...]) -> str:
    """Return what a part holds, with the program's own words."""
    text = (FOLDER / part.source).read_text(encoding="utf-8")
    if program == ("coach",) or part.shape in {"markdown", "own"}:
        return text
    if part.shape == "toml":
        words = ", ".join(json.dumps(each) for each in program[1:])
        text = text.replace('"coach"', json.dumps(program[0]), 1)
        return text.replace("args = [", f"args = [{words}, " if words else "args = [")
    held = json.loads(text)
    _PUT_IN[part.shape](held, program)
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"


def _put_into_hooks(held: dict[str, Any], program: tuple[str, ...]) -> None:
    for entries in held["hooks"].values():
        for entry in entries:
            for each in entry.get("hooks", [entry]):
                each["command"] = f"{shlex.join(program)}{each['command'].removeprefix('coach')}"


def _put_into_servers(held: dict[str, Any], program: tuple[str, ...]) -> None:
    server = held["mcpServers"]["coach"]
    server |= {"command": program[0], "args": [*program[1:], *server["args"]]}


_PUT_IN: Mapping[str, Callable[[dict[str, Any], tuple[str, ...]], None]] = {
    "hooks": _put_into_hooks,
    "servers": _put_into_servers,
}
