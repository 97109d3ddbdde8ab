"""Which files a restore means, and which of them differ."""

from coach.core.history.restore_goal import Goal, files_to_change, goal
from coach.core.protocol import commands as cmd
from coach.core.protocol import observations as obs
from coach.core.runs.changes import Changes, FileChange
from tests.core.driving import green, opened, red


def begun():
    session = opened()
    session.send(cmd.Begin(reproduce=False))
    return ran(session, red(tree="t0"))


def ran(session, report, **files):
    """Save files (``cart="12"``: content 1 became content 2), run, and let the difference be read."""
    before = session.state.last_run
    paths = {name: f"shop/{name}.py" for name in files}
    if files:
        session.send(obs.FilesSaved(paths=tuple(paths.values())))
    session.send(cmd.RunTarget())
    session.ends(report)
    if files:
        changed = tuple(
            FileChange(path=paths[name], before=blobs[0].strip(), after=blobs[1].strip())
            for name, blobs in files.items()
        )
        changes = Changes(base=before.report.tree, tree=report.tree, files=changed)
        session.send(obs.AttemptSeen(run=session.state.last_number, base_run=before.number, changes=changes))
    return session


def test_a_file_that_is_back_at_its_content_does_not_differ():
    session = ran(begun(), red(tree="t1"), cart="12", tax="ab")
    ran(session, red(tree="t2"), tax="ba", new=" n")
    assert files_to_change(session.state, Goal(run=1)) == ("shop/cart.py", "shop/new.py")
    assert files_to_change(session.state, Goal(run=2)) == ("shop/new.py", "shop/tax.py")


def test_what_was_saved_since_and_what_was_never_read_is_named():
    session = ran(begun(), red(tree="t1"), cart="12")
    session.send(obs.FilesSaved(paths=("shop/late.py",)))
    assert files_to_change(session.state, Goal(run=1)) == ("shop/cart.py", "shop/late.py")
    session.send(cmd.RunTarget())
    session.ends(red(tree="t2"))  # its difference was never read
    ran(session, red(tree="t3"), tax="ab")
    assert files_to_change(session.state, Goal(run=1)) == ("shop/cart.py", "shop/late.py", "shop/tax.py")


def test_the_latest_run_with_the_good_files_is_offered():
    session = begun()
    for _ in range(2):
        ran(session, red(tree="t0"))
    ran(session, red(tree="t1"), cart="12")
    ran(session, red(tree="t2"), cart="23")
    assert session.state.standing_loop is None or session.state.standing_loop.level == "note"
    ran(session, red(tree="t3"), cart="34")
    loop = session.state.standing_loop
    assert loop.pattern in {"no-effect", "guess"}
    assert session.state.run(loop.restore_run).report.tree == "t0"
    assert goal(session.state) == Goal(run=3)


def test_a_later_pass_is_better_than_where_the_loop_began():
    session = ran(begun(), green(tree="t1"), cart="12")
    assert goal(session.state) is None
    ran(session, red(tree="t2"), cart="23")
    assert goal(session.state) == Goal(run=2)


def test_the_undo_names_what_was_put_back():
    session = ran(begun(), red(tree="t1"), cart="12")
    session.send(obs.TreePutBack(tree="t0", before="t1", why="as in #1", paths=("shop/cart.py",)))
    assert goal(session.state) == Goal(tree="t1")
    assert files_to_change(session.state, Goal(tree="t1")) == ("shop/cart.py",)
