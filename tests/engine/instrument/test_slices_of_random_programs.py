"""Slices of programs that were written by chance, compared with a reference that carries lines with every value."""

import sys

import pytest

from coach.core.localize.origins import OriginsRequest
from coach.core.localize.slicing.backward import lines_of
from coach.core.runs.run import RunRequest
from coach.core.runs.target import Target
from coach.engine.instrument.trace_origins import sources_of
from tests.core.localize.provenance import Interpreter
from tests.core.localize.random_programs import program
from tests.engine.conftest import Ground, other_python

PATH, FILE = "programs.py", "test_programs.py"


def recorded(ground, tmp_path, texts, python):
    (tmp_path / PATH).write_text("\n".join(texts))
    calls = "\n".join(f"    programs.program_{number}()" for number in range(len(texts)))
    (tmp_path / FILE).write_text(f"import programs\n\ndef test_all():\n{calls}\n    assert False\n")
    laid = Ground(tmp_path, ground("called").env)
    request = RunRequest(
        number=1,
        purpose="origins",
        target=Target(words=(FILE,)),
        focus=f"{FILE}::test_all",
        instrument=OriginsRequest(path=FILE, line=3),
    )
    report, observer = laid.observe(request, python=python)
    assert not report.probe_notes
    assert [each.exception for each in report.failures] == ["AssertionError"]
    assert observer.record is not None
    return observer.record


@pytest.mark.parametrize(("version", "count"), [("", 210), ("3.8", 20), ("3.12", 10), ("3.13", 10)])
def test_the_lines_of_a_slice_are_those_of_the_reference(ground, tmp_path, version, count):
    python = other_python(version) if version else sys.executable
    texts = [program(number, 7_000 + number) for number in range(count)]
    record = recorded(ground, tmp_path, texts, python)
    assert not record.left_out
    source = "\n".join(texts)
    ends = [number for number, line in enumerate(source.split("\n"), 1) if line == "    return result"]
    asked = [OriginsRequest(expression="result", path=PATH, line=line) for line in ends]
    assert len(asked) == count
    found = lines_of(record, sources_of(tmp_path, {PATH}), asked)
    reference = Interpreter(source)
    for number, (lines, steered) in enumerate(found):
        wanted, conditions = reference.behind(f"program_{number}")
        own = {line for _, line in lines}
        assert (own - wanted, wanted - own) == (set(), {ends[number]}), _shown(
            source, own ^ wanted, ends[number]
        )
        assert {line for _, line in steered} == conditions, texts[number]


def _shown(source, lines, end):
    """Return a program up to its end, with a mark at the lines that are in question."""
    numbered = list(enumerate(source.split("\n"), 1))[end - 80 : end]
    return "\n".join(f"{'>' if number in lines else ' '} {number} {text}" for number, text in numbered)
