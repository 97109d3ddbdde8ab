"""Whether a run in a copy ended for something that the checkout has and the copy has not: then it says nothing of the code.

Only what no tree holds is asked about (see ``completing``): that an older commit lacks a file that came later is the
answer, not an obstacle.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from coach.core.redact.observation_redactor import in_prose
from coach.core.runs.report import Failure, RunReport
from coach.engine.copies.complete import Completed, completed
from coach.engine.copies.large_files import STAYS_POINTER
from coach.engine.copies.untracked import NEVER
from coach.regular_files import is_there

_MISSING = frozenset(
    (
        "ModuleNotFoundError",
        "ImportError",
        "FileNotFoundError",
        "NotADirectoryError",
        "OperationalError",
        "DatabaseError",
        "PackageNotFoundError",
        "UsageError",
        "OSError",
        "TemplateNotFound",
    )
)
_MODULE = re.compile(r"No module named '([\w.]+)'")
_NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
_QUOTED = re.compile(r"['\"]([^'\"\n]{1,500})['\"]|: (\S{1,500})$", re.MULTILINE)
_NO_DATABASE = re.compile(r"no such table|unable to open database")
_DATABASES = (".db", ".sqlite", ".sqlite3")
_MAX_NAMED = 3
_ABSENT = re.compile(
    r"Cannot find (?:module|package)|[Nn]o such (?:file|table)|ENOENT|unable to open database"
    r"|[Cc]ould not (?:find|open|read|resolve)|[Cc]annot open|does not exist|not found"
)
"""How runners of any language say that something is not there."""
_NAMED = re.compile(r"(?<![\w@+-])[\w@+-]*+(?:[./][\w@+-]++)+|['\"`]([^'\"`\n]{1,500})['\"`]")
_OF_NODE = ("", ".js", ".mjs", ".cjs", ".json", ".node", ".ts", "/index.js")
_MAX_LINES = 200
_LEVELS = 4
"""Folders above the root whose files are known as such when a run asks for them."""
_ENDINGS = (".py", "/__init__.py", ".so", ".pyd")


def as_in_checkout(report: RunReport, copy: Path, root: Path) -> RunReport:
    """Name the checkout where a report names the copy (the same failure must have the same signature), and what it lacked."""
    renamed: RunReport = in_prose(report, _renaming(copy, root))
    about = completed(copy)
    lacked = (*_lacked(renamed, about, copy, root), *_above(report, about, copy, root))
    notes = tuple(
        f"in the copy as in the checkout, this link leads out of it: {each}" for each in about.links
    )
    update = {"lacking": lacked[:_MAX_NAMED], "probe_notes": (*renamed.probe_notes, *notes[:_MAX_NAMED])}
    return renamed.model_copy(update=update) if lacked or notes else renamed


def _renaming(copy: Path, root: Path) -> Callable[[str], str]:
    """Return what puts the checkout's folder for the copy's, and the folder above it for the scratch folder."""
    pairs = [(str(copy), str(root)), (str(copy.resolve()), str(root))]
    pairs += [(str(Path(there).parent), str(root.parent)) for there, _ in pairs]

    def renamed(text: str) -> str:
        for there, here in pairs:
            if there in text:
                text = text.replace(there, here)
        return text

    return renamed


def _lacked(report: RunReport, about: Completed, copy: Path, root: Path) -> Iterator[str]:
    reasons = dict(about.left_out)
    seen = set()
    yield from _pointers(report, about)
    for path in _wanted(report, about):
        relative = _relative(path, root)
        is_absent = relative in reasons or not os.path.exists(copy / relative)  # noqa: PTH110 - it never raises
        is_only_here = is_absent and os.path.exists(root / relative)  # noqa: PTH110
        if not relative or relative in seen or not is_only_here:
            continue
        reason = _left_out(reasons, relative)
        if reason or _is_unrecorded(root, relative):
            seen.add(relative)
            yield f"the copy has no {relative}: {reason or 'git ignores it'}"


def _pointers(report: RunReport, about: Completed) -> Iterator[str]:
    """Yield contents that git-lfs keeps elsewhere and the run asked for: a command tells of no file it opened."""
    is_told = bool(report.opened)
    for path, why in about.left_out:
        if why == STAYS_POINTER and (path in report.opened if is_told else not report.counts.passed):
            yield f"the copy has a pointer for {path}: {why}"


def _above(report: RunReport, about: Completed, copy: Path, root: Path) -> Iterator[str]:
    """Yield what a run looked for above its copy, and the checkout has above itself."""
    places = {copy, copy.resolve()}
    seen = set()
    for path in _wanted(report, about):
        there = _above_checkout(os.path.normpath(copy / path), places, root)
        if there and there not in seen and is_there(there):
            seen.add(there)
            yield f"the copy has no {there}: it lies above {root}, and copies have nothing above them"


def _above_checkout(path: str, places: set[Path], root: Path) -> str:
    """Return the checkout's counterpart of a path above a copy; empty for what is in the copy, or is the same for both."""
    for copy in places:
        if Path(path).is_relative_to(copy):
            return ""
        for above, ours in zip(copy.parents[:_LEVELS], root.parents[:_LEVELS], strict=False):
            if Path(path).is_relative_to(above):
                return str(ours / Path(path).relative_to(above))
    return ""


