"""``coach drill run``: play a drill yourself on the screen, or a set of drills with an assistant."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.assistants.runner import Assistant, assistants
from coach.cli.commands.assist import be_sure
from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.drill_words import result_lines
from coach.cli.commands.on_cluster import place_of_work
from coach.cli.commands.open_session import ended_by_signals
from coach.core.base.text import safe_line
from coach.core.drill.drill import DrillSet
from coach.core.drill.guidance import Guidance
from coach.core.drill.score import DrillResult
from coach.drills.demo_set import read_set_or_demo
from coach.drills.guidance_files import guidance_from
from coach.drills.kept import results_of
from coach.drills.play import play
from coach.engine.source.project_root import at
from coach.errors import EXIT_FAILURES, EXIT_FINE, UsageError
from coach.settings.project import load_settings


def run(args: Namespace) -> int:
    """Play; 0 when every drill was fixed and no answer was read, else 1."""
    drill_set, numbers = named_drills(args.drill)
    if not args.assistant:
        from coach.cli.commands.drill_screen import (
            play_on_screen,  # the screen loads what no other command needs
        )

        return play_on_screen(drill_set, _next_number(drill_set, numbers), _guidance(args))
    assistant = assistant_of(drill_set, args.assistant)
    guidance = _guidance(args)
    be_sure(assistant, is_agreed=args.yes)
    on = place_of_work(args, at(drill_set.root, drill_set.project))
    with ended_by_signals():
        results = [_played(args, drill_set, number, Side(assistant, guidance, on)) for number in numbers]
    if args.json:
        put_json([each.model_dump(mode="json") | {"percent": each.score.percent} for each in results])
    is_good = all(each.score.is_fixed and each.score.is_fair for each in results)
    return EXIT_FINE if is_good else EXIT_FAILURES


@dataclass(frozen=True, slots=True)
class Side:
    """Who plays, with what, and on which cluster it is graded."""

    assistant: Assistant
    guidance: Guidance
    on: str


def _played(args: Namespace, drill_set: DrillSet, number: int, side: Side) -> DrillResult:
    say(f"drill {drill_set.name}/{number} with {side.assistant.name}, given {side.guidance.label}")
    result = play(
        drill_set,
        number,
        assistant=side.assistant,
        guidance=side.guidance,
        timeout=args.timeout,
        say=lambda line: say(f"  {safe_line(line)}"),
        on=side.on,
    )
    if not args.json:
        put("\n".join(result_lines(result)))
    return result


def named_drills(word: str) -> tuple[DrillSet, tuple[int, ...]]:
    """Return the set that ``SET`` or ``SET/N`` names, and the numbers of its drills that are meant. Raises UsageError."""
    name, _, number = word.partition("/")
    drill_set = read_set_or_demo(name)
    known = tuple(each.number for each in drill_set.drills)
    if not number:
        return drill_set, known
    if not number.isdecimal() or int(number) not in known:
        raise UsageError(f"{name} has no drill {number[:20]!r}", do=f"see coach drill show {name}")
    return drill_set, (int(number),)


def _next_number(drill_set: DrillSet, numbers: Sequence[int]) -> int:
    """Return the drill that a person plays: the one that is named, else the first that nobody of flesh and blood has played."""
    played = {each.number for each in results_of(drill_set.name) if not each.player}
    return next((each for each in numbers if len(numbers) == 1 or each not in played), numbers[0])


def assistant_of(drill_set: DrillSet, name: str) -> Assistant:
    """Return an assistant of the settings of a set's project. Raises UsageError."""
    home = at(drill_set.root, drill_set.project).home
    known = {each.name: each for each in assistants(home, load_settings(home))}
    if name not in known:
        raise UsageError(
            f"no assistant is called {name!r}",
            why=f"known: {', '.join(known) or 'none'}",
            do='add it to pyproject.toml: [tool.coach.assistants] claude = "claude -p"',
        )
    return known[name]


def _guidance(args: Namespace) -> Guidance:
    if args.spec:
        return guidance_from(Path(args.spec), "spec")
    return guidance_from(Path(args.rules), "rules") if args.rules else Guidance()
