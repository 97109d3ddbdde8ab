"""``coach drill run``: play a drill, or every drill of a set, with an assistant."""

from argparse import Namespace
from pathlib import Path

from coach.assistants.runner import Assistant, assistants
from coach.cli.commands.assist import be_sure
from coach.cli.commands.console import put, put_json, say
from coach.cli.commands.open_session import ended_by_signals
from coach.core.base.text import safe_line
from coach.core.drill.drill import DrillSet
from coach.core.drill.guidance import Guidance
from coach.core.drill.score import POINTS, DrillResult
from coach.drills.guidance_files import guidance_from
from coach.drills.kept import read_set
from coach.drills.run import play
from coach.engine.source.project_root import at
from coach.errors import EXIT_FAILURES, EXIT_FINE, UsageError
from coach.settings.project import load_settings

_SIGNS = {"met": "✔", "not met": "✘", "not judged": "-"}


def run(args: Namespace) -> int:
    """Play; 0 when every drill was fixed and no answer was read, else 1."""
    drill_set, numbers = named_drills(args.drill)
    if not args.assistant:
        raise UsageError("who plays is not said", do="name one of [tool.coach.assistants]: --assistant NAME")
    assistant = assistant_of(drill_set, args.assistant)
    guidance = _guidance(args)
    be_sure(assistant, is_agreed=args.yes)
    with ended_by_signals():
        results = [_played(args, drill_set, number, assistant, guidance) for number in numbers]
    if args.json:
        put_json([each.model_dump(mode="json") | {"percent": each.score.percent} for each in results])
    is_good = all(each.score.is_fixed and each.score.is_fair for each in results)
    return EXIT_FINE if is_good else EXIT_FAILURES


def _played(
    args: Namespace, drill_set: DrillSet, number: int, assistant: Assistant, guidance: Guidance
) -> DrillResult:
    say(f"drill {drill_set.name}/{number} with {assistant.name}, given {guidance.label}")
    result = play(
        drill_set,
        number,
        assistant=assistant,
        guidance=guidance,
        timeout=args.timeout,
        say=lambda line: say(f"  {safe_line(line)}"),
    )
    if not args.json:
        put("\n".join(result_lines(result)))
    return result


def named_drills(word: str) -> tuple[DrillSet, tuple[int, ...]]:
    """Return the set that ``SET`` or ``SET/N`` names, and the numbers of its drills that are meant. Raises UsageError."""
    name, _, number = word.partition("/")
    drill_set = read_set(name)
    known = tuple(each.number for each in drill_set.drills)
    if not number:
        return drill_set, known
    if not number.isdecimal() or int(number) not in known:
        raise UsageError(f"{name} has no drill {number[:20]!r}", do=f"see coach drill show {name}")
    return drill_set, (int(number),)


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


def result_lines(result: DrillResult) -> list[str]:
    """Return a result in words: the score, each of its lines with what it rests on, and what it took."""
    score = result.score
    lines = [f"{result.set}/{result.number}: {score.percent} %, session {result.session}"]
    for each in score.lines:
        points = f"{POINTS[each.name]:>3}" if POINTS[each.name] else "  !"
        lines.append(
            f"  {_SIGNS[each.judged]} {points}  {each.name:<13} {safe_line(each.said, limit=300)}".rstrip()
        )
    took = {name: value for name, value in score.effort.model_dump().items() if value not in {None, ()}}
    lines.append("  " + ", ".join(f"{name} {_told(value)}" for name, value in took.items()))
    return lines


def _told(value: object) -> str:
    if isinstance(value, tuple | list):
        return safe_line(", ".join(map(str, value)))
    return f"{value:,}" if isinstance(value, int) else str(value)
