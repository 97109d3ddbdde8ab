"""Lines that each test ran, as a text that is kept for those who ask later which tests run a line."""

import json
from collections.abc import Mapping

from coach.core.localize.spectrum import Coverage, Lines


def coverage_text(coverage: Coverage, tree: str) -> str:
    """Return per-test lines as JSON: ``{"tests": {id: {path: "1-3,7"}}}``."""
    kept = {
        "tree": tree,
        "way": coverage.way,
        "tests": _table(coverage.tests),
        "imports": _table(coverage.imports),
    }
    return json.dumps(kept, separators=(",", ":"))


def _table(contexts: Mapping[str, Lines]) -> dict[str, dict[str, str]]:
    return {
        name: {path: ranges(sorted(lines)) for path, lines in files.items()}
        for name, files in contexts.items()
    }


def coverage_from(text: str) -> Coverage:
    """Read what ``coverage_text`` wrote; anything else is no coverage."""
    try:
        kept = json.loads(text)
        return Coverage(_untable(kept["tests"]), _untable(kept["imports"]), str(kept["way"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Coverage({})


def _untable(contexts: dict[str, dict[str, str]]) -> dict[str, Lines]:
    return {name: {path: lines_of(text) for path, text in files.items()} for name, files in contexts.items()}


def lines_of(text: str) -> frozenset[int]:
    """Read ``3-5,9``, as ``ranges`` writes it."""
    bounds = (part.partition("-") for part in text.split(",") if part)
    return frozenset(line for first, _, last in bounds for line in range(int(first), int(last or first) + 1))


def ranges(lines: list[int]) -> str:
    """Write sorted line numbers as ``3-5,9``."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
