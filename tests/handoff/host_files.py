# ruff: noqa: N815 - the hosts call them so
"""The files of hosts as their documentation and published schemas describe them, as far as coach writes them.

Written from https://code.claude.com/docs/en/hooks, https://developers.openai.com/codex/hooks, https://cursor.com/docs/hooks,
the schemas at https://json.schemastore.org (claude-code-settings, codex-hooks), and https://agentskills.io/specification.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[int, Field(gt=0, le=600)]
Command = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Handler(Strict):
    type: Literal["command"]
    command: Command
    timeout: Seconds


class Group(Strict):
    matcher: str | None = None
    hooks: Annotated[list[Handler], Field(min_length=1)]


class ClaudeHooks(Strict):
    UserPromptSubmit: list[Group] = []
    PreToolUse: list[Group] = []
    PostToolUse: list[Group] = []
    PostToolUseFailure: list[Group] = []
    Stop: list[Group] = []
    SessionStart: list[Group] = []


class CodexHooks(Strict):
    UserPromptSubmit: list[Group] = []
    PreToolUse: list[Group] = []
    PostToolUse: list[Group] = []
    Stop: list[Group] = []
    SessionStart: list[Group] = []


class CursorHandler(Strict):
    command: Command
    timeout: Seconds
    matcher: str | None = None


class CursorHooks(Strict):
    beforeSubmitPrompt: list[CursorHandler] = []
    preToolUse: list[CursorHandler] = []
    postToolUse: list[CursorHandler] = []
    postToolUseFailure: list[CursorHandler] = []
    stop: list[CursorHandler] = []
    preCompact: list[CursorHandler] = []


class ClaudeFile(Strict):
    hooks: ClaudeHooks


class CodexFile(Strict):
    hooks: CodexHooks


class CursorFile(Strict):
    version: Literal[1]
    hooks: CursorHooks


class Server(Strict):
    command: Command
    args: list[str]


class Servers(Strict):
    mcpServers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Server]


class CodexConfig(Strict):
    mcp_servers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Server]


class SkillHead(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    description: Annotated[str, Field(min_length=1, max_length=1024)]


FILES = {
    "hooks/claude.json": ClaudeFile,
    "hooks/codex.json": CodexFile,
    "hooks/cursor.json": CursorFile,
    "mcp/claude.json": Servers,
    "mcp/cursor.json": Servers,
    "mcp/codex.toml": CodexConfig,
}


def commands_of(hooks):
    """Return the command lines of a file of hooks, by event."""
    entries = hooks.model_dump()["hooks"].items()
    return {
        event: [each["command"] for group in groups for each in group.get("hooks", [group])]
        for event, groups in entries
        if groups
    }


def matchers_of(hooks):
    """Return the matchers of a file of hooks, each compiled: hosts reject a file whose matcher is no expression."""
    groups = [group for each in hooks.model_dump()["hooks"].values() for group in each]
    return [re.compile(group["matcher"]) for group in groups if group.get("matcher")]
