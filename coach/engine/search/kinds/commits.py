"""Bisect the commits: first-parent history of what is checked out, the tests of now laid over every commit."""

from coach.core.base.formatting import count
from coach.core.runs.changes import FileChange
from coach.core.search.bisect import Culprit, NoGoodCommit, questions_for
from coach.core.search.hunks import changed_runs, line_now
from coach.core.search.kinds import Commit, CommitFound, LikelyCommit, Lines, NotARegression
from coach.core.search.noisy_bisect import SURE, Believed
from coach.core.search.regression import NewestDiffers, Regression, find_regression
from coach.core.search.request import SearchResult
from coach.core.search.taken_back import TakenBack
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.commit_line import (
    CommitLine,
    changes_of,
    name_of,
    position_of,
    seen_before,
    unjudged,
)
from coach.engine.search.kinds.likely_commits import likely_commits
from coach.engine.search.kinds.take_back import taking_back
from coach.engine.search.kinds.task import Task, ended
from coach.errors import CoachError


def search_commits(task: Task) -> SearchResult:
    """Find the commit the failure came with, or say how far back it was always there."""
    line = CommitLine.of(task)
    history = line.history
    good = position_of(task.driver.context.root, history, task.request.base)
    likely = likely_commits(task, history, good)
    task.expect(questions_for(len(history), good, likely))
    search = find_regression(
        len(history),
        good=good,
        rate=task.request.rate,
        likely=likely,
        seen=seen_before(task, history, line.tests),
        width=task.width,
    )
    try:
        found = drive(search, line.probe, task.driver)
        taken_back = _taken_back(task, history, found)
        # That it goes with the commit was judged alone and says more than that it came with it.
        if taken_back is None or not taken_back.is_proven:
            task.confirm(line.leant_on(found))
    except Stopped as stop:
        return ended("stopped", stop.why)
    result = _told(line, found)
    return _proven(result, taken_back) if taken_back else result


def _taken_back(task: Task, history: list[Commit], found: Regression | Believed) -> TakenBack | None:
    """Take the commit back that was found alone and for sure; a stop meanwhile leaves what was found."""
    if not task.request.proves or not isinstance(found, Culprit) or len(found.positions) != 1:
        return None
    position = found.positions[0]
    try:
        return taking_back(task, history[position].id, history[position + 1].id)
    except Stopped:
        return None
    except CoachError as error:  # such as content that a partial clone lacks: what was found stays found
        return TakenBack(how="unresolved", why=str(error))


def _proven(result: SearchResult, taken_back: TakenBack) -> SearchResult:
    assert isinstance(result.found, CommitFound)
    found = result.found.model_copy(update={"taken_back": taken_back})
    sentence = f"{result.sentence}; {taken_back.sentence}"
    return result.model_copy(update={"sentence": sentence, "found": found})


def _told(line: CommitLine, found: Regression | Believed) -> SearchResult:
    task, history = line.task, line.history
    match found:
        case NewestDiffers("PASS"):
            return ended(
                "nothing",
                "the newest commit passes: the failure is in what is not committed; reduce the edits",
            )
        case NewestDiffers():
            return line.newest_unjudged()
        case NoGoodCommit(back, unresolved):
            said = f"not a regression as far as {count(back, 'commit')} back"
            result = NotARegression(commits_back=back, unresolved=len(unresolved))
            return ended("nothing", said + unjudged(unresolved), result)
        case Believed(position, belief, _, others):
            sentence = (
                f"the rate changed with {name_of(history[position])}, {_how_sure(history, belief, others)}"
            )
            alone = Culprit((position,), position + 1, belief, others)
            return ended(
                "found" if belief >= SURE else "stopped", sentence, _commit_found(task, history, alone)
            )
        case Culprit(positions):
            sure = "" if found.belief >= 1 else f", {_how_sure(history, found.belief, found.others)}"
            return ended(
                "found", f"it came with {line.named(positions)}{sure}", _commit_found(task, history, found)
            )


def _how_sure(history: list[Commit], belief: float, others: tuple[tuple[int, float], ...]) -> str:
    """Say how likely a commit is, and the next one: of a failure that shows only sometimes neither is certain."""
    sure = "more than 99%" if belief >= 0.995 else f"{belief:.0%}"
    following = f", next {others[0][1]:.0%} {history[others[0][0]].id[:10]}" if others else ""
    return f"{sure} sure{following}"


def _commit_found(task: Task, history: list[Commit], found: Culprit) -> CommitFound:
    files, left_out = changes_of(task, history, found.positions)
    return CommitFound(
        commits=tuple(history[position] for position in found.positions),
        good=history[min(found.good, len(history) - 1)],
        of=found.good,
        files=files,
        stands=_where_it_stands(task, history[found.positions[0]], files) if files else (),
        left_out=left_out,
        belief=found.belief,
        others=tuple(LikelyCommit(commit=history[each], belief=belief) for each, belief in found.others),
    )


def _where_it_stands(task: Task, commit: Commit, files: tuple[FileChange, ...]) -> tuple[Lines, ...]:
    """Return where the lines that a commit changed stand now: later commits and edits have moved them."""
    since = {each.path: each.hunks for each in task.trees.changes(commit.id, task.now).files}
    return tuple(
        Lines(path=file.path, start=line_now(first, later), end=line_now(last, later))
        for file in files
        for later in [since.get(file.path, ())]
        for hunk in file.hunks
        for first, last in changed_runs(hunk)
    )
