"""Fixes proven, and fixes that are none, by real runs: without the fix, with small wrong fixes, with the test tampered."""

import hashlib

from coach.core.experiments.hypothesis import Prediction
from coach.core.experiments.logpoint import Logpoint
from coach.core.protocol import commands as cmd
from coach.core.spec.spec import Spec

TEST = "tests/test_price.py::test_a_big_order_is_cheaper"
PRICE = "def price(count):\n    if count > 10:\n        return count * 9\n    return count * 10\n"
TESTS = (
    "from shop.price import price\n\n\n"
    "def test_a_big_order_is_cheaper():\n    assert price(10) == 90\n    assert price(9) == 90\n\n\n"
    "def test_one():\n    assert price(1) == 10\n"
)
PROJECT = {"shop/__init__.py": "", "shop/price.py": PRICE, "tests/test_price.py": TESTS}
FIXED = PRICE.replace("count > 10", "count >= 10")


def line(made, name):
    return next(each for each in made.state.verification.checks if each.name == name)


def begin(session, project=PROJECT, *, measured=False):
    made = session(project, TEST)
    made.do(cmd.Reproduce() if measured else cmd.RunTarget(purpose="experiment"))
    made.idle()
    made.do(cmd.PinTest())
    made.idle()
    return made


def verify(made, **words):
    for name in ("shop/price.py", "tests/test_price.py"):
        made.tick(name)
    made.do(cmd.Verify(**words))
    return made.idle().verification


def repository(root):
    files = [each for each in sorted((root / ".git").rglob("*")) if each.is_file()]
    return hashlib.sha256(b"".join(each.name.encode() + each.read_bytes() for each in files)).hexdigest()


def test_a_fix_is_proven_without_touching_the_repository(session):
    made = begin(session, measured=True)
    made.do(cmd.ProposeHypothesis(claim="ten is left out", prediction=Prediction(text="", expects="pass")))
    made.do(cmd.ProposeHypothesis(claim="ten is not cheaper", prediction=Prediction(text="it gets there")))
    seen = {"path": "shop/price.py", "line": 4, "expression": "count", "condition": "count == 10"}
    made.do(cmd.Look(logpoint=Logpoint(**seen, hypothesis=2)))
    assert made.idle().hypotheses[1].verdict == "SUPPORTED", made.state.logpoints
    made.do(cmd.ActivateHypothesis(id=1))
    made.write("shop/price.py", FIXED)
    before = repository(made.root)
    made.do(cmd.RunTarget(purpose="experiment"))
    made.idle()
    done = "sh -c 'grep -q \"count >= 10\" shop/price.py && echo > left.txt'"
    made.do(cmd.WriteSpec(spec=Spec(acceptance=(done,))))
    found = verify(made, acceptance=(done,))
    assert found.verdict == "verified", [(each.title, each.figure) for each in found.missing]
    assert "red again in #" in line(made, "red-without").figure
    assert line(made, "control").figure.partition(" ")[0] == str(made.state.control.tried)
    assert line(made, "acceptance").figure.startswith("exit 0 after")
    again = [each for each in found.checks if each.name == "predicted"][-1]
    assert (again.title, again.figure) == (
        "what H2 predicted is gone from shop/price.py",
        "count == 10 at 0 of 1 hits",
    )
    assert (made.root / "shop/price.py").read_text() == FIXED
    assert not (made.root / "left.txt").exists()
    assert repository(made.root) == before


def test_a_wrong_fix_survives_a_weak_test_and_is_shown_as_the_case_to_add(session):
    weak = {**PROJECT, "tests/test_price.py": TESTS.replace("    assert price(9) == 90\n", "")}
    made = begin(session, weak)
    made.write("shop/price.py", FIXED)
    found = verify(made)
    assert [(each.name, each.figure) for each in found.missing] == [("control", line(made, "control").figure)]
    (only,) = found.missing[0].objections  # one line, however many ways there are to get it wrong
    assert only.text.startswith("shop/price.py:2 if count >= 10: may as well be: ")
    assert "True" in only.text
    made.do(cmd.AnswerObjection(objection=only.key, reason="nobody orders nine"))
    assert made.state.verification.verdict == "verified"
    assert "nobody orders nine" in made.state.verification.sentence


def test_a_test_mended_instead_of_the_code_is_no_fix(session):
    made = begin(session)
    made.write("tests/test_price.py", TESTS.replace("price(10) == 90", "price(10) == 100"))
    missing = {each.name: each.figure for each in verify(made).missing}
    assert "changed since it was pinned" in missing["red-before"]
    assert "nothing but the pinned test was changed" in missing["red-without"]


def test_without_any_change_it_is_not_said_that_a_test_was_changed(session):
    made = begin(session)
    missing = {each.name: each.figure for each in verify(made).missing}
    assert "nothing was changed" in missing["changed"]
    assert missing["red-without"] == missing["control"] == "not run: the target still fails as before"


def test_a_fix_that_moves_the_failure_leaves_prints_and_breaks_the_neighbour(session):
    made = begin(session)
    made.write(
        "shop/price.py", "def price(count):\n    print(count)\n    return count * 9 if count > 1 else 9\n"
    )
    made.write("tests/test_price.py", TESTS.replace("price(9) == 90", "price(9) == 81"))
    missing = {each.name: each.figure for each in verify(made).missing}
    assert missing["no-new-failures"] == "1 new: tests/test_price.py::test_one"
    assert missing["leftovers"] == "1 to look at: shop/price.py:2 print: print(count)"


def test_a_test_that_passes_without_the_fix_too_names_another_cause(session):
    """The cause was a file outside the tree, which went meanwhile; what was edited has nothing to do with it."""
    stale = {
        **PROJECT,
        ".gitignore": "cache.txt\n",
        "cache.txt": "stale",
        "shop/price.py": "import pathlib\n\n\ndef price(count):\n"
        "    return 0 if pathlib.Path('cache.txt').exists() else count * (9 if count > 9 else 10)\n",
    }
    made = begin(session, stale)
    made.write("shop/price.py", stale["shop/price.py"].replace("count > 9", "9 < count"))
    (made.root / "cache.txt").unlink()
    found = {each.name: each.figure for each in verify(made).missing}
    assert found["red-without"].startswith("the test passes without the fix too")
