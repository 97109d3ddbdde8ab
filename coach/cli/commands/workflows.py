"""``coach workflows``: list, show and check them, and print one to begin with."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from coach.cli.commands.console import put, put_json, say
from coach.engine.source.project_root import located_here
from coach.errors import EXIT_FINE, UsageError
from coach.settings.project import load_settings
from coach.settings.workflow_files import load_workflow, read_workflow, template, workflow_paths


def workflows(args: Namespace) -> int:
    """List, show or check workflows."""
    root = located_here().home
    paths = workflow_paths(root, load_settings(root).workflows)
    if args.action == "new":
        return _new_workflow(args)
    if args.action == "check":
        files = [Path(args.name)] if args.name else list(paths.values())
        for path in files:
            found = read_workflow(path, {**paths, path.stem: path})
            put(f"{path.name}: fine, {len(found.steps)} steps")
        return EXIT_FINE
    if args.action == "show":
        if not args.name:
            raise UsageError("which workflow?", do=f"coach workflows show {next(iter(paths))}")
        return _show_workflow(args, paths)
    listed: list[dict[str, Any]] = []
    for name in paths:
        found = load_workflow(name, paths)
        listed.append({"name": name, "title": found.title, "steps": [step.id for step in found.steps]})
    if args.json:
        put_json(listed)
    else:
        for row in listed:
            put(f"{row['name']:<12} {row['title']}: {' → '.join(row['steps'])}")
    return EXIT_FINE


def _new_workflow(args: Namespace) -> int:
    """Print a workflow to begin with: where it goes in the project is the engineer's to say."""
    if not args.name.isidentifier():
        raise UsageError("a workflow needs a name of letters", do="coach workflows new ours > ours.toml")
    put(template(args.name))
    say(f'save it, and name it in pyproject.toml: [tool.coach] workflows = ["{args.name}.toml"]')
    return EXIT_FINE


def _show_workflow(args: Namespace, paths: dict[str, Path]) -> int:
    found = load_workflow(args.name, paths)
    if args.json:
        put_json(found.model_dump(mode="json"))
        return EXIT_FINE
    put(f"{found.name}: {found.title}")
    for step in found.steps:
        put(f"\n{step.title}: {step.guidance}")
        for gate in step.gate:
            limit = f" ({gate.limit})" if gate.limit else ""
            put(f"  [ ] {gate.check}{limit}")
    return EXIT_FINE
