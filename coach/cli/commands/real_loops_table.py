"""What ``coach loops score --real`` prints: one table for each half of the labels, and for both."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from coach.core.base.text import safe_line
from coach.core.loops.real_sessions import (
    Readers,
    RealCase,
    RealLabel,
    RealScores,
    Share,
    agreed,
    agreement,
    read_again,
    readers,
    score_real,
)

HALVES = {
    "seen": "labels used while the rules were worked on",
    "unseen": "labels never looked at by the authors of the rules",
}
_FIGURES = {
    "recall": "circles caught",
    "recall_named": "… and called by a name the label gives",
    "recall_answering": "… of those in which runs answered",
    "precision": "alarms that lie in a circle",
    "false_alarms": "healthy sessions interrupted",
    "noted": "healthy sessions with notes only",
    "resolved": "resolved sessions interrupted",
    "unresolved": "unresolved sessions interrupted",
    "unread": "attempts whose content is not known",
}


def table(cases: Sequence[RealCase], absent: int) -> list[str]:
    """Return the lines of all tables."""
    lines = [line for title, chosen in _groups(cases) for line in _lines(title, score_real(chosen))]
    labels = _labels(cases)
    same, kappa = agreement(read_again(labels))
    if same.of:
        lines.append(f"two readings by one reader give the same label: {same.words}, kappa {kappa:.2f}")
    if (two := readers(labels)).same.of:
        lines.append(_two_readers(two))
    if absent:
        lines.append(f"{absent} sessions are not in the folder and count nowhere")
    return lines


def as_json(cases: Sequence[RealCase], absent: int) -> dict[str, Any]:
    """Return the same figures for programs, with the sessions missed and interrupted by name."""
    labels = _labels(cases)
    same, kappa = agreement(read_again(labels))
    two = readers(labels)
    return {
        "groups": {title: _as_json(score_real(chosen)) for title, chosen in _groups(cases)},
        "agreement": {**_share(same), "kappa": round(kappa, 3)},
        "readers": {
            **_share(two.same),
            "kappa": round(two.kappa, 3),
            "named": _share(two.named),
            "begins": _share(two.begins),
        },
        "absent": absent,
    }


def _labels(cases: Sequence[RealCase]) -> list[RealLabel]:
    return [each.label for each in cases if each.label is not None]


def _two_readers(two: Readers) -> str:
    circles = (
        f"; circles to both: {two.named.count} of {two.named.of} have the same main pattern, "
        f"{two.begins.count} of {two.begins.of} begin at most one run apart"
    )
    return (
        f"two readers, both language models, give the same label: {two.same.words}, kappa {two.kappa:.2f}"
        + (circles if two.named.of else "")
    )


def _groups(cases: Sequence[RealCase]) -> Iterator[tuple[str, list[RealCase]]]:
    labelled = [each for each in cases if each.label is not None]
    for half, title in HALVES.items():
        if chosen := [each for each in labelled if each.half == half]:
            yield title, chosen
    if labelled:
        yield "all labelled sessions", labelled
    if same := agreed(labelled):
        yield "sessions that two readers label the same", same
    for name in sorted({each.name.split(" ")[0] for each in cases if each.resolved is not None}):
        yield (
            f"sessions with an outcome: {name}",
            [each for each in cases if each.resolved is not None and each.name.split(" ")[0] == name],
        )


def _lines(title: str, scores: RealScores) -> Iterator[str]:
    yield f"{safe_line(title)}: {scores.sessions} sessions"
    for key, words in _FIGURES.items():
        share: Share = getattr(scores, key)
        if share.of:
            yield f"  {words:<44}{share.words}"
    rows = {
        name: (scores.recall_by_pattern.get(name), scores.precision_by_pattern.get(name))
        for name in dict.fromkeys((*scores.recall_by_pattern, *scores.precision_by_pattern))
    }
    if any(share.of for pair in rows.values() for share in pair if share is not None):
        yield f"  {'pattern':<22}{'circles caught':<24}alarms in a circle"
        for name, pair in rows.items():
            caught, right = (share.words if share is not None and share.of else "-" for share in pair)
            if (caught, right) != ("-", "-"):
                yield f"  {safe_line(name):<22}{caught:<24}{right}"


def _as_json(scores: RealScores) -> dict[str, Any]:
    return {
        "sessions": scores.sessions,
        **{key: _share(getattr(scores, key)) for key in _FIGURES},
        "recall_by_pattern": {name: _share(each) for name, each in scores.recall_by_pattern.items()},
        "precision_by_pattern": {name: _share(each) for name, each in scores.precision_by_pattern.items()},
        "missed": list(scores.missed),
        "false": [{"session": name, "pattern": pattern} for name, pattern in scores.false],
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {**asdict(share), "low": round(low, 4), "high": round(high, 4)}
