"""`coach logpoint`: look at values in the running code, headless."""

from argparse import Namespace
from pathlib import Path

from coach.cli.commands.console import VERDICT_CODES, put, put_json
from coach.cli.commands.open_session import ask, opened_session, place_here, read_session
from coach.cli.commands.target_choice import typed_path
from coach.core.base.formatting import count
from coach.core.base.text import safe_line
from coach.core.decide.logpoint_runs import looked_test, why_not_looked
from coach.core.experiments.logpoint import Logpoint, LogpointRun, TestHits
from coach.core.protocol import commands as cmd
from coach.core.session.state import SessionState
from coach.core.workflow.action_ids import as_commands
from coach.engine.instrument.debugger import break_into
from coach.engine.source.project_root import Located, relative_to
from coach.errors import EXIT_FINE, EXIT_UNRESOLVED, UsageError
from coach.regular_files import is_file

_SKIPPED_FOLDERS = {"node_modules", "site-packages", "__pycache__", "venv"}


def logpoint(args: Namespace) -> int:
    """Look once; 0 supported (or nothing predicted), 1 refuted, 3 inconclusive."""
    if not args.place and not args.again:
        return _listed(args, read_session(args.session))
    with opened_session(args) as session:
        chosen = _again(session.state) if args.again else _named(args, place_here(session.state))
        if args.pdb:
            opened = session.state.opened
            assert opened is not None, "an opened session has its opening"
            if why_not := why_not_looked(session.state):
                raise UsageError(as_commands(why_not))
            return break_into(chosen, looked_test(session.state), opened)
        before = len(session.state.logpoints)
        ask(session, cmd.Look(logpoint=chosen))
        if len(session.state.logpoints) == before:
            last = session.state.runs[-1].judged
            raise UsageError("nothing was seen", why=last.reason if last else "")
        seen = session.state.logpoints[-1]
        if args.json:
            put_json(seen.model_dump(mode="json"))
        else:
            put("\n".join(table(seen)))
        if seen.observed.why:
            return EXIT_UNRESOLVED
        return VERDICT_CODES[seen.verdict] if seen.verdict else EXIT_FINE


def _again(state: SessionState) -> Logpoint:
    if not state.logpoints:
        raise UsageError("no logpoint yet", do="coach logpoint FILE:LINE EXPRESSION")
    return state.logpoints[-1].logpoint


def _named(args: Namespace, place: Located) -> Logpoint:
    name, _, where = args.place.rpartition(":")
    if args.watch:
        if not name or where.isdigit():
            raise UsageError("which function?", do="coach logpoint FILE:FUNCTION --watch NAME")
        return Logpoint(path=named_file(name, place), line=0, function=where, watch=args.watch)
    if not name or not where.isdigit():
        raise UsageError(f"{args.place!r} names no line", do="coach logpoint FILE:LINE EXPRESSION")
    if not (args.expression or args.expect or args.pdb):
        raise UsageError("look at what?", do=f"coach logpoint {args.place} EXPRESSION")
    return Logpoint(
        path=named_file(name, place),
        line=int(where),
        expression=args.expression or args.expect,
        condition=args.expect,
        mode=args.mode,
        hypothesis=args.hypothesis,
    )


def named_file(name: str, place: Located) -> str:
    """Return a file relative to the project; a name that only one file ends in is enough."""
    typed = typed_path(name, place, Path.cwd())
    if typed and is_file(typed) and (inside := relative_to(typed, place)):
        return inside
    root = place.root.resolve()
    found = [
        each.relative_to(root).as_posix()
        for each in sorted(root.rglob(Path(name).name))
        if each.as_posix().endswith(f"/{name}") and not _is_skipped(each.relative_to(root))
    ]
    if len(found) == 1:
        return found[0]
    why = f"it could be {', '.join(found[:3])}" if found else ""
    raise UsageError(f"no one file {name} in the project", why=why, do="name it from the project's root")


def _is_skipped(path: Path) -> bool:
    return any(part in _SKIPPED_FOLDERS or part.startswith(".") for part in path.parts)


def _listed(args: Namespace, state: SessionState) -> int:
    if args.json:
        put_json([each.model_dump(mode="json") for each in state.logpoints])
        return EXIT_FINE
    for seen in state.logpoints:
        put("\n".join(table(seen)))
    if not state.logpoints:
        put("no logpoint yet: coach logpoint FILE:LINE EXPRESSION --expect CONDITION")
    return EXIT_FINE


def table(seen: LogpointRun) -> list[str]:
    """Return what a logpoint showed, line by line: failing test first, then its passing neighbours."""
    point, observed = seen.logpoint, seen.observed
    what = f"{point.watch} in {point.function}" if point.watch else f"{point.expression}  at  {point.source}"
    lines = [f"#{seen.run} {point.place}  {safe_line(what, limit=120)}"]
    if point.prediction:
        lines.append(f"  predicts  {safe_line(point.prediction)}")
    for each in observed.tests:
        lines += _test_lines(each, has_condition=bool(point.condition), is_watch=bool(point.watch))
    if observed.unreached:
        lines.append(f"  {observed.unreached} tests of the file never reach it")
    if observed.why:
        lines.append(f"  {safe_line(observed.why)}")
    if seen.verdict:
        lines.append(f"{seen.verdict}  {safe_line(seen.reason)}")
    elif seen.after_fix:
        lines.append(f"after the fix  {safe_line(seen.reason)}")
    elif not any(each.hits for each in observed.tests):
        lines.append("never reached")
    return lines


def _test_lines(each: TestHits, *, has_condition: bool, is_watch: bool) -> list[str]:
    sign = {"failing": "✘", "passing": "✔", "skipped": "○"}[each.outcome]
    counted = count(len(each.rows), "change") if is_watch else count(each.hits, "hit")
    if has_condition:
        counted += f", true at {each.held:,} of {each.evaluated:,}"
    if each.evaluated < each.hits:
        counted += f" (only the first {each.evaluated:,} were looked at)"
    lines = [f"  {sign} {safe_line(each.test or 'outside of tests')}  {counted}"]
    for row in each.rows:
        holds = {True: "  ✔", False: "  ·", None: ""}[row.holds]
        number = f":{row.line}" if is_watch else f"{row.hit:,}"
        lines.append(f"      {number:>6}{holds}  {safe_line(row.value, limit=160)}")
    return lines
