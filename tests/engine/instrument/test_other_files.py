"""Which tests of other files a flip is checked with: enough for each line, and the same ones in every process."""

from coach.core.base.test_id import TestId
from coach.core.localize.mutation.mutants import Mutant
from coach.core.localize.spectrum import Coverage
from coach.engine.instrument.flip_neighbours import (
    MAX_STRANGE_FILES,
    MAX_STRANGERS,
    neighbours_of,
    strangers,
)

FOCUS = "tests/test_own.py::test_it"


def _tests(file: str, count: int) -> list[str]:
    return [f"tests/{file}.py::test_{number}" for number in range(count)]


def _near(lines: dict[int, list[str]]) -> dict[tuple[str, int], tuple[str, ...]]:
    return {("money.py", line): tuple(tests) for line, tests in lines.items()}


def test_the_line_of_most_promise_gets_its_tests_however_many_files_others_name():
    crowd = {line: _tests(f"test_{line}", 9) for line in range(100, 100 + 3 * MAX_STRANGE_FILES)}
    chosen = strangers(_near({7: _tests("test_money", 9), **crowd}), FOCUS)
    assert set(_tests("test_money", 9)) <= set(chosen)
    assert len({TestId(each).file for each in chosen}) == MAX_STRANGE_FILES


def test_one_file_that_serves_many_lines_comes_before_those_that_serve_one():
    shared = _tests("test_shared", 10)
    lines = {line: [*shared, *_tests(f"test_{line}", 4)] for line in range(1, 12)}
    assert set(shared) <= set(strangers(_near(lines), FOCUS))


def test_no_line_takes_the_tests_of_all_others():
    lines = {1: _tests("test_many", 2 * MAX_STRANGERS), 2: _tests("test_few", 5)}
    chosen = strangers(_near(lines), FOCUS)
    assert len(chosen) == MAX_STRANGERS
    assert set(_tests("test_few", 5)) <= set(chosen)


def test_red_tests_come_first_and_those_of_the_own_file_are_collected_anyway():
    red = _tests("test_red", 3)
    own = ["tests/test_own.py::test_other"]
    assert strangers(_near({1: own}), FOCUS, [*red, *own]) == tuple(red)


def test_lines_stand_as_their_mutants_do():
    """A set of them stood in another order in every process, and other tests were chosen in each."""
    lines = list(range(40, 0, -1))
    chosen = [
        Mutant("money.py", "total", line, "kind", "a", "b", (line, 0), (line, 1), "b") for line in lines
    ]
    tests = {test: {"money.py": frozenset(lines)} for test in (FOCUS, *_tests("test_money", 3))}
    near = neighbours_of(Coverage(tests=tests), chosen, FOCUS)
    assert [line for _, line in near] == lines
