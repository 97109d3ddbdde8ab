"""``coach seen``: past failures like the present one, with what was wrong then and what mended it."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from coach.cli.commands.console import put, put_json
from coach.cli.commands.durations import age
from coach.cli.commands.open_session import ask, current_id, opened_session, read_session
from coach.core.base.text import safe, safe_line
from coach.core.history.similar_failure import PastFailure
from coach.core.protocol import commands as cmd
from coach.core.redact.redactor import Redactor
from coach.core.redact.stored import each_text
from coach.core.runs.run import Run
from coach.core.runs.since_green import surroundings_at
from coach.core.session.state import SessionState
from coach.errors import EXIT_FINE, UsageError
from coach.session.export_io import private_of
from coach.session.similar_failures import past_failures


def seen(args: Namespace) -> int:
    """List candidates for the session's newest failure, or dismiss them."""
    args.session = current_id(args.session)
    if args.dismiss is not None:
        return _dismiss(args)
    state = read_session(args.session)
    failure = state.last_failure
    if failure is None:
        raise UsageError("nothing failed in this session yet", do="coach run")
    gone = set(state.past_dismissed)
    found = without_secrets(
        [each for each in _past(state, failure, args.session) if each.session not in gone],
        Redactor(private_of(Path(state.opened.checkout.root) if state.opened else None)),
    )
    if args.json:
        put_json([each.model_dump(mode="json") for each in found])
        return EXIT_FINE
    for each in found:
        put("\n".join(_lines(each)))
    if not found:
        put("nothing like it in closed sessions, or in those with a root cause")
    return EXIT_FINE


def _past(state: SessionState, failure: Run, session: str) -> tuple[PastFailure, ...]:
    return past_failures(failure.failing, session, surroundings_at(state.runs, failure.number))


def without_secrets(found: Iterable[PastFailure], redactor: Redactor) -> list[PastFailure]:
    """Return past failures as they may be shown and handed on: a past log holds what it held."""
    told = [each.model_dump(mode="json") for each in found]
    cleaned = each_text(told, lambda _, text: redactor.clean(text))
    settled = each_text(cleaned, lambda _, text: redactor.settle(text))
    return [PastFailure.model_validate(each) for each in settled]


def _lines(each: PastFailure) -> list[str]:
    lines = [
        f"{each.session}  {age(each.at):>6}  {each.how}  {safe_line(each.title, limit=80)}  {each.ending}"
    ]
    lines.append(
        f"  cause: {safe_line(each.root_cause)}" if each.root_cause else "  no root cause was written"
    )
    if each.green:
        lines.append(f"  {safe_line(each.green_words, limit=300)}")
    fix = safe(each.fix).split("\n") if each.fix else []
    lines += [f"  {line}" for line in fix[:30]]
    if len(fix) > 30:
        lines.append(f"  … {len(fix) - 30} more lines: coach review {each.session}")
    return lines


def _dismiss(args: Namespace) -> int:
    """Record it in the session, so that later sessions know it too."""
    with opened_session(args) as session:
        failure = session.state.last_failure
        found = past_failures(failure.failing, args.session) if failure else ()
        known = [each.session for each in (*session.state.past, *found)]
        named = tuple(dict.fromkeys(each for each in known if each.startswith(args.dismiss)))
        ask(session, cmd.DismissPast(sessions=named))
        put(f"not offered for this failure again: {', '.join(named)}")
    return EXIT_FINE
