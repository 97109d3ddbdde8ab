"""How many tokens is a text? An estimate without a tokenizer, a model or a network: the same everywhere, always.

Measured against the vocabularies cl100k, o200k and Claude's published one (the largest of the three counts is
"real"): over 58 Python files, diffs, pytest output, JSON and Markdown the estimate is 0.97 to 1.22 times the real
count, 1.08 in the middle; ``tests/core/export/test_budget.py`` holds some of the counts. Hex, base64, Chinese and
signs lie between 0.9 and 1.2. Not covered: long runs of random lower-case letters cost three times their estimate,
German a sixth more.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from coach.core.export.blocks import Block, Drop, Section

LEAST = 1_000
"""The parts that are never left out do not fit into less."""
DEFAULT = 4_000
TIERS = (1_500, DEFAULT, 12_000)
WORTH_KEEPING = 60
"""A droppable block cut below this many tokens says less than the room is worth."""
ANNOUNCEMENT = 12
"""What it costs to say that something was cut."""
MOST_OF_ONE = 0.6
"""Share of the budget up to which a block that is never dropped is kept whole."""
SHORT_ENOUGH = 160
"""Coach's own words up to this size are cut last of all."""
MAX_LISTED = 6
MOST_FORMS = 8
"""Shorter forms that a block may have."""
MAX_LACKING = 20
REMEMBERED = 1_000
"""Characters; the cost of a line up to this size is remembered."""

_SAFETY = 1.03
_PIECE = re.compile(
    r"(?P<blob>(?=[A-Za-z+/]{0,12}\d)(?=[\d+/]{0,12}[A-Za-z])[A-Za-z0-9+/=]{12,})"
    r"|(?P<word>[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z])"
    r"|(?P<digits>\d+)"
    r"|(?P<lines>[ ]*\n[\n ]*)"
    r"|(?P<gap>[ ]{2,}|[ ](?=\d))"
    r"|(?P<space>[ ])"
    r"|(?P<wide>[^\x00-\x7f]+)"
    r"|(?P<signs>(?P<sign>[^\w\s])(?P=sign)*|_+|.)",
    re.DOTALL,
)
_BREAK = re.compile(r"((?<! )[ ]*+\n[\n ]*)")
"""Where no piece but that of the line break itself goes on: lines are estimated each on its own."""
_DRAWN = frozenset("=-_#*.~/ ")
"""Signs that vocabularies know in long runs: rulers."""


def estimate(text: str) -> int:
    """Return about how many tokens a model will count for a text."""
    return math.ceil(_SAFETY * sum(map(_cost_of, _BREAK.split(text))))


def _cost_of(line: str) -> float:
    # A document is estimated again after each block that gave way, and nearly all its lines are the same then.
    return _remembered(line) if len(line) <= REMEMBERED else _summed(line)


def _summed(line: str) -> float:
    return sum(_cost(match.lastgroup or "", match.group()) for match in _PIECE.finditer(line))


_remembered = lru_cache(maxsize=2_048)(_summed)


def _cost(kind: str, piece: str) -> float:
    length = len(piece)
    match kind:
        case "word":
            cost = _word_cost(piece, length)
        case "blob":
            cost = length * 0.65
        case "digits":
            cost = math.ceil(length / 3)
        case "lines" | "gap":
            cost = 1 + length / 100
        case "space":
            cost = 0.0
        case "wide":
            cost = sum(map(_wide_cost, piece))
        case _:
            cost = _sign_cost(piece, length)
    return cost


def _word_cost(word: str, length: int) -> float:
    if length <= 2:
        return 1.0
    if word.isupper():
        return length * 0.45
    return 1.0 if length <= 6 else 1 + (length - 6) * 0.22


def _sign_cost(signs: str, length: int) -> float:
    if length == 1:
        return 0.75
    return 1 + length / (8 if signs[0] in _DRAWN else 2)


