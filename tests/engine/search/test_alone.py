"""Probes that run beside each other share ports, files and the processor: what an answer leans on is judged alone."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from coach.core.runs.target import Target
from coach.core.search.kinds import (
    AxisFound,
    CommitFound,
    EditsFound,
    InputReduced,
    NotARegression,
    PollutersFound,
)
from coach.core.search.request import Tried, tried_so_far
from coach.engine.confine.landlock import available
from coach.engine.process.other_runs import Beside, as_note, beside
from coach.engine.process.supervise import Limits
from coach.engine.search.candidate import Candidate
from coach.engine.search.driver import SearchDriver
from tests.engine.histories import History
from tests.engine.lab import TEST, command

HOLD = """\
import socket, time


def held():
    s = socket.socket()
    s.bind(("127.0.0.1", {port}))
    s.listen()
    time.sleep(0.3)
    return s


def skips():
    try:
        return held()
    except OSError:
        import pytest
        pytest.skip("the service runs already")


def served(value):
    '''Whoever comes first serves its value to all who come while it does.'''
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind(("127.0.0.1", {port}))
    except OSError:
        time.sleep(0.1)
        with socket.create_connection(("127.0.0.1", {port}), timeout=5) as there:
            return int(there.recv(20))
    s.listen()
    s.settimeout(0.1)
    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        try:
            there, _ = s.accept()
        except TimeoutError:
            continue
        with there:
            there.sendall(str(value).encode())
    s.close()
    return value
"""
SKIPS = "from hold import skips\nfrom shop import total\n\n\ndef test_total():\n    kept = skips()\n    assert total(3) == 6\n"
HOLDS = command("from hold import held", "from shop import total", "kept = held()", "assert total(3) == 6")
WAYS = {
    "fails": HOLDS,
    "is skipped": TEST,
    "hears the other": command(
        "from hold import served", "from shop import total", "assert served(total(3)) == 6"
    ),
}
PLAIN = command("from shop import total", "assert total(3) == 6")
RIGHT = "def total(amount):\n    return amount * 2\n"
WRONG = "def total(amount):\n    return amount * 2 + 1\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_a_port(root) -> History:
    """A shop whose check holds one fixed port while it runs."""
    history = History(root)
    history.write(conftest="", hold=HOLD.format(port=free_port()), shop=RIGHT, tests__test_shop=SKIPS)
    history.commit("one")
    return history


@pytest.mark.parametrize("way", list(WAYS))
def test_two_commits_on_one_port_do_not_change_the_answer(lab, tmp_path, way):
    """Another failure, no run, and a pass that is the other probe's: in company each is what alone it is not."""
    history = on_a_port(tmp_path / "shop")
    history.write(shop=WRONG)
    culprit = history.commit("breaks it")
    history.write(notes="x = 9\n")
    history.commit("later")
    here = lab(history.root)
    result = here.search("commits", WAYS[way], reference=here.reference(WAYS[way]))
    assert isinstance(result.found, CommitFound), result
    assert [each.id for each in result.found.commits] == [culprit], result
    tried = {each.key: each for seen in here.observed for each in seen.tried}
    leant_on = [
        each for each in tried.values() if each.label.startswith((culprit[:8], result.found.good.id[:8]))
    ]
    assert leant_on
    assert all(each.alone for each in leant_on)
    assert result.disturbed == any("disturb each other" in each for each in result.notes)
    assert [note for seen in here.observed for note in seen.notes] == list(result.notes)


def test_a_failure_that_only_company_makes_is_no_regression_that_was_always_there(lab, tmp_path):
    """All older commits fail beside each other; alone the oldest passes."""
    history = on_a_port(tmp_path / "shop")
    history.write(shop=WRONG)
    culprit = history.commit("breaks it")
    for number in range(2):
        history.write(notes=f"x = {number}\n")
        history.commit(f"later {number}")
    here = lab(history.root)
    result = here.search("commits", HOLDS, reference=here.reference(HOLDS), width=3)
    assert not isinstance(result.found, NotARegression), result
    assert [each.id for each in result.found.commits] == [culprit], result


