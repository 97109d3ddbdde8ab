"""What a spec leaves open, and what each gap costs. Nothing here is a score: a gap is a question nobody answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from coach.core.spec.spec import Spec, TeamRules

_EMPTY_WORDS = re.compile(
    r"\b(?:work(?:s|ing)?(?: (?:correctly|properly|fine|again|as expected))?|correct(?:ly)?|proper(?:ly)?|as expected|"
    r"(?:not |no longer )?(?:fail|crash|break)s?|be fixed|right|wrong|broken|fine|good|bug|error|pass(?:es)?)\b",
    re.IGNORECASE,
)
_CONCRETE = re.compile(
    r"\d|[\"'“”`«»(){}\[\]=<>]|\b[A-Z]\w+(?:Error|Exception)\b|\b\w+_\w+\b|\b(?:empty|none|null|true|false|raises?|returns?)\b",
    re.IGNORECASE,
)
_VARIABLES = re.compile(r"(?:[A-Z_][A-Z0-9_]*+=\S*+ )*")
_WORD = re.compile(r"\S*+")
_PROGRAM = re.compile(
    r"(?:python[\d.]*|pytest|coach|make|tox|nox|uv|poetry|pdm|hatch|pip|ruff|mypy|npm|"
    r"npx|yarn|pnpm|node|go|cargo|mvn|gradle\w*|bash|sh|just|docker|git|curl|test|true)"
)
_FOLDERS = re.compile(r"[\w./-]*+")
_IN_BIN = re.compile(r"(?:[\w./-]*/)?bin/\S")


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing the spec does not say."""

    field: str
    what: str
    cost: str
    """What cannot be known or checked because of it."""


def gaps(spec: Spec, rules: TeamRules | None = None) -> tuple[Gap, ...]:
    """Return what is missing or vague, the costliest first. Team rules count as said."""
    rules = rules or TeamRules()
    return (*_of_words(spec), *_of_limits(spec, rules))


def _of_words(spec: Spec) -> Iterator[Gap]:
    if not spec.expected.strip():
        yield Gap(
            "expected",
            "what should happen is not said",
            "an assistant guesses the goal, and any change may look right",
        )
    elif _is_vague(spec.expected):
        yield Gap(
            "expected", "what should happen has no value in it", "a wrong value would be accepted as well"
        )
    if not spec.actual.strip():
        yield Gap("actual", "what happens is not said", "another failure may be taken for this one")
    elif _is_vague(spec.actual):
        yield Gap("actual", "what happens has no value in it", "another failure may be taken for this one")
    if (
        spec.expected.strip()
        and SequenceMatcher(None, spec.expected.lower(), spec.actual.lower()).ratio() > 0.97
    ):
        yield Gap("actual", "expected and actual say the same", "nothing says what is wrong")
    if not spec.since.strip():
        yield Gap(
            "since",
            "when it began is not said",
            "history cannot be searched from a good state; “always” is an answer too",
        )


def _of_limits(spec: Spec, rules: TeamRules) -> Iterator[Gap]:
    acceptance = (*spec.acceptance, *rules.acceptance)
    if not acceptance:
        yield Gap(
            "acceptance",
            "no acceptance command",
            "“fixed” cannot be checked beyond the failing test and the suite",
        )
    prose = [each for each in acceptance if not is_command(each)]
    if prose:
        yield Gap(
            "acceptance",
            f"no command: “{prose[0][:50]}”",
            "nobody can run it; say what to run and what it must show",
        )
    if not spec.scope:
        yield Gap("scope", "no files in scope", "an edit anywhere counts as part of the fix")
    if not spec.edge_cases:
        yield Gap("edge_cases", "no edge cases", "a fix for this one input passes")
    if not (spec.constraints or rules.constraints):
        yield Gap("constraints", "no constraints", "what must stay as it is may change unnoticed")
    if not (spec.stop_and_ask or rules.stop_and_ask):
        yield Gap("stop_and_ask", "no stop-and-ask condition", "an assistant decides alone when it is stuck")
    for question in spec.questions:
        yield Gap("questions", f"open: {question[:80]}", "the answer may change the fix")


def is_command(text: str) -> bool:
    """Whether a line of the acceptance looks like something that can be run."""
    text = text.strip()
    begin = _VARIABLES.match(text)
    found = _WORD.match(text, begin.end() if begin else 0)
    word = found.group() if found else ""
    folder, _, name = word.rpartition("/")
    is_program = _PROGRAM.fullmatch(name) is not None and _FOLDERS.fullmatch(folder) is not None
    return is_program or _IN_BIN.match(word) is not None or (len(word) > 3 and word.endswith((".sh", ".py")))


def _is_vague(text: str) -> bool:
    """Whether nothing is left once words that fit every defect are taken away."""
    rest = _EMPTY_WORDS.sub("", text)
    words = re.findall(r"[^\W\d_]{3,}", rest)
    return not _CONCRETE.search(rest) and (bool(_EMPTY_WORDS.search(text)) or len(words) < 3)
