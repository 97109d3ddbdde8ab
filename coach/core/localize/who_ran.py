"""Who ran a place, or depends on what it made at import: in a sentence, and as the share of its score that it keeps."""

from coach.core.localize.spectrum import FunctionCount
from coach.core.localize.weights import AT_IMPORT, READ_AT_IMPORT
from coach.core.loops.analysis.syntax import MODULE


def share_kept(each: FunctionCount) -> float:
    """Return the share of its score that a place keeps for when it ran, 0 to 1."""
    if each.is_import and each.steps:
        return READ_AT_IMPORT**each.steps
    return AT_IMPORT if each.is_import or each.function == MODULE else 1.0


def who_ran(each: FunctionCount, fewest: int, passing: int) -> str:
    """Say who ran a place. ``fewest`` of ``passing`` tests ran, or read, its most suspicious line."""
    return _read_by(each, fewest, passing) if each.is_import else _ran_by(fewest, passing)


def _ran_by(fewest: int, passing: int) -> str:
    if not passing:
        return "run by the failing test"
    if not fewest:
        return f"run by the failing test and by none of {passing} passing ones"
    return f"run by the failing test and by {fewest} of {passing} passing ones"


def _read_by(each: FunctionCount, fewest: int, passing: int) -> str:
    """Say of what ran at import who depends on it."""
    if not each.steps:
        return "run when the file was imported"
    how = (
        "read"
        if each.steps == 1
        else f"reached over {each.steps - 1} other name{'s' if each.steps > 2 else ''}"
    )
    said = f"runs at import, {how} by the failing test"
    return f"{said} and by {fewest or 'none'} of {passing} passing ones" if passing else said
