"""Session state → the sections of an export, in their order: short task first, evidence, the ask last."""

from coach.core.export.blocks import Block, Drop, Section
from coach.core.export.failing import failure_section, reproduce_section
from coach.core.export.fence import Cleaner
from coach.core.export.history import changes_section, code_section, facts_section, ruled_out_section
from coach.core.export.purpose import ask_section, boundaries_section, task_section
from coach.core.session import SessionState


def sections_of(state: SessionState, clean: Cleaner) -> tuple[Section, ...]:
    """Return every section that has something to say; the header is the renderer's."""
    every = (
        task_section(state, clean),
        boundaries_section(state, clean),
        spec_section(state, clean),
        reproduce_section(state, clean),
        failure_section(state, clean),
        changes_section(state, clean),
        facts_section(state, clean),
        ruled_out_section(state, clean),
        code_section(state, clean),
        ask_section(state),
    )
    return tuple(section for section in every if section.blocks)


def spec_section(state: SessionState, clean: Cleaner) -> Section:
    """Tell what the engineer expects; what was not said is named as such, never guessed."""
    spec = state.spec
    lines = [
        f"- Expected: {clean.line(spec.expected, 800) or 'not said'}",
        f"- Actual: {clean.line(spec.actual, 800) or 'not said'}",
    ]
    if spec.since:
        lines.append(f"- Since: {clean.line(spec.since)}")
    for label, entries in (
        ("Constraint", spec.constraints),
        ("Edge case", spec.edge_cases),
        ("Open question", spec.questions),
    ):
        lines += [f"- {label}: {clean.line(each)}" for each in entries]
    acceptance = dict.fromkeys((*spec.acceptance, *state.rules.acceptance))
    lines += [f"- Accepted when: {clean.line(each)}" for each in acceptance]
    block = Block("\n".join(lines), "the engineer's spec", "engineer", Drop.THE_REST, "the spec")
    words = f"- In the end, done means: {_done(state, clean)}."
    done = Block(words, drop=Drop.THE_REST, what="what done means")
    return Section("spec", (block, done))


def _done(state: SessionState, clean: Cleaner) -> str:
    """Say what coach checks before it calls the defect fixed."""
    test = "the pinned test" if state.pin else "the failing test"
    if state.target.kind == "command":
        test = clean.code(state.target.label, 200)
    parts = [f"{test} passes, unchanged, in cold runs"]
    if state.target.kind == "pytest":
        parts.append("the whole suite has no new failure and no test fewer")
    if state.spec.scope or state.protected:
        parts.append("only allowed files changed")
    parts.append("the root cause is written down")
    return "; ".join(parts)
