"""Find the commit that mended something: red at the old end, green at the new one, the tests of now laid over every commit."""

from collections.abc import Callable, Iterator

from coach.core.base.formatting import count
from coach.core.runs.oracle import Outcome
from coach.core.search.bisect import Culprit, NoGoodCommit
from coach.core.search.kinds import Commit, FixFound
from coach.core.search.regression import NewestDiffers, Regression, find_fix
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.commit_line import changes_of, history_of, name_of, position_of
from coach.engine.search.kinds.commits import MAX_BETWEEN
from coach.engine.search.kinds.task import Task, ended


def search_fix(task: Task) -> SearchResult:
    """Find the commit since which the target passes, or say how far back it always passed."""
    root = task.driver.context.root
    history = history_of(root)
    tests = task.test_files()

    def probe_of(question: tuple[int, int]) -> Candidate:
        position, number = question
        tree = task.composer.compose(history[position].id, tests)
        return task.probe(tree, f"{history[position].id[:8]} {position} back", number, is_older=True)

    red = position_of(root, history, task.request.base, "the red commit")
    search = find_fix(len(history), red=red, rate=task.request.rate, width=task.width)
    try:
        found = drive(search, probe_of, task.driver)
        task.confirm(_leant_on(found, probe_of))
    except Stopped as stop:
        return ended("stopped", stop.why)
    return _told(task, history, found, probe_of((0, 1)))


def _leant_on(
    found: Regression, probe_of: Callable[[tuple[int, int]], Candidate]
) -> Iterator[tuple[Candidate, Outcome]]:
    match found:
        case NoGoodCommit(back, _):
            yield probe_of((back, 1)), "PASS"
        case Culprit(positions, red):
            yield probe_of((positions[0], 1)), "PASS"
            yield probe_of((red, 1)), "FAIL"
            for position in positions[1 : MAX_BETWEEN + 1]:
                yield probe_of((position, 1)), "UNRESOLVED"
        case NewestDiffers(outcome):
            yield probe_of((0, 1)), outcome


def _told(task: Task, history: list[Commit], found: Regression, newest: Candidate) -> SearchResult:
    match found:
        case NewestDiffers("UNRESOLVED"):
            why = task.driver.reason(newest)
            return ended("failed", f"the newest commit cannot be judged in a copy: {why}")
        case NewestDiffers(_):
            return ended("nothing", "the newest commit fails as well: no commit has mended it yet")
        case NoGoodCommit(back, unresolved):
            more = f"; {count(len(unresolved), 'older commit')} could not be judged" if unresolved else ""
            return ended("nothing", f"it passes as far as {count(back, 'commit')} back{more}")
        case Culprit(positions, red):
            one = len(positions) == 1
            names = name_of(history[positions[0]]) if one else f"one of {len(positions)} commits"
            why = "" if one else "; those between cannot be judged"
            files, left_out = changes_of(task, history, positions)
            commits = tuple(history[position] for position in positions)
            result = FixFound(commits=commits, red=history[red], of=red, files=files, left_out=left_out)
            return ended("found", f"it was mended by {names}{why}", result)
