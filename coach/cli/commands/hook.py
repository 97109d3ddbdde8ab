"""``coach hook HOST EVENT``: what a host of an assistant asks before and after an edit, and at the end of a turn.

Without an open session it says nothing and costs little: nothing of a session is imported before it is known that one may
be open. Whatever goes wrong here lets the assistant go on: the reason is on standard error, with an exit code that hosts
show to the person and that refuses nothing (2 would).
"""

import json
import os
import sys
from argparse import Namespace
from pathlib import Path

from coach.assistants.host_protocol import HookEvent, context, event_of, nothing, refusal
from coach.errors import EXIT_FAILURES, EXIT_FINE

MAX_SAID = 16_000_000
"""Bytes of one event: it may hold the text of a whole file, and what a tool printed."""
MAX_REASON = 1_000


def hook(args: Namespace) -> int:
    """Answer one event; 0 whatever the answer is, 1 when none could be given."""
    try:
        event = event_of(args.host, args.event, _said())
    except KeyError:
        return _failed(
            f"there is no hook {args.host} {args.event}; `coach agents install` writes those there are"
        )
    except ValueError as error:
        return _failed(f"the host did not say what happened: {error}")
    try:
        answer = _answer(event)
    except Exception as error:  # noqa: BLE001 - a defect of coach must not stand in an assistant's way
        from coach.core.base.text import safe_line

        return _failed(safe_line(f"{type(error).__name__}: {error}", limit=MAX_REASON))
    if answer:
        sys.stdout.write(f"{answer}\n")
    return EXIT_FINE


def _said() -> dict[str, object]:
    """Read the event. Raises ValueError."""
    said = sys.stdin.buffer.read(MAX_SAID + 1)
    if len(said) > MAX_SAID:
        raise ValueError(f"more than {MAX_SAID // 1_000_000} MB")
    try:
        event = json.loads(said)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(event, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - of what is read, not of an argument
    return event


def _failed(why: str) -> int:
    sys.stderr.write(f"coach: {why}\n")
    return EXIT_FAILURES


def _answer(event: HookEvent) -> str:
    if event.is_test:
        return _sample(event)
    if event.is_ignored:
        return nothing(event)
    folder = _folder(event)
    if folder is None:
        return nothing(event)
    if "COACH_PROJECT" not in os.environ:
        from coach.store.open_here import may_be_open

        if not may_be_open(folder):
            return nothing(event)
    os.chdir(folder)  # the project is found from where one stands, as for every command
    from coach.cli.commands.hook_session import answer

    return answer(event)


def _folder(event: HookEvent) -> Path | None:
    """Return where the assistant works; None when it is not there any more."""
    try:
        folder = Path(event.folder).resolve() if event.folder else Path.cwd()
    except (OSError, RuntimeError, ValueError):
        return None
    return folder if folder.is_dir() else None


def _sample(event: HookEvent) -> str:
    """Return what ``coach doctor --hooks`` asks for: the strongest answer this event can carry."""
    if event.moment in {"edit", "end"}:
        return refusal(event, "a test of coach: this would be refused")
    if event.moment in {"begin", "compacting"}:
        return nothing(event)
    return context(event, "a test of coach: this would be told")
