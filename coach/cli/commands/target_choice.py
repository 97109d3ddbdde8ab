"""Which target a command line names: tests, a command after ``--``, or the first failure of a CI report."""

import contextlib
import os
import re
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coach.cli.commands.console import say
from coach.core.base.test_id import TestId
from coach.core.base.text import safe_line
from coach.core.runs.target import Target, of_command
from coach.engine.source.project_root import VARIABLE, Located, at, exists, locate, relative_to, tidy
from coach.errors import TargetError, UsageError
from coach.regular_files import MAX_SOURCE, read_head

if TYPE_CHECKING:
    from coach.engine.runners.junit_report import JUnitCase

_MAX_OTHERS = 9
"""Failures of a report that are named beside the first."""
_MAX_TRIED = 50
"""Failures of a report that are looked for until one is found."""
_DEFINED = re.compile(r"\b(?:def|class) (\w+)")
_SHOWN = 160
"""Characters of a word that are said again."""


def chosen_target(args: Namespace, place: Located) -> Target:
    """Read the target of a command line. Raises TargetError and UsageError."""
    report = getattr(args, "from_junit", None)
    if report and not args.target:
        return _from_report(Path(report), args, place)
    target = target_from(args.target, args.command, place, Path.cwd())
    return _with_report(target, args, place)


def _with_report(target: Target, args: Namespace, place: Located) -> Target:
    named = getattr(args, "junit", None)
    if not named:
        return target
    if args.command is None:
        raise UsageError("--junit goes with a command", do="coach debug --junit report.xml -- npm test")
    path = tidy(Path.cwd(), named)
    return of_command(args.command, folder=target.folder, junit=relative_to(path, place) or str(path))


def _from_report(path: Path, args: Namespace, place: Located) -> Target:
    from coach.engine.runners.junit_files import read_reports

    failed = read_reports(path).failed
    if not failed:
        raise TargetError(f"no test failed in {path.name}", do="name the report of a red run")
    first = failed[0].failure
    more = f", the first of {len(failed)} failures" if len(failed) > 1 else ""
    say(f"{path.name}: {safe_line(f'{first.test} {first.exception}'.strip())}{more}")
    for other in failed[1 : 1 + _MAX_OTHERS]:
        say(f"  also failed: {other.failure.test} {other.failure.exception}")
    if len(failed) > 1 + _MAX_OTHERS:
        say(f"  and {len(failed) - 1 - _MAX_OTHERS} more")
    if args.command is not None:
        return _with_report(target_from([], args.command, place, Path.cwd()), args, place)
    return _test_in_report(failed, path, place)


def _test_in_report(failed: Sequence["JUnitCase"], path: Path, place: Located) -> Target:
    """Return the first failing test that is found in the project. Raises TargetError when none is."""
    from coach.engine.runners.junit_names import NamedTest, named_test
    from coach.engine.source.find_file import ProjectFiles

    first = NamedTest()
    for folder in dict.fromkeys((place.project, place.root)):
        files = ProjectFiles(folder)
        found = [named_test(each, files, Path.cwd()) for each in failed[:_MAX_TRIED]]
        chosen = next((each for each in found if each.id), None)
        if chosen is not None:
            say(f"  found as {chosen.id}")
            return target_from([chosen.id], None, place, folder)
        first = found[0]
    name = failed[0].failure.test
    if first.candidates:
        raise TargetError(
            f"{name} could be in {len(first.candidates)} files",
            why=f"each ends as the report says: {', '.join(first.candidates)}",
            do="name the one: coach debug FILE::TEST, or run coach in its folder",
        )
    looked = ", ".join(first.looked_for)
    raise TargetError(
        f"{name} is no pytest test of this project",
        why=f"no file below {place.root} ends with {looked}" if looked else "its name leads to no file",
        do=f"say how it is run: coach debug --from-junit {path} -- COMMAND",
    )


def target_from(
    words: Sequence[str], command: Sequence[str] | None, place: Located | Path, here: Path
) -> Target:
    """Read a target as typed in ``here``; ids become relative to the root. Raises TargetError for a missing file."""
    place = place if isinstance(place, Located) else at(place)
    if command is None:
        return Target(words=tuple(typed_id(word, place, here) for word in words))
    if not command:
        raise TargetError("no command after --", do="coach debug -- make test")
    if words:
        raise TargetError(
            f"both a test and a command: {words[0]} and {command[0]}",
            why="what stands after -- is a command of its own",
            do="name one; pytest options go into the project's pytest configuration",
        )
    for word in command:
        _refuse_unsayable(word)
    return of_command(command, folder=_folder_of_command(place, here))


