"""``coach suspects``: where the defect may be, best first, measured when that is not known yet."""

from argparse import Namespace
from typing import Any, Literal

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import ask, opened_session, read_session
from coach.core.base.text import safe_line
from coach.core.decide.suspect_measurement import is_measured
from coach.core.localize.mutation.results import Mutations, not_tried
from coach.core.localize.suspect import Suspect
from coach.core.protocol import commands as cmd
from coach.core.protocol.commands import Command
from coach.core.runs.abilities import who_can
from coach.core.session.state import SessionState
from coach.core.session.suspect_list import describe_suspects
from coach.errors import EXIT_FINE, SessionHeld


def suspects(args: Namespace) -> int:
    """List suspects, best first; or rule one out, or restore it."""
    if args.rule_out:
        with opened_session(args) as session:
            ask(session, cmd.RuleOutSuspect(suspect=args.rule_out, reason=args.reason))
            return _list_suspects(args, session.state)
    if args.restore:
        with opened_session(args) as session:
            ask(session, cmd.RestoreSuspect(suspect=args.restore))
            return _list_suspects(args, session.state)
    state = read_session(args.session)
    wanted = _measurements(args, state)
    if not wanted or state.closed or state.last_failure is None:
        return _list_suspects(args, state)
    try:
        with opened_session(args) as session:
            for command in wanted:
                ask(session, command)
            return _list_suspects(args, session.state)
    except SessionHeld as held:
        say(f"not measured: {held}")
        return _list_suspects(args, state)


def _measurements(args: Namespace, state: SessionState) -> list[Command]:
    """What must be run before the list says what was asked for: nothing, when this tree has been measured."""
    scope: Literal["file", "suite"] = "suite" if args.suite else "file"
    commands: list[Command] = []
    if args.suite and not state.target.can("trace"):
        say(who_can("trace"))
    if state.target.can("trace") and not is_measured(state, scope):
        commands.append(cmd.Suspects(scope=scope))
    if args.mutate:
        commands.append(cmd.TryMutants(budget=args.seconds, on=place_of_work(args)))
    return commands


def _list_suspects(args: Namespace, state: SessionState) -> int:
    if args.json:
        put_json(suspect_rows(state))
        return EXIT_FINE
    list_places(state)
    return EXIT_FINE


def list_places(state: SessionState) -> None:
    """Say the places one line each, best first, with what each rests on."""
    if state.mutants:
        _say_mutants(state.mutants)
    if state.changed_around:
        put(f"! {safe_line(state.changed_around, limit=300)}")
    for each in describe_suspects(state):
        sign = "✘" if each.is_ruled_out else "●"
        put(
            f"{sign} {_figure(each.suspect)}  {safe_line(each.place)}  {safe_line(each.suspect.function)}  "
            f"{safe_line(', '.join(each.why))}"
        )
    if not state.suspects:
        put(_none_known(state))


def _figure(suspect: Suspect) -> str:
    """Say how likely a suspect is; its score, in logs before that was computed."""
    if suspect.likelihood:
        return f"{suspect.likelihood:>4}"
    return f"{suspect.score:4.2f}" if suspect.score > 0 else "   –"


def _none_known(state: SessionState) -> str:
    if state.last_failure and not state.target.can("trace"):
        return f"no suspects: the failure names no line of the project, and {who_can('trace')}"
    return "no suspects yet: a failing run names them (coach run)"


def _say_mutants(found: Mutations) -> None:
    settled = (
        "then one kept every neighbour, and less likely places were left out" if found.is_settled else ""
    )
    told = (not_tried(found.refused, found.refusals), found.why, settled)
    why = "".join(f", {each}" for each in told if each)
    say(f"{found.tried} of {found.planned} small mutations tried in {found.seconds:.1f} s{why}")
    for flip in found.flips[:5]:
        say(flip.sentence)


def suspect_rows(state: SessionState) -> list[dict[str, Any]]:
    """Return the places as plain values, best first. Keys are an API: they are added to, not renamed."""
    return [_suspect_row(state, index) for index in range(len(state.suspects))]


def _suspect_row(state: SessionState, index: int) -> dict[str, Any]:
    suspect = state.suspects[index]
    lines = suspect.code.count("\n") + 1 if suspect.code else 1
    first = suspect.code_start or suspect.line
    return {
        "key": suspect.key,
        "file": suspect.path,
        "function": suspect.function,
        "line": suspect.line,
        "lines": [first, first + lines - 1],
        "score": suspect.score,
        "probability": suspect.probability,
        "reasons": list(suspect.reasons),
        "rank": suspect.rank,
        "ties": suspect.ties,
        "suspiciousness": suspect.suspiciousness,
        "best_lines": list(suspect.best_lines),
        "leads": suspect.leads,
        "ran": suspect.ran,
        "flip": suspect.flip,
        "ruled_out": state.ruled_out.get(suspect.key, ""),
    }
