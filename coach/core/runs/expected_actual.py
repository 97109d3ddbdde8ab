"""What should have been there and what was there, as far as a failure says it: the two sides of what it compared."""

import ast
import re
from dataclasses import dataclass

from coach.core.runs.failure import innermost_own
from coach.core.runs.failure_causes import place_of
from coach.core.runs.report import Failure, Frame, gist

MAX = 300
"""Characters kept of a value: a form is to be read."""
LEAD = 40
"""Of them before the first difference of two values that are longer."""
_COMPARED = re.compile(r"^(?:AssertionError: )?assert (?P<left>.+?) == (?P<right>.+)$")
_UNEQUAL = re.compile(r"^(?:AssertionError: )?(?P<left>.+?) != (?P<right>.+?)(?: : .*)?$")
_MORE = re.compile(r" \(\S+ (?:more|less)\)$")
"""What a reading of a difference adds to a number: by how much it is off."""
_EXPECTED = re.compile(r"^[^\w\n]*expected(?: value)?\s*:\s*(?P<text>.+)$", re.IGNORECASE | re.MULTILINE)
_RECEIVED = re.compile(
    r"^[^\w\n]*(?:received|actual|got)(?: value)?\s*:\s*(?P<text>.+)$", re.IGNORECASE | re.MULTILINE
)

_EQUALS = frozenset({"assertEqual", "assertEquals", "assert_equal"})


@dataclass(frozen=True, slots=True)
class TwoSides:
    """One thing a test asked about: what it is called there, its value, and the one wanted."""

    got: str
    wanted: str
    subject: str = ""
    is_sure: bool = False
    """Whether the runner itself says which side was wanted."""


def two_sides(failure: Failure) -> TwoSides | None:
    """Return the first difference of a failure; from its text where the run did not keep one; None without any."""
    asserted = _asserted(failure)
    if failure.difference:
        first = failure.difference[0]
        got, wanted = _apart(_MORE.sub("", first.got), _MORE.sub("", first.wanted))
        subject = _short(place_of(first) or asserted[0])
        return TwoSides(got or "nothing", wanted or "nothing", subject, first.is_sure)
    said = _EXPECTED.search(failure.message), _RECEIVED.search(failure.message)
    if said[0] and said[1]:
        return TwoSides(*_apart(said[1]["text"], said[0]["text"]), asserted[0], is_sure=True)
    line = gist(failure.message).split("\n", 1)[0].strip()
    found = _COMPARED.match(line) or (_UNEQUAL.match(line) if "AssertionError" in failure.exception else None)
    if found is None:
        return None
    left, right = _apart(found["left"], found["right"])
    is_left_wanted = asserted[1]
    subject = "" if asserted[0] in {left, right} else asserted[0]
    return TwoSides(right, left, subject) if is_left_wanted else TwoSides(left, right, subject)


def asserted_line(failure: Failure) -> str:
    """Return the assertion that failed as it is written, on one line; empty when none is known."""
    frame = _asserting(failure)
    return _short(frame.source.removeprefix("assert ").strip()) if frame else ""


def asserted_sides(failure: Failure) -> tuple[Frame | None, str, str]:
    """Return the frame whose line failed, and the two sides it compares as written there, the one that is no literal first.

    Empty where it compares nothing; the second one is empty where it is a literal.
    """
    frame = _asserting(failure)
    if frame is None or "AssertionError" not in failure.exception:
        return innermost_own(failure), "", ""
    sides = _compared(failure)
    if sides is None:
        return frame, "", ""
    first, second = sides
    if _is_literal(first) and not _is_literal(second):
        first, second = second, first
    return frame, _short(ast.unparse(first)), "" if _is_literal(second) else _short(ast.unparse(second))


def _asserting(failure: Failure) -> Frame | None:
    own = failure.own_frames
    frame = next((each for each in reversed(own) if each.source.startswith("assert ")), None)
    return frame if frame and frame in {own[-1], own[0]} else None


def _asserted(failure: Failure) -> tuple[str, bool]:
    """Return what an equality asserts something of, as written, and whether its literal stands on the left."""
    sides = _compared(failure)
    if sides is None:
        return "", False
    is_left_literal = _is_literal(sides[0]) and not _is_literal(sides[1])
    return _short(ast.unparse(sides[1] if is_left_literal else sides[0])), is_left_literal


def _compared(failure: Failure) -> tuple[ast.expr, ast.expr] | None:
    """Return the two sides of the equality that failed; None where none is written there."""
    frame = _asserting(failure) or innermost_own(failure)
    try:
        tree = ast.parse(frame.source.strip() if frame else "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            return node.left, node.comparators[0]
        if isinstance(node, ast.Call) and _name(node) in _EQUALS and len(node.args) > 1:
            return node.args[0], node.args[1]
    return None


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _short(text: str) -> str:
    return _cut(" ".join(text.split()))


def _cut(text: str) -> str:
    return text if len(text) <= MAX else f"{text[: MAX - 1]}…"


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return two values on one line each, as long as a form takes, so that it can be seen where they differ.

    Blanks are folded, except where they are all the difference; what is too long is shown from a little before the first difference.
    """
    first, second = (" ".join(each.split()) for each in (one, other))
    if first == second and one.strip() != other.strip():
        first, second = (_with_blanks(each) for each in (one, other))
    if first != second and first[: MAX - 1] == second[: MAX - 1]:
        pairs = enumerate(zip(first, second, strict=False))
        same = next((number for number, (a, b) in pairs if a != b), min(len(first), len(second)))
        begin = max(same - LEAD, 0)
        first, second = (f"…{each[begin:]}" for each in (first, second))
    return _cut(first), _cut(second)


def _with_blanks(text: str) -> str:
    """Show every blank: a space as a dot, the others as Python writes them."""
    return "".join("·" if each == " " else repr(each)[1:-1] if each.isspace() else each for each in text)
