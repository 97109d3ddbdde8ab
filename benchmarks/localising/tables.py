"""The figures of measured defects, as tables for the terminal."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
HITS = (1, 3, 5, 10)
BANDS = ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01))
LIKELY = 0.8


def expected_rank(row: Row) -> float:
    """Return the rank of the first right place when ties are ordered at random (E_inspect); infinite when it has none."""
    rights = [each for each in row.get("suspects", ()) if each["right"]]
    if not rights:
        return math.inf
    best = rights[0]
    tied = sum(each["rank"] == best["rank"] for each in rights)
    return best["rank"] + (best["ties"] - tied) / (tied + 1)


def is_line(row: Row) -> bool:
    return bool(row.get("suspects")) and bool(row["suspects"][0]["right_line"])


def show(title: str, rows: Sequence[Row]) -> None:
    """Print everything that is measured of one set of defects."""
    if not rows:
        return
    print(f"\n{title}: {len(rows)} sessions on {len({row['id'] for row in rows})} defects")
    print(f"  {'functions':<44}{'n':>5}" + "".join(f"{f'@{k}':>7}" for k in HITS))
    for name, part in _parts(rows):
        ranks = [expected_rank(row) for row in part]
        shares = "".join(f"{_share(rank <= k for rank in ranks):>7}" for k in HITS)
        print(f"  {name:<44}{len(part):>5}{shares}")
    _show_lines(rows)
    _show_calibration(rows)
    _show_isolated(rows)
    _show_seconds(rows)
    for row in rows:
        if row.get("why"):
            print(f"  not measured: {row['id']} ({row['variant']}): {row['why'].splitlines()[-1][:150]}")


def _parts(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return what is shown apart: by variant, and by where the defects come from."""
    parts: list[tuple[str, list[Row]]] = []
    for variant, words in (
        ("committed", "everything committed"),
        ("uncommitted", "with the new test uncommitted"),
    ):
        own = [row for row in rows if row["variant"] == variant]
        parts.append((words, own))
        parts += [
            (f"  {origin}", [row for row in own if row["origin"] == origin])
            for origin in ("planted", "by hand", "historical")
        ]
    both = {row["id"] for row in rows if row["variant"] == "uncommitted"}
    same = [row for row in rows if row["variant"] == "committed" and row["id"] in both]
    parts.append(("the same defects, everything committed", same))
    return [(name, part) for name, part in parts if part]


def _show_lines(rows: Sequence[Row]) -> None:
    small = [row for row in rows if row["small"]]
    hard = [row for row in small if not row["undone"]]
    for name, part in (("", small), (" that no mutant undoes", hard)):
        if part:
            print(f"  top line right, one-line defects{name} ({len(part)}): {_share(map(is_line, part))}")


def _show_calibration(rows: Sequence[Row]) -> None:
    said = [
        (each["probability"], each["right"])
        for row in rows
        for each in row.get("suspects", ())
        if "probability" in each
    ]
    if not any(probability for probability, _ in said):
        print("  said against true: no probability is said")
        return
    print(f"  {'said':<14}{'places':>8}{'mean said':>11}{'true':>8}")
    for low, high in BANDS:
        part = [pair for pair in said if low <= pair[0] < high]
        if part:
            mean = statistics.mean(probability for probability, _ in part)
            print(
                f"  {low:>4.0%} to {min(high, 1):>4.0%}{len(part):>9}{mean:>11.0%}{_share(ok for _, ok in part):>8}"
            )
    likely = [ok for probability, ok in said if probability >= LIKELY]
    if likely:
        print(f"  of {len(likely)} places said to be {LIKELY:.0%} likely or more, right: {_share(likely)}")


def _show_isolated(rows: Sequence[Row]) -> None:
    isolated = [row for row in rows if row.get("isolated")]
    wrong = [
        row
        for row in isolated
        if not any(each["right"] for each in row["suspects"] if each["key"] in row["isolated"])
    ]
    print(f"  isolated: said of {len(isolated)} of {len(rows)}", end="")
    print(
        f"; the cause is outside of the named places in {len(wrong)} ({_share([True] * len(wrong) + [False] * (len(isolated) - len(wrong)))})"
        if isolated
        else ""
    )


def _show_seconds(rows: Sequence[Row]) -> None:
    for name, words in (
        ("red", "until red"),
        ("first", "from the end of the traced run to the first evidence"),
        ("measured", "from red to the first evidence"),
        ("isolated", "from red to isolated"),
        ("all", "the whole investigation"),
    ):
        took = sorted(row["seconds"][name] for row in rows if name in row.get("seconds", {}))
        if took:
            print(
                f"  seconds {words}: median {statistics.median(took):.1f}, worst {took[-1]:.1f} (of {len(took)})"
            )


def _share(hits: Iterable[bool]) -> str:
    found = list(hits)
    return f"{sum(found) / len(found):.0%}" if found else "-"


def tell(row: Row, write: Callable[[str], None] = print) -> None:
    """Say in one line how a defect went."""
    first = (row.get("suspects") or [{}])[0]
    write(
        f"# {expected_rank(row):5.1f} {'L' if is_line(row) else '-'} {'I' if row.get('isolated') else '-'} "
        f"{first.get('probability', 0):4.2f} {row['variant']:<11} {row['id']:<50} "
        f"{row.get('seconds', {}).get('all', 0):5.1f} s  is {row['places']}, said {first.get('key', row.get('why', ''))}"
    )
