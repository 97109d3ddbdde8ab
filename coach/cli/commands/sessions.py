"""``coach sessions``: list and search the library, close what is stale, throw away what is old."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import fields

import jsonlines

from coach.cli.commands.console import put, run_line, say
from coach.cli.commands.durations import age, ago
from coach.cli.commands.open_session import ask, taken_up
from coach.core.base.text import safe_line
from coach.core.protocol import commands as cmd
from coach.engine.source.project_root import project_here
from coach.errors import EXIT_FINE, CoachError, UsageError
from coach.regular_files import is_folder, kept_path
from coach.store import library
from coach.store.library import Listed, Query

STALE = "30d"
"""An open session that nobody touched for so long is probably forgotten."""


def sessions(args: Namespace) -> int:
    """List or search sessions, newest first."""
    query = Query(
        words=" ".join(args.words),
        project=str(project_here()) if args.here else "",
        is_open=args.open or args.stale is not None,
        is_closed=args.closed,
        since=ago(args.since) if args.since else 0.0,
        before=ago(args.stale) if args.stale is not None else 0.0,
    )
    most = args.limit if args.limit is not None else (-1 if args.json else 50)
    found, total = library.search(query, most or -1)
    if args.json:
        with jsonlines.Writer(sys.stdout, flush=True) as writer:
            writer.write_all(_row(each) for each in found)
        return EXIT_FINE
    for each in found:
        put(session_line(each))
    if not found:
        has_any = library.search(Query(), 1)[1] > 0
        put("no session matches" if has_any else "no sessions yet: coach debug TARGET starts one")
    if total > len(found):
        say(f"{len(found)} of {total:,}; --limit 0 lists all, words search")
    _say_stale(found)
    return EXIT_FINE


def close(args: Namespace) -> int:
    """Close open sessions in a batch: named ones, stale ones, or those whose target passes now."""
    if not (args.id or args.stale or args.passing):
        raise UsageError("which sessions?", do="name ids, or --stale 30d, or --passing")
    chosen = [library.find(each) for each in args.id]
    if not args.id:
        root = "" if args.stale else str(project_here())
        chosen = library.search(
            Query(is_open=True, project=root, before=ago(args.stale) if args.stale else 0.0)
        )[0]
    failed = 0
    for each in chosen:
        try:
            put(_close_one(each, passing=args.passing, note=args.note))
        except CoachError as error:
            failed += 1
            say(f"{each.id} stays as it is: {error}")
    if not chosen:
        put("nothing to close")
    return 1 if failed else EXIT_FINE


def prune(args: Namespace) -> int:
    """Throw away closed sessions that were not used for long, and outputs nobody names; says what, and asks for --yes."""
    query = Query(before=ago(args.older_than), is_closed=not args.also_open)
    old, _ = library.search(query)
    for each in old:
        put(session_line(each))
    if not args.yes:
        put(f"{len(old)} sessions would be removed for ever; nothing was. --yes does it")
        return EXIT_FINE
    held, freed = library.prune([each.id for each in old])
    put(f"{len(old) - len(held)} sessions removed, {freed / 1e6:,.1f} MB freed")
    if held:
        say(f"in use, kept: {', '.join(held)}")
    return EXIT_FINE


def session_line(each: Listed) -> str:
    """Return one session as a line of a list."""
    if each.damage:
        return f"{each.id}  damaged: {safe_line(each.damage)}"
    title = safe_line(each.title or each.target, limit=60)
    what = f"cause: {each.root_cause}" if each.root_cause else each.failure
    said = f"  {safe_line(what, limit=60)}" if what else ""
    loops = f"  ⚠ {each.loops}" if each.loops else ""
    mark = ("  imported" if each.imported else "") + (f"  ◐ {each.flaws}" if each.flaws else "")
    head = f"{each.id}  {age(each.last_at):>6}  {each.state:<9} {each.step:<12} {each.runs:>3} runs"
    return f"{head}  {title}{said}{loops}{mark}  {safe_line(_shortened(each.project))}"


def _shortened(project: str) -> str:
    home = os.path.expanduser("~")  # noqa: PTH111 - only a prefix to shorten
    return project.replace(home, "~", 1) if project.startswith(home + os.sep) else project


def _row(each: Listed) -> dict[str, object]:
    return {name: getattr(each, name) for name in (field.name for field in fields(Listed))}


def _say_stale(found: Iterable[Listed]) -> None:
    before = ago(STALE)
    stale = sum(each.state == "open" and not each.damage and each.last_at < before for each in found)
    if stale:
        say(
            f"{stale} open for over {STALE} without a touch: `coach sessions close --stale {STALE}` closes them"
        )


def _close_one(each: Listed, *, passing: bool, note: str) -> str:
    """Close one session; with ``passing`` only when a cold run of its target passes now."""
    if passing and not is_folder(kept_path(each.project)):
        raise UsageError(f"its project {each.project} is gone", do="close it by its id")
    with taken_up(each.id, only_writes=not passing) as session:
        word = note or "closed as stale"
        if passing:
            ask(session, cmd.RunTarget(purpose="experiment"))
            last = session.state.last_run
            if last is None or last.judged is None or last.judged.outcome != "PASS":
                return f"{each.id}  stays open: {run_line(last) if last else 'nothing ran'}"
            word = note or "the target passes now"
        ask(session, cmd.Close(note=word))
        closed = session.state.closed
        return f"{each.id}  closed: {closed.ending if closed else '?'}, {safe_line(word)}"
