"""Sessions that get somewhere, as engineers work: nothing louder than a note may be said in any of them."""

import textwrap

from coach.core.protocol import commands as cmd
from tests.loops.bench import Bench
from tests.loops.looping import whole_file
from tests.loops.projects import Edit, Project
from tests.loops.scenarios import scenario

STOPPING = "pyproject.toml"


def stop_at_first(project: Project) -> tuple[Edit, ...]:
    """pytest reports one failure at a time: each fix reveals the next."""
    return (
        Edit("pyproject.toml", "[tool.pytest.ini_options]\n", '[tool.pytest.ini_options]\naddopts = "-x"\n'),
    )


def mended(project: Project) -> tuple[Edit, ...]:
    """The project without defects."""
    return (Edit(project.source, project.spot, project.fix), *(fix for _, fix in project.defects))


def fix(bench: Bench, expect: str = "green"):
    bench.vary(bench.project.fix, expect=expect)


# --- one step after the other -----------------------------------------------------------------------------------------


@scenario("healthy", reproduce=True)
def fixed_at_once(bench: Bench):
    bench.suppose("the wrong thing is computed at the spot")
    fix(bench)
    bench.ask(cmd.Verify())


@scenario("healthy", words=whole_file, before=stop_at_first)
def each_edit_fixes_one_test_and_reveals_another(bench: Bench):
    for _, each in bench.project.defects:
        bench.save(each)
    fix(bench)
    bench.run("green")


@scenario("healthy", words=whole_file, before=stop_at_first, watching=False)
def each_edit_reveals_another_without_watching(bench: Bench):
    bench.run("red")
    fix(bench, "")
    for _, each in bench.project.defects:
        bench.save(each)
    bench.run("green")


@scenario("healthy", words=whole_file)
def failures_fixed_one_by_one(bench: Bench):
    bench.save(bench.project.defects[0][1])
    fix(bench, "")
    for _, each in bench.project.defects[1:]:
        bench.save(each)
    bench.run("green")


@scenario("healthy", words=whole_file)
def failures_fixed_one_by_one_with_a_look_each(bench: Bench):
    bench.run("red")
    for (_, each), look in zip(bench.project.defects, bench.project.looking, strict=False):
        bench.save(look, expect="same")
        bench.save(each)
    fix(bench, "")


