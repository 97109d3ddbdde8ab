"""``coach stats``: what many sessions say together, as a small chart or as JSON."""

from argparse import Namespace
from collections import Counter
from dataclasses import replace

from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.durations import ago
from coach.core.base.formatting import elapsed, seconds
from coach.core.base.text import safe_line
from coach.core.redact.redactor import Redactor
from coach.core.reports.metrics import Figures, figures_of
from coach.core.reports.notice_outcomes import WINDOW
from coach.core.reports.statistics import Spread, Statistics, as_json, statistics_of
from coach.engine.source.project_root import project_here
from coach.errors import EXIT_FINE
from coach.session.export_io import private_of
from coach.store.library import Listed, Query, search
from coach.store.log import no_collection, read_log
from coach.store.paths import session_folder

WIDE = 40
_TAKEN = ("followed", "dismissed", "ignored", "not_known")


def stats(args: Namespace) -> int:
    """Print figures over the sessions of a time."""
    query = Query(project=str(project_here()) if args.here else "", since=ago(args.since), is_whole=True)
    found, total = search(query, args.limit or -1)
    if total > len(found):
        say(f"the newest {len(found):,} of {total:,} sessions; --limit 0 takes all")
    summed = without_secrets(statistics_of([_figures(each) for each in found]), Redactor(private_of(None)))
    if args.json:
        put_json(as_json(summed))
    elif not found:
        put(f"no sessions since {args.since} ago")
    else:
        put("\n".join(_chart(summed)))
    return EXIT_FINE


def without_secrets(found: Statistics, redactor: Redactor) -> Statistics:
    """Return figures with the words of sessions cleaned: names of those who fixed, what ended a loop."""

    def words(counted: dict[str, int]) -> dict[str, int]:
        cleaned: Counter[str] = Counter()
        for name, number in counted.items():
            cleaned[redactor.settle(redactor.clean(name))] += number
        return dict(cleaned)

    notices = tuple(
        {**row, "pattern": redactor.settle(redactor.clean(row["pattern"]))} for row in found.notices
    )
    return replace(
        found,
        notices=notices,
        fixed_by=words(found.fixed_by),
        ended_by=words(found.ended_by),
        loops=words(found.loops),
    )


def _figures(each: Listed) -> Figures:
    with no_collection():
        return figures_of(read_log(session_folder(each.id), late=True).records)


def _chart(found: Statistics) -> list[str]:
    endings = ", ".join(f"{number} {name}" for name, number in found.endings.items())
    lines = [
        f"{found.sessions} sessions: {endings}",
        "",
        "time at work until     quarter · median · three quarters",
    ]
    spans = (
        ("reproduced", found.reproduced),
        ("failing test", found.test),
        ("cause", found.cause),
        ("proven fix", found.fixed),
    )
    most = max((each.high for _, each in spans), default=0.0)
    lines += [_span(name, each, most) for name, each in spans if each.count]
    lines += [
        "",
        f"per proven fix: {found.hypotheses.middle:g} hypotheses, {found.attempts.middle:g} attempts (medians)",
    ]
    if found.changed:
        share = found.reworked / found.changed
        lines.append(
            f"rework: {found.reworked:,} of {found.changed:,} written lines were taken back ({share:.0%})"
        )
    lines += _bars("loops noticed", found.loops) + _bars("what ended them", found.ended_by)
    lines += _notices(found)
    return (
        lines
        + _bars("place of the fix among the suspects", found.fix_ranks)
        + _bars("fixed by", found.fixed_by)
    )


def _notices(found: Statistics) -> list[str]:
    """Return how notices were taken and what came after: counts, since shares of a few say nothing."""
    if not found.notices:
        return []
    lines = ["", f"notices and the {WINDOW} runs after them (this says nothing about cause)"]
    for row in found.notices:
        taken = [f"{row[each]} {each.replace('_', ' ')}" for each in _TAKEN if row[each]]
        offered = f" ({row['as_offered']} as offered)" if row["as_offered"] else ""
        shown = f"{row['shown']:>4} shown: {', '.join(taken)}{offered}"
        lines.append(
            f"  {safe_line(row['pattern'], limit=24):<14} {safe_line(row['level'], limit=8):<7}{shown}"
        )
        lines += [
            f"{'':<28}after {each.replace('_', ' ')}: {', '.join(f'{number} {name}' for name, number in after.items() if number)}"
            for each, after in row["after"].items()
            if any(number for name, number in after.items() if name != "not_known")
        ]
    return [line.replace("not_known", "not known") for line in lines]


def _span(name: str, each: Spread, most: float) -> str:
    """Draw a spread as a box: quarter to three quarters, the median in it."""
    cells = [" "] * (WIDE + 1)
    low, middle, high = (
        round(WIDE * value / most) if most else 0 for value in (each.low, each.middle, each.high)
    )
    cells[low : high + 1] = ["━"] * (high - low + 1)
    cells[middle] = "●"
    words = " · ".join(
        seconds(value) if value < 60 else elapsed(value) for value in (each.low, each.middle, each.high)
    )
    return f"  {name:<13} {each.count:>4} × {''.join(cells)}  {words}"


def _bars(title: str, counted: dict[str, int]) -> list[str]:
    if not counted:
        return []
    most = max(counted.values())
    rows = [
        f"  {safe_line(name, limit=24):<24} {'█' * max(1, round(WIDE * number / most))} {number}"
        for name, number in counted.items()
    ]
    return ["", title, *rows]
