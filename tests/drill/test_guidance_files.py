"""What a file holds: a spec, rules, or nothing that can be read."""

import os

import pytest

from coach.core.spec.document import write_spec
from coach.core.spec.spec import Spec
from coach.drills.guidance_files import guidance_from
from coach.errors import UsageError


def read(tmp_path, text, kind=None, name="given.md"):
    file = tmp_path / name
    file.write_text(text)
    return guidance_from(file, kind)


def test_a_file_with_headings_of_a_spec_is_one(tmp_path):
    found = read(tmp_path, write_spec(Spec(actual="nine", scope=("a.py",))))
    assert (found.kind, found.label, found.spec.scope) == ("spec", "given.md", ("a.py",))


def test_a_file_without_them_holds_rules(tmp_path):
    found = read(tmp_path, "# How we work\n\n- never edit a test\n", name="AGENTS.md")
    assert (found.kind, found.label) == ("rules", "AGENTS.md")


def test_what_the_caller_says_it_is_wins(tmp_path):
    assert read(tmp_path, "## Scope\n- a.py\n", "rules").kind == "rules"
    with pytest.raises(UsageError, match="is no spec as coach reads it: line 1"):
        read(tmp_path, "never edit a test", "spec")


def test_a_spec_with_a_mistake_is_refused_and_not_taken_for_rules(tmp_path):
    with pytest.raises(UsageError, match="Scoop"):
        read(tmp_path, "## Actual\nnine\n\n## Scoop\n- a.py\n")


def test_an_empty_file_is_none(tmp_path):
    assert read(tmp_path, "\n").kind == "none"


def test_what_is_no_file_or_too_large_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        guidance_from(tmp_path / "missing.md")
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(UsageError, match="cannot be read"):
        guidance_from(tmp_path / "pipe.md")
    with pytest.raises(UsageError, match="too large"):
        read(tmp_path, "x" * 500_000)
