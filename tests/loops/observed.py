"""Sessions after shapes that real ones have. ``seen_in`` names a session of ``benchmarks/labelled_sessions`` in which the shape was read.

Only the shape is taken: who edits what kind of thing, when it runs, and what comes of it. Nothing of a session's text is here.
"""

from coach.core.protocol import commands as cmd
from tests.loops.bench import Bench
from tests.loops.healthy import mended
from tests.loops.looping import whole_file
from tests.loops.projects import Edit, Project
from tests.loops.scenarios import observed

DRAFT = "tests/test_draft.py"


def all_tests(_: Project) -> tuple[str, ...]:
    return ("tests",)


def _before_the_tests(project: Project, lines: str) -> tuple[Edit, ...]:
    text = (project.folder / project.file).read_text()
    return (Edit(project.file, text, lines + text),)


def cannot_be_collected(project: Project) -> tuple[Edit, ...]:
    """The installation lacks a package that the tests import."""
    return _before_the_tests(project, "import a_package_that_is_not_there\n")


def wants_a_module(project: Project) -> tuple[Edit, ...]:
    return _before_the_tests(project, "from support_of_tests import READY\n")


def ends_early(project: Project) -> tuple[Edit, ...]:
    """The process of the tests ends before any of them has."""
    return _before_the_tests(project, "import os\n\nos._exit(7)\n")


def append(bench: Bench, lines: str, expect: str, path: str = "") -> None:
    """Add lines at the end of a file, the defect's own unless another is named."""
    path = path or bench.project.source
    bench.saved([bench.rewrite(path, bench.text(path) + lines)], expect)


def at_the_spot(bench: Bench, lines: str, expect: str) -> None:
    """Put lines in front of the defect, indented as it is."""
    spot = bench.project.spot
    indent = spot[: len(spot) - len(spot.lstrip())]
    bench.vary("".join(f"{indent}{line}\n" for line in lines.splitlines()) + spot, expect=expect)


# --- going round ------------------------------------------------------------------------------------------------------


@observed("looping", "aider psf__requests-2317:3")
def the_same_lines_are_inserted_again_and_again(bench: Bench):
    bench.begins("no-effect")
    for _ in range(3):
        append(bench, "\n\ndef checked(value):\n    return value\n", "same")
    bench.due()


@observed("looping", "aider pytest-dev__pytest-7168:2")
def lines_go_in_and_out(bench: Bench):
    one = bench.project.useless[0]
    bench.begins("revert")
    bench.save(bench.project.useless[1], expect="same")
    bench.save(one, expect="same")
    bench.undo(one, expect="same")
    bench.due()


@observed("looping", "aider sympy__sympy-12481:2", words=whole_file)
def two_failures_take_turns_twice(bench: Bench):
    one, other = bench.project.crossing
    bench.begins("see-saw")
    bench.vary(one, expect="other")
    bench.vary(other, expect="other")
    bench.vary(one, expect="other")
    bench.due()


@observed("looping", "aider matplotlib__matplotlib-25079:8", words=whole_file)
def patches_for_one_while_others_stay_red(bench: Bench):
    useless = bench.project.useless
    bench.begins("no-effect")
    for each in (useless[1], useless[0], useless[3]):
        bench.save(each, expect="same")
    bench.due()


@observed("looping", "aider sympy__sympy-16281:2")
def values_are_shuffled(bench: Bench):
    wrong = bench.project.wrong
    bench.begins("guess")
    for each in (wrong[2], wrong[0], wrong[3]):
        bench.vary(each, expect="other")
    bench.due()


@observed("looping", "aider matplotlib__matplotlib-25079:7")
def the_expectation_gives_way_after_two_patches(bench: Bench):
    bench.save(bench.project.useless[0], expect="same")
    bench.save(bench.project.useless[1], expect="same")
    bench.begins("tamper")
    bench.save(*bench.project.tampering["expectation-changed"])
    bench.mended()
    bench.due()


