"""Headless searches: any kind, and bisect, reduce, stress for short. Progress goes to stderr, the result to stdout."""

from argparse import Namespace
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import (
    Session,
    ask,
    opened_session,
    opened_target,
    place_meant,
    read_session,
)
from coach.cli.commands.target_choice import typed_path
from coach.core.base.formatting import count
from coach.core.base.result_lines import Excerpt
from coach.core.base.symbols import OUTCOMES
from coach.core.base.text import safe_line
from coach.core.decide.searches import why_not_searched
from coach.core.protocol import commands as cmd
from coach.core.runs.changes import FileChange
from coach.core.search.kinds import SEARCH_KINDS, Described
from coach.core.search.request import Search, SearchResult
from coach.core.session.state import SessionState
from coach.core.workflow.action_ids import as_commands
from coach.engine.source.project_root import relative_to
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_UNRESOLVED, UsageError
from coach.regular_files import is_file, is_there
from coach.session.port import Update

JOBS = 2
"""Candidates at the same time on this machine."""
MAX_HUNK_LINES = 40
MAX_EXCERPT_LINES = 20


def search(args: Namespace) -> int:
    """Begin a search of any kind; without one, list the kinds with what each costs and why it cannot begin now."""
    if not args.kind:
        return _list_kinds(args)
    kind = SEARCH_KINDS.get(args.kind)
    if kind is None:
        meant = tuple(get_close_matches(args.kind, SEARCH_KINDS))
        known = f"one of {', '.join(SEARCH_KINDS)}"
        raise UsageError(f"no search is called {args.kind!r}", do=known, typed=args.kind, meant=meant)
    file = _relative(args.input, args) if args.input else ""
    return _search(args, kind.name, good=_known_commit(args, kind.name), input=file, rounds=args.runs)


def bisect(args: Namespace) -> int:
    """Find the commit the failure came with, or the one that mended it."""
    kind = "fix" if args.find_fix else "commits"
    return _search(args, kind, good=_known_commit(args, kind))


def _known_commit(args: Namespace, kind: str) -> str:
    """Return the old end that was named. Raises UsageError for one of the other search."""
    known, other = (args.red, args.good) if kind == "fix" else (args.good, args.red)
    if other:
        option, wanted = ("--good", "--red") if kind == "fix" else ("--red", "--good")
        raise UsageError(
            f"{option} is not for this search",
            why="the commit that mended it lies after a red one"
            if kind == "fix"
            else "only --find-fix begins at a red commit",
            do=f"name the old end with {wanted}",
        )
    return str(known)


def reduce(args: Namespace) -> int:
    """Reduce the edits, the order, or an input file."""
    if args.input:
        return _search(args, "input", input=_relative(args.input, args))
    return _search(args, "order" if args.order else "edits")


def stress(args: Namespace) -> int:
    """Name what a flaky failure depends on."""
    return _search(args, "flake", rounds=args.runs)


def _list_kinds(args: Namespace) -> int:
    state = read_session(args.session)
    rows = [(kind, why_not_searched(state, kind)) for kind in SEARCH_KINDS.values()]
    if args.json:
        put_json(
            [
                {"kind": kind.name, "asks": kind.question, "costs": kind.costs, "why_not": why}
                for kind, why in rows
            ]
        )
        return EXIT_FINE
    for kind, why in rows:
        put(f"{kind.name:<9} {kind.question}  {kind.costs}")
        if why:
            put(f"{'':<9} not now: {as_commands(why)}")
    return EXIT_FINE


def _search(args: Namespace, kind: str, **asked: Any) -> int:
    on = place_of_work(args)
    width = (0 if on else JOBS) if args.jobs is None else args.jobs
    begin = cmd.BeginSearch(kind=kind, most=args.most, width=width, on=on, **asked)
    opened = opened_target(args) if args.target or args.command else opened_session(args)
    with opened as session:
        session.subscribe(_progress(session.state))
        known = session.state.reference
        if "a failure" in SEARCH_KINDS[kind].needs and not (known and known.is_reproduced):
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
        put(f"{count(result.probes, 'candidate')}{again}{known}, {result.seconds:.1f} s")
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
    return [line for part in (result.found.described() if result.found else ()) for line in _printed(part)]


def _printed(part: Described) -> list[str]:
    if isinstance(part, FileChange):
        hunks = (line for hunk in part.hunks for line in hunk.text.split("\n")[:MAX_HUNK_LINES])
        return [f"{part.path} ({part.change})", *hunks]
    if isinstance(part, Excerpt):
        return part.text.splitlines()[:MAX_EXCERPT_LINES]
    return ["  ".join(filter(None, (part.text, part.figure, part.more)))]


def _relative(asked: str, args: Namespace) -> str:
    place = place_meant(args)
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
