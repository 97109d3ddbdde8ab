"""The sections of an export, in their order: short task first, decisive evidence next, the ask last. This table registers them."""

from collections.abc import Callable
from typing import NamedTuple

from coach.core.export.background import facts_blocks, ruled_out_blocks
from coach.core.export.blocks import Block, Section
from coach.core.export.code import code_blocks
from coach.core.export.differences import changes_blocks
from coach.core.export.failing import failure_blocks
from coach.core.export.limits import boundaries_blocks, spec_blocks
from coach.core.export.present import reproduce_blocks, task_blocks
from coach.core.export.purpose import Purpose, ask_blocks
from coach.core.export.quoting import Cleaner
from coach.core.session.state import SessionState


class SectionKind(NamedTuple):
    """A section: its word in the tagged form and in JSON, its title, and the blocks of a session that stand in it."""

    key: str
    title: str
    blocks: Callable[[SessionState, Purpose, Cleaner], tuple[Block, ...]]


SECTIONS = (
    SectionKind("task", "Task", task_blocks),
    SectionKind("reproduce", "Reproduce", reproduce_blocks),
    SectionKind("failure", "Failure", failure_blocks),
    SectionKind("code", "Code", code_blocks),
    SectionKind("facts", "Facts observed, and hypotheses", facts_blocks),
    SectionKind("changes", "What changed", changes_blocks),
    SectionKind("ruled-out", "Ruled out and already tried", ruled_out_blocks),
    SectionKind("spec", "Expected and actual", spec_blocks),
    SectionKind("boundaries", "Boundaries", boundaries_blocks),
    SectionKind("ask", "Ask", ask_blocks),
)
"""The header before them is written by the renderer. A block without text is none, a section without blocks neither."""
_FIRST: dict[Purpose, tuple[str, ...]] = {"review": ("task", "reproduce", "changes")}
"""Sections that come first for a purpose: who reviews reads the change before the failure."""


def sections_of(state: SessionState, purpose: Purpose, clean: Cleaner) -> tuple[Section, ...]:
    """Return every section that has something to say."""
    first = _FIRST.get(purpose, ())
    ordered = sorted(SECTIONS, key=lambda each: first.index(each.key) if each.key in first else len(first))
    every = (
        Section(each.key, each.title, _with_text(each.blocks(state, purpose, clean))) for each in ordered
    )
    return tuple(section for section in every if section.blocks)


def _with_text(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.text)
