"""Searches over real runs: commits, edits, order, flakes, inputs. The user's repository never notices."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from coach.core.log.events import Interpreter
from coach.core.search.kinds import (
    AxisFound,
    CommitFound,
    EditsFound,
    InputReduced,
    NotARegression,
    PollutersFound,
)
from coach.engine.copies.import_roots import import_roots
from coach.errors import UsageError
from tests.engine.histories import History, linear
from tests.engine.lab import TEST, Lab, command

CHECK = command("from shop import total", "assert total(3) == 6, total(3)")


def test_a_commit_among_64(lab, tmp_path):
    history, culprit = linear(tmp_path / "shop", 64, 41)
    here = lab(history.root)
    reference = here.reference(CHECK)
    result = here.search("commits", CHECK, reference=reference)
    assert result.how == "found", result
    assert isinstance(result.found, CommitFound)
    assert [each.id for each in result.found.commits] == [culprit]
    assert result.found.commits[0].subject == "step 41"
    assert "total(amount)" in "".join(hunk.text for file in result.found.files for hunk in file.hunks)
    # Each step adds a function where the one before added its own: the commit's own lines are taken out all the same.
    assert result.found.is_proven
    assert result.probes <= 4 + 12

    tried = tuple(each for seen in here.observed for each in seen.tried)
    again = here.search("commits", CHECK, reference=reference, known=tried)
    assert again.found == result.found
    assert (again.probes, again.known) == (0, result.probes)


def test_a_good_commit_is_named_and_the_test_is_new(lab, tmp_path):
    history, culprit = linear(tmp_path / "shop", 10, 4, folder="src", test_from=8)
    here = lab(history.root)
    good = history.git("rev-parse", "main~8")
    env = here.env | {"PYTHONPATH": str(history.root / "src")}  # as an editable install has it
    here = Lab(history.root, here.home, env)
    result = here.search("commits", reference=here.reference(TEST), base=good, width=1)
    assert isinstance(result.found, CommitFound), result
    assert [each.id for each in result.found.commits] == [culprit]
    assert result.probes <= 5
    with pytest.raises(UsageError):
        here.search("commits", base="no-such-commit")


def test_it_was_never_good(lab, tmp_path):
    history, _ = linear(tmp_path / "shop", 9, 1)
    here = lab(history.root)
    result = here.search("commits", CHECK, reference=here.reference(CHECK))
    assert result.how == "nothing"
    assert result.found == NotARegression(commits_back=8)
    assert "not a regression as far as 8 commits back" in result.sentence


def test_what_is_not_committed_is_not_a_commit(lab, tmp_path):
    history, _ = linear(tmp_path / "shop", 5, 99)
    history.write(shop="def total(amount):\n    return amount\n")
    here = lab(history.root)
    result = here.search("commits", CHECK, reference=here.reference(CHECK))
    assert result.how == "nothing"
    assert "not committed" in result.sentence


EDITED = """\
from shop_parts import part_0, {helper}


def total(amount):
    # {comment}
    return amount * {factor}


def tax(amount):
    return {tax}


def {helper2}():
    return {helper}()
