"""What an edit has to do with the failure: files that can explain a green, and a reference that must not have moved.

A file of the pinned test, documentation and scratch explain nothing. A change that nothing of the target loads is weak:
only a run without it decides.
"""

from fnmatch import fnmatchcase
from posixpath import basename, normpath

from coach.core.base.formatting import count
from coach.core.loops.analysis.syntax import is_test_path
from coach.core.runs.changes import FileChange
from coach.core.session.state import SessionState
from coach.core.verify.debug_leftovers import STRAY
from coach.core.verify.proof_line import line, not_asked, objected
from coach.core.verify.verification import VerificationCheck
from coach.core.workflow.applicable import no_pin, red_run, red_tests

_CHANGED = "there is a change to explain it"
_UNCHANGED = "what says red or green is unchanged"
_DOCUMENTS = (".md", ".rst", ".adoc")
_PAPERS = (
    "LICENSE*",
    "COPYING*",
    "AUTHORS*",
    "CHANGES*",
    "CHANGELOG*",
    "NEWS*",
    ".gitignore",
    ".gitattributes",
)
_RECIPES: dict[str, tuple[str, ...]] = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "gmake": ("Makefile", "makefile", "GNUmakefile"),
    "npm": ("package.json",),
    "pnpm": ("package.json",),
    "yarn": ("package.json",),
    "bun": ("package.json",),
    "just": ("justfile", "Justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "rake": ("Rakefile",),
    "tox": ("tox.ini",),
    "nox": ("noxfile.py",),
}
"""Program → where it reads what it is to run."""
_CHECKING = ("test", "check", "spec", "verify")


def something_changed(state: SessionState, *, red_without: bool) -> VerificationCheck:
    """Answer whether anything was changed that can explain the green; ``red_without``: it is red without the change."""
    if state.changes is None and state.edits:
        return line("changed", _CHANGED, "", passed=True)
    files = state.changes.files if state.changes else ()
    left_out = state.changes.left_out if state.changes else 0
    able = [file.path for file in files if not _why_it_explains_nothing(state, file)]
    if not able and not left_out:
        return _nothing(state, _only(state, files))
    strange = [path for path in able if path in state.unloaded]
    if able and len(strange) == len(able):
        named = able[0] if len(able) == 1 else f"none of the {len(able)} changed files"
        figure = f"weak: {named} is {'not ' if len(able) == 1 else ''}imported by the test"
        if not red_without:
            return _nothing(state, figure)
        return line("changed", _CHANGED, f"{figure}, and without the change it is red", passed=True)
    return line("changed", _CHANGED, state.changes.size if state.changes else "", passed=True)


def _only(state: SessionState, files: tuple[FileChange, ...]) -> str:
    if not files:
        return "nothing was changed: a green by itself is a flake"
    more = f" and {count(len(files) - 1, 'other')}" if len(files) > 1 else ""
    return f"only {files[0].path}{more} was changed: {_why_it_explains_nothing(state, files[0])}"


def _nothing(state: SessionState, figure: str) -> VerificationCheck:
    return objected(state, "changed", _CHANGED, figure, [("changed", figure)])


def _why_it_explains_nothing(state: SessionState, file: FileChange) -> str:
    """Say why a changed file cannot make the target green by a fix; empty when it can."""
    name = basename(file.path)
    if state.pin is not None and file.path == state.pin.path:
        return "it holds the pinned test"
    if is_test_path(file.path) and _is_read(state, file.path):
        return "the red test reads it"
    if state.target.can("python") and is_test_path(file.path) and not file.path.endswith(".py"):
        return "it is data of the tests"
    if file.path.endswith(_DOCUMENTS) or any(fnmatchcase(name, each) for each in _PAPERS):
        return "" if _is_read(state, file.path) else "it is documentation"
    if file.change == "added" and any(fnmatchcase(name, each) for each in STRAY):
        return "it is scratch"
    return ""


def _is_read(state: SessionState, path: str) -> bool:
    """Whether the red test is known to read a file: a run saw it opened, or the pinned test names it."""
    run = red_run(state)
    is_opened = run is not None and run.report is not None and path in run.report.opened
    return is_opened or (state.pin is not None and basename(path) in state.pin.source)


def unchanged(state: SessionState) -> tuple[VerificationCheck, ...]:
    """Answer whether what says red or green is what it was when it was red: all of it where no test can be pinned.

    Beside a pinned test it is a line only when something moved: the data that the test reads.
    """
    if state.pin is not None:
        files = state.changes.files if state.changes else ()
        read = [
            (file.path, f"{file.path} was changed, and the pinned test reads it")
            for file in files
            if file.path != state.pin.path and _is_side(state, file.path)
        ]
        return (objected(state, "unchanged", _UNCHANGED, read[0][1], read),) if read else ()
    if not no_pin(state):
        return ()
    if state.changes is None:
        return (not_asked("unchanged", _UNCHANGED, "what was changed is not known"),)
    found = [(file.path, why) for file in state.changes.files if (why := _moved(state, file))]
    if found:
        return (objected(state, "unchanged", _UNCHANGED, found[0][1], found),)
    return (line("unchanged", _UNCHANGED, "", passed=True),)


def _moved(state: SessionState, file: FileChange) -> str:
    """Say how a change may have moved the goal instead of mending the code; empty when it cannot have."""
    path = file.path
    if any(test.file == path for test in red_tests(state)):
        return f"{path} holds what was red, and was changed"
    if state.target.can("select"):
        return f"{path} was changed, and the red test reads it" if _is_side(state, path) else ""
    return _of_command(state, path) or _of_its_tests(state, file)


def _of_command(state: SessionState, path: str) -> str:
    words = state.target.words
    program = basename(words[0]) if words else ""
    if path in _RECIPES.get(program, ()):
        return f"{path} says what {program} runs, and was changed"
    is_named = path in {normpath(word) for word in words} and _looks_checking(path)
    return f"{path} is what the command runs, and was changed" if is_named else ""


def _of_its_tests(state: SessionState, file: FileChange) -> str:
    """Of files that look like tests: those named where it was red may not change at all, others may only grow."""
    if not is_test_path(file.path) or file.change == "added":
        return ""
    said = _said(state)
    if file.path in said or basename(file.path) in said:
        return f"{file.path} is named where it was red, and was changed"
    if file.change in {"deleted", "renamed"}:
        return f"{file.path} is a test and is gone"
    lost = sum(text.startswith("-") for hunk in file.hunks for text in hunk.text.split("\n"))
    return f"{file.path} is a test and lost {count(lost, 'line')}" if lost else ""


def _is_side(state: SessionState, path: str) -> bool:
    return is_test_path(path) and _is_read(state, path)


def _looks_checking(path: str) -> bool:
    name = basename(path).lower()
    return is_test_path(path) or any(word in name for word in _CHECKING)


def _said(state: SessionState) -> str:
    """Return all that the red run said: its output's end, its failures and the places they name."""
    run = red_run(state)
    if run is None or run.report is None:
        return ""
    parts = [run.report.output.tail]
    for failure in run.report.failures:
        parts += [failure.test, failure.message, *(frame.path for frame in failure.frames)]
    return "\n".join(parts)
