"""How the process of a run ended, whatever it ran: by itself, by a signal, by a limit, or because coach stopped it."""

import signal
from pathlib import Path

from coach.core.runs.report import Ending, EndingKind
from coach.engine.process.supervise import Finished, Limits
from coach.regular_files import is_folder

_QUOTE_LIMIT = 300


def ending_of_process(finished: Finished, limits: Limits) -> Ending:
    """Describe a process that says red or green by its exit code alone, unless something ended it."""
    if finished.stop:
        return stopped(finished, limits, "")
    if finished.exit_code < 0:
        return ended_with("signalled", f"killed by {signal_name(-finished.exit_code)}", finished)
    return ended_with("completed", "", finished)


def stopped(finished: Finished, limits: Limits, place: str) -> Ending:
    """Describe a process that coach ended. ``place`` says where it was, in words; empty: it is not known."""
    where = f" {place}" if place else ""
    match finished.stop:
        case "timeout":
            return ended_with("timeout", f"timeout after {limits.wall:g} s{where}", finished)
        case "silence":
            return ended_with("silence", f"no sign of life for {limits.silence:g} s{where}", finished)
        case "output_limit":
            amount = f"{limits.output_bytes / 1_000_000:g} MB"
            return ended_with("output_limit", f"output limit: more than {amount} of output{where}", finished)
        case _:
            return ended_with("cancelled", "stopped on request", finished)


def could_not_start(program: str, cwd: Path, error: OSError) -> Ending:
    """Describe a process that never came to be."""
    reason = error.strerror or str(error)
    where = "" if is_folder(cwd) else f": the folder {cwd} is gone"
    return Ending(kind="not_started", sentence=f"could not start {program}: {reason}{where}")


def signal_name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def leak_notes(finished: Finished) -> tuple[str, ...]:
    """Say which processes the run left behind: for a debugging coach, a leaked process is a clue."""
    stopped = [f"left a process behind: {each}, stopped" for each in finished.leaked[:5]]
    return (*stopped, *(f"could not stop {each}" for each in finished.unended[:5]))


def quoted(line: str) -> str:
    """Return a foreign line, shortened to what has room in a sentence."""
    line = line.strip()
    return line if len(line) <= _QUOTE_LIMIT else line[: _QUOTE_LIMIT - 1] + "…"


def ended_with(kind: EndingKind, sentence: str, finished: Finished) -> Ending:
    """Return an ending with the exit code of the process."""
    return Ending(kind=kind, sentence=sentence, exit_code=finished.exit_code)
