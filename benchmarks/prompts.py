"""What an export is worth to its reader: does the text of a line that must change stand in it, and in how many tokens?

    .venv/bin/python benchmarks/prompts.py --set holdout --mirrors FOLDER --keep FOLDER

The defects and their sets are those of ``localise.py``. Each gets a session as a user would have it (``coach run``, then ``coach
investigate``); its log and the lines that must change are kept below ``--keep``/sessions, so that another version's exports
cost seconds, not hours: only defects without a kept session run anything, and ``--only-kept`` runs nothing.

Printed, at 1,500 and 4,000 tokens and at the default: the share of defects of which a line that must change stands in the
text, the median size, in how many the reference failure's message, difference and innermost own frame are whole, and what
is asked against what was true: a fix is asked rightly where the places called isolated hold the defect. Of the holdout
only figures are told.
"""

import argparse
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from localise import PACKAGES, defects, parser_of, sessions
from localising.measured import measure

from coach.core.export import Export, export
from coach.core.export.failing import failure_of
from coach.core.export.purpose import purpose_of
from coach.core.localize.isolation import isolation
from coach.core.runs.failure_causes import difference_line
from coach.core.session.fold import replay
from coach.core.session.state import SessionState
from coach.store.log import LOG_NAME, read_log

BUDGETS = (1_500, 4_000, 0)
"""Tokens; 0: as it comes, when nobody names a budget."""
ENOUGH = {1_500: 0.75, 4_000: 0.88}
"""Share of defects a line of which must stand in the export."""
ENOUGH_TOKENS = 1_300
"""Most tokens of a default export, at the median."""
ORIGINS = ("planted", "by hand", "historical")
PLAIN = 8
"""Characters: a shorter line (``else:``) stands in many places, and counts only beside its number."""


@dataclass(frozen=True)
class Kept:
    """A session as it was kept."""

    name: str
    state: SessionState
    lines: tuple[tuple[str, int, str], ...]
    """Path, number and text of each line that must change."""

    def is_right(self, path: str, line: int) -> bool:
        return any((path, line) == (each, number) for each, number, _ in self.lines)


@dataclass(frozen=True)
class Row:
    """What the exports of one session hold."""

    name: str
    found: dict[int, bool]
    """Budget → whether a line that must change stands in it."""
    tokens: dict[int, int]
    cut: tuple[str, ...]
    """What of the failure is not whole at the smallest budget."""
    asked: str
    is_named: bool
    """Whether a place called isolated is right."""
    is_isolated: bool


def kept_sessions(folder: Path) -> Iterator[Kept]:
    """Yield the sessions below a folder."""
    for file in sorted(folder.glob("*/lines.json")):
        lines = tuple((path, number, text) for path, number, text in json.loads(file.read_text("utf-8")))
        yield Kept(file.parent.name, replay(read_log(file.parent).records), lines)


def holds(text: str, lines: Sequence[tuple[str, int, str]]) -> bool:
    """Whether the text of one of the lines stands in an export, as a line of its own."""
    shown = [each.strip() for each in text.split("\n")]
    plain = set(shown) | {_without_number(each) for each in shown}
    numbered = {" ".join(each.lstrip(">▸ ").split()) for each in shown}
    return any(
        wanted in plain if len(wanted) >= PLAIN else " ".join(f"{number} {wanted}".split()) in numbered
        for _, number, wanted in ((path, number, line.strip()) for path, number, line in lines)
        if wanted
    )


def _without_number(line: str) -> str:
    return re.sub(r"^(?:[>▸+\- ]*\d+\s+▸?\s*|[+\-] ?)", "", line).strip()


def measured(each: Kept) -> Row:
    """Export a session at every budget."""
    state = each.state
    made = {budget: export(state, budget=budget or None) for budget in BUDGETS}
    places = isolation(state.standing_suspects).places
    return Row(
        each.name,
        {budget: holds(one.text, each.lines) for budget, one in made.items()},
        {budget: one.tokens for budget, one in made.items()},
        tuple(_cut(state, made[BUDGETS[0]])),
        purpose_of(state),
        any(each.is_right(place.path, line) for place in places for line in _lines(place)),
        bool(places),
    )


def _lines(place) -> range | tuple[int, ...]:
    if not place.code or not place.code_start:
        return (place.line,)
    return range(place.code_start, place.code_start + place.code.count("\n") + 1)


