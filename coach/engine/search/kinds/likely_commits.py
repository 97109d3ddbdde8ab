"""Which commits are likely to have brought a failure, before any is judged: those that touched what the test loads.

A commit that touched no file that the failing test's runs opened or imported rarely changes what it says, and on most lines
of commits that is nearly all of them. It is a belief, never an answer: each end of what is found is judged.
"""

from collections.abc import Mapping

from coach.core.search.kinds import Commit
from coach.engine.search.kinds.task import Task
from coach.engine.trees.checkout import CONFIG_FILES
from coach.engine.trees.git import Git, GitError

MAX_LOOKED = 1_000
"""Commits whose files are read: what is older counts as the average commit."""
_SECONDS = 10
_FIELDS = 3
_COMMIT = "\x01"


def likely_commits(task: Task, history: list[Commit], good: int | None) -> Mapping[int, float]:
    """Return how likely each position is, in any unit; empty when nothing is known.

    ``good`` is the old end, where it is known: nothing beyond it matters. Lines that are suspicious and files that are loaded
    share the belief evenly.
    """
    found: dict[int, float] = {}
    for likely in (_blamed(task, history), _touching(task, history, good)):
        total = sum(likely.values())
        for position, weight in likely.items():
            found[position] = found.get(position, 0.0) + weight / total
    return found


def _touching(task: Task, history: list[Commit], good: int | None) -> dict[int, float]:
    """Weigh the commits that touched a file which runs opened or imported; the tests are those of now, and do not count."""
    tests = task.test_files()
    used = {path for path in task.trees.used if path not in tests}
    if not used:
        return {}
    looked = min(len(history), MAX_LOOKED, good or MAX_LOOKED)
    try:
        said = _git(task).run(
            *("log", "--first-parent", "-m", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"),
            *(
                "--ignore-submodules=all",
                "-z",
                f"--format={_COMMIT}%H",
                f"--max-count={looked}",
                history[0].id,
            ),
        )
    except GitError:
        return {}
    wanted = used | CONFIG_FILES
    positions = {commit.id: position for position, commit in enumerate(history)}
    touching = {}
    for part in said.decode("utf-8", "replace").split(_COMMIT)[1:]:
        commit, *paths = part.replace("\n", "").split("\0")
        if commit in positions and not wanted.isdisjoint(paths):
            touching[positions[commit]] = 1.0
    older = len(touching) / looked
    return touching | {position: older for position in range(looked, len(history)) if older}


def _blamed(task: Task, history: list[Commit]) -> dict[int, float]:
    """Weigh commits by the suspicious lines they touched last: the first place weighs most. Empty when git cannot say."""
    positions = {commit.id: position for position, commit in enumerate(history)}
    likely: dict[int, float] = {}
    git = _git(task)
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


def _git(task: Task) -> Git:
    return Git(task.driver.context.root, dict(task.trees.git.variables), timeout=_SECONDS)
