"""What an assistant may not edit, and what is missing before it ends its turn."""

from coach.core.decide.assistant_limits import why_not_edited, why_not_ended
from coach.core.protocol import commands as cmd
from coach.core.spec.spec import Spec
from tests.core.driving import TEST, green, opened, pinned, red, reproduced, verified


def missing(drive, *, name="robin", is_changed=False):
    return why_not_ended(drive.state, name, is_changed=is_changed)


def held(drive):
    drive.send(cmd.HandOver(to="robin"))
    return drive


def test_the_pinned_test_and_protected_files_are_not_edited():
    drive = pinned()
    drive.send(cmd.WriteSpec(spec=Spec(protected=("vendor/", "*.lock"))))
    assert TEST in why_not_edited(drive.state, "tests/test_cart.py")
    assert "‹unpin›" in why_not_edited(drive.state, "tests/test_cart.py")
    for path in ("vendor/x/y.py", "poetry.lock"):
        assert "protected by the spec" in why_not_edited(drive.state, path)
    assert why_not_edited(drive.state, "shop/cart.py") == ""
    assert why_not_edited(opened().state, "tests/test_cart.py") == ""


def test_nothing_is_asked_of_one_who_does_not_hold_the_session():
    drive = reproduced()
    assert missing(drive) == ""
    held(drive)
    assert missing(drive, name="another") == ""
    assert "still red" in missing(drive)
    drive.send(cmd.Close(note="x"))
    assert missing(drive) == ""


def test_what_is_missing_is_named_first_things_first():
    drive = held(opened())
    drive.send(cmd.Begin(reproduce=False))
    assert "not run yet" in missing(drive)
    drive.send(cmd.RunTarget(purpose="experiment"))
    assert missing(drive) == ""  # it is asked again when the run has ended
    drive.ends(red())
    assert "files changed since run #1" in missing(drive, is_changed=True)
    assert "assert 9 == 10" in missing(drive)
    drive.saves("shop/cart.py")
    drive.send(cmd.RunTarget(purpose="experiment"))
    drive.ends(green())
    assert "‹verify›" in missing(drive)


def test_a_proven_fix_may_be_handed_over_and_a_partial_one_names_what_is_missing():
    drive = held(pinned())
    drive.saves("shop/cart.py")
    drive.ends(green())
    assert verified(drive, reverted=green()).verdict == "partial"
    assert f"missing: {drive.state.verification.missing[0].title}" in missing(drive)
    assert verified(drive).verdict == "verified"
    assert missing(drive) == ""
    drive.saves("shop/cart.py")
    drive.ends(green())
    assert "‹verify›" in missing(drive)