"""


def test_the_hunk_that_matters_among_edits_that_need_each_other(lab, tmp_path):
    history = History(tmp_path / "shop")
    old = EDITED.format(helper="part_1", helper2="again", comment="doubled", factor=2, tax=0)
    new = EDITED.format(helper="part_9", helper2="again", comment="doubled, see spec", factor=3, tax=1)
    history.write(shop=old, shop_parts="def part_0(): ...\n\n\ndef part_1(): ...\n", check="")
    history.commit("one")
    history.write(shop=new, shop_parts="def part_0(): ...\n\n\ndef part_9(): ...\n", notes="x = 1\n")
    history.write(check="# a comment\n")
    here = lab(history.root)
    base = history.git("rev-parse", "HEAD")
    result = here.search("edits", CHECK, reference=here.reference(CHECK), base=base)
    assert isinstance(result.found, EditsFound), result
    (file,) = result.found.files
    assert file.path == "shop.py"
    assert "+    return amount * 3" in "\n".join(hunk.text for hunk in file.hunks)
    assert "+    return 1" not in "\n".join(hunk.text for hunk in file.hunks)
    assert result.how == "found"


def test_the_tests_own_edit_can_be_the_one(lab, tmp_path):
    history, _ = linear(tmp_path / "shop", 2, 99)
    history.write(
        tests__test_shop="from shop import total\n\n\ndef test_total():\n    assert total(3) == 7\n"
    )
    here = lab(history.root)
    result = here.search("edits", reference=here.reference(TEST), base=history.git("rev-parse", "HEAD"))
    assert isinstance(result.found, EditsFound), result
    assert [file.path for file in result.found.files] == ["tests/test_shop.py"]


def test_edits_on_top_of_what_failed_already(lab, tmp_path):
    history, _ = linear(tmp_path / "shop", 3, 2)
    history.write(other="x = 1\n")
    here = lab(history.root)
    base = history.git("rev-parse", "HEAD")
    result = here.search("edits", CHECK, reference=here.reference(CHECK), base=base)
    assert (result.how, result.found) == ("nothing", None)
    assert "does not pass either" in result.sentence


RATES = "RATES = {}\nLOG = []\n\n\nclass Shop:\n    open = True\n"
VICTIM = "import rates\n\n\ndef test_victim():\n    assert not ('a' in rates.RATES and 'b' in rates.RATES)\n"


def suite(root: Path, files: int, per_file: int, dirty: dict[int, str]) -> History:
    """A suite of ``files × per_file`` tests; those numbered in ``dirty`` leave a key behind. The victim comes last."""
    history = History(root)
    history.write(rates=RATES, tests__test_zz_victim=VICTIM)
    for number in range(files):
        tests = [
            f"def test_{n}():\n    rates.LOG\n"
            + (f"    rates.RATES['{dirty[n]}'] = 1\n" if n in dirty else "    assert True\n")
            for n in range(number * per_file, (number + 1) * per_file)
        ]
        history.write(**{f"tests__test_{number:02}": "import rates\n\n\n" + "\n\n".join(tests)})
    history.write(conftest="")
    history.commit("suite")
    return history


@pytest.mark.parametrize(
    ("dirty", "polluters"),
    [
        ({1: "a", 6: "b"}, ["tests/test_00.py::test_1", "tests/test_03.py::test_6"]),
        ({4: "a", 5: "b"}, ["tests/test_02.py::test_4", "tests/test_02.py::test_5"]),
    ],
)
def test_two_polluters_that_only_spoil_together(lab, tmp_path, dirty, polluters):
    here = lab(suite(tmp_path / "suite", 4, 2, dirty).root)
    result = here.search("order", "tests/test_zz_victim.py::test_victim")
    assert isinstance(result.found, PollutersFound), result
    assert list(result.found.polluters) == polluters
    assert result.found.of == 8
    assert result.found.leaked == ("rates.RATES",)
    assert result.probes <= 7  # state between the tests showed which ones to ask first


def test_one_polluter_and_none(lab, tmp_path):
    history = suite(tmp_path / "suite", 2, 2, {3: "a"})
    history.write(tests__test_zz_victim=VICTIM.replace("and 'b' in rates.RATES", ""))
    here = lab(history.root)
    result = here.search("order", "tests/test_zz_victim.py::test_victim")
    assert isinstance(result.found, PollutersFound), result
    assert result.found.polluters == ("tests/test_01.py::test_3",)

    history.write(tests__test_zz_victim="def test_victim():\n    assert False\n")
    assert "fails alone" in here.search("order", "tests/test_zz_victim.py::test_victim").sentence
    history.write(tests__test_zz_victim="def test_victim():\n    assert True\n")
    assert "passes after 4 tests" in here.search("order", "tests/test_zz_victim.py::test_victim").sentence


def test_the_axis_of_a_flake(lab, tmp_path):
    """That of the hash seed; that of order is named in ``test_alone``."""
    history = suite(tmp_path / "suite", 2, 2, {1: "a"})
    asked = [sys.executable, "-c", "print(hash('a'))"]
    usual = subprocess.check_output(asked, env={**os.environ, "PYTHONHASHSEED": "0"}, text=True).strip()
    history.write(tests__test_zz_victim=f"def test_victim():\n    assert hash('a') == {usual}\n")
    here = lab(history.root)
    result = here.search("flake", "tests/test_zz_victim.py::test_victim", rounds=1)
    assert isinstance(result.found, AxisFound), result
    assert result.found.table.axis == "hash seed", result


def test_an_input_is_reduced(lab, tmp_path):
    history = History(tmp_path / "shop")
    check = command(
        "lines = open('tests/in.txt').read().splitlines()",
        "assert not any('x' in line and 'y' in line for line in lines)",
    )
    history.write(tests__shop="")
    text = "".join(f"line {number}\n" for number in range(6)) + "x and y\n" + "end\n" * 2
    (history.root / "tests/in.txt").write_text(text)
    history.commit("one")
    here = lab(history.root)
    result = here.search("input", check, reference=here.reference(check), input="tests/in.txt")
    assert isinstance(result.found, InputReduced), result
    assert Path(result.found.reduced).read_text() == "xy"
    assert result.found.is_minimal

    short = here.search("input", check, reference=here.reference(check), input="tests/in.txt", most=4)
    assert short.how == "stopped"
    assert 2 <= len(Path(short.found.reduced).read_text()) < len(text)
    with pytest.raises(UsageError):
        here.search("input", check, input="tests/none.txt")


def test_a_nested_input_and_a_text_in_the_test_are_reduced_in_their_form(lab, tmp_path):
    """JSON stays JSON; of ``FILE:LINE`` the literal is reduced, in a copy of the test."""
    history = History(tmp_path / "shop")
    order = {"buyer": {"name": "Ann"}, "items": [{"sku": "a", "price": 3}, {"sku": "b", "price": -1}]}
    test = (
        "import json\n\n\ndef check(text):\n"
        "    if any(each.get('price', 0) < 0 for each in json.loads(text).get('items', [])):\n"
        "        raise ValueError('negative')\n\n\n"
        f"def test_read():\n    check({json.dumps(order)!r})\n"
    )
    history.write(tests__test_read=test)
    history.commit("one")
    before = (history.root / "tests/test_read.py").read_bytes()
    here = lab(history.root)
    name = command("import runpy", "runpy.run_path('tests/test_read.py')['test_read']()")
    result = here.search("input", name, reference=here.reference(name), input="tests/test_read.py:10")
    assert isinstance(result.found, InputReduced), result
    assert json.loads(Path(result.found.reduced).read_text()) == {"items": [{"price": -1}]}
    assert (history.root / "tests/test_read.py").read_bytes() == before
    with pytest.raises(UsageError, match="no text begins on line 4"):
        here.search("input", name, input="tests/test_read.py:4")


def test_a_stop_ends_it_soon_and_what_was_tried_is_not_run_again(lab, tmp_path):
    history, culprit = linear(tmp_path / "shop", 16, 7)
    here = lab(history.root)
    slow = command("from time import sleep", "from shop import total", "sleep(0.3)", "assert total(3) == 6")
    reference = here.reference(slow)
    stop = threading.Event()

    class Observed(list):
        def append(self, seen):
            super().append(seen)
            if seen.tried:
                threading.Timer(
                    0.05, stop.set
                ).start()  # in the middle of the next probe, however fast they are

    here.observed = Observed()
    first = here.search("commits", slow, reference=reference, stop=stop, width=1)
    assert first.how == "stopped"
    tried = tuple(each for seen in here.observed for each in seen.tried)
    assert all("stopped" not in each.reason for each in tried)
    second = here.search("commits", slow, reference=reference, known=tried, width=1)
    assert [each.id for each in second.found.commits] == [culprit]
    assert second.known == len(tried)


def test_another_executor_can_be_handed_in(lab, tmp_path):
    history, culprit = linear(tmp_path / "shop", 8, 5)
    here = lab(history.root)
    with ProcessPoolExecutor(2) as executor:
        result = here.search("commits", CHECK, reference=here.reference(CHECK), executor=executor)
    assert [each.id for each in result.found.commits] == [culprit]


def test_code_from_outside_the_copy_is_no_evidence(lab, tmp_path):
    history, _ = linear(tmp_path / "shop", 2, 2)
    history.write(tests__conftest=f"import sys\n\nsys.path.insert(0, {str(history.root)!r})\n")
    here = lab(history.root)
    result = here.search("commits", reference=here.reference(TEST))
    assert result.how == "failed"
    assert "outside the copy" in result.sentence


def test_folders_that_an_editable_install_imports_from_come_first_in_the_copy(lab, tmp_path):
    history, culprit = linear(tmp_path / "shop", 4, 3, folder="packages__core__src")
    here = lab(history.root)
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"added = {str(here.root / 'packages/core/src')!r}\n"
        "if sys.argv[1] == '-c':\n    sys.path.append(added)\n    sys.argv = sys.argv[1:]\n    exec(sys.argv[1])\n"
        f"else:\n    os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[1:]])\n"
    )
    python.chmod(0o700)
    here.context = replace(here.context, interpreter=Interpreter(path=str(python)))
    assert import_roots(here.root, here.context.interpreter, here.env) == ("packages/core/src",)
    here.env["PYTHONPATH"] = str(here.root / "packages/core/src")
    reference = here.reference(TEST)
    del here.env["PYTHONPATH"]
    result = here.search("commits", reference=reference)
    assert [each.id for each in result.found.commits] == [culprit]
