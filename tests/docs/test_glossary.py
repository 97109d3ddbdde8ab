"""One word for each thing. The pages hold the help texts, the keys, the gates and the events as well: they are made from the code."""

import re
from pathlib import Path
from typing import get_args

import pytest

from coach.core.experiments.hypothesis import Verdict
from coach.core.loops.detectors import DETECTORS
from coach.core.runs.oracle import Outcome

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [
        ROOT / "README.md",
        ROOT / "SECURITY.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    ]
    if path.name != "glossary.md"
}
ROWS = [
    tuple(cell.strip() for cell in row)
    for row in re.findall(r"^\| ([^|]+)\|([^|]+)\|([^|]*)\|$", GLOSSARY, re.MULTILINE)
    if not row[0].startswith(("word", "---"))
]
ENTRIES = [(word.strip(), meaning) for words, meaning, _ in ROWS for word in words.split(",")]
AVOIDED = [each.strip() for *_, avoided in ROWS for each in avoided.split(",") if each.strip()]
AVOIDED += [
    word
    for listed in re.findall(r"\(([^)]+)\)", GLOSSARY.split("## Words that are not used")[1])
    for word in listed.split(", ")
]


def _prose(text):
    return re.sub(r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)", " ", text, flags=re.DOTALL | re.MULTILINE)


def test_the_glossary_can_be_read():
    words = [word for word, _ in ENTRIES]
    assert len(words) == len(set(words)) > 50
    assert {"cold", "gate", "suspect"} <= set(words)
    assert {"sandbox", "whoever"} <= set(AVOIDED)


@pytest.mark.parametrize("page", PAGES)
def test_a_thing_has_one_word(page):
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, AVOIDED))})s?\b", re.IGNORECASE)
    assert [line for line in _prose(PAGES[page]).splitlines() if words.search(line)] == []


def test_every_word_is_one_that_somebody_reads():
    text = " ".join([*PAGES.values(), (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")]).lower()
    unread = [word for word, _ in ENTRIES if not re.search(rf"\b{re.escape(word.lower())}", text)]
    assert unread == []


def test_what_coach_itself_says_of_runs_hypotheses_and_loops_is_explained():
    said = " ".join(f"{word} {meaning}" for word, meaning in ENTRIES)
    words = [*get_args(Outcome), *get_args(Verdict), *DETECTORS]
    assert [word for word in words if not re.search(rf"\b{word}\b", said)] == []
