"""Small plots as inline SVG, where people would rather look: failing tests, time per step, attempts and hypotheses, rates.

Everything in them is a number of ours or already escaped; each has its words for whoever cannot see it.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from coach.core.base.formatting import count
from coach.core.reports.model import Point

WIDE, HIGH = 300, 120
LEFT, BOTTOM, TOP = 26, 18, 8
MAX_POINTS = 240
"""More runs than that are thinned out: a screen has no more columns for them."""
MAX_NAME = 24
"""Characters of a name beside its row."""


class ShownRate(NamedTuple):
    """A rate of 0 to 1 with its interval; ``name`` is safe and cut, and not escaped yet."""

    name: str
    rate: float
    low: float
    high: float
    words: str


_COLOURS = {"PASS": "var(--good)", "FAIL": "var(--bad)", "UNRESOLVED": "var(--warn)"}


def failing_plot(points: Sequence[Point]) -> str:
    """Draw how many tests failed in each run of the target: a bar each, a dot on the ground for a pass."""
    points = _thin(points)
    if not points:
        return ""
    most = max(1, *(each.failing for each in points))
    step = (WIDE - LEFT - 4) / len(points)
    thick = max(1.0, min(14.0, step * 0.7))
    parts = [_axis(most, points)]
    for at, each in enumerate(points):
        x = LEFT + step * (at + 0.5)
        if each.outcome == "FAIL":
            high = (HIGH - BOTTOM - TOP) * each.failing / most
            parts.append(
                f'<rect x="{x - thick / 2:.1f}" y="{HIGH - BOTTOM - high:.1f}" width="{thick:.1f}" height="{high:.1f}"'
                f' rx="1.5" fill="{_COLOURS["FAIL"]}"/>'
            )
        else:
            colour = _COLOURS[each.outcome]
            parts.append(
                f'<circle cx="{x:.1f}" cy="{HIGH - BOTTOM - 4}" r="{min(4.0, thick):.1f}" fill="{colour}"/>'
            )
    red = sum(each.outcome == "FAIL" for each in points)
    return _svg(
        f"Failing tests per run: {red} of {count(len(points), 'run')} red, at most {most} failing", parts
    )


def steps_plot(steps: Sequence[tuple[str, float, str]]) -> str:
    """Draw the time in each step; ``steps`` are (escaped title, seconds, the time in words)."""
    most = max((seconds for _, seconds, _ in steps), default=0.0)
    if most <= 0:
        return ""
    row = (HIGH - 4) / len(steps)
    parts = []
    for at, (title, seconds, words) in enumerate(steps):
        y = 2 + row * at
        long = (WIDE - 160) * seconds / most
        parts.append(f'<text x="0" y="{y + row * 0.65:.1f}">{title}</text>')
        parts.append(
            f'<rect x="92" y="{y + row * 0.2:.1f}" width="{max(1.0, long):.1f}" height="{row * 0.6:.1f}" rx="2" fill="var(--accent)"/>'
        )
        parts.append(f'<text x="{98 + long:.1f}" y="{y + row * 0.65:.1f}">{words}</text>')
    said = ", ".join(f"{title} {words}" for title, _, words in steps)
    return _svg(f"Time per step: {said}", parts)


def effort_plot(points: Sequence[Point]) -> str:
    """Draw attempts and hypotheses as they add up: many of one and few of the other is guessing."""
    points = _thin(points)
    most = max((max(each.attempts, each.hypotheses) for each in points), default=0)
    if not most:
        return ""
    parts = [_axis(most, points)]
    for name, colour, dash in (
        ("attempts", "var(--accent)", ""),
        ("hypotheses", "var(--good)", ' stroke-dasharray="5 3"'),
    ):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in _line([getattr(each, name) for each in points], most))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
    last = points[-1]
    return _svg(f"{count(last.attempts, 'attempt')} against {last.hypotheses} hypotheses", parts)


def rates_plot(rates: Sequence[ShownRate]) -> str:
    """Draw rates with their intervals, a row each."""
    left, row, wide = 165, 24, 760
    room, high = wide - left - 170, row * len(rates) + BOTTOM
    parts = [
        f'<line x1="{left + room * tenth / 4:.1f}" y1="0" x2="{left + room * tenth / 4:.1f}" y2="{high - BOTTOM}" stroke="var(--rule)"/>'
        f'<text x="{left + room * tenth / 4:.1f}" y="{high - 4}" text-anchor="middle">{25 * tenth} %</text>'
        for tenth in range(5)
    ]
    for at, each in enumerate(rates):
        y = row * at + row / 2
        parts.append(
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(each.name)}</text>'
            f'<line x1="{left + room * each.low:.1f}" y1="{y:.1f}" x2="{left + room * each.high:.1f}" y2="{y:.1f}" stroke="var(--accent)" stroke-width="2"/>'
            f'<circle cx="{left + room * each.rate:.1f}" cy="{y:.1f}" r="4.5" fill="var(--accent)"/>'
            f'<text x="{left + room + 12}" y="{y + 4:.1f}">{escape(each.words)}</text>'
        )
    said = "; ".join(f"{each.name} fixed {each.words}" for each in rates)
    return _svg(f"Drills that were fixed: {said}", parts, wide, high)


def _line(values: Sequence[int], most: int) -> list[tuple[float, float]]:
    step = (WIDE - LEFT - 6) / max(1, len(values) - 1)
    return [
        (LEFT + step * at, HIGH - BOTTOM - (HIGH - BOTTOM - TOP) * each / most)
        for at, each in enumerate(values)
    ]


def _axis(most: int, points: Sequence[Point]) -> str:
    context = HIGH - BOTTOM
    return (
        f'<line x1="{LEFT}" y1="{context}" x2="{WIDE}" y2="{context}" stroke="var(--rule)"/>'
        f'<text x="{LEFT - 6}" y="{TOP + 8}" text-anchor="end">{most}</text> '
        f'<text x="{LEFT - 6}" y="{context}" text-anchor="end">0</text> '
        f'<text x="{LEFT}" y="{HIGH - 3}">#{points[0].run}</text> '
        f'<text x="{WIDE}" y="{HIGH - 3}" text-anchor="end">#{points[-1].run}</text>'
    )


def _thin(points: Sequence[Point]) -> Sequence[Point]:
    if len(points) <= MAX_POINTS:
        return points
    return [points[at * (len(points) - 1) // (MAX_POINTS - 1)] for at in range(MAX_POINTS)]


def _svg(said: str, parts: Sequence[str], wide: int = WIDE, high: int = HIGH) -> str:
    words = escape(said)
    return f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{words}"><title>{words}</title>{" ".join(parts)}</svg>'
