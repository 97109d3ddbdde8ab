"""Fit what each kind of evidence weighs, and show how true the probabilities are.

    .venv/bin/python benchmarks/localise.py --half tuning --features FILE …
    .venv/bin/python benchmarks/fit_standing.py FILE [FILE …]

Each line of a file is one failure: {"id", "set": "tuning", "group": package, "candidates": [{"key", "features": {kind:
amount}, "right": bool}]}. Lines of another set than "tuning" are refused: what is reported is never fitted on.

A conditional logit is fitted by gradient ascent on the mean log-likelihood of the right place (or of *none of these*), drawn
towards the weights that stand in ``coach/core/localize/standing.py``; kinds that are not in the data keep theirs. What is
printed, ranks and the table of said against true, comes from folds that leave a package out, never from the fit itself.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from pathlib import Path

from coach.core.localize import standing
from coach.core.localize.isolation import isolation
from coach.core.localize.suspect import Suspect

NOWHERE = "nowhere"
UNMEASURED = "nowhere, unmeasured"
ROUNDS = 250
STEP = 0.1
HELD = 0.1
"""How strongly a weight is drawn to the one it had: a kind that few failures show stays near it. Less was worse in folds: a tenth of it
lost 3 % of the first places, and of what it called isolated a tenth was wrong."""
NEGATIVE = frozenset(kind for kind, weight in standing.EVIDENCE.items() if weight.value < 0)
BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.001)

Weights = dict[str, float]


@dataclass(frozen=True)
class Case:
    id: str
    group: str
    features: tuple[dict[str, float], ...]
    """Of each candidate; the last one stands for none of them."""
    right: tuple[bool, ...]


def load(files: Iterable[Path]) -> list[Case]:
    found = []
    for file in files:
        for row in map(json.loads, file.read_text("utf-8").splitlines()):
            if row["set"] != "tuning":
                raise SystemExit(
                    f"{row['id']} is of the set {row['set']}: weights are fitted on tuning alone"
                )
            found.append(_case(row))
    return found


def _case(row: dict) -> Case:
    features = [
        {kind: amount for kind, amount in each["features"].items() if amount} for each in row["candidates"]
    ]
    right = [each["right"] for each in row["candidates"]]
    is_measured = any("line" in each for each in features)
    group = row.get("group") or row["id"].partition("-")[0]
    return Case(
        row["id"],
        group,
        (*features, {NOWHERE if is_measured else UNMEASURED: 1.0}),
        (*right, not any(right)),
    )


def said(case: Case, weights: Weights) -> list[float]:
    """Return the probability of each candidate, and last that of none of them."""
    odds = [sum(weights[kind] * amount for kind, amount in each.items()) for each in case.features]
    top = max(odds)
    parts = [exp(each - top) for each in odds]
    whole = sum(parts)
    kept = 1.0 - standing.LAPSE
    return [*(kept * each / whole for each in parts[:-1]), kept * parts[-1] / whole + standing.LAPSE]


def fit(cases: Sequence[Case], start: Weights) -> Weights:
    """Climb the likelihood; the signs of weights are kept."""
    weights, mean, square = dict(start), defaultdict(float), defaultdict(float)
    seen = {kind for case in cases for each in case.features for kind in each}
    for number in range(1, ROUNDS + 1):
        slope = {kind: -HELD * (weights[kind] - start[kind]) for kind in seen}
        for case in cases:
            shares = said(case, weights)
            hit = sum(share for share, right in zip(shares, case.right, strict=True) if right)
            for each, share, right in zip(case.features, shares, case.right, strict=True):
                pull = (share / max(hit, 1e-9) if right else 0.0) - share
                if abs(pull) > 1e-5:
                    for kind, amount in each.items():
                        slope[kind] += pull * amount / len(cases)
        for kind in seen:  # Adam: steps of one size for frequent and rare kinds
            mean[kind] = 0.9 * mean[kind] + 0.1 * slope[kind]
            square[kind] = 0.99 * square[kind] + 0.01 * slope[kind] ** 2
            step = mean[kind] / (1 - 0.9**number) / (sqrt(square[kind] / (1 - 0.99**number)) + 1e-6)
            moved = weights[kind] + STEP * step
            is_kept = kind in {NOWHERE, UNMEASURED} or (moved <= 0) == (kind in NEGATIVE) or moved == 0
            weights[kind] = moved if is_kept else 0.0
    return weights


def rank_of(case: Case, shares: Sequence[float]) -> float:
    """Return the expected rank of the first right place under random order of ties."""
    rounded = [round(each, 9) for each in shares[:-1]]
    best = max((each for each, right in zip(rounded, case.right, strict=False) if right), default=None)
    if best is None:
        return float("inf")
    return 1 + sum(each > best for each in rounded) + (rounded.count(best) - 1) / 2


def show(title: str, cases: Sequence[Case], answers: Sequence[Sequence[float]]) -> None:
    ranks = [rank_of(*each) for each in zip(cases, answers, strict=True)]
    shares = "".join(f"{sum(each <= k for each in ranks) / len(ranks):7.0%}" for k in (1, 3, 5, 10))
    hits = [
        sum(s for s, right in zip(shares, case.right, strict=True) if right)
        for case, shares in zip(cases, answers, strict=True)
    ]
    print(f"{title:<42}{len(cases):5}{shares}{-sum(log(max(h, 1e-9)) for h in hits) / len(hits):8.3f}")


def calibration(cases: Sequence[Case], answers: Sequence[Sequence[float]]) -> None:
    pairs = [
        pair
        for case, shares in zip(cases, answers, strict=True)
        for pair in list(zip(shares, case.right, strict=True))[:-1]
    ]
    print("  places said to be     number   said   true")
    for low, high in pairwise(BINS):
        inside = [(share, right) for share, right in pairs if low <= share < high]
        if inside:
            mean = sum(share for share, _ in inside) / len(inside)
            true = sum(right for _, right in inside) / len(inside)
            print(f"  {low:4.0%} to {min(high, 1):4.0%}{len(inside):15}{mean:7.0%}{true:7.0%}")
    print(f"  isolated and wrong: {_isolated(cases, answers)}")


def _isolated(cases: Sequence[Case], answers: Sequence[Sequence[float]]) -> str:
    named = wrong = 0
    for case, shares in zip(cases, answers, strict=True):
        places = [
            Suspect(
                path=str(number),
                probability=share,
                score=share,
                kinds=standing.strong_kinds(case.features[number]),
            )
            for number, share in enumerate(shares[:-1])
        ]
        found = isolation(sorted(places, key=lambda each: -each.probability))
        named += bool(found)
        wrong += bool(found) and not any(case.right[int(each.path)] for each in found.places)
    return f"{wrong} of {named}, of {len(cases)} failures"


def folds(cases: Sequence[Case], start: Weights) -> list[list[float]]:
    """Answer each case with weights fitted on the other packages."""
    answers: dict[int, list[float]] = {}
    for group in {case.group for case in cases}:
        weights = fit([case for case in cases if case.group != group], start)
        answers |= {id(case): said(case, weights) for case in cases if case.group == group}
    return [answers[id(case)] for case in cases]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument(
        "--without-folds", action="store_true", help="only fit; prints nothing to be believed"
    )
    args = parser.parse_args()
    cases = load(args.files)
    start = {kind: weight.value for kind, weight in standing.EVIDENCE.items()}
    start |= {NOWHERE: standing.NOWHERE.value, UNMEASURED: standing.NOWHERE_UNMEASURED.value}
    print(f"{'':<42}{'':>5}{'@1':>7}{'@3':>7}{'@5':>7}{'@10':>7}{'-log p':>8}")
    now = [said(case, start) for case in cases]
    show("with the weights as they are", cases, now)
    calibration(cases, now)
    if not args.without_folds:
        answers = folds(cases, start)
        show("fitted, a package left out each time", cases, answers)
        calibration(cases, answers)
    weights = fit(cases, start)
    counts = {kind: sum(any(kind in each for each in case.features) for case in cases) for kind in weights}
    print("weights fitted on all of it (kind, weight, failures that show it):")
    for kind, value in weights.items():
        if counts[kind]:
            print(f"  {kind:<22}{start[kind]:7.2f} ->{value:7.2f}{counts[kind]:6}")


if __name__ == "__main__":
    main()
