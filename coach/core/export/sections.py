"""Session state → the sections of an export, in their order: short task first, evidence, the ask last."""

from coach.core.export.background import changes_section, code_section, facts_section, ruled_out_section
from coach.core.export.blocks import Block, Drop, Section
from coach.core.export.failing import failure_section, reproduce_section
from coach.core.export.purpose import ask_section, boundaries_section, task_section
from coach.core.export.quoting import Cleaner
from coach.core.session.state import SessionState


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
    own: list[str] = []
    reported: list[str] = []
    for name, label, entries in (
        ("expected", "Expected", (spec.expected,)),
        ("actual", "Actual", (spec.actual,)),
        ("since", "Since", (spec.since,) if spec.since else ()),
        ("constraints", "Constraint", spec.constraints),
        ("edge_cases", "Edge case", spec.edge_cases),
        ("questions", "Open question", spec.questions),
        ("acceptance", "Accepted when", spec.acceptance),
    ):
        limit = 800 if name in {"expected", "actual"} else 300
        lines = [f"- {label}: {clean.line(each, limit) or 'not said'}" for each in entries]
        (reported if spec.is_reported(name) else own).extend(lines)
    team = (each for each in dict.fromkeys(state.rules.acceptance) if each not in spec.acceptance)
    own += [f"- Accepted when: {clean.line(each)}" for each in team]
    said = "\n".join(reported)
    blocks = (
        Block("\n".join(own), "the engineer's spec", "engineer", Drop.THE_REST, "the spec"),
        Block(said, "a report that was passed on", "report", Drop.THE_REST, "what the report says"),
        Block(
            f"- In the end, done means: {_done(state, clean)}.", drop=Drop.THE_REST, what="what done means"
        ),
    )
    return Section("spec", tuple(each for each in blocks if each.text))


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