def _wide_cost(char: str) -> float:
    code = ord(char)
    if code < 0x250:
        return 1.6  # an accented letter also splits the word it stands in
    if code < 0x2000:
        return 0.6
    if code < 0x2400:
        return 1.1
    if code < 0x2800:
        return 2.4  # signs, boxes, control pictures: two or three bytes each on their own
    return 2.6 if code >= 0x10000 else 1.15


@dataclass(slots=True)
class _Fitting:
    """Blocks on their way into the budget."""

    sections: list[list[Block]]
    left_out: dict[str, str]
    lacking: dict[str, None] = field(default_factory=dict)
    """What a review lacks of the change: always named."""

    def name(self, block: Block, how: str) -> None:
        """Put a block on the list of what was left out; a whole block outweighs a part of one."""
        if block.drop is Drop.REVIEWED:
            self.lacking[block.what] = None
            return
        if self.left_out.get(block.what) != "":
            self.left_out[block.what] = how

    @property
    def listed(self) -> tuple[str, ...]:
        """What was left out, in words; many entries are counted instead of named."""
        words = [f"{how} {what}".strip() for what, how in self.left_out.items()]
        if len(words) > MAX_LISTED:
            words[MAX_LISTED - 1 :] = [f"{len(words) - MAX_LISTED + 1} more parts"]
        lacking = list(self.lacking)
        if len(lacking) > MAX_LACKING:
            lacking[MAX_LACKING:] = [f"{len(lacking) - MAX_LACKING} more hunks"]
        return (*lacking, *words)


Render = Callable[[tuple[Section, ...], tuple[str, ...]], str]
Place = tuple[int, int]
"""Of a block: section and position."""
GiveWay = Callable[[_Fitting, int, int, int], bool]


