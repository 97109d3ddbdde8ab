"""Which target a command line names: tests, a command after ``--``, or the first failure of a CI report."""

from argparse import Namespace
from pathlib import Path

from coach.core.target import Target
from coach.errors import TargetError, UsageError
from coach.headless.talk import say
from coach.opening import target_from


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