def test_hunks_and_inputs_that_meet_on_a_port(lab, tmp_path):
    history = on_a_port(tmp_path / "shop")
    more = "".join(f"\n\ndef more_{number}():\n    return {number}\n" for number in range(4))
    history.write(shop=RIGHT + more)
    (history.root / "tests/in.txt").write_text("a\nb\nx\nc\n")
    history.commit("two")
    edited = more.replace("return 1", "return 11").replace("return 3", "return 33")
    history.write(shop=WRONG + edited)
    here = lab(history.root)
    confined, here.context = here.context, replace(here.context, confine="off")
    base = history.git("rev-parse", "HEAD")
    result = here.search("edits", HOLDS, reference=here.reference(HOLDS), base=base)
    here.context = confined
    assert isinstance(result.found, EditsFound), result
    (file,) = result.found.files
    assert "+    return amount * 2 + 1" in "".join(hunk.text for hunk in file.hunks)
    assert "return 33" not in "".join(hunk.text for hunk in file.hunks), result
    read = command("from hold import held", "kept = held()", "assert 'x' not in open('tests/in.txt').read()")
    result = here.search("input", read, reference=here.reference(read), input="tests/in.txt")
    assert isinstance(result.found, InputReduced), result
    assert result.found.preview == "x", result


@pytest.mark.skipif(not available().is_there, reason="nothing is confined here")
def test_parts_of_an_edit_that_could_not_be_judged_are_said(lab, tmp_path):
    """A part of an edit gets no ports: whether less would do, nobody knows."""
    history = on_a_port(tmp_path / "shop")
    history.write(shop=WRONG, notes="x = 1\n")
    here = lab(history.root)
    result = here.search("edits", reference=here.reference(TEST), base=history.git("rev-parse", "HEAD"))
    assert isinstance(result.found, EditsFound), result
    assert {each.path for each in result.found.files} == {"shop.py", "notes.py"}
    assert "less could not be judged" in result.sentence, result
    assert result.how == "stopped"


def test_polluters_and_rates_that_meet_on_a_port(lab, tmp_path):
    history = on_a_port(tmp_path / "suite")
    victim = "import shop\nfrom hold import held\n\n\ndef test_total():\n    kept = held()\n    assert not hasattr(shop, 'dirty')\n"
    dirty = "import shop\n\n\ndef test_clean():\n    pass\n\n\ndef test_dirty():\n    shop.dirty = True\n"
    clean = "def test_1():\n    pass\n"
    (history.root / "tests/test_shop.py").unlink()
    history.write(tests__test_a=clean, tests__test_b=dirty, tests__test_c=clean, tests__test_z=victim)
    history.commit("suite")
    here = lab(history.root)
    name = "tests/test_z.py::test_total"
    result = here.search("order", name)
    assert isinstance(result.found, PollutersFound), result
    assert result.found.polluters == ("tests/test_b.py::test_dirty",)
    result = here.search("flake", name, rounds=1)
    assert isinstance(result.found, AxisFound), result
    assert result.found.table.axis == "order", result
    rows = {row.condition: row.failures for row in result.found.table.rows}
    assert rows == {"alone": 0, "new seed": 0, "in its file": 0, "whole order": 1, "reversed": 0}


def test_a_time_that_runs_out_in_company_is_judged_alone(lab, tmp_path):
    """A lock that the other probe holds longer than a run may take."""
    history = History(tmp_path / "shop")
    check = command(
        "import fcntl, time",
        "from shop import total",
        f"lock = open({str(tmp_path / 'lock')!r})",
        "fcntl.flock(lock, fcntl.LOCK_EX)",
        "time.sleep(1.2)",
        "assert total(3) == 6",
    )
    (tmp_path / "lock").write_text("")
    history.write(conftest="", shop=RIGHT)
    history.commit("one")
    history.write(shop=WRONG)
    culprit = history.commit("breaks it")
    history.write(notes="x = 1\n")
    history.commit("later")
    here = lab(history.root)
    here.context = replace(here.context, limits=Limits(wall=2.2))
    result = here.search("commits", check, reference=here.reference(check))
    assert isinstance(result.found, CommitFound), result
    assert [each.id for each in result.found.commits] == [culprit], result


