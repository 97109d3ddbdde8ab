"""What a worker shows is told in the terms of the machine that asked, and what is secret does not travel to it."""

import subprocess
import sysconfig
import threading
import venv
from pathlib import Path

import pytest

from coach.core.runs.failure import failing_set
from coach.core.runs.target import Target
from coach.engine.search.candidate import Candidate, Shown, shown_in
from tests.cluster.searching import shop
from tests.engine.histories import History
from tests.engine.lab import TEST

RAISES = """import wares


def total(amount):
    wares.sold({'file': __file__, 'amount': amount})
"""
WARES = "def sold(what):\n    raise ValueError(f'{__file__} cannot sell {what}')\n"
ASKS = "from shop import total\n\n\ndef test_total():\n    assert total(3) == 6\n"


def _python(folder: Path) -> Path:
    """Make an environment with a package of its own and the pytest of this one."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    (site / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (site / "wares.py").write_text(WARES)
    return python


def _shown_there(cluster, probe: Candidate) -> Shown:
    reply = cluster.submit(cluster.work_of(probe.tree, probe.label, probe=probe)).result(60)
    assert reply.shown is not None, reply.why
    return reply.shown


def _shown_here(lab, probe: Candidate) -> Shown:
    with lab.trees.materialise(probe.tree) as copy:
        return shown_in(copy, lab.ready(), probe, threading.Event())


def test_a_failure_is_told_as_here_though_root_interpreter_and_state_differ(alone, lab, tmp_path):
    history = History(tmp_path / "shop")
    history.write(shop=RAISES, tests__test_shop=ASKS, conftest="")
    history.commit("one")
    clone = tmp_path / "elsewhere/under another name"
    subprocess.run(["git", "clone", "-q", history.root, clone], check=True)
    there = alone(1, root=clone, python=str(_python(tmp_path / "other venv")))
    here = lab(history.root)
    here.python = str(_python(tmp_path / "venv"))
    probe = Candidate(here.trees.record(), Target(words=(TEST,)), None, label="one")
    with there.clusters(here).on(there.address, threading.Event()) as cluster:
        remote = _shown_there(cluster, probe).report
    local = _shown_here(here, probe).report
    assert failing_set(local), local
    assert failing_set(remote) == failing_set(local)
    for theirs, ours in zip(remote.failures, local.failures, strict=True):
        assert (theirs.message, theirs.frames) == (ours.message, ours.frames)
    told = {key: str(value) for key, value in remote.model_dump(exclude={"output"}).items()}
    # What pytest printed names a disposable folder, as it does here, and nothing else of the worker's.
    named = [line for line in remote.output.tail.splitlines() if str(tmp_path / "machines-0") in line]
    assert all(line.startswith("cachedir: ") for line in named), named
    assert [key for key, value in told.items() if str(there.folder) in value or str(clone) in value] == []
    # pytest prints paths outside its root relative to it ("../../other venv/…"): such a line stays as it was printed.
    assert "other venv" not in repr(remote.model_copy(update={"output": local.output}))


SAYS = """import os
from pathlib import Path


def test_total():
    names = ("SHOP_TOKEN", "SHOP_NAME", "UNNAMED", "TZ")
    seen = {name: os.environ.get(name) for name in names}
    beside = sorted(each.name for each in Path(__file__).parents[1].glob("*") if each.name in {"data.json"})
    beside += [".env"] if (Path(__file__).parents[1] / ".env").exists() else []
    raise ValueError(f"{seen} {beside}")
"""


@pytest.mark.parametrize("is_private", [True, False])
def test_secrets_stay_here_unless_they_are_named_and_nobody_can_listen(machines, lab, tmp_path, is_private):
    shop(tmp_path / "shop", 1, 1, test=SAYS)
    (tmp_path / "shop/.env").write_text("PASSWORD=1\n")
    (tmp_path / "shop/data.json").write_text("{}\n")
    env = {"SHOP_TOKEN": "s3cret", "SHOP_NAME": "corner", "UNNAMED": "stays", "TZ": "UTC-3"}
    here = lab(tmp_path / "shop", **env)
    clusters = machines.clusters(here, env=("SHOP_TOKEN", "SHOP_NAME"), is_private=is_private)
    probe = Candidate(here.trees.record(), Target(words=(TEST,)), None)
    with clusters.on(machines.address, threading.Event()) as cluster:
        (failure,) = _shown_there(cluster, probe).report.failures
        notes = "\n".join(cluster.notes)
    assert "'SHOP_NAME': 'corner'" in failure.message
    assert "'UNNAMED': None" in failure.message
    assert "'TZ': 'UTC-3'" in failure.message
    assert "data.json" in failure.message
    assert ("'SHOP_TOKEN': 's3cret'" in failure.message) == is_private
    assert ("'.env'" in failure.message) == is_private
    assert (".env" in notes) != is_private


def test_a_worker_that_comes_late_is_sent_everything(alone, lab, tmp_path):
    shop(tmp_path / "shop", 3, 2)
    there, here = alone(1), lab(tmp_path / "shop")
    (tmp_path / "shop/data.json").write_text("{}\n")
    probe = Candidate(here.trees.record(), Target(words=(TEST,)), None)
    with there.clusters(here).on(there.address, threading.Event()) as cluster:
        first = _shown_there(cluster, probe).report
        there.work(1)
        there.workers[0].kill()
        second = _shown_there(cluster, probe.again(2)).report
    assert failing_set(second) == failing_set(first) != ()
