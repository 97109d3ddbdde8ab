"""Which target a command line names: tests, a command after ``--``, or the first failure of a CI report."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from coach.core.target import Target
from coach.errors import TargetError, UsageError
from coach.headless.talk import say


def chosen_target(args: Namespace, root: Path) -> Target:
    """Read the target of a command line. Raises TargetError and UsageError."""
    report = getattr(args, "from_junit", None)
    if report and not args.target:
        return _from_report(Path(report), args, root)
    target = target_from(args.target, args.command, root, Path.cwd())
    return _with_report(target, args, root)


def _with_report(target: Target, args: Namespace, root: Path) -> Target:
    named = getattr(args, "junit", None)
    if not named:
        return target
    if target.kind != "command":
        raise UsageError("--junit goes with a command", do="coach debug --junit report.xml -- npm test")
    path = (Path.cwd() / named).resolve()
    relative = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return target.model_copy(update={"junit": relative})


def _from_report(path: Path, args: Namespace, root: Path) -> Target:
    from coach.engine.junit import node_id, read_junit

    failed = read_junit(path).failed
    if not failed:
        raise TargetError(f"no test failed in {path.name}", do="name the report of a red run")
    first = failed[0].failure
    more = f", the first of {len(failed)} failures" if len(failed) > 1 else ""
    say(f"{path.name}: {first.test} {first.exception}{more}")
    if args.command is not None:
        return _with_report(target_from([], args.command, root, Path.cwd()), args, root)
    found = node_id(failed[0], root)
    if not found:
        raise TargetError(
            f"{first.test} is no pytest test of this project",
            why="only tests that pytest runs can be found by their name in a report",
            do=f"say how it is run: coach debug --from-junit {path} -- COMMAND",
        )
    return target_from([found], None, root, root)


def target_from(words: Sequence[str], command: Sequence[str] | None, root: Path, here: Path) -> Target:
    """Read a target as typed in ``here``; node ids become relative to the root. Raises TargetError for a missing file."""
    if command is not None:
        if not command:
            raise TargetError("no command after --", do="coach debug -- make test")
        if words:
            raise TargetError(
                f"both a test and a command: {words[0]} and {command[0]}",
                why="what stands after -- is a command of its own",
                do="name one; pytest options go into the project's pytest configuration",
            )
        return Target(kind="command", words=tuple(command))
    return Target(words=tuple(_node_id(word, root, here) for word in words))


def _node_id(word: str, root: Path, here: Path) -> str:
    name, colons, rest = word.partition("::")
    if name.startswith("-"):
        raise TargetError(
            f"{word} looks like an option", do="pytest options go into the project's pytest configuration"
        )
    path = (here / name).resolve()
    if not path.exists():
        path = (root / name).resolve()
    if not path.exists():
        raise TargetError(
            f"no such test file: {name}", why=f"looked in {here}", do="name a file or node id pytest knows"
        )
    try:
        return path.relative_to(root).as_posix() + colons + rest
    except ValueError:
        raise TargetError(
            f"{name} is outside the project {root}", do="run coach inside the project of the test"
        ) from None
