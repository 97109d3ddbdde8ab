"""What a verification will ask for next is said beforehand, and is then asked for word by word, where all goes well."""

from coach.core.protocol import commands as cmd
from coach.core.protocol import effects as eff
from coach.core.protocol import observations as obs
from tests.core.driving import CHANGES, TEST, green, pinned, red, verified


def asked_in_turn(drive):
    """Return (purpose, whether the run before it went with the expectation of just this run)."""
    effects, told = drive.effects, []
    newest = next(n for n in reversed(range(len(effects))) if effects[n] == eff.ExpectRun())
    expected = {}
    for effect in effects[newest:]:
        if isinstance(effect, eff.ExpectRun) and effect.asked:
            expected[effect.asked.request.number] = effect.asked
        if isinstance(effect, eff.StartRun):
            told.append((effect.request.purpose, expected.get(effect.request.number) == effect))
    return told


def fixed():
    drive = pinned()
    drive.saves()
    drive.ends(green())
    return drive


def test_every_run_of_a_fix_that_holds_is_expected_word_by_word():
    drive = fixed()
    verified(drive, suite=green(passed=30).model_copy(update={"passed": (TEST,)}))
    assert asked_in_turn(drive) == [
        ("verify", False),
        ("control", True),
        ("suite", True),
        ("baseline", True),
    ]


def test_a_new_verification_begins_with_nothing_ready():
    drive = fixed()
    drive.effects.clear()
    drive.send(cmd.Verify())
    kinds = [type(each) for each in drive.effects if isinstance(each, eff.ExpectRun | eff.StartRun)]
    assert drive.effects[0] == eff.ExpectRun()
    assert kinds[-1] is eff.StartRun


def test_small_wrong_fixes_are_expected_once_the_lines_of_the_fix_are_known():
    drive = fixed()
    drive.send(cmd.Verify())
    drive.effects.clear()
    drive.send(obs.ChangesSeen(changes=CHANGES))
    (expected,) = (each.asked for each in drive.effects if isinstance(each, eff.ExpectRun))
    assert (expected.request.purpose, expected.places[0].lines) == ("control", (1,))


def test_what_does_not_go_well_is_followed_by_what_it_calls_for():
    drive = fixed()
    drive.send(cmd.Verify())
    drive.send(obs.ChangesSeen(changes=CHANGES))
    before = len(drive.started())
    drive.ends(red())
    assert len(drive.started()) == before
    assert not drive.state.plan


def test_nothing_is_expected_where_a_cluster_carries_runs_out():
    drive = fixed()
    drive.effects.clear()
    drive.send(cmd.Verify(on="local:4"))
    drive.send(obs.ChangesSeen(changes=CHANGES))
    assert [each for each in drive.effects if isinstance(each, eff.ExpectRun)] == [eff.ExpectRun()]


def test_without_a_verification_nothing_is_expected():
    drive = fixed()
    drive.effects.clear()
    drive.send(obs.ChangesSeen(changes=CHANGES.model_copy(update={"label": "again"})))
    assert not [each for each in drive.effects if isinstance(each, eff.ExpectRun)]
