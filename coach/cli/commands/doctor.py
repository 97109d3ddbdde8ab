"""``coach doctor``: look at everything coach leans on, and say of each what to do when it is not as it should be.

Nothing of the project is run, and nothing is written but one file in the state directory, taken away at once.
"""

import os
import platform
import shutil
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coach.assistants.hook_check import fire_installed
from coach.cli.commands.console import put, put_json
from coach.cli.commands.leftovers import described
from coach.core.base.text import safe_line
from coach.engine.confine.self_test import RIGHTS, refused_here
from coach.engine.process.clipboard import tools
from coach.engine.process.interpreter import find_interpreter, said_by
from coach.engine.process.orphans import folders_left_behind, orphans
from coach.engine.process.process_tree import become_subreaper
from coach.engine.source.project_root import located_here, project_here
from coach.engine.watch.watcher import Watcher
from coach.errors import EXIT_FAILURES, EXIT_FINE, CoachError
from coach.settings.confinement_choice import confine_for, is_refused
from coach.settings.interpreter_approval import python_for
from coach.settings.project import Settings, load_settings
from coach.settings.user import load_personal, personal_path
from coach.settings.workflow_files import load_workflow, workflow_paths
from coach.store.paths import VARIABLE, make_private, state_home

if TYPE_CHECKING:
    from coach.cli.commands.workers_examined import ExaminedWorker

