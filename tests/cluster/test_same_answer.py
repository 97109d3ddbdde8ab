"""The same search has the same answer here and on workers that share nothing with this machine but its address."""

from coach.core.search.kinds import CommitFound
from tests.engine.histories import linear
from tests.engine.lab import TEST, command

CHECK = command("from shop import total", "assert total(3) == 6, total(3)")


def test_a_commit_is_found_over_tls(shared, elsewhere, tmp_path):
    history, culprit = linear(tmp_path / "shop", 64, 41)
    here = elsewhere(history.root, shared.certificates)
    reference = here.reference(CHECK)
    local = here.search("commits", CHECK, reference=reference)
    there = here.search("commits", CHECK, reference=reference, on=shared.address, width=0)
    assert isinstance(there.found, CommitFound), (there, shared.said())
    assert [each.id for each in there.found.commits] == [culprit]
    assert there.found == local.found
    assert there.sentence == local.sentence
