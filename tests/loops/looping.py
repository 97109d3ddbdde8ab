"""Sessions that go round: each script says which pattern, and when it must be heard."""

from tests.loops.bench import Bench
from tests.loops.projects import Project
from tests.loops.scenarios import scenario, variants


def whole_file(project: Project) -> tuple[str, ...]:
    return (project.file,)


def source_only(project: Project) -> tuple[str, ...]:
    return (project.source,)


# --- no effect --------------------------------------------------------------------------------------------------------


@scenario("looping", reproduce=True)
def no_effect_straight(bench: Bench):
    bench.begins("no-effect")
    useless = bench.project.useless
    bench.save(useless[0], expect="same")
    bench.save(useless[1], expect="same")
    bench.due_note()
    bench.save(useless[2], expect="same")
    bench.due()


@scenario("looping")
def no_effect_with_looks_and_reruns_between(bench: Bench):
    useless, looking = bench.project.useless, bench.project.looking
    bench.begins("no-effect")
    bench.save(useless[3], expect="same")
    bench.save(looking[0], expect="same")
    bench.run("same")
    bench.save(useless[4], expect="same")
    bench.due_note()
    bench.undo(looking[0], expect="same")
    bench.save(useless[5], expect="same")
    bench.due()


@scenario("looping", words=whole_file, watching=False)
def no_effect_on_a_whole_file_without_watching(bench: Bench):
    useless = bench.project.useless
    bench.begins("no-effect")
    bench.save(useless[0], useless[1], expect="same")
    bench.save(useless[2], expect="same")
    bench.due_note()
    bench.save(useless[3], useless[4], expect="same")
    bench.due()


@scenario("looping")
def no_effect_after_another_failure_and_a_typo(bench: Bench):
    useless = bench.project.useless
    bench.run("red")
    bench.vary(bench.project.wrong[0], expect="other")
    bench.vary(bench.project.wrong[1], expect="other")
    bench.begins("no-effect")
    bench.save(useless[5], expect="same")
    broken = bench.text(bench.project.source)
    bench.saved([bench.rewrite(bench.project.source, broken + "\ndef (")], "other")
    bench.saved([bench.rewrite(bench.project.source, broken)], "other")
    bench.save(useless[0], expect="same")
    bench.save(useless[2], expect="same")
    bench.due()


# --- revert -----------------------------------------------------------------------------------------------------------


@scenario("looping", reproduce=True)
def revert_at_once(bench: Bench):
    bench.begins("revert", "note")
    bench.vary(bench.project.wrong[0], expect="other")
    bench.vary(bench.project.spot, expect="red")
    bench.due()


@scenario("looping")
def revert_by_git_after_two_patches(bench: Bench):
    bench.begins("revert", "note")
    bench.vary(bench.project.wrong[1], expect="other")
    bench.save(bench.project.useless[2], expect="same")
    bench.git("checkout", "-q", "--", ".")
    bench.saved(sorted({bench.project.source, bench.project.useless[2].path}), "other")
    bench.due()


@scenario("looping")
def revert_of_one_file(bench: Bench):
    useless = [each for each in bench.project.useless if each.path != bench.project.source][0]
    bench.begins("revert")
    bench.vary(bench.project.wrong[2], expect="other")
    bench.save(useless, expect="same")
    bench.vary(bench.project.spot, expect="other")
    bench.due()


