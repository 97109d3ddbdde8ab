"""What the pages take from the code is what the code says now."""

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_made_parts_are_fresh(make):
    stale = [path.name for path, text in make.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run `python docs/make.py` and commit what it changes"


def test_every_made_part_has_a_place(make):
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
    assert set(re.findall(r"<!-- made: ([a-z-]+) -->", text)) == set(make._MAKERS)
