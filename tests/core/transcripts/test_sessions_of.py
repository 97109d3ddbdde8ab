"""A transcript as histories: one for each target, with the edits between its runs and whose they were."""

from coach.core.log import events as ev
from coach.core.loops.lanes import would_say_in_lanes
from coach.core.transcripts.imported_session import imported_session, sessions_of
from coach.core.transcripts.model import Edited, Looked, Ran, Said, Step, Transcript

SHOP = "def total(items):\n    return sum(items)\n"
TEST = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 4\n"
FILES = {"shop.py": SHOP, "tests/test_shop.py": TEST}
RED = "FAILED tests/test_shop.py::test_total - assert 3 == 4\n1 failed in 0.02s\n"
GREEN = "1 passed in 0.02s\n"


def transcript(*actions, **fields):
    steps = tuple(each if isinstance(each, Step) else Step(action=each) for each in actions)
    return Transcript(
        format="Toy", assistant="toy-1", root="/w", began=1_700_000_000.0, steps=steps, **fields
    )


def pytest_run(output, target="tests/test_shop.py", code=None):
    return Ran(command=f"cd /w && python -m pytest -q {target} 2>&1 | tail -5", output=output, exit_code=code)


def edit(old, new, path="/w/shop.py"):
    return Edited(path=path, kind="replace", old=old, new=new)


def test_each_target_is_a_history_of_its_own():
    told = transcript(
        pytest_run(RED),
        Ran(command="python repro.py", cwd="/w", output="", exit_code=0),
        edit("sum(items)", "sum(items) + 1"),
        pytest_run(GREEN),
        Ran(command="cd /w/tests && pytest test_shop.py", output=GREEN, exit_code=0),
    )
    first, second = sessions_of(told, FILES.get)
    assert (first.target.label, first.is_script) == ("tests/test_shop.py", False)
    assert (second.target.words, second.is_script) == (("python", "repro.py"), True)
    assert [(each.run, each.outcome) for each in first.history.trials] == [
        (1, "red"),
        (3, "green"),
        (4, "green"),
    ]
    attempt = first.history.trials[1].attempt
    assert (attempt.by, attempt.nature, attempt.paths, attempt.unread) == ("toy-1", "patch", ("shop.py",), ())
    assert first.history.trials[2].is_rerun
    assert (first.runs, first.red_runs) == (3, 1)


def test_edits_that_change_nothing_and_runs_of_the_same_files_are_a_loop_unless_something_was_looked_at():
    nothing = edit("sum(items)", "sum(items)")
    refused = edit("no such text", "other").model_copy(update={"failed": True})
    look = Looked(path="/w/shop.py", text=SHOP)
    other = Ran(command="grep -n sum shop.py", cwd="/w", output="2:    return sum(items)\n", exit_code=0)
    again = pytest_run(RED)
    shown_otherwise = Ran(command=again.command.replace("-5", "-50"), output=RED)

    def heard(*actions):
        return [
            (each.run, each.detection.pattern, each.detection.level)
            for each in would_say_in_lanes(imported_session(transcript(*actions), FILES.get))
        ]

    assert heard(again, nothing, again, refused, again) == [(3, "idle-rerun", "banner")]
    assert heard(again, again, Said(text="Once more."), again) == [(3, "idle-rerun", "banner")]
    for looked in (look, other, shown_otherwise):
        assert heard(again, nothing, again, looked, again) == []


def test_a_file_of_unknown_content_is_said_and_read_by_no_rule():
    told = transcript(
        pytest_run(RED), Ran(command="sed -i 's/1/2/' shop.py", cwd="/w", exit_code=0), pytest_run(GREEN)
    )
    records = imported_session(told, None)
    (imported,) = [each.event for each in records if isinstance(each.event, ev.Imported)]
    assert (imported.attempts, imported.unread_attempts) == (1, 1)
    (read,) = [each.event.attempt for each in records if isinstance(each.event, ev.AttemptRead)]
    assert read.unread == ("shop.py",)
    assert read.findings == ()


def test_what_git_moved_is_nobodys_edit():
    told = transcript(
        pytest_run(RED),
        edit("sum(items)", "sum(items) + 1"),
        pytest_run(GREEN),
        Ran(command="git checkout -- shop.py", cwd="/w", exit_code=0),
        pytest_run(RED),
    )
    (lane,) = sessions_of(told, FILES.get)
    assert [each.attempt.head_moved for each in lane.history.trials[1:]] == [False, True]
    assert lane.history.trials[0].tree == lane.history.trials[2].tree


def test_a_run_that_could_not_be_tried_is_no_trial():
    told = transcript(
        pytest_run("bash: python: command not found\n"),
        pytest_run(RED),
        edit("sum(items)", "sum(items) + 1"),
        Ran(command="pytest --version", cwd="/w", output="pytest 8\n", exit_code=0),
        pytest_run(GREEN),
    )
    (lane,) = sessions_of(told, FILES.get)
    assert [each.run for each in lane.history.trials] == [2, 3]
    assert lane.runs == 3


