"""The same search has the same answer here and on 1, 3 and 8 workers that share nothing with this machine but its address."""

import os
import random
from pathlib import Path

import pytest

from coach.core.search.kinds import CommitFound, EditsFound, InputReduced
from coach.core.search.request import SearchResult
from tests.cluster.processes import Machines
from tests.cluster.searching import looked
from tests.engine.histories import History, linear
from tests.engine.lab import command

SIZES = (1, 3, 8)
VICTIM = "tests/test_zz_victim.py::test_victim"
CHECK = command("from shop import total", "assert total(3) == 6, total(3)")


def _commits(chance, root):
    commits = chance.randrange(3, 14)
    linear(root, commits, chance.randrange(1, commits + 2))
    return CHECK, {}


def _edits(chance, root):
    """Several files with several hunks each; one or two of them, together, make the check fail."""
    history = History(root)
    files, hunks = range(chance.randrange(1, 4)), range(chance.randrange(2, 5))
    gap = "".join(f"# {number}\n" for number in range(9))
    needed = chance.sample([(file, hunk) for file in files for hunk in hunks], chance.randrange(1, 3))

    def write(value):
        history.write(
            **{f"part_{file}": gap.join(f"v{hunk} = {value}\n" for hunk in hunks) for file in files}
        )

    write(0)
    history.commit("one")
    write(1)
    wrong = " and ".join(f"part_{file}.v{hunk}" for file, hunk in needed)
    check = command(*(f"import part_{file}" for file in files), f"assert not ({wrong}), 'wrong'")
    return check, {"base": history.git("rev-parse", "HEAD")}


def _input(chance, root):
    history = History(root)
    history.write(shop="")
    lines = [f"line {chance.randrange(100)}" for _ in range(chance.randrange(4, 9))]
    lines.insert(chance.randrange(len(lines)), "x and y")
    (root / "in.txt").write_text("\n".join(lines) + "\n")
    history.commit("one")
    wrong = "assert not any('x' in line and 'y' in line for line in lines), 'wrong'"
    return command("lines = open('in.txt').read().splitlines()", wrong), {"input": "in.txt"}


def _order(chance, root):
    """Some files of tests, of which one or none spoils what the victim reads."""
    history, number = History(root), chance.randrange(2, 5)
    dirty = chance.randrange(number + 1)
    history.write(rates="SEEN = []\n")
    for each in range(number):
        spoils = "rates.SEEN.append(1)" if each == dirty else "assert rates"
        history.write(**{f"tests__test_{each}": f"import rates\n\n\ndef test_{each}():\n    {spoils}\n"})
    history.write(
        tests__test_zz_victim="import rates\n\n\ndef test_victim():\n    assert not rates.SEEN\n", conftest=""
    )
    history.commit("one")
    return VICTIM, {}


def _flake(chance, root):
    """A test that fails with half of the hash seeds, or after its neighbour, or always."""
    history = History(root)
    asked = chance.choice(["hash('a') % 2 == 0", "not rates.SEEN", "rates.SEEN is None"])
    history.write(
        rates="SEEN = []\n",
        conftest="",
        tests__test_a="import rates\n\n\ndef test_a():\n    rates.SEEN.append(1)\n",
        tests__test_zz_victim=f"import rates\n\n\ndef test_victim():\n    assert {asked}\n",
    )
    history.commit("one")
    return VICTIM, {"rounds": 2}


_MAKERS = {"commits": _commits, "edits": _edits, "input": _input, "order": _order, "flake": _flake}
_KINDS = [*["commits", "edits", "input"] * 8, *["order", "flake"] * 3]
_EACH = tuple(_KINDS.index(kind) for kind in _MAKERS)
SEARCHES = range(len(_KINDS)) if os.environ.get("COACH_ALL_SEARCHES") else _EACH
"""Numbers of searches: one of each kind with every run of the suite; all 30 take some minutes (`just cluster`)."""


@pytest.fixture(scope="module")
def sizes(tmp_path_factory):
    """Return clusters of 1, 3 and 8 workers; they take turns, so that no more run at a time than are asked."""
    made = {size: Machines(tmp_path_factory.mktemp(f"of-{size}")) for size in SIZES}
    try:
        yield {size: machines.work(size) for size, machines in made.items()}
    finally:
        for each in made.values():
            each.close()


@pytest.mark.parametrize("number", SEARCHES)
def test_any_search_has_the_same_answer_here_and_there(sizes, lab, tmp_path, number):
    kind = _KINDS[number]
    target, fields = _MAKERS[kind](random.Random(number), tmp_path / "project")
    here = lab(tmp_path / "project")
    if kind in {"commits", "edits", "input"}:
        fields |= {"reference": here.reference(target)}
    local = looked(here, kind, target=target, width=2, **fields)
    assert local.result.how in {"found", "nothing"}, local.result
    for size, machines in sizes.items():
        there = looked(here, kind, machines.clusters(here), target=target, **fields)
        assert _answer(there.result) == _answer(local.result), (size, there.result, local.result)
        both = there.outcomes.keys() & local.outcomes.keys()
        assert both or not local.tried, "the same questions have the same keys"
        assert {key: there.outcomes[key] for key in both} == {key: local.outcomes[key] for key in both}


def _answer(result: SearchResult) -> tuple[object, ...]:
    """Return what was found, without where it lies and how many questions it took."""
    found = result.found
    if isinstance(found, CommitFound):
        return result.how, tuple(each.id for each in found.commits), found.is_proven
    if isinstance(found, EditsFound):
        return result.how, repr(found.files)
    if isinstance(found, InputReduced):
        return result.how, Path(found.reduced).read_text(encoding="utf-8")
    return result.how, repr(found)
