"""A commit found is proven by taking it back on top of the work tree, in a copy; what does not go is said."""

import pytest

from coach.core.runs.target import Target
from coach.core.search.request import SearchRequest
from coach.core.search.taken_back import TakenBack
from coach.engine.search.kinds import take_back
from coach.engine.search.kinds.task import Task
from coach.engine.trees.compose import composing
from coach.errors import ScratchError
from tests.engine.histories import History
from tests.engine.lab import TEST, command

CHECK = command("from shop import total", "assert total(3) == 6, total(3)")
GOOD = "RATE = 2\n\n\ndef total(amount):\n    return amount * RATE\n"
BAD = GOOD.replace("RATE = 2", "RATE = 3")
OTHER_LINES = BAD + "\n\ndef later():\n    return 1\n"
SAME_LINE = BAD.replace("RATE = 3", "RATE = 4")
TWICE = BAD.replace("* RATE", "* RATE + 1")
APPENDED = GOOD + "RATE = 3\n"
WITHOUT_RATE = BAD.replace("RATE = 3\n\n\n", "").replace("* RATE", "* 3")

CASES = [
    ("nothing came after", [BAD], None, TakenBack(how="green")),
    ("other lines changed since", [BAD, OTHER_LINES], None, TakenBack(how="green")),
    ("the work tree has edits of its own", [BAD], OTHER_LINES, TakenBack(how="green")),
    ("its line changed since", [BAD, SAME_LINE], None, TakenBack(how="conflict", conflicts=("shop.py",))),
    ("others appended to its list", [APPENDED, APPENDED + "OTHER = 1\n"], None, TakenBack(how="green")),
    ("a second commit breaks it too", [BAD, TWICE], None, TakenBack(how="red")),
    ("nothing is left of it", [BAD, WITHOUT_RATE], None, TakenBack(how="conflict", conflicts=("shop.py",))),
    ("mended already", [BAD], BAD.replace("* RATE", "* 2"), TakenBack(how="not red")),
]


