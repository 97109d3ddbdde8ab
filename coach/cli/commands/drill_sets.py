"""``coach drill new``, ``list``, ``show`` and ``clean``: sets of drills, without playing any."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from coach.cli.commands.approval import be_sure_of_python
from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.target_choice import typed_id
from coach.core.base.formatting import count
from coach.core.base.text import safe, safe_line
from coach.core.drill.drill import Cause, Drill, DrillSet
from coach.core.drill.score import DrillResult
from coach.core.runs.report import gist, headline
from coach.drills.kept import (
    drill_of,
    read_set,
    remove_arenas,
    remove_set,
    results_of,
    set_folder,
    set_names,
)
from coach.drills.kept_answers import fix_of, forget
from coach.drills.make import KINDS, Wish, make_set, means_of, new_name
from coach.engine.drill.making import in_words
from coach.engine.source.project_root import located_here
from coach.errors import EXIT_FINE, UsageError
from coach.settings.project import load_settings


def new(args: Namespace) -> int:
    """Make a set of drills from the project we stand in."""
    place = located_here(args.tests)
    be_sure_of_python(place.home, None)
    name = args.name or new_name(place)
    if set_folder(name).exists():
        raise UsageError(f"there is a set called {name}", do=f"remove it first: coach drill clean {name}")
    if args.count < 1:
        raise UsageError("--count is at least 1")
    wish = Wish(
        name=name,
        count=args.count,
        seed=args.seed,
        kinds=tuple(each for each in KINDS if not args.source or each in args.source),
        tests=tuple(typed_id(each, place, Path.cwd()) for each in args.tests),
        writes_test=args.write_test,
        minutes=args.minutes,
        on=place_of_work(args, place),
    )
    made = make_set(means_of(place, load_settings(place.home)), wish, lambda text: say(safe_line(text)))
    if args.json:
        put_json(_set_row(made))
        return EXIT_FINE
    for each in made.dropped:
        say(f"  dropped {each.count}: {safe_line(each.why)}")
    put(f"{made.name}: {count(len(made.drills), 'drill')} of {args.count} (coach drill show {made.name})")
    return EXIT_FINE


def list_sets(args: Namespace) -> int:
    """List the sets of drills, and how often each was played."""
    sets = [read_set(each) for each in set_names()]
    if args.json:
        put_json([_set_row(each) for each in sets])
        return EXIT_FINE
    for each in sets:
        results = results_of(each.name)
        fixed = sum(result.score.is_fixed for result in results)
        played = f"played {count(len(results), 'time')}, {fixed} fixed" if results else "not played"
        put(f"{each.name:<24} {count(len(each.drills), 'drill'):>10}  {played}  {safe_line(each.root)}")
    if not sets:
        say("no sets of drills; make one in a project: coach drill new")
    return EXIT_FINE


def show(args: Namespace) -> int:
    """Show a set or a drill; its answer only where that is asked for."""
    name, _, number = args.drill.partition("/")
    made = read_set(name)
    if number:
        return _show_drill(args, made, drill_of(made, number))
    if args.json:
        put_json(_set_row(made) | {"list": [_drill_row(each) for each in made.drills]})
        return EXIT_FINE
    put(f"{made.name}  {safe_line(made.root)}  seed {made.seed}  {made.made}")
    for each in made.drills:
        put(f"{each.number:>3}  {each.source:<14} {in_words(each.difficulty)}")
        if args.answer:
            put(f"     {_answer_line(each)}")
    for dropped in made.dropped:
        put(f"dropped {dropped.count}: {safe_line(dropped.why)}")
    return EXIT_FINE


def _show_drill(args: Namespace, made: DrillSet, drill: Drill) -> int:
    patch = fix_of(made, drill) if args.answer else ""
    results = [each for each in results_of(made.name) if each.number == drill.number]
    if args.json:
        row = _drill_row(drill) | {"results": [each.model_dump(mode="json") for each in results]}
        answer = {
            "answer": {
                "kind": drill.kind,
                "causes": [_cause_row(each) for each in drill.causes],
                "fix": patch,
            }
        }
        put_json(row | (answer if args.answer else {}))
        return EXIT_FINE
    put(f"{made.name}/{drill.number}  {drill.source}  {in_words(drill.difficulty)}")
    for each in drill.noticed:
        if each.test not in drill.held:
            put(f"  {safe_line(each.test)}  {safe_line(headline(each.exception, gist(each.message)))}")
    if drill.held:
        put(f"  {count(len(drill.held), 'test')} held outside: writing one is part of the drill")
    for result in results:
        _put_result(result)
    if args.answer:
        put(_answer_line(drill))
        put(safe(patch))
    return EXIT_FINE


def _put_result(result: DrillResult) -> None:
    """Say how a session went: its score, and each line that was not met."""
    who = " ".join(filter(None, [result.player or "a person", result.label]))
    put(f"  {safe_line(who)}  {result.score.percent} %  session {result.session}")
    for line in result.score.lines:
        if line.judged == "not met":
            put(f"    not met: {line.name}  {safe_line(line.said, limit=300)}")


def _answer_line(drill: Drill) -> str:
    causes = ", ".join(
        f"{each.path}:{each.lines[0] if each.lines else 0} {each.function}".strip() for each in drill.causes
    )
    return safe_line(f"{drill.kind}: {causes}", limit=400)


def _set_row(made: DrillSet) -> dict[str, Any]:
    """Return a set as plain values, without any answer. Keys are an API: they are added to, not renamed."""
    return {
        "name": made.name,
        "root": made.root,
        "seed": made.seed,
        "made": made.made,
        "drills": len(made.drills),
        "played": len(results_of(made.name)),
        "dropped": {each.why: each.count for each in made.dropped},
    }


def _drill_row(drill: Drill) -> dict[str, Any]:
    """Return a drill as plain values, without its answer."""
    return {
        "number": drill.number,
        "source": drill.source,
        "difficulty": drill.difficulty.model_dump(),
        "tests": [each.test for each in drill.noticed if each.test not in drill.held],
        "held": len(drill.held),
        "seconds": round(drill.seconds, 2),
    }


def _cause_row(cause: Cause) -> dict[str, Any]:
    return {"path": cause.path, "function": cause.function, "lines": list(cause.lines)}


def clean(args: Namespace) -> int:
    """Remove what sessions of drills left behind, and the sets that are named."""
    for name in args.sets:
        made = read_set(name)
        forget(made)
        remove_set(name)
        say(f"removed the set {name}")
    removed, left = remove_arenas()
    say(f"removed {count(removed, 'arena')}" + (f"; in {left} somebody plays" if left else ""))
    return EXIT_FINE
