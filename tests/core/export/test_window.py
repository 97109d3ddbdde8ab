"""Windows on code: the marked lines of a long function with its head, docstrings folded, gaps counted; and what of it is kept."""

from coach.core.export import export
from coach.core.export.window import Width, window
from coach.core.localize.kept_lines import excerpts
from coach.core.localize.suspect import Suspect
from coach.core.log import events as ev
from coach.core.runs.report import Cause, Frame
from tests.core.building import Log, failure, report

LONG = [
    "@traced",
    "def total(",
    "    lines,",
    "    rate=None,",
    "    currency='EUR',",
    "):",
    '    """Return the sum.',
    "",
    "    It is long to read.",
    '    """',
    *(f"    step_{number} = {number}" for number in range(11, 200)),
]
SLIM = Width(whole=6, marked=2, around=0)


def test_a_long_function_is_kept_around_its_marked_lines():
    """What is kept is contiguous around the best line; its head and the other marked lines stand beside it."""
    main, beside = excerpts(LONG, 1, len(LONG), (150, 30))
    kept = range(main.start, main.start + main.text.count("\n") + 1)
    assert 150 in kept
    assert len(kept) <= 60
    assert LONG[149] in main.text
    assert any(each.start == 1 and "def total(" in each.text for each in beside)
    assert any("step_30 = 30" in each.text for each in beside)


def test_a_short_one_is_kept_whole():
    main, beside = excerpts(LONG, 20, 30, (25,))
    assert (main.start, main.text, beside) == (20, "\n".join(LONG[19:30]), ())


def test_lines_outside_of_a_place_are_kept_too():
    """What runs at import has its lines where they stand, not where its name does."""
    main, _ = excerpts(LONG, 3, 3, (120,))
    assert "step_120 = 120" in main.text


def test_a_window_keeps_head_and_marked_lines_and_counts_the_rest():
    lines = dict(enumerate(LONG, 1))
    assert window(lines, (150, 30, 60), SLIM).split("\n") == [
        " 1 @traced",
        " 2 def total(",
        "  … 3 lines …",
        " 6 ):",
        "  … 23 lines …",
        " 30     step_30 = 30",
        "  … 119 lines …",
        ">150     step_150 = 150",
    ]


def test_a_docstring_is_folded_to_its_first_line():
    text = window(dict(enumerate(LONG[:14], 1)), (12,), Width(40, 1, 1))
    assert "Return the sum." in text
    assert "It is long to read" not in text
    assert "  … 3 lines …" in text


def test_the_marked_line_of_a_long_function_stands_in_the_smallest_export():
    """The excerpt never begins at the head and stops before the suspicious line."""
    main, beside = excerpts(LONG, 1, len(LONG), (190, 30))
    place = Suspect(
        path="shop/cart.py",
        function="total",
        line=190,
        best_lines=(190, 30),
        code=main.text,
        code_start=main.start,
        beside=beside,
        probability=0.4,
        reasons=("run by the failing test and by none of 9 passing ones",),
    )
    log = Log().enter("reproduce").reproduce().add(ev.SuspectsRanked(run=3, suspects=(place,)))
    text = export(log.state, budget=1_000).text
    assert ">190     step_190 = 190" in text
    assert "def total(" in text
    assert "40%" in text
    assert "weak" in text


def test_a_logged_traceback_comes_before_the_frames_that_only_saw_its_answer():
    """What happened first is told first, and the log is not told twice."""
    raised = Frame(path="shop/server.py", line=7, function="handle", own=True, source="rates['EUR']")
    cause = Cause(kind="logged", exception="KeyError", message="'EUR'", frames=(raised,))
    log = "ERROR handling\nTraceback (most recent call last):\n  File \"shop/server.py\", line 7, in handle\n    rates['EUR']\nKeyError: 'EUR'\nafter"
    seen = report(
        failure(
            message="assert 500 == 200",
            causes=(cause,),
            sections=({"name": "Captured log call", "text": log},),
        )
    )
    text = export(Log().enter("reproduce").reproduce(seen, seen, seen).state).text
    assert text.index("logged KeyError") < text.index("shop/cart.py:41 in total")
    assert text.count("shop/server.py:7 in handle") == 1
    assert 'File "shop/server.py"' not in text
    assert "after" in text


def places(*likely):
    """A failure and as many places as likelihoods, each a function of eight lines."""
    found = tuple(
        Suspect(
            path=f"shop/part{number}.py",
            function="step",
            line=3,
            best_lines=(3, 4, 2),
            code="\n".join(
                ["def step(x):", *(f"    y{line} = f{number}(x, {line})" for line in range(2, 9))]
            ),
            code_start=1,
            probability=each,
            score=each,
            kinds=("alone", "flip") if each > 0.5 else (),
        )
        for number, each in enumerate(likely)
    )
    return Log().enter("reproduce").reproduce().add(ev.SuspectsRanked(run=3, suspects=found)).state


def test_tokens_go_to_the_likeliest_places_and_several_are_shown_short():
    """Where nobody stands out many are shown, and the short budget keeps their marked lines before it drops one."""
    state = places(*[0.09] * 8)
    tight, roomy = (export(state, budget=budget).text for budget in (1_300, 12_000))
    assert roomy.count("= f7(") == 7
    assert sum(f">3     y3 = f{number}(x, 3)" in tight for number in range(8)) >= 5
    assert tight.count("    y") < roomy.count("    y")


def test_a_known_place_needs_no_others():
    """Where nobody names a budget, unlikely places stay out beside a likely one; a named budget has room for them."""
    state = places(0.95, 0.01, 0.01, 0.01)
    text = export(state).text
    assert "y3 = f0(" in text
    assert "f1(" not in text
    assert "Isolated: shop/part0.py:3 95%" in text
    assert "f1(" in export(state, budget=4_000).text