Health = Literal["good", "poor", "bad"]
_SIGNS: Mapping[Health, str] = {"good": "✔", "poor": "▲", "bad": "✘"}
_SECONDS = 10
_LEAST_FREE_MB = 200
_OLDEST_GIT = (2, 25)


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at. ``poor`` costs comfort, ``bad`` keeps coach from its work."""

    name: str
    health: Health
    found: str
    do: str = ""


def doctor(args: Namespace) -> int:
    """Print what was found; exit code 1 when something keeps coach from its work."""
    seen = list(_asked(args))
    if args.json:
        put_json([asdict(each) for each in seen])
    else:
        width = max(12, *(len(each.name) for each in seen))
        for each in seen:
            put(f"{_SIGNS[each.health]} {each.name:<{width}} {safe_line(each.found, limit=1_000)}")
            if each.do:
                put(f"  {'':<{width}} → {safe_line(each.do)}")
    return EXIT_FAILURES if any(each.health == "bad" for each in seen) else EXIT_FINE


def _asked(args: Namespace) -> "Iterator[Examined | ExaminedWorker]":
    if args.on:
        from coach.cli.commands.workers_examined import (
            examine_workers,  # Dask and trees are not for every doctor
        )

        return examine_workers(args.on, insecure=args.insecure)
    return _hooks(located_here().root, os.environ) if args.hooks else examine(project_here(), os.environ)


def examine(root: Path, env: Mapping[str, str]) -> Iterator[Examined]:
    """Look at everything, one after the other; a look that fails is itself a finding."""
    looks: tuple[tuple[str, Callable[[Path, Mapping[str, str]], Examined]], ...] = (
        ("settings", _settings),
        ("yours", _personal),
        ("python", _python),
        ("git", _git),
        ("saves", _saves),
        ("runs", _runs),
        ("fence", _fence),
        ("state", _state),
        ("leftovers", _leftovers),
        ("terminal", _terminal),
        ("clipboard", _clipboard),
        ("editor", _editor),
    )
    for name, look in looks:
        try:
            yield look(root, env)
        except CoachError as error:
            yield Examined(name, "bad", error.what, "; ".join(filter(None, (error.why, error.do))))


def _hooks(root: Path, env: Mapping[str, str]) -> Iterator[Examined]:
    """Fire every hook that `coach agents install` wrote, of this project and of the user."""
    fired = list(fire_installed(root, env))
    for each in fired:
        health: Health = "bad" if each.problem else "good"
        yield Examined(each.name, health, f"{each.problem or each.said}  {each.path}", each.do)
    if not fired:
        yield Examined("hooks", "poor", "none is installed", "coach agents install claude, codex or cursor")


def _settings(root: Path, _env: Mapping[str, str]) -> Examined:
    place = located_here()
    settings = load_settings(place.home)
    paths = workflow_paths(place.home, settings.workflows)
    for name in paths:
        load_workflow(name, paths)
    below = f", part of {place.root}" if place.folder else ""
    return Examined("settings", "good", f"project {root}{below}; workflows {', '.join(sorted(paths))}")


def _personal(_root: Path, _env: Mapping[str, str]) -> Examined:
    load_personal()
    path = personal_path()
    return Examined("yours", "good", str(path) if path.is_file() else f"no settings of your own ({path})")


def _python(root: Path, env: Mapping[str, str]) -> Examined:
    found = find_interpreter(root, _python_setting(root), env)
    return Examined(
        "python", "good", f"{found.path} ({found.why}), python {found.version}, pytest {found.pytest}"
    )


def _python_setting(root: Path) -> str:
    try:
        root = located_here().home
        settings = load_settings(root)
    except CoachError:  # said under settings already
        return Settings().python
    return python_for(root, settings)


def _git(root: Path, env: Mapping[str, str]) -> Examined:
    path = shutil.which("git")
    if path is None:
        return Examined(
            "git", "poor", "not found", "install git: bisect, diffs, restore and copies of trees need it"
        )
    said = (
        said_by([path, "--version"], root, env, _SECONDS).strip().removeprefix("git version ").split(" ")[0]
    )
    version = tuple(int(part) for part in said.split(".")[:2] if part.isdigit())
    if version < _OLDEST_GIT:
        return Examined("git", "poor", f"git {said}", "coach is tried with git 2.25 and newer")
    inside = said_by([path, "rev-parse", "--show-toplevel"], root, env, _SECONDS).strip()
    if not inside:
        return Examined("git", "good", f"git {said}; the project is no repository: no bisect, all else works")
    return Examined("git", "good", f"git {said}, repository {inside}")


def _saves(root: Path, _env: Mapping[str, str]) -> Examined:
    """Start the real watcher: it writes a canary into the state directory and waits to hear of it."""
    said: list[tuple[bool, str]] = []
    heard = threading.Event()

    def note(watching: bool, words: str) -> None:  # noqa: FBT001 - the watcher's callback
        said.append((watching, words))
        heard.set()

    watcher = Watcher(root, home=state_home())
    watcher.start(lambda _: None, note)
    heard.wait(_SECONDS)
    watcher.stop()
    if not said or not said[-1][0]:
        why = said[-1][1] if said else f"no answer within {_SECONDS} s"
        return Examined("saves", "poor", why or "saves are not seen", "run by hand with r in the meantime")
    if said[-1][1]:
        return Examined(
            "saves", "poor", said[-1][1], "saves are found by looking every so often; that is slower"
        )
    return Examined("saves", "good", "the system tells of saves at once")


def _runs(_root: Path, _env: Mapping[str, str]) -> Examined:
    if not sys.platform.startswith("linux"):
        return Examined(
            "runs",
            "poor",
            f"{platform.system()}: every run is cold, leftover processes are found by their group only",
            "nothing to do: outcomes are the same, runs on save are slower",
        )
    if not become_subreaper():
        return Examined(
            "runs",
            "poor",
            "orphans of a run cannot be adopted",
            "a sandbox forbids prctl; a daemon that a test leaves may stay",
        )
    return Examined("runs", "good", "warm on save, cold as evidence; no process of a run is left behind")


def _fence(_root: Path, _env: Mapping[str, str]) -> Examined:
    """Try for real what a confined run is refused."""
    place = located_here()
    settings = load_settings(place.home)
    if confine_for(place.home, settings) == "off":
        return Examined(
            "fence",
            "poor",
            "runs in copies have all your rights: confine is off",
            "take it out of the settings",
        )
    refused = refused_here()
    if not refused:
        return Examined(
            "fence",
            "poor",
            "runs in copies cannot be confined: Landlock is not here (Linux 5.13 and newer have it)",
            "mutants, wrong fixes, trials and parts of edits are not run; COACH_CONFINE=off runs them with all your rights",
        )
    missing = [words for right, words in RIGHTS.items() if right not in refused]
    found = "in copies " + "; ".join(RIGHTS[each] for each in refused)
    if missing:
        return Examined("fence", "poor", found, f"not by this kernel: {'; '.join(missing)}")
    asked = "; this project wants it off, which nobody agreed to" if is_refused(place.home, settings) else ""
    return Examined("fence", "good", found + asked)


def _state(_root: Path, env: Mapping[str, str]) -> Examined:
    home = make_private(state_home())
    canary = home / f".doctor-{os.getpid()}"
    do = f"set {VARIABLE} to a folder you can write to, or free space there"
    try:
        canary.write_bytes(b"x" * 4096)
        canary.unlink()
        free = shutil.disk_usage(home).free // 1_000_000
    except OSError as error:
        canary.unlink(missing_ok=True)
        return Examined("state", "bad", f"{home}: {error.strerror or error}", do)
    if free < _LEAST_FREE_MB:
        return Examined("state", "poor", f"{home}: {free} MB free", do)
    chosen = f" (from {VARIABLE})" if env.get(VARIABLE) else ""
    return Examined("state", "good", f"{home}{chosen}, {free:,} MB free")


def _leftovers(_root: Path, _env: Mapping[str, str]) -> Examined:
    found = described(orphans(), folders_left_behind(state_home()))
    if not found:
        return Examined("leftovers", "good", "nothing of killed coaches")
    do = "the next session clears them away; `coach leftovers --remove` does it now"
    return Examined("leftovers", "poor", f"{found} of killed coaches", do)


def _terminal(_root: Path, env: Mapping[str, str]) -> Examined:
    term = env.get("TERM", "")
    if term in {"", "dumb"}:
        return Examined(
            "terminal",
            "poor",
            f"TERM is {term or 'not set'}",
            "the screen needs a terminal; every command works without",
        )
    size = shutil.get_terminal_size((80, 24))
    colours = "none: NO_COLOR is set" if env.get("NO_COLOR") else env.get("COLORTERM") or "256 or fewer"
    found = f"{term}, {size.columns}×{size.lines}, colours {colours}"
    if size.columns < 80 or size.lines < 24:
        return Examined("terminal", "poor", found, "the screen is made for 80×24 and more")
    return Examined("terminal", "good", found)


def _clipboard(_root: Path, env: Mapping[str, str]) -> Examined:
    tool = next(tools(env), None)
    if tool:
        return Examined("clipboard", "good", f"the terminal's own (OSC 52), and {tool[0]}")
    return Examined(
        "clipboard",
        "poor",
        "only the terminal's own (OSC 52)",
        "if copying does nothing: allow OSC 52 in the terminal (tmux: set -g set-clipboard on), or save to a file",
    )


def _editor(_root: Path, env: Mapping[str, str]) -> Examined:
    words = env.get("VISUAL") or env.get("EDITOR") or ""
    if not words:
        return Examined(
            "editor", "poor", "neither VISUAL nor EDITOR is set", "export EDITOR=vim, for the key e"
        )
    if shutil.which(words.split()[0], path=env.get("PATH")) is None:
        return Examined("editor", "poor", f"{words} is not found", "set EDITOR to a program that is there")
    return Examined("editor", "good", words)