def _cut(state: SessionState, made: Export) -> Iterator[str]:
    """Yield what of the failure an export does not hold whole."""
    found = failure_of(state)
    if found is None:
        return
    _, failure = found
    squeezed = " ".join(made.text.split())
    root = state.opened.checkout.root if state.opened else ""

    def is_there(words: str) -> bool:
        inside = words.replace(f"{root}/", "").replace(root, ".") if root else words
        return " ".join(inside.split()) in squeezed

    if not all(is_there(line) for line in failure.message.split("\n")):
        yield "message"
    if not all(is_there(difference_line(each)) for each in failure.difference):
        yield "difference"
    if failure.own_frames:
        frame = failure.own_frames[-1]
        if not (is_there(f"{frame.path}:{frame.line}") and is_there(frame.source)):
            yield "innermost own frame"
        elif not all(
            is_there(f"{name} = {value}"[:100])
            for name, value in frame.locals[:8]
            if value[:1] != "<" and name[:1] != "."
        ):
            yield "values"


def tell(title: str, rows: Sequence[Row], *, is_told: bool) -> None:
    """Print the figures of one set."""
    if not rows:
        print(f"{title}: no sessions")
        return
    print(f"{title}: {len(rows)} sessions")
    _tell_sizes(rows)
    for origin in ORIGINS:
        part = [row for row in rows if origin_of(row.name) == origin]
        if part and len(part) < len(rows):
            print(f"  {origin}: {len(part)}")
            _tell_sizes(part)
    _tell_questions(rows)
    for row in rows if is_told else ():
        where = " ".join(f"{budget}:{'yes' if row.found[budget] else 'NO'}" for budget in row.found)
        print(f"    {row.name:<64} {where:<28} {row.tokens[0]:>5} {row.asked:<10} {' '.join(row.cut)}")


def origin_of(name: str) -> str:
    """Return where a defect comes from, as its session is named."""
    if re.search(r"-[0-9a-f]{10}--", name):
        return "historical"
    return "by hand" if "by-hand" in name else "planted"


def _tell_sizes(rows: Sequence[Row]) -> None:
    for budget in BUDGETS:
        share = sum(row.found[budget] for row in rows) / len(rows)
        sizes = sorted(row.tokens[budget] for row in rows)
        median = statistics.median(sizes)
        bar = f" (wanted: {ENOUGH[budget]:.0%})" if budget in ENOUGH else ""
        wanted = "" if budget else f" (wanted: {ENOUGH_TOKENS:,})"
        print(
            f"    {f'{budget:,} tokens' if budget else 'by default':>12}: a line that must change in {share:.0%}{bar}; "
            f"size {median:,.0f} at the median{wanted}, {sizes[-1]:,} at most"
        )


def _tell_questions(rows: Sequence[Row]) -> None:
    cut = Counter(what for row in rows for what in row.cut)
    whole = sum(not row.cut for row in rows)
    more = ", ".join(f"{what} of {times}" for what, times in cut.most_common())
    print(
        f"  failure whole at {BUDGETS[0]:,} tokens: {whole} of {len(rows)}{f' (cut: {more})' if more else ''}"
    )
    fixes = [row for row in rows if row.asked == "fix"]
    print(
        f"  asked: {', '.join(f'{what} {times}' for what, times in Counter(row.asked for row in rows).most_common())}; "
        f"a fix asked where the place is right: {sum(row.is_named for row in fixes)} of {len(fixes)}; "
        f"isolated: {sum(row.is_isolated for row in rows)}, right {sum(row.is_named for row in rows)}"
    )


def main() -> None:
    parser = _parser()
    args = parser.parse_args()
    if args.keep is None:
        parser.error("--keep is needed: sessions are kept there")
    for which in PACKAGES if args.set == "all" else [args.set]:
        folder = args.keep / "sessions" / which
        if not args.only_kept:
            make_sessions(which, folder, args)
        rows = [measured(each) for each in kept_sessions(folder) if args.only in each.name]
        tell(which, rows, is_told=args.verbose and which == "tuning")


def make_sessions(which: str, folder: Path, args: argparse.Namespace) -> None:
    """Run the sessions of a set that are not kept yet."""
    found = [each for each in defects(which, args.keep, args) if args.only in each.id]
    for defect, variant in sessions(found, args.variant):
        place = folder / f"{defect.id}--{variant}"
        if not (place / LOG_NAME).exists():
            row = measure(defect, variant, args.seconds, keep=place)
            print(
                f"# {place.name if which == 'tuning' else which}: {row.get('why', 'kept')}", file=sys.stderr
            )


def _parser() -> argparse.ArgumentParser:
    parser = parser_of(__doc__)
    parser.add_argument("--only-kept", action="store_true", help="export kept sessions; run nothing")
    parser.set_defaults(variant="committed")
    return parser


if __name__ == "__main__":
    main()