@observed("looping", "aider matplotlib__matplotlib-25498:3")
def a_skip_after_a_patch(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.begins("tamper")
    bench.save(*bench.project.tampering["skip-added"])
    bench.mended()
    bench.due()


@observed("looping", "aider sphinx-doc__sphinx-8721:6")
def functions_are_added_that_nobody_calls(bench: Bench):
    outside = bench.project.outside
    bench.begins("spread")
    bench.save(outside[0], expect="same")
    append(bench, "\n\ndef prepared(values):\n    return list(values)\n", "same", outside[0].path)
    append(bench, "\n\ndef completed(values):\n    return tuple(values)\n", "same", outside[0].path)
    bench.due()


@observed("looping", "aider matplotlib__matplotlib-25079:6")
def three_patches_and_the_last_is_taken_out(bench: Bench):
    useless = bench.project.useless
    bench.begins("no-effect")
    for each in useless[:3]:
        bench.save(each, expect="same")
    bench.due()
    bench.undo(useless[2], expect="same")


@observed("looping", "aider matplotlib__matplotlib-25332:3", before=cannot_be_collected)
def patches_for_a_module_that_cannot_be_collected(bench: Bench):
    useless = bench.project.useless
    bench.begins("no-effect")
    for each in useless[:3]:
        bench.save(each, expect="same")
    bench.due()


@observed("looping", "aider sympy__sympy-17139:5", before=ends_early)
def patches_for_a_run_that_never_gets_to_the_tests(bench: Bench):
    useless = bench.project.useless
    bench.begins("no-effect")
    for each in useless[:3]:
        bench.save(each)
    bench.due()


@observed("looping", "aider django__django-14608:1", words=whole_file)
def a_good_step_and_then_none(bench: Bench):
    useless = bench.project.useless
    bench.save(bench.project.defects[0][1], expect="other")
    bench.begins("no-effect")
    for each in (useless[0], useless[1], useless[3]):
        bench.save(each, expect="same")
    bench.due()


@observed("looping", "aider scikit-learn__scikit-learn-13497:3", words=whole_file)
def a_good_step_is_taken_back(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.begins("revert")
    bench.save(bench.project.defects[0][1], expect="other")
    bench.undo(bench.project.defects[0][1], expect="other")
    bench.due()


@observed("looping", "aider django__django-15819:1")
def one_wrong_name_for_another_and_back(bench: Bench):
    at_the_spot(bench, "self_of_the_class", "other")
    bench.begins("revert")
    at_the_spot(bench, "cls_of_the_class", "other")
    at_the_spot(bench, "self_of_the_class", "other")
    bench.due()


@observed("looping", "aider sympy__sympy-19007:2")
def back_to_what_failed_two_runs_before(bench: Bench):
    wrong = bench.project.wrong
    bench.vary(wrong[0], expect="other")
    bench.begins("revert")
    bench.vary(wrong[2], expect="other")
    bench.save(bench.project.useless[0])
    bench.undo(bench.project.useless[0])
    bench.vary(wrong[0], expect="other")
    bench.due()


# --- getting somewhere, though it looks bad ---------------------------------------------------------------------------


@observed("healthy", "A sympy__sympy-19637", words=whole_file)
def the_fix_is_taken_out_to_see_what_is_old(bench: Bench):
    bench.vary(bench.project.fix, expect="other")
    bench.vary(bench.project.spot, expect="other")
    bench.vary(bench.project.fix, expect="other")
    for _, each in bench.project.defects:
        bench.save(each)
    bench.run("green")


@observed("healthy", "A django__django-15098", words=whole_file)
def a_first_idea_breaks_more_and_is_taken_back(bench: Bench):
    bench.vary(bench.project.crossing[0], expect="other")
    bench.vary(bench.project.spot, expect="other")
    bench.save(bench.project.looking[0])
    bench.vary(bench.project.fix)


@observed("healthy", "A sphinx-doc__sphinx-9698", words=whole_file, before=mended)
def the_expectation_follows_a_wanted_change(bench: Bench):
    change, expectation = bench.project.purpose
    bench.save(change, expect="red")
    bench.save(expectation, expect="green")


@observed("healthy", "A astropy__astropy-13977", words=all_tests)
def a_new_test_expects_the_wrong_thing_at_first(bench: Bench):
    bench.vary(bench.project.fix)
    for _, each in bench.project.defects:
        bench.save(each)
    bench.save(Edit(DRAFT, "", "def test_draft():\n    assert sorted([2, 1]) == [2, 1]\n"), expect="red")
    bench.save(Edit(DRAFT, "== [2, 1]", "== [1, 2]"), expect="green")


@observed("healthy", "A pytest-dev__pytest-7982", words=all_tests)
def a_draft_of_a_test_is_thrown_away(bench: Bench):
    bench.vary(bench.project.fix)
    for _, each in bench.project.defects:
        bench.save(each)
    bench.save(Edit(DRAFT, "", "def test_draft():\n    assert sorted([2, 1]) == [2, 1]\n"), expect="red")
    (bench.root / DRAFT).unlink()
    bench.saved([DRAFT], "green")


@observed("healthy", "aider sphinx-doc__sphinx-7686:3")
def two_wordings_fail_and_the_third_does_it(bench: Bench):
    bench.save(bench.project.useless[0], expect="same")
    bench.save(bench.project.useless[1], expect="same")
    bench.vary(bench.project.fix, expect="green")


@observed("healthy", "A matplotlib__matplotlib-23299")
def a_print_for_looking_takes_three_goes(bench: Bench):
    path = bench.project.source
    whole = bench.text(path)
    for line in ("print('state'\n", "print('state:', sorted([2, 1])\n", "print('state:', sorted([2, 1]))\n"):
        bench.saved([bench.rewrite(path, f"{whole}\n\n{line}")], "")
    bench.saved([bench.rewrite(path, whole)], "")
    bench.vary(bench.project.fix, expect="green")


@observed("healthy", "apurv scikit-learn__scikit-learn-14087")
def every_edit_answers_the_error_before_it(bench: Bench):
    at_the_spot(bench, "prepared = unknown_name", "other")
    at_the_spot(bench, "prepared = [1, 2][5]", "other")
    at_the_spot(bench, "prepared = 'one' + 2", "other")
    bench.vary(bench.project.fix, expect="green")


@observed("healthy", "aider django__django-12915:1", before=wants_a_module)
def a_missing_module_is_put_where_it_belongs(bench: Bench):
    bench.save(Edit("support/support_of_tests.py", "", "READY = True\n"), expect="same")
    bench.save(Edit("support_of_tests.py", "", "READY = True\n"), expect="other")
    bench.vary(bench.project.fix)


@observed("healthy", "lgetter scikit-learn__scikit-learn-15100", words=all_tests)
def edge_cases_are_written_while_others_are_red(bench: Bench):
    bench.vary(bench.project.fix)
    bench.save(Edit(DRAFT, "", "def test_draft():\n    assert sorted([2, 1]) == [1, 2]\n"))
    append(bench, "\n\ndef test_another():\n    assert sorted('ba') == ['a', 'b']\n", "", DRAFT)
    for _, each in bench.project.defects:
        bench.save(each)
    bench.run("green")


@observed("healthy", "A psf__requests-5414", words=whole_file)
def broken_more_than_mended_then_written_down_and_made_smaller(bench: Bench):
    bench.vary(bench.project.crossing[0], expect="other")
    bench.note("too much: it changes what the other test is about")
    bench.vary(bench.project.spot, expect="other")
    bench.vary(bench.project.fix)
    bench.ask(cmd.RunTarget())
