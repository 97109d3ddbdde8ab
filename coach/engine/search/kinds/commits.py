"""Bisect the commits: first-parent history of what is checked out, the tests of now laid over every commit."""

from collections.abc import Callable, Iterator, Mapping

from coach.core.base.formatting import count
from coach.core.runs.oracle import Outcome
from coach.core.search.bisect import Culprit, NoGoodCommit
from coach.core.search.kinds import Commit, CommitFound, NotARegression
from coach.core.search.noisy_bisect import SURE, Believed
from coach.core.search.regression import NewestDiffers, Regression, find_regression
from coach.core.search.request import SearchResult
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import Stopped, drive
from coach.engine.search.kinds.commit_line import changes_of, history_of, name_of, position_of
from coach.engine.search.kinds.take_back import taking_back
from coach.engine.search.kinds.task import Task, ended
from coach.engine.trees.git import Git, GitError

MAX_BETWEEN = 4
"""Commits between the last good and the first bad that could not be judged, to be judged again alone."""
_FIELDS = 3


def search_commits(task: Task) -> SearchResult:
    """Find the commit the failure came with, or say how far back it was always there."""
    root = task.driver.context.root
    history = history_of(root)
    tests = task.test_files()

    def probe_of(question: tuple[int, int]) -> Candidate:
        position, number = question
        tree = task.composer.compose(history[position].id, tests)
        return task.probe(tree, f"{history[position].id[:8]} {position} back", number)

    search = find_regression(
        len(history),
        good=position_of(root, history, task.request.base),
        rate=task.request.rate,
        likely=_likely(task, history),
        width=task.width,
    )
    try:
        found = drive(search, probe_of, task.driver)
        task.confirm(_leant_on(found, probe_of))
    except Stopped as stop:
        return ended("stopped", stop.why)
    return _proven(task, history, _told(task, history, found, probe_of((0, 1))))


def _proven(task: Task, history: list[Commit], result: SearchResult) -> SearchResult:
    """Take the commit back that was found alone and for sure; a stop leaves what was found as it is."""
    found = result.found
    if not isinstance(found, CommitFound) or len(found.commits) != 1 or found.belief < 1:
        return result
    parent = history[history.index(found.commits[0]) + 1]
    try:
        taken_back = taking_back(task, found.commits[0].id, parent.id)
    except Stopped:
        return result
    sentence = f"{result.sentence}; {taken_back.sentence}"
    return result.model_copy(
        update={"sentence": sentence, "found": found.model_copy(update={"taken_back": taken_back})}
    )


def _leant_on(
    found: Regression | Believed, probe_of: Callable[[tuple[int, int]], Candidate]
) -> Iterator[tuple[Candidate, Outcome]]:
    """Yield what names the commit: the newest end, the oldest that fails, the youngest that passes, and some between."""
    match found:
        case NewestDiffers(outcome):
            yield probe_of((0, 1)), outcome
        case NoGoodCommit(back, _):
            yield probe_of((back, 1)), "FAIL"
        case Culprit(positions, good):
            yield probe_of((positions[0], 1)), "FAIL"
            yield probe_of((good, 1)), "PASS"
            for position in positions[1 : MAX_BETWEEN + 1]:
                yield probe_of((position, 1)), "UNRESOLVED"


def _told(task: Task, history: list[Commit], found: Regression | Believed, newest: Candidate) -> SearchResult:
    match found:
        case NewestDiffers("PASS"):
            return ended(
                "nothing",
                "the newest commit passes: the failure is in what is not committed; reduce the edits",
            )
        case NewestDiffers():
            why = task.driver.reason(newest)
            return ended("failed", f"the newest commit cannot be judged in a copy: {why}")
        case NoGoodCommit(back, unresolved):
            said = f"not a regression as far as {count(back, 'commit')} back"
            more = f"; {count(len(unresolved), 'older commit')} could not be judged" if unresolved else ""
            result = NotARegression(commits_back=back, unresolved=len(unresolved))
            return ended("nothing", said + more, result)
        case Believed(position, belief, _):
            sentence = f"the rate changed with {name_of(history[position])}, {belief:.0%} sure"
            result_ = _commit_found(task, history, (position,), position + 1, belief)
            return ended("found" if belief >= SURE else "stopped", sentence, result_)
        case Culprit(positions, good):
            one = len(positions) == 1
            names = name_of(history[positions[0]]) if one else f"one of {len(positions)} commits"
            why = "" if one else "; those between cannot be judged"
            return ended("found", f"it came with {names}{why}", _commit_found(task, history, positions, good))


def _commit_found(
    task: Task, history: list[Commit], positions: tuple[int, ...], good: int, belief: float = 1.0
) -> CommitFound:
    files, left_out = changes_of(task, history, positions)
    return CommitFound(
        commits=tuple(history[position] for position in positions),
        good=history[min(good, len(history) - 1)],
        of=good,
        files=files,
        left_out=left_out,
        belief=belief,
    )


def _likely(task: Task, history: list[Commit]) -> Mapping[int, float]:
    """Weigh commits by the suspicious lines they touched last: the first place weighs most. Empty when git cannot say."""
    positions = {commit.id: position for position, commit in enumerate(history)}
    likely: dict[int, float] = {}
    root = task.driver.context.root
    git = Git(root, dict(task.trees.git.variables), timeout=10)
    for rank, place in enumerate(task.request.places):
        try:
            lines = f"-L{place.start},{place.end}"
            words = (
                "-c",
                "blame.ignoreRevsFile=",
                "blame",
                "--porcelain",
                lines,
                history[0].id,
                "--",
                place.path,
            )
            said = git.run(*words).decode("utf-8", "replace")
        except GitError:
            continue
        blamed = [line.split(" ")[0] for line in said.splitlines() if len(line.split(" ")) >= _FIELDS]
        known = [positions[each] for each in blamed if each in positions]
        for position in known:
            likely[position] = likely.get(position, 0.0) + 1 / (rank + 1) / len(known)
    # The root's own first commit says nothing: every line that was never touched is its.
    likely.pop(len(history) - 1, None)
    return likely