def _left_out(reasons: dict[str, str], relative: str) -> str:
    """Return why a file, or the folder of packages that it lies in, was not copied; empty when it was."""
    above = [each.as_posix() for each in (Path(relative), *Path(relative).parents)]
    return next((reasons[each] for each in above if each in reasons), "")


def _is_unrecorded(root: Path, relative: str) -> bool:
    """Whether the checkout has a file that no tree holds: it is in one of the folders that are never copied."""
    return not NEVER.isdisjoint(relative.split("/")) and is_there(root / relative)


def _wanted(report: RunReport, about: Completed) -> Iterator[str]:
    """Yield paths that a run asked for and did not find, as far as its failures and its ending say so."""
    for failure in report.failures:
        if failure.exception in _MISSING:
            yield from _of_failure(failure, about)
        for cause in failure.causes:
            if cause.exception in _MISSING:
                yield from _in_text(cause.message, about)
        if failure.exception not in _MISSING:
            yield from _of_any_language(failure.message, about)
    yield from _of_any_language(report.output.tail, about)  # a command's: of pytest there is none
    if report.ending.kind != "completed":
        yield from _in_text(report.ending.sentence, about)


def _of_any_language(text: str, about: Completed) -> Iterator[str]:
    """Yield what the lines of a text that tell of something absent may mean: by its path, or by how its path ends."""
    for line in text.split("\n")[-_MAX_LINES:]:
        if not _ABSENT.search(line):
            continue
        yield from _in_text(line, about)
        if _NO_DATABASE.search(line):
            yield from (path for path, _ in about.left_out if path.endswith(_DATABASES))
        for found in _NAMED.finditer(line[:2_000]):
            word = (found[1] or found[0]).removeprefix("file://")
            yield word
            yield f"node_modules/{word}"
            end = "/" + word.lstrip("./")
            names = tuple(end + each for each in _OF_NODE)
            yield from (path for path, _ in about.left_out if len(end) > 1 and f"/{path}".endswith(names))


def _of_failure(failure: Failure, about: Completed) -> Iterator[str]:
    yield from _in_text(failure.message, about)
    if _NO_DATABASE.search(failure.message):
        yield from (path for path, _ in about.left_out if path.endswith(_DATABASES))


def _in_text(text: str, about: Completed) -> Iterator[str]:
    for found in _MODULE.finditer(text):
        yield from _of_module(found[1], about)
    for found in _NAME.finditer(text):
        yield from _of_module(f"{found[2]}.{found[1]}", about)
    for found in _QUOTED.finditer(text):
        yield (found[1] or found[2]).strip("'\"")


def _of_module(dotted: str, about: Completed) -> Iterator[str]:
    """Yield the files that a module may be; an extension has more in its name (``_fast.cpython-312-x86_64-linux-gnu.so``)."""
    way = dotted.replace(".", "/")
    for path, _ in about.left_out:
        whole = f"/{path}"
        if (
            any(whole.endswith(f"/{way}{end}") for end in _ENDINGS)
            or f"/{way}." in whole
            or f"/{way}/" in whole
        ):
            yield path


def _relative(path: str, root: Path) -> str:
    place = Path(path)
    if not place.is_absolute():
        return "" if path.startswith("..") else place.as_posix()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else ""