@scenario("healthy")
def one_wrong_try_and_then_the_fix(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    fix(bench)


@scenario("healthy")
def two_tries_then_a_look_then_the_fix(bench: Bench):
    bench.save(bench.project.useless[0], expect="same")
    bench.save(bench.project.useless[1], expect="same")
    bench.save(bench.project.looking[0], expect="same")
    fix(bench)


@scenario("healthy")
def two_values_a_note_and_the_fix(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.vary(bench.project.wrong[1], expect="other")
    bench.note("the value only depends on the spot")
    bench.vary(bench.project.wrong[2], expect="other")
    fix(bench)


# --- looking before editing -------------------------------------------------------------------------------------------


@scenario("healthy", reproduce=True)
def stepping_with_prints(bench: Bench):
    for look in bench.project.looking:
        bench.save(look, expect="same")
    bench.run("same")
    bench.undo(*bench.project.looking, expect="same")
    fix(bench)


@scenario("healthy", watching=False)
def prints_in_and_out_again_and_again(bench: Bench):
    look = bench.project.looking
    bench.save(look[0], expect="same")
    bench.undo(look[0], expect="same")
    bench.save(look[1], expect="same")
    bench.undo(look[1], expect="same")
    bench.save(look[0], look[2], expect="same")
    bench.undo(look[0], look[2], expect="same")
    fix(bench)


@scenario("healthy")
def three_hypotheses_refuted_and_one_supported(bench: Bench):
    wrong = bench.project.wrong
    for number, text in enumerate((wrong[0], wrong[1], wrong[2])):
        bench.suppose(f"explanation {number}")
        bench.vary(text, expect="other")
    bench.suppose("the real explanation")
    fix(bench)


@scenario("healthy")
def experiments_without_effect_under_hypotheses(bench: Bench):
    for number, each in enumerate(bench.project.useless[:3]):
        bench.suppose(f"it is {each.path} {number}")
        bench.save(each, expect="same")
    fix(bench)


@scenario("healthy", reproduce=True)
def reruns_without_an_edit(bench: Bench):
    for _ in range(5):
        bench.run("same")
    fix(bench)
    bench.run("green")


@scenario("healthy")
def suspects_ruled_out_between_tries(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    for each in bench.state.standing_suspects[:1]:
        bench.ask(cmd.RuleOutSuspect(suspect=each.key, reason="the value is right there"))
    bench.vary(bench.project.wrong[1], expect="other")
    bench.save(bench.project.looking[0], expect="same")
    fix(bench)


# --- tests first ------------------------------------------------------------------------------------------------------


def append_test(bench: Bench) -> str:
    path = bench.project.test_path
    return bench.rewrite(path, bench.text(path).rstrip("\n") + "\n" + bench.project.feature[0])


@scenario("healthy", words=whole_file, before=mended)
def red_green_refactor(bench: Bench):
    bench.saved([append_test(bench)], "red")
    for edit in bench.project.feature[1]:
        bench.save(edit)
    bench.run("green")
    bench.save(bench.project.useless[-1], expect="green")


@scenario("healthy", words=whole_file, before=mended, watching=False)
def red_green_refactor_with_a_rename(bench: Bench):
    bench.saved([append_test(bench)], "red")
    bench.save(*bench.project.feature[1][:1])
    for edit in bench.project.feature[1][1:]:
        bench.save(edit)
    old, new, files = bench.project.rename
    bench.saved([bench.reword(old, new, each) for each in files], "green")


@scenario("healthy", words=whole_file, before=mended)
def an_own_test_gets_its_words(bench: Bench):
    """The test is written in several saves; its first expectation is a slip of the pen."""
    path = bench.project.test_path
    whole = bench.text(path).rstrip("\n") + "\n"
    feature = bench.project.feature[0]
    indent = "    " if feature.startswith("\n    def") else ""
    slip = textwrap.indent("\n\ndef test_draft(*_):\n    assert len('abc') == 4\n", indent)
    if indent:
        slip = "\n    def test_draft(self):\n        self.assertEqual(len('abc'), 4)\n"
    bench.saved([bench.rewrite(path, whole + slip)], "red")
    bench.saved([bench.rewrite(path, whole + slip.replace("== 4", "== 3").replace(", 4)", ", 3)"))], "green")
    bench.saved([append_test(bench)], "red")
    for edit in bench.project.feature[1]:
        bench.save(edit)


@scenario("healthy", words=whole_file)
def a_stronger_test_and_the_fix(bench: Bench):
    path = bench.project.test_path
    for _, each in bench.project.defects:
        bench.save(each)
    text = bench.text(path)
    if "unittest" in text:
        stronger = text.replace(
            "        self.assertEqual(earned, 1092)\n",
            "        self.assertEqual(earned, 1092)\n        self.assertEqual(self.account.cents, 1092)\n",
        )
    else:
        name = bench.project.main.partition("::")[2]
        head, _, tail = text.partition(f"def {name}(")
        line, _, rest = tail.partition("\n")
        stronger = f"{head}def {name}({line}\n    assert 1 + 1 == 2\n{rest}"
    bench.saved([bench.rewrite(path, stronger)], "red")
    fix(bench, "")


@scenario("healthy", words=whole_file, before=mended)
def tests_are_tidied_while_green(bench: Bench):
    """An obsolete test goes, one is renamed, an expectation follows a wanted change together with it."""
    bench.run("green")
    edits = bench.project.tampering["test-gone"]
    bench.save(*edits, expect="green")
    bench.save(*bench.project.purpose, expect="green")


# --- expectations changed on purpose ----------------------------------------------------------------------------------


@scenario("healthy", words=whole_file, before=mended)
def an_expectation_follows_a_wanted_change(bench: Bench):
    change, expectation = bench.project.purpose
    bench.save(change, expect="red")
    bench.note("wanted: the old expectation was for the old behaviour")
    bench.save(expectation, expect="green")


@scenario("healthy", before=mended, words=whole_file)
def an_expectation_first_and_then_the_code(bench: Bench):
    change, expectation = bench.project.purpose
    bench.run("green")
    bench.save(expectation, expect="red")
    bench.save(change, expect="green")


@scenario("healthy")
def a_test_that_was_wrong_is_unpinned_with_a_reason(bench: Bench):
    bench.ask(cmd.PinTest(test=bench.project.main))
    bench.ask(cmd.UnpinTest(reason="the customer confirmed the other value"))
    tampering = bench.project.tampering
    bench.save(*tampering.get("expectation-changed", tampering.get("fewer-assertions", ())))
    bench.run("green")


@scenario("healthy", words=whole_file)
def a_test_is_skipped_with_a_note(bench: Bench):
    for _, each in bench.project.defects:
        bench.save(each)
    bench.note("blocked by the vendor, ticket 12")
    bench.save(*bench.project.tampering["skip-added"])
    fix(bench, "")


# --- bulk edits -------------------------------------------------------------------------------------------------------


@scenario("healthy", words=whole_file, before=mended)
def a_big_rename_while_green(bench: Bench):
    """File by file: red in between, and the tests are edited last."""
    bench.run("green")
    old, new, files = bench.project.rename
    for path in files:
        bench.saved([bench.reword(old, new, path)])
    bench.run("green")


@scenario("healthy")
def a_big_rename_while_red(bench: Bench):
    old, new, files = bench.project.rename
    for path in files:
        bench.saved([bench.reword(old, new, path)])
    fix(bench)


@scenario("healthy", words=whole_file)
def tests_renamed_while_red(bench: Bench):
    path = bench.project.test_path
    name = bench.project.main.rpartition("::")[2]
    bench.saved([bench.reword(name, f"{name}_today", path)], "red")
    fix(bench, "")


@scenario("healthy")
def bulk_formatting(bench: Bench):
    paths = sorted(each.relative_to(bench.root).as_posix() for each in bench.root.rglob("*.py"))
    for path in paths:
        bench.rewrite(path, "# formatted\n" + bench.text(path).replace("\n\n\n", "\n\n\n\n"))
    bench.saved(paths, "same")
    for path in paths:
        bench.rewrite(path, bench.text(path).replace("# formatted\n", "# -*- formatted -*-\n"))
    bench.saved(paths, "same")
    for path in paths:
        bench.rewrite(path, bench.text(path).replace("# -*- formatted -*-\n", ""))
    bench.saved(paths, "same")
    fix(bench)


@scenario("healthy")
def comments_and_prose(bench: Bench):
    for number in range(4):
        path = bench.project.source
        bench.rewrite(path, bench.text(path) + f"# thought {number}\n")
        bench.rewrite("README.md", f"# notes {number}\n")
        bench.saved([path, "README.md"], "same")
    fix(bench)


@scenario("healthy")
def docstrings_while_red(bench: Bench):
    path = bench.project.source
    first = bench.text(path).splitlines()[0]
    for words in ("One thing.", "Another thing.", "A third thing."):
        text = bench.text(path)
        bench.saved([bench.rewrite(path, text.replace(text.splitlines()[0], f'"""{words}"""', 1))], "same")
    assert first
    fix(bench)


# --- slips ------------------------------------------------------------------------------------------------------------


@scenario("healthy")
def typos_on_the_way(bench: Bench):
    path = bench.project.source
    whole = bench.text(path)
    bench.saved([bench.rewrite(path, whole + "\ndef half(")], "other")
    bench.saved([bench.rewrite(path, whole)], "other")
    bench.saved([bench.rewrite(path, "import nothing_like_it\n" + whole)], "other")
    bench.saved([bench.rewrite(path, whole)], "other")
    fix(bench)


@scenario("healthy")
def a_name_mistyped(bench: Bench):
    path = bench.project.source
    whole = bench.text(path)
    mistyped = whole.replace(
        bench.project.spot,
        bench.project.fix.replace("line", "lime", 1)
        .replace("graph", "graf", 1)
        .replace("name", "nam", 1)
        .replace("cents", "cent", 1),
    )
    bench.saved([bench.rewrite(path, mistyped)], "other")
    bench.saved([bench.rewrite(path, whole.replace(bench.project.spot, bench.project.fix))], "green")


@scenario("healthy")
def preparation_in_several_saves(bench: Bench):
    """Imports, constants and functions come first, in saves of their own; the last save uses them."""
    path = bench.project.source
    text = bench.text(path)
    head, _, body = text.partition("\n")
    text = bench.text(bench.rewrite(path, f"{head}\n\nimport math\n{body}"))
    bench.saved([path], "same")
    text = bench.text(bench.rewrite(path, text + "\n\nLIMIT = 12\n"))
    bench.saved([path], "same")
    text = bench.text(bench.rewrite(path, text + "\n\ndef rounded(value):\n    return math.floor(value)\n"))
    bench.saved([path], "same")
    bench.rewrite(path, text + "\n\ndef limited(value):\n    return min(value, LIMIT)\n")
    bench.saved([path], "same")
    fix(bench)


@scenario("healthy")
def a_new_module_before_it_is_used(bench: Bench):
    package = bench.project.source.rpartition("/")[0]
    new = f"{package}/fresh.py"
    bench.rewrite(new, '"""Fresh."""\n')
    bench.saved([new], "same")
    bench.rewrite(new, '"""Fresh."""\n\n\ndef same(value):\n    return value\n')
    bench.saved([new], "same")
    fix(bench)


# --- going back on purpose --------------------------------------------------------------------------------------------


@scenario("healthy")
def a_failed_try_is_written_down_and_undone(bench: Bench):
    bench.vary(bench.project.wrong[0], expect="other")
    bench.note("tried the other order: another value, so it is not that")
    bench.vary(bench.project.spot, expect="other")
    fix(bench)


@scenario("healthy")
def a_refuted_hypothesis_is_undone(bench: Bench):
    bench.suppose("it is the order")
    bench.vary(bench.project.wrong[1], expect="other")
    bench.vary(bench.project.spot, expect="other")
    fix(bench)


@scenario("healthy")
def the_fix_is_taken_out_to_see_red_again(bench: Bench):
    fix(bench)
    bench.vary(bench.project.spot, expect="red")
    fix(bench)


@scenario("healthy")
def coach_restores_an_earlier_tree(bench: Bench):
    first = bench.last.number
    bench.save(bench.project.useless[0], expect="same")
    bench.save(bench.project.useless[1], expect="same")
    bench.ask(cmd.RestoreTree(run=first))
    bench.saved(sorted({bench.project.useless[0].path, bench.project.useless[1].path}), "same")
    fix(bench)


@scenario("healthy")
def a_branch_is_looked_at(bench: Bench):
    bench.git("checkout", "-q", "-b", "idea")
    bench.vary(bench.project.wrong[0], expect="other")
    bench.commit("idea")
    bench.git("checkout", "-q", "main")
    bench.saved([bench.project.source], "other")
    bench.git("checkout", "-q", "idea")
    bench.saved([bench.project.source], "other")
    bench.git("checkout", "-q", "main")
    bench.saved([bench.project.source], "other")
    bench._spot = bench.project.spot
    fix(bench)


@scenario("healthy")
def stashed_to_see_whether_it_failed_before(bench: Bench):
    bench.run("red")
    bench.vary(bench.project.wrong[2], expect="other")
    bench.git("stash", "-q")
    bench.saved([bench.project.source], "other")
    bench.git("stash", "pop", "-q")
    bench.saved([bench.project.source], "other")
    fix(bench)


@scenario("healthy", words=whole_file)
def commits_between_fixes(bench: Bench):
    for number, (_, each) in enumerate(bench.project.defects):
        bench.save(each)
        bench.commit(f"fix {number}")
    fix(bench, "")
    bench.commit("fix the last")


# --- scope, configuration, other corners ------------------------------------------------------------------------------


@scenario("healthy", scope=lambda project: (project.source, "tests"))
def the_fix_stays_in_scope(bench: Bench):
    bench.save(bench.project.looking[0], expect="same")
    bench.saved([append_test(bench)])
    fix(bench)


@scenario("healthy")
def configuration_that_narrows_nothing(bench: Bench):
    head = "[tool.pytest.ini_options]\n"
    bench.save(Edit(STOPPING, head, f'{head}addopts = "-ra --strict-markers"\n'), expect="same")
    bench.save(Edit(STOPPING, head, f'{head}markers = ["slow: takes long"]\n'), expect="same")
    fix(bench)


@scenario("healthy", before=mended, words=whole_file)
def error_handling_is_added_while_green(bench: Bench):
    bench.run("green")
    path = bench.project.outside[0].path
    bench.rewrite(
        path,
        bench.text(path)
        + "\n\ndef careful(call):\n    try:\n        return call()\n    except Exception:\n        return None\n",
    )
    bench.saved([path], "green")
    bench.save(bench.project.useless[0], expect="green")


@scenario("healthy")
def a_guard_comes_with_the_fix(bench: Bench):
    """The real fix, and next to it a check that a careful engineer adds."""
    path = bench.project.source
    text = bench.text(path).replace(bench.project.spot, bench.project.fix)
    text += "\n\ndef checked(value):\n    if value is None:\n        return None\n    return value\n"
    bench.saved([bench.rewrite(path, text)], "green")


@scenario("healthy", words=whole_file)
def another_corner_while_red(bench: Bench):
    """One unrelated module is tidied on the way, once."""
    bench.save(bench.project.outside[0], expect="same")
    bench.save(bench.project.defects[0][1])
    fix(bench, "")


FLAKY = """\
import os
from pathlib import Path


def test_now_and_then():
    place = Path(os.environ["COUNTER"])
    count = int(place.read_text()) if place.exists() else 0
    place.write_text(str(count + 1))
    assert count % {every} != 0
"""


def flaky(every: int):
    return lambda _project: (Edit("tests/test_flaky.py", "", FLAKY.format(every=every)),)


def flaky_target(_project: Project) -> tuple[str, ...]:
    return ("tests/test_flaky.py",)


@scenario("healthy", words=flaky_target, before=flaky(2), reproduce=True)
def a_flaky_test_is_run_again_and_again(bench: Bench):
    for _ in range(6):
        bench.run()
    bench.save(bench.project.looking[0])
    for _ in range(3):
        bench.run()


@scenario("healthy", words=flaky_target, before=flaky(2), reproduce=True)
def edits_beside_a_flaky_test(bench: Bench):
    for each in bench.project.useless[:2]:
        bench.save(each)
        bench.run()
    bench.note("it fails every second time, whatever I do")
    bench.save(bench.project.useless[2])
    bench.run()


@scenario("healthy", words=lambda project: (project.file, "tests/test_flaky.py"), before=flaky(3))
def a_flaky_neighbour_while_fixing(bench: Bench):
    for _, each in bench.project.defects:
        bench.save(each)
    fix(bench, "")
    bench.run()


# --- longer stories ---------------------------------------------------------------------------------------------------


@scenario("healthy", words=whole_file)
def a_long_morning(bench: Bench):
    """Looks, a typo, one wrong try, one defect after the other, a rename, verified in the end."""
    bench.save(bench.project.looking[0], expect="same")
    bench.save(bench.project.defects[0][1])
    path = bench.project.source
    whole = bench.text(path)
    bench.saved([bench.rewrite(path, whole + "\nclass (")], "other")
    bench.saved([bench.rewrite(path, whole)], "other")
    bench.vary(bench.project.wrong[1])
    bench.save(bench.project.looking[1])
    fix(bench, "")
    for _, each in bench.project.defects[1:]:
        bench.save(each)
    bench.undo(bench.project.looking[1], expect="green")
    old, new, files = bench.project.rename
    bench.saved([bench.reword(old, new, each) for each in files], "green")
    bench.ask(cmd.Verify())


@scenario("healthy", words=whole_file)
def from_a_file_to_one_test_and_back(bench: Bench):
    from coach.core.runs.target import Target

    bench.ask(cmd.Retarget(target=Target(words=(bench.project.main,))))
    bench.save(bench.project.looking[0], expect="same")
    fix(bench)
    bench.ask(cmd.Retarget(target=Target(words=(bench.project.file,))))
    for _, each in bench.project.defects:
        bench.save(each)


@scenario("healthy", words=whole_file)
def a_new_regression_test_becomes_the_target(bench: Bench):
    from coach.core.runs.target import Target

    bench.saved([append_test(bench)])
    name = bench.project.feature[0].split("def ")[1].split("(")[0]
    holder = "::TestAccount" if bench.project.name == "bank" else ""
    bench.ask(cmd.Retarget(target=Target(words=(f"{bench.project.file}{holder}::{name}",))))
    for edit in bench.project.feature[1]:
        bench.save(edit)
    bench.run("green")


# --- edits that only look like going round ----------------------------------------------------------------------------


def with_code(project: Project, code: str, test: str) -> tuple[Edit, ...]:
    """Add a function to the module with the defect, and a test of it to the test file."""
    source = (project.folder / project.source).read_text()
    tests = (project.folder / project.file).read_text()
    module = project.source.removeprefix("src/").removesuffix(".py").replace("/", ".")
    return (
        Edit(project.source, source, f"{source}\n\n{code}"),
        Edit(project.file, tests, f"{tests}\n\ndef {test.replace('MODULE', module)}"),
    )


FIRST_LETTER = "def first_letter(text):\n    return text[0]\n"
UNKNOWN = (
    "test_no_text():\n    from MODULE import first_letter\n\n    assert first_letter(dict().get('x')) == ''\n"
)
COUNTDOWN = "def countdown(number):\n    return [number, *countdown(number - 1)]\n"
COUNTS = "test_it_counts():\n    from MODULE import countdown\n\n    assert countdown(3) == [3, 2, 1]\n"


@scenario(
    "healthy",
    words=lambda project: (f"{project.file}::test_no_text",),
    before=lambda project: with_code(project, FIRST_LETTER, UNKNOWN),
)
def a_guard_that_the_test_demands(bench: Bench):
    guard = "    if text is None:\n        return ''\n    return text[0]\n"
    bench.save(Edit(bench.project.source, "    return text[0]\n", guard), expect="green")


@scenario(
    "healthy",
    words=lambda project: (f"{project.file}::test_it_counts",),
    before=lambda project: with_code(project, COUNTDOWN, COUNTS),
)
def a_recursion_gets_its_end(bench: Bench):
    line = "    return [number, *countdown"
    bench.save(
        Edit(bench.project.source, line, f"    if number == 0:\n        return []\n{line}"), expect="green"
    )


@scenario("healthy", words=whole_file, before=mended)
def a_function_is_written_in_many_saves(bench: Bench):
    path = bench.project.source
    module = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    test = f"\n\ndef test_middle():\n    from {module} import middle\n\n    assert middle([3, 1, 2]) == 2\n"
    bench.saved([bench.rewrite(bench.project.file, bench.text(bench.project.file) + test)], "red")
    text = bench.text(path)
    lines = [
        "    ordered = sorted(values)\n",
        "    half = len(ordered) / 2\n",
        "    return ordered[int(half)]\n",
    ]
    bodies = ["    return None\n", f"{lines[0]}    return None\n", f"{lines[0]}{lines[1]}    return half\n"]
    for body in bodies:
        bench.saved([bench.rewrite(path, f"{text}\n\ndef middle(values):\n{body}")], "red")
    whole = "".join(lines)
    bench.saved([bench.rewrite(path, f"{text}\n\ndef middle(values):\n{whole}")], "green")


@scenario("healthy")
def type_hints_while_red(bench: Bench):
    path = bench.project.source
    starts = [line for line in bench.text(path).split("\n") if line.strip().startswith("def ")]
    for line in starts[:4]:
        hinted = bench.text(path).replace(line, line.replace("):", ") -> object:"), 1)
        bench.saved([bench.rewrite(path, hinted)], "same")
    fix(bench)


@scenario("healthy", words=whole_file)
def the_failing_test_gets_more_cases(bench: Bench):
    """One test becomes one with parameters while it is red: its id is gone, it is not."""
    name = bench.project.main.rpartition("::")[2]
    path = bench.project.file
    text = bench.text(path)
    if "unittest" in text or "parametrize" in text:
        bench.saved([bench.rewrite(path, f"{text}\n# one more case to come\n")], "same")
    else:
        head, _, tail = text.partition(f"def {name}(")
        arguments, _, rest = tail.partition(")")
        needed = "" if "import pytest" in text else "import pytest\n"
        more = ", ".join(filter(None, [arguments, "times"]))
        mark = "@pytest.mark.parametrize('times', [1, 2])\n"
        bench.saved([bench.rewrite(path, f"{needed}{head}{mark}def {name}({more}){rest}")], "red")
    fix(bench, "")


@scenario("healthy", words=whole_file)
def a_corner_then_a_look_then_the_defects(bench: Bench):
    bench.save(bench.project.outside[0], expect="same")
    bench.save(bench.project.looking[0], expect="same")
    for _, each in bench.project.defects:
        bench.save(each)
    fix(bench, "")
