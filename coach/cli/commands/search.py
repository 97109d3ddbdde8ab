"""Headless searches: bisect, reduce, stress. Progress goes to stderr, the result to stdout."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.open_session import (
    Session,
    ask,
    opened_session,
    opened_target,
    place_here,
    read_session,
)
from coach.cli.commands.target_choice import typed_path
from coach.core.base.symbols import OUTCOMES
from coach.core.base.text import safe_line
from coach.core.protocol import commands as cmd
from coach.core.runs.changes import FileChange
from coach.core.search.request import (
    AxisFound,
    CommitFound,
    EditsFound,
    InputReduced,
    PollutersFound,
    Search,
    SearchResult,
)
from coach.core.session.state import SessionState
from coach.engine.source.project_root import relative_to
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_UNRESOLVED, UsageError
from coach.regular_files import is_file, is_there
from coach.session.factory import located_here
from coach.session.port import Update

_NEEDS_FAILURE = {"edits", "commits", "input"}


def bisect(args: Namespace) -> int:
    """Find the commit the failure came with."""
    return _search(args, cmd.BeginSearch(kind="commits", good=args.good, most=args.most, width=args.jobs))


def reduce(args: Namespace) -> int:
    """Reduce the edits, the order, or an input file."""
    if args.input:
        path = _relative(args.input, args)
        return _search(args, cmd.BeginSearch(kind="input", input=path, most=args.most, width=args.jobs))
    kind = "order" if args.order else "edits"
    return _search(
        args, cmd.BeginSearch.model_validate({"kind": kind, "most": args.most, "width": args.jobs})
    )


def stress(args: Namespace) -> int:
    """Name what a flaky failure depends on."""
    begin = cmd.BeginSearch(kind="flake", rounds=args.runs, most=args.most, width=args.jobs)
    return _search(args, begin)


def _search(args: Namespace, begin: cmd.BeginSearch) -> int:
    opened = opened_target(args) if args.target or args.command else opened_session(args)
    with opened as session:
        session.subscribe(_progress(session.state))
        known = session.state.reference
        if begin.kind in _NEEDS_FAILURE and not (known and known.is_reproduced):
            say("measuring the failure first")
            ask(session, cmd.Reproduce())
        ask(session, begin)
        return _told(session, args)


def _progress(state: SessionState) -> Callable[[Update], None]:
    """Return a listener that says every configuration once it is tried."""
    told = {(each.request.number, tried.key, tried.alone) for each in state.searches for tried in each.tried}
    noted: set[tuple[int, str]] = set()

    def tell(update: Update) -> None:
        for search in update.state.searches[-1:]:
            number = search.request.number
            for note in search.notes:
                if (number, note) not in noted:
                    noted.add((number, note))
                    say(f"! {safe_line(note, limit=300)}")
            for tried in search.tried:
                if (number, tried.key, tried.alone) not in told:
                    told.add((number, tried.key, tried.alone))
                    reason = f"  {safe_line(tried.reason, limit=120)}" if tried.reason else ""
                    say(f"{OUTCOMES[tried.outcome][0]} {safe_line(tried.label, limit=100)}{reason}")

    return tell


def _told(session: Session, args: Namespace) -> int:
    search = session.state.searches[-1]
    result = search.result
    if result is None:
        raise UsageError("the search did not end")
    if args.json:
        put_json(as_json(session.state, search))
    else:
        put(result.sentence)
        for line in details(result):
            put(f"  {safe_line(line, limit=300)}")
        for note in result.notes:
            put(f"  ! {safe_line(note, limit=300)}")
        known = f", {result.known} known before" if result.known else ""
        again = f", {result.again} of them judged again alone" if result.again else ""
        put(f"{result.probes} candidates{again}{known}, {result.seconds:.1f} s")
    return {"found": EXIT_FINE, "nothing": EXIT_FAILURES}.get(result.how, EXIT_UNRESOLVED)


def as_json(state: SessionState, search: Search) -> dict[str, Any]:
    """Return a search as plain JSON values. Keys are an API: they are added to, not renamed."""
    result = search.result
    return {
        "session": state.opened.session if state.opened else "",
        "search": search.request.number,
        "kind": search.request.kind,
        "target": list(search.request.target.words),
        **(result.model_dump(mode="json") if result else {}),
        "tried": [each.model_dump(mode="json") for each in search.tried],
    }


def details(result: SearchResult) -> list[str]:
    """Return what was found, line by line, for people."""
    match result.found:
        case EditsFound(files=files):
            return _changes(files)
        case CommitFound() as found:
            commits = [f"{each.id[:12]} {each.subject}" for each in found.commits]
            return [
                *commits,
                f"it still passed at {found.good.id[:12]} {found.good.subject}",
                *_changes(found.files),
            ]
        case PollutersFound() as found:
            return [*found.polluters, *(f"changed before the victim: {name}" for name in found.leaked)]
        case AxisFound(table=table):
            return [
                f"{row.condition:<12} {row.failures} of {row.runs} failed, {row.low:.0%} to {row.high:.0%}"
                + (f", {row.unresolved} not judged" if row.unresolved else "")
                + (f"; {row.runs_needed} runs to see one" if row.runs_needed else "")
                for row in table.rows
            ]
        case InputReduced() as found:
            return [f"kept in {found.reduced}", *found.preview.splitlines()[:20]]
    return []


def _changes(files: tuple[FileChange, ...]) -> list[str]:
    lines = []
    for file in files:
        lines.append(f"{file.path} ({file.change})")
        for hunk in file.hunks:
            lines += hunk.text.split("\n")[:40]
    return lines


def _relative(asked: str, args: Namespace) -> str:
    is_open = not (args.target or args.command)
    place = place_here(read_session(args.session)) if is_open else located_here(args.target)
    name, colon, line = asked.rpartition(":")
    if not (name and line.isdecimal() and not is_there(Path.cwd() / asked)):
        name, colon, line = asked, "", ""
    path = typed_path(name, place, Path.cwd())
    if path is None or not is_file(path):
        raise UsageError(f"no such file: {name}", do="name the file that the failing test reads")
    inside = relative_to(path, place)
    if inside is None:
        raise UsageError(f"{name} is outside the project {place.root}", do="reduce a file of the project")
    return inside + colon + line
