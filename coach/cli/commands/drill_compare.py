"""``coach drill compare``: the same drills with two specs, rules or assistants, in pairs; as words, JSON or a page."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from coach import __version__
from coach.assistants.runner import Assistant, assistants
from coach.cli.commands.assist import be_sure
from coach.cli.commands.console import put, put_json, say, write_file
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import ended_by_signals
from coach.core.base.text import safe, safe_line
from coach.core.drill.comparison import Comparison, fixed_in, fixes_lost
from coach.core.drill.comparison_words import cost_words, sentences, verdict
from coach.core.drill.drill import DrillSet
from coach.core.drill.guidance import Guidance
from coach.core.drill.score import DrillResult
from coach.core.drill.sign_test import SignTest, pairs_to_tell
from coach.core.reports.comparison_page import comparison_page
from coach.drills.compare import Bout, Compared, Play, Player
from coach.drills.demo_set import read_set_or_demo
from coach.drills.guidance_files import guidance_from
from coach.drills.play import play
from coach.engine.source.project_root import at
from coach.errors import EXIT_FAILURES, EXIT_FINE, EXIT_UNRESOLVED, UsageError
from coach.session.export_io import laid_out
from coach.settings.project import load_settings

NOTHING = "none"


def compare(args: Namespace) -> int:
    """Compare; 0 when B fixes more, 1 when A does, 3 when they are not told apart."""
    _check_file(args.out)
    drill_set = read_set_or_demo(args.drills)
    home = Path(drill_set.root, drill_set.project)
    known = {each.name: each for each in assistants(home, load_settings(home))}
    first, second = _players(args, known)
    for name in dict.fromkeys((first.assistant, second.assistant)):
        be_sure(known[name], is_agreed=args.yes)
    on = place_of_work(args, at(drill_set.root, drill_set.project))
    bout = Bout(drill_set, first, second, _play(known, args.timeout, on), say, args.pairs)
    with ended_by_signals():
        found = bout.carried_out(leave_out=args.leave_out)
    if args.out:
        _write_page(found, drill_set, Path(args.out))
    if args.json:
        put_json(comparison_json(found))
    else:
        put("\n".join(safe(each) for each in _lines(found)))
    return _code(found.comparison)


def _check_file(out: str) -> None:
    """Refuse a file that no page can be written to before hours are spent."""
    if out and Path(out).suffix not in {".html", ".md"}:
        raise UsageError(f"{out} is no name of a page", do="let it end in .html or .md")
    if out and not Path(out).absolute().parent.is_dir():
        raise UsageError(f"{Path(out).parent} is no folder", do="make it, or choose another file")


def _players(args: Namespace, known: dict[str, Assistant]) -> tuple[Player, Player]:
    """Return the two sides: the same assistant with two guidances, or two assistants with none."""
    words = (args.first, args.second)
    named = [word for word in words if word in known and not Path(word).exists()]
    if not args.assistant and len(named) == len(words):
        first, second = (Player(word, word, Guidance(), known[word].digest) for word in words)
        return first, second
    if not args.assistant:
        missing = next(word for word in words if word not in named)
        raise UsageError(
            f"who shall play with {missing}?"
            if _is_guidance(missing)
            else f"{missing} is neither an assistant nor a file",
            why=f"known assistants: {', '.join(known) or 'none'}",
            do="name who plays: --assistant NAME; or compare two assistants",
        )
    if args.assistant not in known:
        raise UsageError(
            f"no assistant is called {args.assistant!r}",
            why=f"known: {', '.join(known) or 'none'}",
            do='add it to pyproject.toml: [tool.coach.assistants] claude = "claude -p"',
        )
    given = [Guidance() if word == NOTHING else guidance_from(Path(word)) for word in words]
    labels = [each.label for each in given]
    if labels[0] == labels[1]:
        labels = list(words)
    command = known[args.assistant].digest
    first, second = (
        Player(label, args.assistant, each.model_copy(update={"label": label}), command)
        for label, each in zip(labels, given, strict=True)
    )
    return first, second


def _is_guidance(word: str) -> bool:
    return word == NOTHING or Path(word).exists()


def _play(known: dict[str, Assistant], timeout: float, on: str) -> Play:
    def played(drill_set: DrillSet, number: int, player: Player) -> DrillResult:
        return play(
            drill_set,
            number,
            assistant=known[player.assistant],
            guidance=player.guidance,
            timeout=timeout,
            say=lambda line: say(f"  {safe_line(line)}"),
            on=on,
        )

    return played


def _write_page(found: Compared, drill_set: DrillSet, file: Path) -> None:
    page = comparison_page(found.comparison, found.costs, drill_set, __version__)
    text = laid_out(page, "markdown" if file.suffix == ".md" else "html", drill_set.root)
    write_file(file, text)
    say(f"written to {file}: {len(text) / 1000:,.0f} kB, nothing in it is loaded from elsewhere")


def _lines(found: Compared) -> list[str]:
    lines = [f"{verdict(found.comparison)}", "", *sentences(found.comparison)]
    if found.costs:
        lines += ["", "left out, one at a time:"]
        lines += [f"  {safe_line(each.section, limit=24):<20} {cost_words(each)}" for each in found.costs]
    if found.comparison.not_paired:
        lines += [""]
        lines += [
            f"drill {each.number} says nothing: {safe_line(each.why)}" for each in found.comparison.not_paired
        ]
    return lines


def _code(found: Comparison) -> int:
    if not found.fixed.tells:
        return EXIT_UNRESOLVED
    return EXIT_FINE if found.fixed.wins > found.fixed.losses else EXIT_FAILURES


def comparison_json(found: Compared) -> dict[str, Any]:
    """Return plain values; keys are an API."""
    whole = found.comparison
    return {
        **_sides_json(whole),
        "verdict": verdict(whole),
        "said": list(sentences(whole)),
        "more_pairs": pairs_to_tell(whole.fixed),
        "difference": whole.difference.model_dump() if whole.difference else None,
        "pairs": [
            {
                "drill": each.number,
                **{
                    name: {"session": result.session, "fixed": fixed_in(result.score), "percent": percent}
                    for name, result, percent in zip(
                        ("first", "second"), (each.first, each.second), each.points, strict=True
                    )
                },
            }
            for each in whole.pairs
        ],
        "not_paired": [{"drill": each.number, "why": each.why} for each in whole.not_paired],
        "left_out": [
            {
                "section": each.section,
                "fixes_lost": fixes_lost(each),
                "p_holm": each.p,
                "told_apart": each.tells,
                **_sides_json(each.comparison),
            }
            for each in found.costs
        ],
    }


def _sides_json(found: Comparison) -> dict[str, Any]:
    sides = zip(("first", "second"), (found.first, found.second), found.rates, strict=True)
    return {
        **{name: {**side.model_dump(), **rate.model_dump()} for name, side, rate in sides},
        "fixed": _test_json(found.fixed),
        "score": _test_json(found.score),
    }


def _test_json(test: SignTest) -> dict[str, Any]:
    return {**test.model_dump(), "told_apart": test.tells}
