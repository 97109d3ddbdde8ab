"""Who ran a place, or depends on what it made at import, and how whole the measurement is, in sentences."""

from coach.core.localize.outline import words_of
from coach.core.localize.spectrum import FunctionCount, Spectrum


def red_count(spectrum: Spectrum) -> int:
    """Return how many red tests stand on the failing side, the failing test itself included."""
    return max(len(spectrum.red_tests), 1)


def fail_together(spectrum: Spectrum) -> str:
    """Say that other red tests seem to fail for the same cause; empty when none does."""
    red = red_count(spectrum)
    return f"these {red} red tests seem to fail for the same cause" if red > 1 else ""


def who_ran(each: FunctionCount, line: int, fewest: int, spectrum: Spectrum) -> str:
    """Say who ran a place. ``fewest`` passing tests ran, or read, its most suspicious line, which is ``line``."""
    passing = spectrum.passing
    said = _read_by(each, fewest, passing) if each.is_import else _ran_by(each, line, fewest, passing)
    red = red_count(spectrum)
    if red > 1 and (each.steps or not each.is_import):
        said += f", and by {each.failing} of {red} that fail together"
    return f"{said}, only after the exception was raised" if each.after_raise else said


def _ran_by(each: FunctionCount, line: int, fewest: int, passing: int) -> str:
    """Say it of the line where the function as a whole was run by others too."""
    if not passing:
        return "run by the failing test"
    whom = f"run by the failing test and by {fewest or 'none'} of {passing} passing ones"
    return whom if fewest == each.passing else f"line {line} {whom}, the function by {each.passing}"


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


def never_ran(each: FunctionCount, spectrum: Spectrum) -> str:
    """Say of a function that the failing test never ran what ties it to the test."""
    is_like = words_of(each.function.rpartition(".")[2]) <= words_of(spectrum.test.function.name)
    return f"named {'like' if is_like else 'in'} the test, and the failing test never runs it"


def how_it_went(spectrum: Spectrum) -> str:
    """Say how the failing test went while its lines were recorded, unless it failed as before."""
    if spectrum.outcome == "unfinished":
        return "the failing test had not ended when the measurement did: its lines until then count"
    if spectrum.outcome == "not run":
        return "" if spectrum.has_failed else "the failing test did not run while lines were recorded"
    if spectrum.has_failed:
        return ""
    return "the failing test passed while its lines were recorded: it may depend on timing or order"


def lost_sight(spectrum: Spectrum) -> str:
    """Say that the project took the trace function away; empty when it did not."""
    if spectrum.taken_by is None:
        return ""
    by = f"{spectrum.taken_by} put its own in its place" if spectrum.taken_by else "it was taken away"
    return f"the failing test ran more than is known: {by} while lines were recorded"
