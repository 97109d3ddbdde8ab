"""One report or a folder of them: many runners write a file for each class or package.

Of a folder the newest run counts: files that were written not long after one another. A test that several files tell
of is as the newest one says.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from coach.engine.runners.junit_report import JUnitCase, JUnitReport, read_junit, report_of
from coach.engine.source.project_paths import ENVIRONMENTS
from coach.errors import TargetError
from coach.regular_files import is_file, is_folder

_GAP = 600.0
"""Seconds between two files of one run, at most."""
_MAX_FILES, _MAX_BYTES, _DEEPEST = 2_000, 200_000_000, 4


def report_files(path: Path) -> tuple[Path, ...]:
    """Return the file itself, or the XML files of a folder and of those just below it, by name."""
    if not is_folder(path):
        return (path,)
    found: list[Path] = []
    for folder, below, files in os.walk(path):
        place = Path(folder)
        is_deep = len(place.relative_to(path).parts) >= _DEEPEST
        below[:] = (
            [] if is_deep else sorted(each for each in below if each not in ENVIRONMENTS and each != ".git")
        )
        named = (place / name for name in sorted(files) if name.endswith(".xml"))
        found += [each for each in named if not each.is_symlink() and is_file(each)]
        if len(found) > _MAX_FILES:
            break
    return tuple(found[:_MAX_FILES])


def read_reports(path: Path) -> JUnitReport:
    """Read a report, or those of the newest run in a folder. Raises TargetError when there is none."""
    if not is_folder(path):
        return read_junit(path)
    files = report_files(path)
    if not files:
        raise TargetError(
            f"there is no report in {path}", why="no file there ends with .xml", do="name a JUnit XML file"
        )
    return merged(_newest_run(files), path)


def merged(files: Sequence[Path], named: Path) -> JUnitReport:
    """Read several reports as one. Raises TargetError when none of them is a report."""
    failed: dict[tuple[str, str], JUnitCase] = {}
    passed: set[tuple[str, str]] = set()
    skipped: dict[str, None] = {}
    trouble: TargetError | None = None
    read = size = 0
    for file in sorted(files, key=lambda each: (_written(each), str(each))):
        size += _size(file)
        if size > _MAX_BYTES:
            break
        try:
            report = read_junit(file)
        except TargetError as error:
            trouble = error
            continue
        read += 1
        for key in report.passed:
            failed.pop(key, None)
            passed.add(key)
        for case in report.failed:
            failed[case.class_name, case.name] = case
            passed.discard((case.class_name, case.name))
        skipped |= dict.fromkeys(report.skipped)
    if not read:
        raise trouble or TargetError(f"there is no report in {named}", do="name a JUnit XML file")
    return report_of(list(failed.values()), list(skipped), list(passed))


def _newest_run(files: Sequence[Path]) -> list[Path]:
    newest_first = sorted(files, key=_written, reverse=True)
    kept = newest_first[:1]
    for each in newest_first[1:]:
        if _written(kept[-1]) - _written(each) > _GAP:
            break
        kept.append(each)
    return kept


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
