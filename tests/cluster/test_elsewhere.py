"""A search whose probes run in other processes, with other folders, and no file in common."""

import pytest

from coach.core.cluster.cluster_settings import ClusterSettings
from coach.errors import CoachError, UsageError
from tests.cluster.certificates import Authority
from tests.cluster.searching import CHECK, looked, shop


def test_workers_that_have_nothing_find_the_commit(machines, lab, tmp_path):
    bad = shop(tmp_path / "shop")
    here = lab(tmp_path / "shop")
    seen = looked(here, clusters=machines.clusters(here))
    assert [each.id for each in seen.result.found.commits] == [bad]
    assert seen.notes == [], "nothing is out of the ordinary: a note on the screen has a warning sign"
    assert [each.copies() for each in machines.workers] == [[], [], []]
    assert not list(here.home.glob("scratch/*/"))


def test_certificates_are_shown_and_asked_for(alone, lab, tmp_path):
    own = Authority(tmp_path / "own")
    there = alone(1, own, are_started=True)  # all other schedulers and workers of the tests are forked
    assert there.address.startswith("tls://")
    bad = shop(tmp_path / "shop", 4, 3)
    here = lab(tmp_path / "shop")
    seen = looked(here, clusters=there.clusters(here), target=CHECK)
    assert [each.id for each in seen.result.found.commits] == [bad]

    with pytest.raises(UsageError, match="needs certificates"):
        there.connection(ClusterSettings())
    stranger = Authority(tmp_path / "strange", "stranger").sign("client").settings
    with pytest.raises(CoachError, match="no scheduler answers"):
        there.connection(stranger)
    impostor = stranger.model_copy(update={"ca": str(own.ca)})  # trusts the scheduler, and is not trusted
    with pytest.raises(CoachError, match="no scheduler answers"):
        there.connection(impostor)
    believer = own.sign("other").settings.model_copy(update={"ca": stranger.ca})  # trusts another one
    with pytest.raises(CoachError, match="no scheduler answers"):
        there.connection(believer)