def test_where_nothing_is_shared_little_is_judged_again(lab, tmp_path):
    """At most the two ends that the answer leans on; none of it when the log knows that they were judged alone."""
    history = History(tmp_path / "shop")
    history.write(shop=RIGHT)
    history.commit("one")
    for number in range(8):
        history.write(shop=WRONG if number > 3 else RIGHT, notes=f"x = {number}\n")
        history.commit(f"step {number}")
    here = lab(history.root)
    reference = here.reference(PLAIN)
    result = here.search("commits", PLAIN, reference=reference)
    assert isinstance(result.found, CommitFound), result
    assert not result.disturbed
    assert result.again <= 2
    tried = tuple(each for seen in here.observed for each in seen.tried)
    again = here.search("commits", PLAIN, reference=reference, known=tried)
    assert (again.found, again.probes, again.again) == (result.found, 0, 0)
    company = tuple(each.model_copy(update={"alone": False}) for each in tried)
    once_more = here.search("commits", PLAIN, reference=reference, known=company)
    assert (once_more.found, once_more.probes + once_more.again) == (result.found, 2)


def test_what_is_judged_again_stands_for_what_it_showed_before():
    beside_, alone = Tried(key="a", outcome="FAIL"), Tried(key="a", outcome="PASS", alone=True)
    other = Tried(key="b", outcome="PASS")
    assert tried_so_far((beside_, other), (alone,)) == (other, alone)
    assert tried_so_far((), (beside_, alone)) == (alone,)


def test_a_run_beside_a_search_is_waited_for_and_named(lab, tmp_path):
    """A run of the session in the checkout, while a probe is to be judged alone."""
    history = History(tmp_path / "shop")
    begun, go = tmp_path / "runs", tmp_path / "go"
    slow = (
        "import time\nfrom pathlib import Path\n\n\ndef test_slow():\n"
        f"    Path({str(begun)!r}).touch()\n"
        f"    while not Path({str(go)!r}).exists():\n        time.sleep(0.02)\n"
    )
    history.write(
        conftest="",
        tests__test_slow=slow,
        shop=RIGHT,
        tests__test_shop="import shop\n\n\ndef test_total():\n    assert shop.total(3) == 6\n",
    )
    history.commit("one")
    here = lab(history.root)
    running = threading.Thread(target=here.run, args=("tests/test_slow.py",))
    running.start()
    notes, waited = [], []
    with ThreadPoolExecutor(1) as executor:
        driver = SearchDriver(here.ready(), executor, {}, lambda _: None, on_note=notes.append)
        try:
            while not begun.exists() and running.is_alive():
                running.join(0.02)
            company = beside(here.root, here.trees.scratch)
            assert Beside(f"coach in {here.root.name}", is_here=True) in company
            driver.patience = 0.1
            probe = Candidate(here.trees.record(), Target(words=(TEST,)), None)
            assert driver.alone(probe) == "PASS"
            assert notes[0].startswith(f"coach in {here.root.name} "), notes
            assert driver.patience == 0
            driver.patience = 60.0
            driver.on_doing = lambda _: waited.append(running.is_alive()) or go.touch()
            assert driver.alone(probe.again(2)) == "PASS"
        finally:
            go.touch()
            running.join()
    assert not [each for each in beside(here.root, here.trees.scratch) if each.is_here]
    assert waited == [True]
    assert 0 < driver.patience < 60


def test_who_ran_beside_a_search_is_said_in_one_row_of_a_narrow_screen():
    company = [
        Beside(f"pytest in {name}", is_here=True) for name in ("cron-descriptor-master", "b", "c", "d")
    ]
    said = as_note(company)
    assert said == "pytest in cron-descriptor-master and 3 more ran beside it: an outcome may owe to that"
    assert len(as_note(company[1:])) <= 72