@pytest.mark.parametrize(
    ("after", "edited", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_taking_it_back_shows(lab, tmp_path, after, edited, expected):
    history = History(tmp_path / "shop")
    ids = history.commit_all([("good", {"shop": GOOD}), *(("later", {"shop": text}) for text in after)])
    here = lab(history.root)
    reference = here.reference(CHECK)
    if edited:
        history.write(shop=edited)
    result = here.search("commits", CHECK, reference=reference, base=ids[0])
    assert result.how == "found", result
    assert [each.id for each in result.found.commits] == [ids[1]]
    assert result.found.taken_back == expected
    assert expected.sentence in result.sentence
    said = [part.text for part in result.found.described() if hasattr(part, "text")]
    assert any(expected.sentence in each for each in said)
    assert result.found.is_proven == (expected.how == "green")
    assert (result.found.blame(1).weight == "proven") == result.found.is_proven


def test_the_lines_of_an_old_commit_are_named_where_they_stand_now(lab, tmp_path):
    history = History(tmp_path / "shop")
    comment = "# rates\n" * 5
    ids = history.commit_all(
        [("good", {"shop": GOOD}), ("bad", {"shop": BAD}), ("later", {"shop": comment + BAD})]
    )
    here = lab(history.root)
    reference = here.reference(CHECK)
    history.write(shop=comment * 2 + BAD)
    result = here.search("commits", CHECK, reference=reference, base=ids[0])
    assert [each.id for each in result.found.commits] == [ids[1]]
    assert [(each.path, each.start, each.end) for each in result.found.blame(1).lines] == [
        ("shop.py", 11, 11)
    ]


def test_whole_files_come_back_and_the_tests_of_now_stay(lab, tmp_path):
    history = History(tmp_path / "shop")
    test = "from shop import total\nassert total(3) == 6\n"
    ids = history.commit_all(
        [
            (
                "good",
                {
                    "rates": "RATE = 2\n",
                    "shop": "from rates import RATE\n\n\ndef total(amount):\n    return amount * RATE\n",
                },
            ),
            (
                "bad",
                {
                    "prices": "RATE = 3\n",
                    "shop": "from prices import RATE\n\n\ndef total(amount):\n    return amount * RATE\n",
                    "tests__test_shop": "x = 1\n",
                },
            ),
            ("tests", {"tests__test_shop": test}),
        ]
    )
    here = lab(history.root)
    check = command("import sys", "sys.path[:0] = ['.', 'tests']", "import test_shop")
    result = here.search(
        "commits", check, reference=here.reference(check), base=ids[0], red_tree=here.trees.record()
    )
    assert [each.id for each in result.found.commits] == [ids[1]], result
    assert result.found.is_proven
    assert result.probes <= 4


def test_the_code_without_it_may_need_it(lab, tmp_path):
    history = History(tmp_path / "shop")
    needs_it = BAD + "\n\nimport names\n"
    steps = [
        ("good", {"shop": GOOD}),
        ("bad", {"shop": BAD, "names": "NAME = 1\n"}),
        ("later", {"shop": needs_it}),
    ]
    ids = history.commit_all(steps)
    here = lab(history.root)
    result = here.search("commits", CHECK, reference=here.reference(CHECK), base=ids[0])
    taken_back = result.found.taken_back
    assert taken_back.how == "unresolved"
    assert "names" in taken_back.why
    assert taken_back.why in result.sentence
    assert not result.found.is_proven
    tried = tuple(each for seen in here.observed for each in seen.tried)
    plain = here.search(
        "commits", CHECK, reference=here.reference(CHECK), base=ids[0], known=tried, proves=False
    )
    assert plain.found.taken_back is None  # nobody asked for code that was never together


def test_commits_that_touched_what_the_test_loads_are_tried_first(lab, tmp_path):
    """Of 30 commits, two touched a file that a run opened or imported: four runs find the one and prove it."""
    history = History(tmp_path / "shop")
    steps = [(f"step {number}", {f"other_{number}": "x = 1\n"}) for number in range(30)]
    steps[0] = ("first", {"shop": GOOD})
    steps[9] = ("bad", {"shop": BAD})
    steps[20] = ("later", {"shop": OTHER_LINES})
    ids = history.commit_all(steps)
    here = lab(history.root)
    here.trees.remember_used(["shop.py"])
    red = here.trees.record()
    result = here.search(
        "commits", CHECK, reference=here.reference(CHECK), base=ids[0], red_tree=red, width=1
    )
    assert [each.id for each in result.found.commits] == [ids[9]]
    assert result.found.is_proven
    assert result.probes <= 4


def test_what_was_found_stays_found_when_git_cannot_take_it_back(lab, tmp_path, monkeypatch):
    """A partial clone lacks contents, a disk is full."""

    def fails(*_):
        raise ScratchError("the commit cannot be read", why="its content is missing")

    monkeypatch.setattr(take_back, "without_commit", fails)
    history = History(tmp_path / "shop")
    ids = history.commit_all([("good", {"shop": GOOD}), ("bad", {"shop": BAD})])
    here = lab(history.root)
    result = here.search("commits", CHECK, reference=here.reference(CHECK), base=ids[0])
    assert [each.id for each in result.found.commits] == [ids[1]]
    assert result.found.taken_back.how == "unresolved"
    assert "its content is missing" in result.sentence


CHANGES = [
    ("the version, which the test does not load", {"version": "V = {}\n"}, ["shop.py", "rates.py"], ()),
    (
        "both, and what is loaded is in conflict",
        {"version": "V = {}\n", "rates": "R = {}\n"},
        ["rates.py"],
        None,
    ),
    ("the version, and nothing is known of what is loaded", {"version": "V = {}\n"}, [], None),
]


@pytest.mark.parametrize(
    ("changed", "loaded", "conflicts"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_a_conflict_in_what_the_test_does_not_load_stays_and_is_named(
    lab, tmp_path, changed, loaded, conflicts
):
    """A release commit changes a version that every commit changes: the rest of it is taken back all the same."""
    history = History(tmp_path / "shop")
    steps = [(str(each), {name: text.format(each) for name, text in changed.items()}) for each in range(3)]
    steps[0][1]["shop"], steps[1][1]["shop"] = GOOD, BAD
    ids = history.commit_all(steps)
    trees = lab(history.root).trees
    if loaded:
        trees.remember_used(loaded)
    request = SearchRequest(number=1, kind="commits", target=Target(words=(TEST,)))
    with composing(trees) as composer:
        task = Task(request, None, trees, composer, trees.record())
        found = take_back.without_commit(task, ids[1], ids[0])
        in_conflict = tuple(sorted(f"{name}.py" for name in changed))
        if conflicts is None:
            assert found == take_back.WithoutCommit(conflicts=in_conflict)
        else:
            assert (found.conflicts, found.left_out) == ((), in_conflict)
            now, without = composer.entries(task.now), composer.entries(found.tree)
            assert {path for path in now if now[path] != without[path]} == {"shop.py"}
            assert composer.content(without["shop.py"].blob).decode() == GOOD


def test_what_stayed_is_said():
    said = TakenBack(how="green", left_out=("CHANGELOG.md",)).sentence
    assert said == (
        "taking it back turns the test green "
        "(CHANGELOG.md stays as of now: in conflict, and not seen to be loaded by the test)"
    )
