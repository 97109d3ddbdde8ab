"""Put what is coach's into the text of a host's file, and take it out again; foreign keys, entries and lines stay.

JSON is merged by its structure and written with the indentation it had; TOML and Markdown get a marked block at their end.
A text that cannot be read for sure is not touched: ``CannotMerge`` says why. Pure functions of texts.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coach.assistants.hosts import OUR_HOOK, Shape

SERVER = "coach"
_MARKS = {
    "toml": (
        "# >>> coach: `coach agents remove codex` takes this block out",
        "# <<< coach",
    ),
    "markdown": (
        "<!-- coach: `coach agents remove agents-md` takes this block out -->",
        "<!-- /coach -->",
    ),
}


class CannotMerge(Exception):
    """The text stays as it is; the words say why."""


@dataclass(frozen=True, slots=True)
class Merge:
    """How one shape of file takes coach's part in (text as it is, the part) and lets go of it."""

    put: Callable[[str, str], str]
    take: Callable[[str], str]


def _loaded(text: str) -> dict[str, Any]:
    try:
        held = json.loads(text, object_pairs_hook=_without_twins) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise CannotMerge(f"it is no plain JSON: {error}") from None
    if not isinstance(held, dict):
        raise CannotMerge("it holds no JSON object")
    return held


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise CannotMerge("it names a key twice, of which one would be lost")
    return held


def _written(held: dict[str, Any], like: str) -> str:
    """Write JSON with the indentation, the line ends and the end of the text it had."""
    indent = re.search(r"^([ \t]+)\S", like, re.MULTILINE)
    text = json.dumps(held, indent=indent[1] if indent else 2, ensure_ascii=False)
    text += "\n" if not like or like.endswith("\n") else ""
    return text.replace("\n", "\r\n") if "\r\n" in like else text


def _inside(held: dict[str, Any], key: str, kind: type = dict) -> Any:
    found = held.get(key, kind())
    if not isinstance(found, kind):
        raise CannotMerge(f"its {key!r} is not what hosts expect there")
    return found


def _with(held: dict[str, Any], key: str, left: dict[str, Any]) -> dict[str, Any]:
    """Return what is held with ``left`` under a key, in its place; without the key where nothing is left."""
    return {each: left if each == key else value for each, value in held.items() if each != key or left}


def _put_hooks(text: str, part: str) -> str:
    held, ours = _loaded(_take_hooks(text)), json.loads(part)
    hooks = _inside(held, "hooks")
    for event, entries in ours["hooks"].items():
        hooks[event] = [*_inside(hooks, event, list), *entries]
    lacking = {key: value for key, value in ours.items() if key not in held and key != "hooks"}
    return _written({**lacking, **held, "hooks": hooks}, text)


def _take_hooks(text: str) -> str:
    held = _loaded(text)
    hooks = _inside(held, "hooks")
    kept = {event: _without_ours(_inside(hooks, event, list)) for event in hooks}
    if kept == hooks:
        return text
    left = {event: entries for event, entries in kept.items() if entries or not hooks[event]}
    return _written(_with(held, "hooks", left), text)


def _without_ours(entries: list[Any]) -> list[Any]:
    """Return the entries of an event without coach's: a handler each, or a group of handlers that one matcher chooses."""
    kept = []
    for entry in entries:
        if _is_ours(entry):
            continue
        handlers = entry.get("hooks") if isinstance(entry, dict) else None
        if isinstance(handlers, list) and any(map(_is_ours, handlers)):
            foreign = [each for each in handlers if not _is_ours(each)]
            kept += [{**entry, "hooks": foreign}] if foreign else []
        else:
            kept.append(entry)
    return kept


def _is_ours(handler: Any) -> bool:
    command = handler.get("command") if isinstance(handler, dict) else None
    return isinstance(command, str) and OUR_HOOK.search(command) is not None


def _put_server(text: str, part: str) -> str:
    held, ours = _loaded(_take_server(text)), json.loads(part)
    servers = _inside(held, "mcpServers")
    if SERVER in servers:
        raise CannotMerge(f"a server named {SERVER!r} is there already, and not this one")
    return _written({**held, "mcpServers": servers | ours["mcpServers"]}, text)


def _take_server(text: str) -> str:
    held = _loaded(text)
    servers = _inside(held, "mcpServers")
    if not _is_our_server(servers.get(SERVER)):
        return text
    left = {name: each for name, each in servers.items() if name != SERVER}
    return _written(_with(held, "mcpServers", left), text)


def _is_our_server(server: Any) -> bool:
    args = server.get("args") if isinstance(server, dict) else None
    return isinstance(args, list) and len(args) >= 3 and args[-3:-1] == ["mcp", "--name"]


def _put_toml(text: str, part: str) -> str:
    rest = _take_block(text, "toml")
    try:
        held, ours = tomllib.loads(rest), tomllib.loads(part)
        if SERVER in _inside(held, "mcp_servers"):
            raise CannotMerge(f"a server named {SERVER!r} is there already, and not this one")
        made = _with_block(rest, part, "toml")
        whole = tomllib.loads(made)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CannotMerge(f"it cannot be read as TOML with this in it: {error}") from None
    if whole != {**held, "mcp_servers": {**held.get("mcp_servers", {}), **ours["mcp_servers"]}}:
        raise CannotMerge("a table at its end would take this in")
    return made


def _with_block(text: str, part: str, shape: str) -> str:
    begin, end = _MARKS[shape]
    line = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else f"{text}{line}"
    before += line if before.strip() else ""
    return before + f"{begin}\n{part.rstrip()}\n{end}\n".replace("\n", line)


def _take_block(text: str, shape: str) -> str:
    begin, end = _MARKS[shape]
    if text.count(begin) != text.count(end) or text.count(begin) > 1:
        raise CannotMerge("the marks around coach's block are no longer a pair")
    before, found, after = text.partition(begin)
    if not found:
        return text
    _, found, after = after.partition(end)
    if not found:
        raise CannotMerge("the marks around coach's block are no longer a pair")
    before = re.sub(r"(?:\r?\n)?\Z", "", before, count=1) if before.endswith(("\n\n", "\n\r\n")) else before
    return before + re.sub(r"\A\r?\n", "", after)


def _put_whole(text: str, part: str) -> str:
    if text and text != part:
        raise CannotMerge("another file of this name is there already")
    return part


MERGES: Mapping[Shape, Merge] = {
    "hooks": Merge(_put_hooks, _take_hooks),
    "servers": Merge(_put_server, _take_server),
    "toml": Merge(_put_toml, lambda text: _take_block(text, "toml")),
    "markdown": Merge(
        lambda text, part: _with_block(_take_block(text, "markdown"), part, "markdown"),
        lambda text: _take_block(text, "markdown"),
    ),
    "own": Merge(_put_whole, lambda text: text),
}