def test_two_runs_of_one_command_are_told_apart_where_the_runner_says_where_it_begins():
    both = f"==== test session starts ====\n{RED}==== test session starts ====\n{GREEN}"
    told = transcript(
        Ran(command="pytest tests/test_shop.py; pytest tests/test_other.py", cwd="/w", output=both)
    )
    lanes = sessions_of(told, FILES.get)
    assert [(each.target.label, each.red_runs) for each in lanes] == [
        ("tests/test_shop.py", 1),
        ("tests/test_other.py", 0),
    ]


def test_a_message_cut_short_is_the_one_it_begins():
    whole = (
        "=== FAILURES ===\n___ test_total ___\n\n    def test_total():\n>       assert total([1, 2]) == 4\n"
        "E       assert 3 == 4 with much more behind it\n\ntests/test_shop.py:5: AssertionError\n"
        "=== short test summary info ===\nFAILED tests/test_shop.py::test_total - assert 3 == 4 wi...\n1 failed in 0.02s\n"
    )
    short = "FAILED tests/test_shop.py::test_total - assert 3 == 4 wi...\n1 failed in 0.02s\n"
    told = transcript(pytest_run(whole), edit("items", "things"), pytest_run(short))
    (lane,) = sessions_of(told, FILES.get)
    assert lane.history.trials[0].strict == lane.history.trials[1].strict


def test_what_the_detectors_say_stands_in_the_log():
    weaker = edit("== 4", "== 3", "/w/tests/test_shop.py")
    records = imported_session(transcript(pytest_run(RED), weaker, pytest_run(GREEN)), FILES.get)
    noticed = [each.event for each in records if isinstance(each.event, ev.LoopNoticed)]
    assert [(each.pattern, each.run) for each in noticed] == [
        (each.detection.pattern, each.run) for each in would_say_in_lanes(records)
    ]
    assert [each.pattern for each in noticed] == ["tamper"]


def test_what_the_commit_holds_is_known_of_each_change_and_of_the_tree():
    draft = Edited(path="/w/tests/test_new.py", kind="write", new="def test_new():\n    assert 1 == 2\n")
    told = transcript(
        pytest_run(RED),
        edit("sum(items)", "sum(items) + 1"),
        draft,
        pytest_run(GREEN),
        edit("== 2", "== 1", draft.path),
        pytest_run(GREEN),
    )
    (lane,) = sessions_of(told, FILES.get)
    first, second, third = lane.history.trials
    assert first.tree in lane.history.heads
    assert {each.path: each.in_head for each in second.attempt.changes.files} == {
        "shop.py": True,
        "tests/test_new.py": False,
    }
    assert [(each.kind, each.in_head) for each in third.attempt.findings] == [("trivial-assertion", False)]
    (unknown,) = sessions_of(told, None)
    assert not unknown.history.heads
    assert [each.in_head for each in unknown.history.trials[1].attempt.changes.files][0] is None


def test_another_expectation_is_certain_only_where_the_test_failed_at_the_base():
    moved = edit("== 4", "== 3", "/w/tests/test_shop.py")
    patched = edit("sum(items)", "sum(items) * 1")
    for steps, level in [
        ((pytest_run(RED), moved), "banner"),
        ((patched, pytest_run(RED), moved), "note"),
    ]:
        records = imported_session(transcript(*steps, pytest_run(GREEN)), FILES.get)
        assert [each.detection.level for each in would_say_in_lanes(records)] == [level]


def test_two_scripts_that_begin_alike_are_two_targets():
    begin = "import shop\n" * 30
    told = transcript(
        *(
            Ran(command=f"python - <<'EOF'\n{begin}print({end})\nEOF", cwd="/w", exit_code=0)
            for end in (1, 2, 1)
        )
    )
    lanes = sessions_of(told, None)
    assert [(each.is_script, each.runs, len(each.target.label) < 200) for each in lanes] == [
        (True, 2, True),
        (True, 1, True),
    ]


def test_an_exit_code_is_that_of_the_command_that_ended_with_it():
    def outcomes(command, code):
        told = transcript(Ran(command=command, cwd="/w", output="", exit_code=code))
        return [
            each.event.judged.outcome
            for each in imported_session(told, None)
            if isinstance(each.event, ev.RunFinished)
        ]

    assert outcomes("cat > a.py <<'EOF'\nx = 1\nEOF\npython a.py", 1) == ["FAIL"]
    assert outcomes("python - <<'EOF'\nraise ValueError\nEOF", 1) == ["FAIL"]
    assert outcomes("python a.py && echo fine", 0) == ["PASS"]
    assert outcomes("python a.py; echo done", 0) == ["UNRESOLVED"]
    assert outcomes("python a.py || true", 0) == ["UNRESOLVED"]
    assert outcomes("python a.py | tail -3", 0) == ["UNRESOLVED"]
    assert outcomes("set -o pipefail; python a.py | tail -3", 1) == ["FAIL"]