def retargeted(args: Namespace, now: Target, place: Located, here: Path) -> Target:
    """Read another target for the session of a project; tests of a sibling start in that one. Raises TargetError."""
    target = target_from(args.target, args.command, place, here)
    if args.command is not None or not target.words:
        return target
    if now.can("select"):  # ids of tests are those of the runner that the session has
        target = target.model_copy(update={"kind": now.kind})
    paths = [str(place.root / TestId(word).file) for word in target.words]
    own = locate(paths, here)
    is_sibling = own.root.resolve() == place.root.resolve() and own.folder != place.folder
    return target.model_copy(update={"folder": own.folder or "."}) if is_sibling else target


def _folder_of_command(place: Located, here: Path) -> str:
    """Return where a command starts: where it was typed; empty: in the project."""
    if os.environ.get(VARIABLE):
        return ""
    inside = relative_to(here, place)
    return "" if inside is None or inside == (place.folder or ".") else inside


_MAX_LOOKED_AT = 5_000
"""Files among which a mistyped one is looked for."""


def _near_files(name: str, here: Path) -> list[str]:
    """Return the files below ``here`` whose names are nearest to one that is not there, as one types them here."""
    from difflib import get_close_matches

    if len(name) > _SHOWN:
        return []
    known: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        for folder, inner, files in os.walk(here):
            inner[:] = sorted(each for each in inner if not each.startswith((".", "__pycache__")))
            place = Path(folder).relative_to(here)
            known += [(place / each).as_posix() for each in sorted(files) if each.endswith(Path(name).suffix)]
            if len(known) > _MAX_LOOKED_AT:
                break
    return get_close_matches(name, known, cutoff=0.7)


def typed_id(word: str, place: Located, here: Path) -> str:
    """Return a test typed in ``here`` (or as coach names it, or as pytest does in the project) relative to the root."""
    test = TestId(word)
    name = test.file
    if name.startswith("-"):
        raise TargetError(
            f"{safe_line(word, limit=_SHOWN)} looks like an option",
            do="pytest options go into the project's pytest configuration",
        )
    found = typed_path(name, place, here)
    _refuse_unsayable(word)
    if found is None:
        raise TargetError(
            f"no such test file: {safe_line(name, limit=_SHOWN)}",
            why=f"looked in {here}",
            do="name a file or node id pytest knows",
            typed=word,
            meant=tuple(test.with_file(near) for near in _near_files(name, here)),
        )
    inside = relative_to(found, place)
    if inside is None:
        raise TargetError(
            f"{safe_line(name, limit=_SHOWN)} is outside the project {place.root}",
            do="run coach inside the project of the test, or name that: --project FOLDER",
        )
    return test.with_file(inside)


def refuse_misspelt(target: Target, place: Located) -> None:
    """Raise TargetError where a file defines nothing of the name that a test has, but something that is written almost alike.

    For where no run will say it; a name that is in no text, from a base class or a generator, is believed, and so is that of a doctest.
    """
    from difflib import get_close_matches

    for word in target.words if target.kind == "pytest" else ():
        names = TestId(word).names
        path = place.root / TestId(word).file
        if not names or not names[-1].isidentifier() or path.suffix != ".py":
            continue
        with contextlib.suppress(OSError):
            text = read_head(path, MAX_SOURCE).decode(errors="replace")
            defined = set(_DEFINED.findall(text))
            near = get_close_matches(names[-1], defined, cutoff=0.7)
            if near and names[-1] not in defined:
                raise TargetError(
                    f"{path.name} defines no {safe_line(names[-1], limit=_SHOWN)}",
                    do="name a test of it",
                    typed=word,
                    meant=tuple(TestId.of(TestId(word).file, *names[:-1], each) for each in near),
                )


def as_typed(word: str, place: Located) -> str:
    """Return a test that a session knows, typed here; a word that names no file stays as it is."""
    try:
        return typed_id(word, place, Path.cwd())
    except TargetError:
        return word


def as_named(name: str, place: Located) -> str:
    """Return a file of the project relative to the root, named from there or from the project."""
    found = typed_path(name, place, place.root)
    return (relative_to(found, place) if found else None) or name


def typed_path(name: str, place: Located, here: Path) -> Path | None:
    """Return the file or folder that was typed, as an absolute path with its links; None when there is none."""
    paths = (tidy(base, name) for base in dict.fromkeys((here, place.root, place.project)))
    return next((path for path in paths if exists(path)), None)


def _refuse_unsayable(word: str) -> None:
    """Raise TargetError for a name that no text can hold: it could be neither kept nor run again."""
    if "\0" in word:
        raise TargetError(
            "a word of the target holds a NUL character", do="name a file or node id pytest knows"
        )
    try:
        word.encode()
    except UnicodeEncodeError:
        raise TargetError(
            f"{safe_line(word, limit=_SHOWN)} is not valid UTF-8", do="name a folder above it, or rename it"
        ) from None
