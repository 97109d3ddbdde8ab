"""Call traces: the tree, where two part, and which log lines are a failing run's own."""

from coach.core.localize.call_trace import (
    Call,
    CallTrace,
    LogLine,
    branches,
    first_divergence,
    sentence,
    with_own_logs,
)

TEST, OTHER = "tests/test_cart.py::test_total", "tests/test_cart.py::test_empty"


def call(depth, function, value="None", how="returned", **arguments):
    return Call(
        depth=depth,
        path="shop/cart.py",
        line=3,
        function=function,
        how=how,
        value=value,
        arguments=tuple(arguments.items()),
    )


def trace(*calls, test=TEST, failed=True, **more):
    return CallTrace(test=test, failed=failed, calls=calls, **more)


def passing(*calls, test=TEST, **more):
    return trace(*calls, test=test, failed=False, **more)


def test_depths_make_a_tree_and_equal_leaves_one_branch():
    root, *_ = branches(
        trace(
            call(0, "test"),
            call(1, "add", "1"),
            call(1, "add", "1"),
            call(1, "sum", how="raised", value="E: x"),
            call(2, "rate", how="raised", value="E: x"),
            call(1, "add", "1"),
        )
    )
    assert [(each.call.function, each.times, each.raised) for each in root.children] == [
        ("add", 2, False),
        ("sum", 1, True),
        ("add", 1, False),
    ]
    assert [each.call.function for each in root.children[1].children] == ["rate"]
    assert root.raised


def test_two_runs_of_a_test_part_at_the_first_other_result():
    one = trace(call(0, "test"), call(1, "rate", "7", kind="'a'"), call(1, "sum", "8", of="7"))
    other = passing(call(0, "test"), call(1, "rate", "19", kind="'a'"), call(1, "sum", "20", of="19"))
    found = first_divergence(one, other, "another run of it")
    assert (found.kind, found.at) == ("result", 1)
    assert sentence(found) == "rate gave 7; another run of it rate gave 19"


def test_they_part_at_the_first_other_argument_or_path():
    base = (call(0, "test"), call(1, "load", "'x'"))
    other_value = first_divergence(
        trace(*base, call(1, "sum", of="1")), passing(*base, call(1, "sum", of="2")), "it"
    )
    assert (other_value.kind, other_value.here, other_value.there) == ("argument", "sum(of=1)", "sum(of=2)")
    other_path = first_divergence(trace(*base, call(1, "a")), passing(*base, call(1, "b")), "it")
    assert (other_path.kind, other_path.here, other_path.there) == ("path", "calls a", "calls b")
    longer = first_divergence(trace(*base, call(1, "a")), passing(*base), "it")
    assert longer.kind == "path"
    assert longer.here == "calls a"
    nested = first_divergence(trace(*base, call(2, "a")), passing(*base, call(1, "a")), "it")
    assert nested.here == "calls a"


def test_addresses_are_no_divergence():
    one = trace(call(0, "test", box="<Box at 0x7f3a1c2d4e50>"))
    assert first_divergence(one, passing(call(0, "test", box="<Box at 0x7f99aa001230>")), "it") is None
    assert first_divergence(one, one.model_copy(update={"failed": False}), "it") is None


def test_what_a_gap_hides_is_not_guessed():
    one = trace(call(0, "test"), call(1, "a"), call(1, "z"), first=2, left_out=9)
    assert first_divergence(one, passing(call(0, "test"), call(1, "a"), call(1, "y")), "it") is None


def test_a_neighbour_is_compared_by_what_functions_answer():
    neighbour = passing(
        call(0, "test_empty"), call(1, "rate", "19", kind="'a'"), call(1, "check", "None"), test=OTHER
    )
    one = trace(
        call(0, "test_total"),
        call(1, "rate", "7", kind="'book'"),
        call(1, "check", how="raised", value="E: no"),
        call(1, "new"),
    )
    found = first_divergence(one, neighbour, "test_empty")
    assert sentence(found) == "check raised E: no; test_empty check gave None"
    equal_arguments = trace(call(0, "test_total"), call(1, "rate", "7", kind="'a'"), call(1, "check", "None"))
    assert first_divergence(equal_arguments, neighbour, "test_empty").here == "rate gave 7"
    opaque = trace(call(0, "test_total"), call(1, "rate", "7", kind="<generator object at 0x7f3a1c2d4e50>"))
    unlike = passing(call(1, "rate", "9", kind="<generator object at 0x7f3a1c2d4e50>"), test=OTHER)
    assert first_divergence(opaque, unlike, "test_empty") is None
    only_here = trace(call(0, "test_total"), call(1, "check", "None"), call(1, "new"))
    assert first_divergence(only_here, neighbour, "test_empty").here == "calls new"
    assert first_divergence(trace(call(0, "test_total")), neighbour, "test_empty") is None


def test_log_lines_of_the_failing_run_alone_are_marked():
    def log(text):
        return LogLine(at=1, source="WARNING shop", text=text)

    one = trace(call(0, "test")).model_copy(
        update={"logs": (log("took 3.2 seconds"), log("no rate for book"))}
    )
    other = passing(call(0, "test")).model_copy(update={"logs": (log("took 4.9 seconds"),)})
    assert [each.only_failing for each in with_own_logs(one, [other]).logs] == [False, True]
    assert not any(each.only_failing for each in with_own_logs(one, []).logs)
