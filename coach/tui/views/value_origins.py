"""Where a value came from, as lines: the chain, the places that made it, and what is not known."""

from coach.core.localize.origins import Origin, Origins, chain
from coach.tui.views.line import BLANK, Line, heading, line


def origins_lines(found: Origins) -> tuple[Line, ...]:
    """Return the answer as lines of a panel."""
    lines: list[Line] = [line((chain(found), "strong"), hang=2), BLANK]
    lines += [_place(each) for each in found.origins]
    if not found.origins:
        lines.append(line(("No place of own code made it.", "dim")))
    if found.conditions:
        lines += [BLANK, heading("Steered by, not followed further")]
        lines += [
            line(place := f"{each.path}:{each.line} ", (each.text, "dim"), hang=2).of_entry(place)
            for each in found.conditions
        ]
    if found.opaque:
        lines += [
            BLANK,
            line((f"not seen into, arguments followed: {', '.join(found.opaque)}", "dim"), hang=2),
        ]
    if not found.failed:
        lines.append(line(("the test passed in this run", "warn")))
    return (*lines, *(line((each, "warn"), hang=2) for each in found.left_out))


def _place(origin: Origin) -> Line:
    made = f"{origin.name} = {origin.value}" if origin.value else origin.name
    likely = ", likely" if not origin.is_sure else ""
    return line(
        (f"{origin.path}:{origin.line} ", "dim"),
        f"{origin.function}  ",
        made,
        (f"  {origin.how}{likely}", "dim"),
        hang=2,
    ).of_entry(f"{origin.path}:{origin.line} {made}")
