"""What is asked and where the session stands now: the failing test, its newest outcome, what changed since, how to run it."""

import shlex

from coach.core.base.formatting import count
from coach.core.export.blocks import Block, Drop
from coach.core.export.purpose import Purpose, ask_of
from coach.core.export.quoting import Cleaner
from coach.core.log.events import SessionOpened
from coach.core.runs.report import gist, headline
from coach.core.runs.target import Target
from coach.core.session.state import SessionState

MAX_PATHS = 4
_ABOUT_ITS_SURROUNDINGS: frozenset[Purpose] = frozenset({"reproduce", "handover"})
"""Purposes for which versions and the machine may matter."""


def task_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Name the failing test, what is wanted, and how things stand now."""
    test = state.pin.test if state.pin else state.target.label
    lines = [f"Failing: {clean.code(test, 400)}", ask_of(purpose).task]
    now = [each for each in (_now(state, clean), _since(state, clean)) if each]
    return (
        Block("\n".join(f"- {line}" for line in lines), what="the task"),
        Block("\n".join(f"- {line}" for line in now), what="where it stands"),
    )


def _now(state: SessionState, clean: Cleaner) -> str:
    """Say how the newest run ended, where that is not what is told below."""
    newest, told = state.last_target_run, state.last_failure
    if newest is None or newest.judged is None or (told and newest.number == told.number):
        return ""
    shown = f"; the failure below is that of run #{told.number}" if told else ""
    if newest.judged.outcome == "PASS":
        return f"Now: green in run #{newest.number}{shown}."
    if newest.failing:
        first = newest.failing[0]
        said = clean.code(headline(first.exception, gist(first.message)), 200)
        return f"Now: run #{newest.number} fails otherwise, {said}{shown}."
    return f"Now: run #{newest.number} is unresolved, {clean.code(newest.judged.reason, 200)}{shown}."


def _since(state: SessionState, clean: Cleaner) -> str:
    """Name the files that changed since the run that stands for the failure; empty when none did."""
    first = state.reference.run if state.reference else 0
    if not first:
        return ""
    edited = [path for edit in state.edits if edit.after_run >= first for path in edit.paths]
    edited += [path for each in state.attempts if each.run > first and each.is_edit for path in each.paths]
    paths = sorted(set(edited))
    if not paths:
        return ""
    named = ", ".join(clean.code(path, 80) for path in paths[:MAX_PATHS])
    more = f" and {len(paths) - MAX_PATHS} more" if len(paths) > MAX_PATHS else ""
    return f"Since run #{first}, which shows it, {count(len(paths), 'file')} changed: {named}{more}."


def reproduce_blocks(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Block, ...]:
    """Tell the command, how often it fails, and the surroundings where they may play a part."""
    command = Block(f"- Command: {clean.code(command_of(state.target), 600)}", what="the command")
    rate = Block("\n".join(f"- {each}" for each in _rate(state)), drop=Drop.THE_REST, what="failure rate")
    if purpose not in _ABOUT_ITS_SURROUNDINGS:
        return (command, rate)
    return (command, rate, *_environment(state.opened, clean))


def command_of(target: Target) -> str:
    """Return the exact command as a shell takes it, without any path of this machine."""
    program = shlex.join(target.program)
    if not target.can("select"):
        return " ".join(filter(None, [program, shlex.join(target.words)]))
    words = [_quoted(word) for word in target.words]
    guard = ["--"] if any(word.startswith("-") for word in target.words) else []
    return " ".join([program, *guard, *words])


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _rate(state: SessionState) -> list[str]:
    run = state.last_failure
    if run is None:
        return []
    found = state.reproduced or state.reproduction
    if found is None:
        return [f"Failure rate: not measured; red in run #{run.number}"]
    stable = (
        "the same failure every time" if found.is_stable else f"flaky, {found.low:.0%} to {found.high:.0%}"
    )
    lines = [f"Failure rate: {found.failures} of {found.runs} cold runs ({stable})"]
    if not found.is_stable and found.failures:
        lines.append(f"A failing run, #{run.number}, had PYTHONHASHSEED={run.request.hash_seed}")
    return lines


def _environment(opened: SessionOpened | None, clean: Cleaner) -> tuple[Block, ...]:
    if opened is None:
        return ()
    versions = [f"Python {clean.line(opened.interpreter.version, 40)}"] if opened.interpreter.version else []
    if opened.interpreter.pytest:
        versions.append(f"pytest {clean.line(opened.interpreter.pytest, 40)}")
    where = [f"platform {clean.line(opened.platform, 80)}"] if opened.platform else []
    checkout = opened.checkout
    if checkout.commit:
        where.append(f"branch {clean.code(checkout.branch or 'detached', 80)} when the session began")
    else:
        where.append("no git repository")
    return (
        Block(f"- Environment: {', '.join(versions) or 'unknown'}", drop=Drop.THE_REST, what="versions"),
        Block(f"- Where: {'; '.join(where)}", drop=Drop.ENVIRONMENT, what="environment detail"),
    )
