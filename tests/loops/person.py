"""How people go round, and how they work for long and do not: notes are due in the first, nothing louder in either."""

from tests.loops.bench import Bench
from tests.loops.healthy import fix
from tests.loops.looping import whole_file
from tests.loops.scenarios import scenario

READING = 600.0
"""Seconds between two things that are heard of somebody at work."""


# --- idle reruns ------------------------------------------------------------------------------------------------------


@scenario("looping")
def idle_rerun_after_a_red_run(bench: Bench):
    bench.begins("idle-rerun", "note")
    for _ in range(3):
        bench.run("same")
    bench.due()


@scenario("looping", words=whole_file)
def idle_rerun_after_an_edit(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.run("same")
    bench.note()
    bench.begins("idle-rerun", "note")
    for _ in range(4):
        bench.run("same")
    bench.due()


@scenario("healthy")
def two_reruns_then_a_note_and_the_fix(bench: Bench):
    bench.run("same")
    bench.run("same")
    bench.note()
    bench.run("same")
    fix(bench)


# --- back and forth ---------------------------------------------------------------------------------------------------


def in_turn(bench: Bench):
    """Edit the module with the defect and another one in turn, with a note after each run."""
    wrong, other = bench.project.wrong, bench.project.outside[0]
    bench.vary(wrong[0], expect="other")
    bench.note()
    bench.save(other, expect="same")
    bench.note()
    bench.vary(wrong[1], expect="other")
    bench.note()
    bench.undo(other, expect="same")


@scenario("looping")
def back_and_forth_with_notes(bench: Bench):
    bench.begins("back-and-forth", "note")
    in_turn(bench)
    bench.due()


@scenario("healthy")
def two_files_of_one_change(bench: Bench):
    wrong, other = bench.project.wrong, bench.project.outside[0]
    bench.vary(wrong[0], expect="other")
    bench.save(other, expect="same")
    bench.suppose("the wrong thing is computed at the spot")
    bench.vary(wrong[1], expect="other")
    bench.undo(other, expect="same")
    fix(bench)


# --- no prediction ----------------------------------------------------------------------------------------------------


def an_hour(bench: Bench, *texts: str):
    """Work for an hour, with a note now and then, and put other variants where the defect is."""
    for text in texts:
        bench.later(READING)
        bench.note()
        bench.later(READING)
        bench.vary(text, expect="other")


@scenario("looping")
def no_prediction_for_an_hour(bench: Bench):
    bench.note()
    bench.begins("no-prediction", "note")
    an_hour(bench, *bench.project.wrong[:3])
    bench.due()


@scenario("looping", words=whole_file, watching=False)
def no_prediction_without_watching(bench: Bench):
    bench.run("red")
    bench.begins("no-prediction", "note")
    an_hour(bench, *bench.project.wrong[:3])
    bench.later(READING)
    bench.run("same")
    bench.due()


@scenario("healthy")
def an_hour_with_a_prediction_in_it(bench: Bench):
    bench.note()
    an_hour(bench, *bench.project.wrong[:2])
    bench.suppose("the wrong thing is computed at the spot")
    bench.later(READING)
    bench.vary(bench.project.wrong[2], expect="other")
    bench.later(READING)
    fix(bench)


@scenario("healthy")
def three_edits_with_long_pauses(bench: Bench):
    bench.note()
    for text in bench.project.wrong[:2]:
        bench.later(12 * READING)
        bench.note("slept over it")
        bench.vary(text, expect="other")
    bench.later(100 * READING)
    bench.note("back from the weekend")
    fix(bench)
