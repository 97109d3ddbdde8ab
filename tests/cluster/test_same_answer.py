"""The same search has the same answer here and on workers that share nothing with this machine but its address."""

import random
from pathlib import Path

import pytest

from coach.core.runs.failure import failing_set
from coach.core.runs.target import Target
from coach.core.search.kinds import CommitFound, EditsFound, InputReduced
from coach.engine.search.candidate import Candidate
from tests.cluster.processes import Machines
from tests.engine.histories import History, linear
from tests.engine.lab import TEST, command

SEARCHES = 30
CHECK = command("from shop import total", "assert total(3) == 6, total(3)")
KINDS = ("commits", "edits", "input")


def _commits(chance, root):
    commits = chance.randrange(3, 14)
    history, _ = linear(root, commits, chance.randrange(1, commits + 2))
    return history, CHECK, {}


def _edits(chance, root):
    """Several files with several hunks each; one or two of them, together, make the check fail."""
    history = History(root)
    files, hunks = chance.randrange(1, 4), chance.randrange(2, 5)
    gap = "".join(f"# {number}\n" for number in range(9))
    needed = chance.sample(
        [(file, hunk) for file in range(files) for hunk in range(hunks)], chance.randrange(1, 3)
    )

    def write(value):
        history.write(
            **{
                f"part_{file}": gap.join(f"v{hunk} = {value}\n" for hunk in range(hunks))
                for file in range(files)
            }
        )

    write(0)
    history.commit("one")
    write(1)
    wrong = " and ".join(f"part_{file}.v{hunk}" for file, hunk in needed)
    check = command(*(f"import part_{file}" for file in range(files)), f"assert not ({wrong}), 'wrong'")
    return history, check, {"base": history.git("rev-parse", "HEAD")}


def _input(chance, root):
    history = History(root)
    history.write(shop="")
    lines = [f"line {chance.randrange(100)}" for _ in range(chance.randrange(4, 9))]
    lines.insert(chance.randrange(len(lines)), "x and y")
    (root / "in.txt").write_text("\n".join(lines) + "\n")
    history.commit("one")
    check = command(
        "lines = open('in.txt').read().splitlines()",
        "assert not any('x' in line and 'y' in line for line in lines), 'wrong'",
    )
    return history, check, {"input": "in.txt"}


_MAKERS = {"commits": _commits, "edits": _edits, "input": _input}


@pytest.fixture(scope="module")
def sizes(tmp_path_factory):
    """Return clusters of 1, 3 and 8 workers; they take turns, so that no more run at a time than are asked."""
    made = {}
    try:
        for size in (1, 3, 8):
            made[size] = Machines(tmp_path_factory.mktemp(f"of-{size}"))
            made[size].start_scheduler()
            for number in range(size):
                made[size].start_worker(f"w{number}")
        for each in made.values():
            each.wait_for_workers()
        yield made
    finally:
        for each in made.values():
            each.end()


def test_a_commit_is_found_over_tls(shared, elsewhere, tmp_path):
    history, culprit = linear(tmp_path / "shop", 64, 41)
    here = elsewhere(history.root, shared.certificates)
    reference = here.reference(CHECK)
    local = here.search("commits", CHECK, reference=reference)
    there = here.search("commits", CHECK, reference=reference, on=shared.address, width=0)
    assert isinstance(there.found, CommitFound), (there, shared.said())
    assert [each.id for each in there.found.commits] == [culprit]
    assert (there.how, there.found, there.sentence) == (local.how, local.found, local.sentence)


@pytest.mark.parametrize("number", range(SEARCHES))
def test_any_search_has_the_same_answer_on_one_three_and_eight_workers(sizes, elsewhere, tmp_path, number):
    chance = random.Random(number)
    kind = KINDS[number % len(KINDS)]
    history, check, fields = _MAKERS[kind](chance, tmp_path / "project")
    here = elsewhere(history.root)
    reference = here.reference(check)
    answers = {"here": _answer(here.search(kind, check, reference=reference, **fields))}
    for size, machines in sizes.items():
        found = here.search(kind, check, reference=reference, on=machines.address, width=0, **fields)
        assert found.how in {"found", "nothing"}, (found, machines.said())
        answers[f"{size} workers"] = _answer(found)
    assert len(set(answers.values())) == 1, answers


def _answer(result):
    """Return what was found, without where it lies and how many questions it took."""
    found = result.found
    if isinstance(found, CommitFound):
        return result.how, tuple(each.id for each in found.commits), found.is_proven
    if isinstance(found, EditsFound):
        return result.how, repr(found.files)
    if isinstance(found, InputReduced):
        return result.how, Path(found.reduced).read_text()
    return result.how, repr(found)


def test_a_failure_is_told_in_the_projects_own_terms(shared, elsewhere, tmp_path):
    """Messages, signatures and places are those of a run here, though root, HOME and scratch are others there."""
    history = History(tmp_path / "shop")
    history.write(
        shop="import os\n\n\ndef total(amount):\n    raise ValueError(os.path.abspath(__file__))\n",
        tests__test_shop="from shop import total\n\n\ndef test_total():\n    assert total(3) == 6\n",
        conftest="",
    )
    history.commit("one")
    here = elsewhere(history.root, shared.certificates)
    reference = here.reference(TEST)
    with here.clusters.on(shared.address) as cluster:
        probe = Candidate(here.trees.record(), Target(words=(TEST,)), reference)
        reply = cluster.submit(cluster.work_of(probe.tree, "", probe=probe)).result(60)
    assert reply.report is None
    assert failing_set(reply.shown.report) == reference.failing, reply
    told = repr(reply.shown.report.failures)
    assert str(shared.folder) not in told
    assert str(history.root) in told
