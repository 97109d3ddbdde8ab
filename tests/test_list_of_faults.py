"""The list of faults is whole: every row names tests, and every test it names exists."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
LIST = (TESTS / "faults/README.md").read_text(encoding="utf-8")
FEWEST = 90


def named(row):
    """Yield (file, test) of a row; a name that begins with :: is in the file named before."""
    file = ""
    for name in re.findall(r"`([\w/.]*\.py)?(?:::(\w+)[^`]*)?`", row):
        file = name[0] or file
        if not file.startswith("benchmarks/"):
            yield file, name[1]


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_row_is_mapped_to_tests_that_exist():
    listed = [(int(found[1]), found[0]) for found in re.finditer(r"^\| (\d+) \|.*$", LIST, re.MULTILINE)]
    assert [number for number, _ in listed] == list(range(1, len(listed) + 1))
    assert len(listed) >= FEWEST
    missing = []
    for number, row in listed:
        tests = list(named(row))
        assert tests, f"row {number} names no test"
        for file, test in tests:
            path = TESTS / file
            if not path.is_file() or (test and test not in functions(path)):
                missing.append(f"row {number}: {file}::{test}")
    assert not missing
