"""What a mutant costs: a test's late imports are paid once for all of them, and only the changed function is compiled."""

import sys
import textwrap
import types
from pathlib import Path

import pytest

from coach.core.localize.mutation.mutants import Mutant
from coach.engine.instrument.mutate import import_share
from tests.engine.instrument.test_mutate import laid, mutate

PROBE = Path("coach/engine/probe").absolute()
assert laid is not None, "used as a fixture"
LATE = """\
from pathlib import Path
with Path(__file__).with_name("loaded").open("a") as file:
    file.write("x")
"""
CLASSES = '''\
from __future__ import annotations


class Outer(Exception):
    __secret = 1

    @property
    def shown(self):
        """Two
        lines."""
        return self.__secret + 1

    class Inner(dict):
        async def get(self, key: Outer, *, least=1):
            own = [x + least for x in self.keys()]
            return super().get(key) or __class__, own

    if True:
        def late(self): return lambda: self.__secret


def free(x):
    class Local:
        def of(self): return x + 1
    return Local
'''


def test_what_a_test_loads_while_it_runs_is_loaded_once_for_all_mutants(laid, tmp_path):
    site = tmp_path / "site"
    (site / "late").mkdir(parents=True)
    (site / "late" / "__init__.py").write_text("")
    (site / "late" / "part.py").write_text(LATE)
    laid.env["PYTHONPATH"] = str(site)
    (laid.root / "own.py").write_text("NUMBER = 8\n")
    (laid.root / "test_cart.py").write_text(
        textwrap.dedent("""\
            from cart import doubled
            def test_doubled():
                import late.part, sys
                assert "own" not in sys.modules  # what the project's own code does when it is imported is left to each
                import own
                assert doubled(4) == own.NUMBER
        """)
    )
    found = mutate(laid, "test_doubled", ("doubled", (21,)))
    assert found.ended == "all"
    assert found.tried > 5
    assert "2" in {each.after for each in found.flips}
    assert (site / "late" / "loaded").read_text() == "xx"  # by the unchanged test, and beforehand


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (11, {"shown"}),
        (15, {"Inner", "get", "<listcomp>"}),
        (19, {"Outer", "shown", "Inner", "get", "<listcomp>", "late", "<lambda>"}),
        (25, {"free", "Local", "of"}),
    ],
)
def test_a_changed_function_compiles_to_what_the_whole_file_gives(line, names, tmp_path, monkeypatch):
    """Private names, ``super`` and closures included; the other methods of a class are not compiled again."""
    monkeypatch.syspath_prepend(PROBE)
    from coach_source import Source

    path = tmp_path / "classes.py"
    path.write_text(CLASSES)
    text = CLASSES.split("\n")[line - 1]
    at = len(text) - len(text.lstrip())
    unchanged = {"start": (line, at), "end": (line, at + 1), "text": text[at]}
    source = Source(str(path))
    whole = set(_codes(source.whole(unchanged)))
    codes = [each for each in _codes(source.compiled(unchanged)) if each in whole]
    is_comprehension_inlined = sys.version_info >= (3, 12)
    assert {each.co_name for each in codes} == names - ({"<listcomp>"} if is_comprehension_inlined else set())


def _codes(code):
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _codes(each)


def test_what_was_mended_often_makes_room_for_places_that_nothing_is_known_of(monkeypatch):
    monkeypatch.syspath_prepend(PROBE)
    from coach_waiting import Waiting

    def row(line, promise, function="f"):
        return {"file": "m.py", "line": line, "function": function, "promise": promise}

    one, other = [row(1, 0.9) for _ in range(12)], [row(9, 0.4, "g") for _ in range(3)]
    waiting = Waiting([*one, row(2, 0.5), *other])
    taken = []
    while len(waiting):
        child = types.SimpleNamespace(mutant=waiting.pop(), result="P")
        waiting.learn(child)
        taken.append(child.mutant["line"])
    assert taken == [1, 1, 1, 2, 9, 9, 9, *[1] * 9]


def test_once_a_clean_flip_stands_only_likely_places_and_a_few_of_its_own_are_tried(monkeypatch):
    monkeypatch.syspath_prepend(PROBE)
    from coach_waiting import MORE_OF_PLACE, Waiting

    def rows(function, likely, number):
        row = {"file": "m.py", "line": 1, "function": function, "promise": 0.5, "likely": likely}
        return [dict(row, id=(function, index)) for index in range(number)]

    waiting = Waiting(
        [*rows("f", 0.4, 40), *rows("better", 0.5, 9), *rows("near", 0.05, 9), *rows("far", 0.03, 9)]
    )
    waiting.settle(rows("f", 0.0, 1)[0])
    assert len(waiting) == 67, "how likely the place is, is not known"
    waiting.settle(rows("f", 0.4, 1)[0])
    left = [each["function"] for each in waiting.mutants]
    assert (left.count("f"), left.count("better"), left.count("near"), left.count("far")) == (
        MORE_OF_PLACE,
        9,
        9,
        0,
    )
    assert waiting.is_settled


@pytest.mark.parametrize(
    ("promises", "share"),
    [([("f", 1.0), ("", 0.05)], 0.0), ([("f", 1.0), ("", 0.5)], 0.25), ([("", 1.0), ("f", 0.2)], 0.5)],
)
def test_what_runs_at_import_has_time_as_it_is_likely(promises, share):
    chosen = [
        Mutant("m.py", name, 1, "name", "a", "b", (1, 0), (1, 1), "b", promise=each)
        for name, each in promises
    ]
    assert import_share(chosen) == share