@scenario("looping")
def revert_to_a_state_in_the_middle(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.begins("revert")
    bench.vary(bench.project.wrong[1], expect="other")
    bench.vary(bench.project.wrong[2], expect="other")
    bench.vary(bench.project.wrong[0], expect="other")
    bench.due()


# --- see-saw ----------------------------------------------------------------------------------------------------------


@scenario("looping", words=whole_file)
def see_saw_between_two_tests(bench: Bench):
    one, other = bench.project.crossing
    bench.begins("see-saw")
    bench.vary(one, expect="other")
    bench.vary(other, expect="other")
    bench.due()


@scenario("looping")
def see_saw_between_two_values(bench: Bench):
    """The same two values again and again, by code that is never quite the same."""
    wrong, (_, same) = bench.project.wrong, bench.project.crossing
    look = next(each for each in bench.project.looking if each.path == bench.project.source)
    bench.begins("see-saw")
    bench.vary(wrong[0], expect="other")
    bench.vary(same, expect="other")
    bench.vary(wrong[0], look, expect="other")
    bench.vary(bench.project.spot, expect="other")
    bench.due()


# --- spread -----------------------------------------------------------------------------------------------------------


@scenario("looping", scope=source_only)
def spread_outside_the_scope(bench: Bench):
    outside = [each for each in bench.project.useless if each.path != bench.project.source][0]
    bench.begins("spread")
    bench.save(outside, expect="same")
    bench.due()


@scenario("looping", scope=source_only, watching=False)
def spread_outside_the_scope_after_a_patch_inside(bench: Bench):
    bench.vary(bench.project.wrong[3], expect="other")
    bench.begins("spread")
    bench.save(bench.project.outside[0], bench.project.outside[1], expect="same")
    bench.due()


@scenario("looping")
def spread_into_modules_the_test_never_loads(bench: Bench):
    bench.begins("spread")
    bench.save(bench.project.outside[0], expect="same")
    bench.due_note()
    bench.save(bench.project.outside[1], expect="same")
    bench.due()


# --- tamper -----------------------------------------------------------------------------------------------------------


@variants("looping", "tampering", 1, words=whole_file)
def tamper_on_a_whole_file(bench: Bench, _name, edits):
    for _, fix in bench.project.defects:
        bench.save(fix)
    bench.run("red")
    bench.begins("tamper")
    bench.save(*edits)
    bench.mended()
    bench.due()


@variants("looping", "tampering", 2)
def tamper_on_one_test(bench: Bench, _name, edits):
    bench.begins("tamper")
    bench.save(*edits)
    bench.mended()
    bench.due()


@scenario("looping")
def tamper_with_the_pinned_test(bench: Bench):
    from coach.core.protocol import commands as cmd

    bench.ask(cmd.PinTest(test=bench.project.main))
    edits = bench.project.tampering["fewer-assertions"]
    bench.begins("tamper", "card")
    bench.save(*edits, expect="green")
    bench.due()


@scenario("looping")
def tamper_after_a_useless_patch(bench: Bench):
    bench.save(bench.project.useless[0], expect="same")
    bench.begins("tamper")
    bench.save(*bench.project.tampering["skip-added"])
    bench.mended()
    bench.due()


@scenario("looping")
def tamper_first_and_then_a_patch(bench: Bench):
    """The test is weakened while something else still fails; the green comes with the next edit."""
    bench.begins("tamper")
    path = bench.project.source
    whole = bench.text(path)
    bench.rewrite(path, whole + "\n\nraise RuntimeError('half done')\n")
    bench.saved([path, *bench.write(*bench.project.tampering["fewer-assertions"])], "other")
    bench.saved([bench.rewrite(path, whole)], "green")
    bench.due()


# --- guess ------------------------------------------------------------------------------------------------------------


@scenario("looping")
def guess_three_values(bench: Bench):
    wrong = bench.project.wrong
    bench.begins("guess")
    bench.vary(wrong[0], expect="other")
    bench.vary(wrong[1], expect="other")
    bench.due_note()
    bench.vary(wrong[2], expect="other")
    bench.due()


@scenario("looping", words=whole_file)
def guess_on_a_whole_file(bench: Bench):
    wrong = bench.project.wrong
    bench.run("red")
    bench.begins("guess")
    bench.vary(wrong[1], expect="other")
    bench.run("same")
    bench.vary(wrong[2], expect="other")
    bench.due_note()
    bench.vary(wrong[3], expect="other")
    bench.due()


# --- symptom patch ----------------------------------------------------------------------------------------------------


@variants("looping", "hiding")
def symptom_hidden(bench: Bench, _name, edits):
    bench.begins("symptom-patch")
    bench.save(*edits, expect="green")
    bench.due()


@variants("looping", "hiding", words=whole_file)
def symptom_hidden_after_a_patch(bench: Bench, _name, edits):
    for _, fix in bench.project.defects:
        bench.save(fix)
    bench.save(bench.project.useless[3])
    bench.begins("symptom-patch")
    bench.save(*edits)
    bench.mended()
    bench.due()


@variants("looping", "hiding_in_vain")
def symptom_hidden_in_vain(bench: Bench, _name, edits):
    bench.begins("symptom-patch", "note")
    bench.save(*edits, expect="red")
    bench.due()