def fit(
    sections: Sequence[Section], budget: int, render: Render
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Drop, shorten and cut blocks in the stated order until the rendered text is within the budget.

    Returns the sections that are left and the list of what was left out.
    """
    fitting = _Fitting([list(section.blocks) for section in sections], {})

    def now() -> tuple[Section, ...]:
        kept = zip(sections, fitting.sections, strict=True)
        whole = (
            replace(section, blocks=tuple(each for each in blocks if each.text)) for section, blocks in kept
        )
        return tuple(section for section in whole if section.blocks)

    def over() -> int:
        return estimate(render(now(), fitting.listed)) - budget

    if over() > 0:
        _bound(fitting, budget)
    for give_way, places in _ways(_drop_order(fitting.sections)):
        for section, place in places:
            while (excess := over()) > 0 and give_way(fitting, section, place, excess):
                pass
    _cut_what_is_never_dropped(fitting, over)
    return now(), fitting.listed


def _bound(fitting: _Fitting, budget: int) -> None:
    """Cut huge blocks before anything else: one that is never dropped may not push all others out."""
    for blocks in fitting.sections:
        for place, block in enumerate(blocks):
            most = budget if block.drop else int(budget * MOST_OF_ONE)
            if len(block.text) > most and estimate(block.text) > most:
                blocks[place] = replace(block, text=cut(block.text, most, block.keep))
                fitting.name(block, "part of")


def _drop_order(sections: list[list[Block]]) -> dict[Drop, list[Place]]:
    """Return the places of blocks by their place in the drop order, the last of each kind first."""
    kinds: dict[Drop, list[Place]] = {}
    for i, blocks in enumerate(sections):
        for j, block in enumerate(blocks):
            if block.drop:
                kinds.setdefault(block.drop, []).insert(0, (i, j))
    return {drop: kinds[drop] for drop in sorted(kinds)}


def _ways(kinds: Mapping[Drop, list[Place]]) -> Iterator[tuple[GiveWay, list[Place]]]:
    """Yield how blocks make room, and which: what is decisive is shortened, all of it, before any of it is dropped."""
    decisive = [places for drop, places in kinds.items() if drop >= Drop.OUTER_FRAMES]
    for drop, places in kinds.items():
        if drop < Drop.OUTER_FRAMES:
            yield _give_way, places
    yield from ((_shorten, places) for _ in range(MOST_FORMS) for places in decisive)
    yield from ((_give_way, places) for places in decisive)


def _shorten(fitting: _Fitting, section: int, place: int, _excess: int) -> bool:
    """Replace a block by its next shorter form; False: the others are asked before it is asked again."""
    block = fitting.sections[section][place]
    if block.text and block.shorter:
        text, *rest = block.shorter
        if len(text) < len(block.text):
            fitting.name(block, "part of" if text else "")
            block = replace(block, text=text)
        fitting.sections[section][place] = replace(block, shorter=tuple(rest))
    return False


def _give_way(fitting: _Fitting, section: int, place: int, excess: int) -> bool:
    """Make one block smaller; False when nothing is left of it."""
    block = fitting.sections[section][place]
    if not block.text:
        return False
    size = estimate(block.text)
    if size - excess >= WORTH_KEEPING and block.drop >= Drop.LIBRARY_FRAMES:
        shorter = cut(block.text, size - excess - ANNOUNCEMENT, block.keep)
        fitting.sections[section][place] = replace(
            block, text=shorter if len(shorter) < len(block.text) else "", shorter=()
        )
        fitting.name(block, "part of")
    else:
        fitting.sections[section][place] = replace(block, text="")
        fitting.name(block, "")
    return True


def _cut_what_is_never_dropped(fitting: _Fitting, over: Callable[[], int]) -> None:
    """Cut inside the remaining blocks, always the largest, until the text fits or nothing more can give."""
    spent: set[tuple[int, int]] = set()
    while (excess := over()) > 0:
        sizes = {
            (estimate(block.text), i, j)
            for i, blocks in enumerate(fitting.sections)
            for j, block in enumerate(blocks)
            if block.text and (i, j) not in spent
        }
        # Task and ask are short and ours: they give way only when all else has.
        sizes = {each for each in sizes if not _is_core(fitting.sections[each[1]][each[2]], each[0])} or sizes
        if not sizes:
            return
        size, i, j = max(sizes)
        block = fitting.sections[i][j]
        # Not more than half at once: the next largest has to give as well.
        room = max(2 * ANNOUNCEMENT, size - excess - ANNOUNCEMENT, size // 2)
        shorter = cut(block.text, room, block.keep)
        if len(shorter) >= len(block.text):
            spent.add((i, j))
            continue
        fitting.sections[i][j] = replace(block, text=shorter)
        fitting.name(block, "part of")


def _is_core(block: Block, size: int) -> bool:
    return block.trust == "coach" and size <= SHORT_ENOUGH


def cut(text: str, tokens: int, keep: Literal["head", "ends"] = "head") -> str:
    """Return the text cut to about ``tokens``, by whole lines where there are several, and say what is missing."""
    size = estimate(text)
    if size <= tokens:
        return text
    share = max(0.0, tokens / size)
    while True:
        shorter = _cut_to(text, int(len(text) * share), keep)
        if estimate(shorter) <= tokens or share < 0.001:
            return shorter
        share *= 0.85


def _cut_to(text: str, room: int, keep: Literal["head", "ends"]) -> str:
    tail_room = room // 3 if keep == "ends" else 0
    head, tail = text[: room - tail_room], text[len(text) - tail_room :]
    if "\n" in head:
        head = head[: head.rindex("\n")]
    if "\n" in tail:
        tail = tail[tail.index("\n") + 1 :]
    missing = text[len(head) : len(text) - len(tail)]
    lines = missing.strip("\n").count("\n") + 1
    said = f"… {lines} lines left out …" if lines > 1 else f"… {len(missing):,} characters left out …"
    glue = "\n" if "\n" in text else " "
    return glue.join(part for part in (head, said, tail) if part)
