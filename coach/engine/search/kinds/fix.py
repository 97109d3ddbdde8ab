"""Find the commit that mended something: red at the old end, green at the new one, the tests of now laid over every commit."""

from coach.core.base.formatting import count
from coach.core.search.bisect import Culprit, NoGoodCommit, questions_for
from coach.core.search.kinds import FixFound
from coach.core.search.regression import NewestDiffers, Regression, find_fix
from coach.core.search.request import SearchResult
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.commit_line import CommitLine, changes_of, position_of, unjudged
from coach.engine.search.kinds.task import Task, ended


def search_fix(task: Task) -> SearchResult:
    """Find the commit since which the target passes, or say how far back it always passed."""
    line = CommitLine.of(task, is_older=True)
    red = position_of(task.driver.context.root, line.history, task.request.base, "the red commit")
    task.expect(questions_for(len(line.history), red))
    search = find_fix(len(line.history), red=red, rate=task.request.rate, width=task.width)
    try:
        found = drive(search, line.probe, task.driver)
        task.confirm(line.leant_on(found, newest="PASS", older="FAIL"))
    except Stopped as stop:
        return ended("stopped", stop.why)
    return _told(line, found)


def _told(line: CommitLine, found: Regression) -> SearchResult:
    task, history = line.task, line.history
    match found:
        case NewestDiffers("UNRESOLVED"):
            return line.newest_unjudged()
        case NewestDiffers(_):
            return ended("nothing", "the newest commit fails as well: no commit has mended it yet")
        case NoGoodCommit(back, unresolved):
            said = f"it passes as far as {count(back, 'commit')} back"
            return ended("nothing", said + unjudged(unresolved))
        case Culprit(positions, red):
            files, left_out = changes_of(task, history, positions)
            commits = tuple(history[position] for position in positions)
            result = FixFound(commits=commits, red=history[red], of=red, files=files, left_out=left_out)
            return ended("found", f"it was mended by {line.named(positions)}", result)
