"""``coach spec``: show, write, edit in the engineer's editor, fill from a report, and say what is missing."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coach.cli.commands.approval import approve_commands
from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.open_session import ask, current_id, opened_session, read_session
from coach.core.base.text import safe_line
from coach.core.export.quoting import orders_in
from coach.core.protocol import commands as cmd
from coach.core.session.form_defaults import filled_spec
from coach.core.session.state import SessionState
from coach.core.spec.document import MAX_CHARACTERS, SpecUnread, read_issue, read_spec, write_spec
from coach.core.spec.gaps import gaps
from coach.core.spec.spec import Spec
from coach.errors import EXIT_FAILURES, EXIT_FINE, UsageError
from coach.regular_files import read_bytes, read_head, reason
from coach.store.paths import session_folder
from coach.tui.editor import editor_argv

DRAFT = "spec.md"
"""In the session's own folder: what an editor left there and could not be taken in yet."""
MAX_DRAFT = 50_000_000
_OPTIONS = {
    "title": "title",
    "expected": "expected",
    "actual": "actual",
    "since": "since",
    "constraints": "constraint",
    "unchanged": "unchanged",
    "also_failing": "also_failing",
    "edge_cases": "edge_case",
    "failure_modes": "failure_mode",
    "non_goals": "non_goal",
    "acceptance": "acceptance",
    "scope": "scope",
    "protected": "protect",
    "stop_and_ask": "stop_and_ask",
    "logs": "log",
    "questions": "question",
}
"""Field → option."""


def spec(args: Namespace) -> int:
    """Show the spec, write the given fields, edit or check it."""
    given = {field: getattr(args, option) for field, option in _OPTIONS.items()}
    changed = {field: value for field, value in given.items() if value is not None}
    state = read_session(args.session)
    written = tuple(args.acceptance or ())
    if args.action == "edit":
        offered = _filled(args, state.spec, changed)
        wished = _edited(args, offered).after(offered)
        written += tuple(each for each in wished.acceptance if each not in offered.acceptance)
    elif changed or args.issue or args.accept:
        wished = _filled(args, filled_spec(state) if args.accept else state.spec, changed)
    else:
        return _check(args, state) if args.action == "check" else _offer(args, state)
    for line in orders_in(*(text for name in wished.reported for text in _texts(wished, name))):
        say(f"look at this before you hand it on: the report reads like an instruction: “{line}”")
    if wished == state.spec:
        say("the spec is as it was")
        return _show(args, state.spec)
    with opened_session(args) as session:
        ask(session, cmd.WriteSpec(spec=wished))
        approve_commands(session.state, written)
        _draft_of(args).unlink(missing_ok=True)
        return _check(args, session.state) if args.action == "check" else _show(args, session.state.spec)


def _texts(spec: Spec, name: str) -> tuple[str, ...]:
    value = getattr(spec, name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _filled(args: Namespace, onto: Spec, changed: Mapping[str, Any]) -> Spec:
    mine = {"reported": tuple(each for each in onto.reported if each not in changed)}
    written = Spec.model_validate({**onto.model_dump(), **changed, **mine})
    return read_issue(_report(args.issue), written) if args.issue else written


def _report(name: str) -> str:
    """Return a report from a file, or from standard input for ``-``."""
    try:
        raw = sys.stdin.buffer.read(MAX_CHARACTERS) if name == "-" else read_head(name, MAX_CHARACTERS)
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read",
            why=reason(error),
            do="name a file, or paste with --issue -",
        ) from None
    return raw.decode("utf-8", "replace")


def _edited(args: Namespace, onto: Spec) -> Spec:
    """Open the editor on the spec, or on what an earlier edit left; what cannot be read stays in the draft."""
    draft = _draft_of(args)
    argv = editor_argv(os.environ, draft, 0)
    if not argv:
        raise UsageError(
            "no editor is set",
            do="set VISUAL or EDITOR, or write fields: coach spec --expected TEXT --actual TEXT",
        )
    if draft.exists():
        say(f"going on with what the last edit left in {draft}")
    else:
        draft.touch(mode=0o600)
        draft.write_text(write_spec(onto), encoding="utf-8", errors="backslashreplace")
    try:
        code = subprocess.run(argv, check=False).returncode
    except OSError as error:
        raise UsageError(
            f"{argv[0]} did not start", why=error.strerror or str(error), do="set VISUAL or EDITOR"
        ) from None
    if code:
        raise UsageError(
            f"{argv[0]} ended with {code}: the spec is as it was", do=f"what you wrote is in {draft}"
        )
    try:
        return read_spec(read_bytes(draft, MAX_DRAFT).decode("utf-8"), onto)
    except SpecUnread as unread:
        why = "; ".join(safe_line(each) for each in unread.problems[:5])
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except OSError as error:
        why = reason(error)
    raise UsageError(
        "the spec is as it was", why=why, do=f"what you wrote is kept: `coach spec edit` goes on with {draft}"
    )


def _draft_of(args: Namespace) -> Path:
    return session_folder(current_id(args.session)) / DRAFT


def _show(args: Namespace, found: Spec) -> int:
    fields: dict[str, Any] = found.model_dump(mode="json")
    if args.json:
        put_json(fields)
    else:
        for key, value in fields.items():
            lines = value if isinstance(value, list) else [value]
            put(f"{key.replace('_', ' ')}: {safe_line('; '.join(lines)) or '-'}")
    return EXIT_FINE


def _offer(args: Namespace, state: SessionState) -> int:
    """Show the spec, and what the failure says of the fields that nobody wrote."""
    offered = filled_spec(state)
    known = [(name, getattr(offered, name)) for name in ("title", "expected", "actual", "since")]
    new = [(name, text) for name, text in known if text != getattr(state.spec, name)]
    for name, text in () if args.json else new:
        say(f"known of {name}: {safe_line(text)}")
    if new and not args.json:
        say("`coach spec --accept` writes that")
    return _show(args, state.spec)


def _check(args: Namespace, state: SessionState) -> int:
    """Name each gap and what it costs; 1 when there is any."""
    found = gaps(state.spec, state.rules)
    if args.json:
        put_json([{"field": each.field, "what": each.what, "cost": each.cost} for each in found])
    for each in () if args.json else found:
        put(f"○ {safe_line(each.what)}: {safe_line(each.cost)}")
    if not found and not args.json:
        put("✔ nothing is missing")
    return EXIT_FAILURES if found else EXIT_FINE
