"""Fire the hooks that are installed, each with a test event, and hear them as their host would.

A file of hooks lies in a repository, which names programs: only this coach, and what ``coach`` is on PATH, is started.
"""

import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.assistants.host_protocol import MOMENTS, TEST_MARK, HookEvent, Unheard, event_of, heard
from coach.assistants.hosts import HOSTS, OUR_HOOK, Scope, own_program, places
from coach.assistants.install import MAX_BYTES
from coach.engine.process.query import answer_of
from coach.regular_files import is_there, read_json, reason

SECONDS = 30.0
_CARRIED = {"edit": "a refusal", "end": "a refusal", "changed": "a text", "compacted": "a text"}
"""What a test event asks for: the strongest answer that its hook can give."""
_SCOPES: tuple[Scope, ...] = ("project", "user")


@dataclass(frozen=True, slots=True)
class Fired:
    """One hook: what its host makes of it, or what is wrong and what to do."""

    name: str
    path: Path
    said: str = ""
    problem: str = ""
    do: str = ""


def fire_installed(project: Path, env: Mapping[str, str]) -> Iterator[Fired]:
    """Fire each hook of coach in the files of every host, of a project and of the user."""
    seen = set()
    for host in HOSTS.values():
        for scope in _SCOPES:
            for part, path in places(host, scope, project):
                real = os.path.realpath(path)
                if part.shape == "hooks" and is_there(path) and real not in seen:
                    seen.add(real)
                    yield from _of_file(host.name, scope, path, env)


def _of_file(host: str, scope: Scope, path: Path, env: Mapping[str, str]) -> Iterator[Fired]:
    again = f"coach agents install {host} --scope {scope}"
    try:
        held = read_json(path, MAX_BYTES)
    except OSError as error:
        yield Fired(host, path, problem=f"the host cannot read it: {reason(error)}", do="mend the file")
        return
    commands = list(_commands(held))
    if not commands:
        return
    if isinstance(held, dict) and held.get("disableAllHooks") is True:
        yield Fired(host, path, problem="disableAllHooks is on: no hook runs", do="take it out of the file")
    for event, command in commands:
        yield _fired(host, event, command, path, env, again)
    for event in MOMENTS[host].keys() - {event for event, _ in commands}:
        yield Fired(f"{host} {event}", path, problem="there is no hook for it", do=again)


def _commands(held: Any) -> Iterator[tuple[str, str]]:
    """Yield event and command line of each hook of coach in a file, whatever else is in it."""
    hooks = held.get("hooks") if isinstance(held, dict) else None
    for event, entries in hooks.items() if isinstance(hooks, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            handlers = entry.get("hooks", [entry]) if isinstance(entry, dict) else ()
            for each in handlers if isinstance(handlers, list) else ():
                command = each.get("command") if isinstance(each, dict) else None
                if isinstance(command, str) and OUR_HOOK.search(command):
                    yield event, command


def _fired(  # noqa: PLR0913, PLR0917 - one hook and where it stands
    host: str, event: str, command: str, path: Path, env: Mapping[str, str], again: str
) -> Fired:
    name = f"{host} {event}"
    named = OUR_HOOK.search(command)
    if named is None or named.groups() != (host, event):
        return Fired(name, path, problem=f"it answers another event: {command}", do=again)
    try:
        argv = shlex.split(command)
    except ValueError as error:
        return Fired(name, path, problem=f"no shell can read its command: {error}", do=again)
    program = shutil.which(argv[0], path=env.get("PATH"))
    if program is None:
        lost = f"{argv[0]} is not found, exit code 127: the host goes on as if there were no hook"
        return Fired(name, path, problem=lost, do=again)
    if argv[0] != "coach" and tuple(argv[:-3]) != own_program():
        other = f"it starts another program, which was not fired: {argv[0]}"
        return Fired(name, path, problem=other, do=again)
    said = {TEST_MARK: True, "hook_event_name": event, "cwd": str(path.parent), "source": "compact"}
    try:
        told, seconds = _heard(event_of(host, event, said), [program, *argv[1:]], said, env)
    except Unheard as unheard:
        return Fired(name, path, problem=str(unheard), do=again)
    return Fired(name, path, said=f"heard: {told}, within {seconds:.1f} s")


def _heard(
    event: HookEvent, argv: list[str], said: Mapping[str, Any], env: Mapping[str, str]
) -> tuple[str, float]:
    """Return what the host makes of a hook that is started, and the seconds it took. Raises Unheard."""
    begun = time.monotonic()
    try:
        code, output, errors = answer_of(argv, None, env, json.dumps(said).encode(), SECONDS)
    except subprocess.TimeoutExpired:
        raise Unheard(f"it did not end within {SECONDS:g} s") from None
    except OSError as error:
        raise Unheard(f"it cannot be started: {reason(error)}") from None
    try:
        told = heard(event, code, output.decode("utf-8", "replace"))
    except Unheard as unheard:
        first = errors.decode("utf-8", "replace").strip().partition("\n")[0][:200]
        raise Unheard(f"{unheard} ({first})" if first else str(unheard)) from None
    wanted = _CARRIED.get(event.moment, "nothing")
    if told != wanted:
        raise Unheard(f"it said {told} where {wanted} was asked for: is it an older coach?")
    return told, time.monotonic() - begun
